"""The checker shares nothing with what it checks."""

import ast
import sys
from pathlib import Path

import engine.check

ROOMS = sorted(Path(engine.check.__file__).parent.glob("*.py"))


def imported(room: Path) -> set[str]:
    found = set[str]()
    for node in ast.walk(ast.parse(room.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def test_the_checker_imports_only_itself_yaml_and_the_standard_library() -> None:
    foreign = {
        (room.name, name)
        for room in ROOMS
        for name in imported(room)
        if not name.startswith("engine.check.") and name.split(".")[0] not in sys.stdlib_module_names | {"yaml"}
    }
    assert len(ROOMS) > 5
    assert foreign == set()
