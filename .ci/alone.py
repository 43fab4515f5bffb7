#!/usr/bin/env python3
"""Prove that each part installs alone: a fresh environment with what it declares, and its unit tests pass there.

Unit tests run without sockets, so none can lean on a broker or a server that happens to run on this machine.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SERVICES = ("profiles", "matching", "feedback", "notifications", "portal")
MATCH = "match"
LOCAL = {
    "mentormesh-contracts": "packages/contracts",
    "mentormesh-servicekit": "packages/servicekit",
    "mentormesh-engine": "packages/engine",
}
TEST_TOOLS = ("pytest", "pytest-socket", "hypothesis", "openapi-spec-validator")
# What judges one service alone.
TOOLS_OF = {"profiles": ("scim2-tester",)}
NO_TESTS = 5
PEOPLE = """person_id,role,time_zone,remote,languages,availability,skills_offered,skills_wanted
ana,mentee,UTC,yes,en,Mon 09:00-12:00,,Python
ben,mentor,UTC,yes,en,Mon 09:00-12:00,Python:4,
"""
PROGRAM = "program: leaders\nas_of: 2027-01-11\n"


def parts_of(folder: str) -> list[str]:
    """The folder and, before it, every local part that its pyproject.toml leads to."""
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
    found: list[str] = []
    for requirement in project["dependencies"]:
        name = re.split(r"[\s<>=!~\[;]", requirement, maxsplit=1)[0]
        if name in LOCAL:
            found += [part for part in parts_of(LOCAL[name]) if part not in found]
    return [*found, folder]


def constraints(scratch: Path) -> Path:
    """The pinned versions without their hashes, which installers do not take beside local wheels."""
    pins = re.findall(r"^([\w.-]+)(?:\[.*?\])?(==[^\s\\;]+)", (ROOT / "requirements/dev.txt").read_text(), re.M)
    target = scratch / "constraints.txt"
    target.write_text("".join(f"{name}{version}\n" for name, version in pins))
    return target


def must(*words: str | Path) -> None:
    code = subprocess.run([str(word) for word in words], cwd=ROOT, check=False).returncode
    if code:
        sys.exit(f"{' '.join(map(str, words))} ended with {code}")


def wheel(scratch: Path, part: str) -> Path:
    """The part's wheel, built once for all environments."""
    folder = scratch / "wheels" / part
    if not folder.exists():
        build = ("build", "-q", "--wheel", "--no-build-isolation", "--python", sys.executable)
        must(BIN / "uv", *build, "-o", folder, ROOT / part)
    return next(folder.glob("*.whl"))


def environment(scratch: Path, name: str, part: str, tools: Sequence[str] = ()) -> Path:
    """A fresh environment with `part`, what it declares and `tools`; its folder of programs."""
    home = scratch / name
    must(BIN / "uv", "venv", "-q", "--python", sys.executable, home)
    wheels = [wheel(scratch, one) for one in parts_of(part)]
    install = ("pip", "install", "-q", "--python", home / "bin" / "python", "-c", constraints(scratch))
    must(BIN / "uv", *install, *wheels, *tools)
    return home / "bin"


def service_alone(scratch: Path, service: str) -> None:
    """Install `service` in an environment of its own and run its unit tests there."""
    python = environment(scratch, service, f"services/{service}", (*TEST_TOOLS, *TOOLS_OF.get(service, ()))) / "python"
    must(python, "-c", f"import {service}.__main__")
    words = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--disable-socket", "--allow-unix-socket"]
    # The root conftest.py belongs to the whole checkout, which this environment does not have.
    words += [f"--confcutdir=services/{service}", ROOT / "services" / service / "tests" / "unit"]
    code = subprocess.run([str(word) for word in words], cwd=ROOT, check=False).returncode
    if code:
        why = "it has no unit tests" if code == NO_TESTS else "its unit tests fail when it is alone"
        sys.exit(f"{service}: {why}")


def match_alone(scratch: Path) -> None:
    """Install the command line and the engine, nothing else of the platform, and match two people."""
    program = environment(scratch, MATCH, "packages/mentormesh") / "mentormesh"
    must(program, MATCH, "--help")
    people, asked, pairs = scratch / "people.csv", scratch / "program.yaml", scratch / "pairs.csv"
    people.write_text(PEOPLE)
    asked.write_text(PROGRAM)
    must(program, MATCH, "--people", people, "--program", asked, "--out", pairs)
    if "\nana,ben," not in pairs.read_text():
        sys.exit(f"match: two people who fit are no pair:\n{pairs.read_text()}")


def main() -> None:
    asked = sys.argv[1:] or [*SERVICES, MATCH]
    if unknown := set(asked) - {*SERVICES, MATCH}:
        sys.exit(f"no part is called {sorted(unknown)[0]}; choose of {', '.join((*SERVICES, MATCH))}")
    with tempfile.TemporaryDirectory(prefix="mentormesh-alone-") as folder:
        for name in asked:
            print(f"== {name} alone", flush=True)
            match_alone(Path(folder)) if name == MATCH else service_alone(Path(folder), name)


if __name__ == "__main__":
    main()
