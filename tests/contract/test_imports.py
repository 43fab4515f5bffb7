"""The import rules hold, and each kind of violation is caught when it is planted in a copy of the tree."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONTRACTS = ["parts", "engine-alone", "checker-alone", "rooms", "workers-answer-nobody", "portal-rooms", "pure"]
ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("packages/*/src"), *ROOT.glob("services/*/src")])


def lint(tree: Path, contract: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(tree / source.relative_to(ROOT)) for source in SOURCES)
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), ROOT / "pyproject.toml", "--contract", contract,
         "--no-cache"],
        cwd=tree, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for source in SOURCES:
        skip = shutil.ignore_patterns("__pycache__", "assets", "*.json")
        shutil.copytree(source, tmp_path / source.relative_to(ROOT), ignore=skip)
    return tmp_path


def plant(tree: Path, module: str, line: str) -> None:
    part, *rest = module.split(".")
    (source,) = tree.glob(f"*/*/src/{part}")
    target = source.joinpath(*rest)
    file = target / "__init__.py" if target.is_dir() else target.with_suffix(".py")
    file.write_text((file.read_text() if file.exists() else "") + f"\n{line}\n")


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("parts", "matching.planted", "import profiles.domain"),
        ("parts", "contracts.planted", "import servicekit.store"),
        ("parts", "servicekit.planted", "import engine"),
        ("engine-alone", "engine.planted", "import contracts"),
        ("checker-alone", "engine.check.planted", "import numpy"),
        ("rooms", "matching.domain", "import matching.use_cases"),
        ("rooms", "matching.handlers", "import matching.api"),
        ("rooms", "profiles.planted", "# a module that no layer names"),
        ("workers-answer-nobody", "profiles.worker", "import profiles.schemas.people"),
        ("portal-rooms", "portal.config", "import portal.app"),
        ("pure", "feedback.use_cases", "import pymongo"),
        ("pure", "profiles.domain", "import servicekit.mongo"),
    ],
)
def test_a_planted_violation_is_caught(tree: Path, contract: str, module: str, line: str) -> None:
    plant(tree, module, line)
    outcome = lint(tree, contract)
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    assert module.rpartition(".")[2] in outcome.stdout


@pytest.mark.parametrize("contract", CONTRACTS)
def test_without_a_planted_violation_each_rule_holds(tree: Path, contract: str) -> None:
    outcome = lint(tree, contract)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
