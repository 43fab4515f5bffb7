"""The files that the register generates: what they should hold, how the tree differs, and what has been released."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from contracts import asyncapi, catalogue
from contracts.registry import Contract, contracts
from contracts.samples import sample_record
from contracts.schemas import Schema, open_schema

PACKAGE = Path("packages/contracts/src/contracts")
SCHEMAS = PACKAGE / "schemas"
EXAMPLES = PACKAGE / "examples"
RELEASED = SCHEMAS / "released"


def files() -> dict[Path, str]:
    """Every generated file, by its path from the root of the repository, with the text that it should hold."""
    made = {SCHEMAS / f"{one.type}.json": _json(open_schema(one)) for one in contracts()}
    made |= {EXAMPLES / f"{one.type}.json": _json(sample_record(one)) for one in contracts()}
    made[Path("docs/asyncapi.json")] = _json(asyncapi.document(version("mentormesh-contracts")))
    made[Path("docs/events.md")] = catalogue.page()
    return made


def write(root: Path) -> int:
    """Write what differs and remove what no event stands behind; returns how many files changed."""
    wanted = files()
    changed = [path for path, text in wanted.items() if _text(root / path) != text]
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(wanted[path], encoding="utf-8")
    orphans = _orphans(root, wanted)
    for path in orphans:
        (root / path).unlink()
    return len(changed) + len(orphans)


def differences(root: Path) -> list[str]:
    """What is not as the register generates it, a sentence each."""
    wanted = files()
    stale = [f"{path} is not what the code generates" for path, text in wanted.items() if _text(root / path) != text]
    return stale + [f"{path} belongs to no event" for path in _orphans(root, wanted)]


def broken_promises(root: Path) -> list[str]:
    """Where the present schemas break a released one, naming type, version and field."""
    return [problem for contract in contracts() for problem in _broken(root, contract)] + [
        f"{folder.name} was released and is gone; keep publishing it for two minor releases"
        for folder in _released_types(root)
        if folder.name not in {contract.type for contract in contracts()}
    ]


def release(root: Path, release_version: str) -> list[Path]:
    """Keep the present schemas as those of a release, where no other release has the same; returns the files.

    Done again for the same version, it starts over: what is not out yet binds nobody.
    """
    for path in (root / RELEASED).glob(f"*/{release_version}.json"):
        path.unlink()
    kept = []
    for contract in contracts():
        folder = root / RELEASED / contract.type
        text = _json(open_schema(contract))
        if text in {path.read_text(encoding="utf-8") for path in folder.glob("*.json")}:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{release_version}.json").write_text(text, encoding="utf-8")
        kept.append(folder / f"{release_version}.json")
    return kept


def _broken(root: Path, contract: Contract) -> Iterator[str]:
    from contracts.compatibility import breaks  # a development dependency, which `generate` does without

    new = open_schema(contract)
    for path in sorted((root / RELEASED / contract.type).glob("*.json")):
        old: Schema = json.loads(path.read_text(encoding="utf-8"))
        for one in breaks(old, new):
            yield f"{contract.type} as released in {path.stem}: {one}"


def _released_types(root: Path) -> list[Path]:
    return sorted({path.parent for path in (root / RELEASED).glob("*/*.json")})


def _orphans(root: Path, wanted: dict[Path, str]) -> list[Path]:
    present = [path.relative_to(root) for folder in (SCHEMAS, EXAMPLES) for path in (root / folder).glob("*.json")]
    return sorted(path for path in present if path not in wanted)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
