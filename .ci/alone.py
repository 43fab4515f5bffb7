#!/usr/bin/env python3
"""Prove that each part installs alone: a fresh environment with what it declares, and its unit tests pass there.

Unit tests run without sockets, so none can lean on a broker or a server that happens to run on this machine. The parts
share the cores; what one has to say is printed when it is done.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# Those whose tests take longest first, so that no core waits for the last one.
SERVICES = ("portal", "profiles", "matching", "feedback", "notifications")
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
# One more than cores: installing waits for the disk a good part of its time.
AT_ONCE = (os.cpu_count() or 1) + 1
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


class Failed(Exception):
    """A part cannot be installed alone, or its tests fail there; the message says all."""


def tell(*words: str | Path) -> tuple[int, str]:
    """How a program ended, and what it said."""
    argv = [str(word) for word in words]
    ended = subprocess.run(argv, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return ended.returncode, ended.stdout


def must(*words: str | Path) -> None:
    code, said = tell(*words)
    if code:
        raise Failed(f"{said}{' '.join(map(str, words))} ended with {code}")


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


def service_alone(scratch: Path, service: str) -> str:
    """Install `service` in an environment of its own and run its unit tests there; what they said."""
    python = environment(scratch, service, f"services/{service}", (*TEST_TOOLS, *TOOLS_OF.get(service, ()))) / "python"
    must(python, "-c", f"import {service}.__main__")
    tests = ROOT / "services" / service / "tests" / "unit"
    # The root conftest.py belongs to the whole checkout, which this environment does not have.
    options = ("-p", "no:cacheprovider", "--disable-socket", "--allow-unix-socket", f"--confcutdir=services/{service}")
    code, said = tell(python, "-m", "pytest", "-q", *options, tests)
    if code:
        why = "it has no unit tests" if code == NO_TESTS else "its unit tests fail when it is alone"
        raise Failed(f"{said}{service}: {why}")
    return said


def match_alone(scratch: Path) -> str:
    """Install the command line and the engine, nothing else of the platform, and match two people."""
    program = environment(scratch, MATCH, "packages/mentormesh") / "mentormesh"
    must(program, MATCH, "--help")
    people, asked, pairs = scratch / "people.csv", scratch / "program.yaml", scratch / "pairs.csv"
    people.write_text(PEOPLE)
    asked.write_text(PROGRAM)
    must(program, MATCH, "--people", people, "--program", asked, "--out", pairs)
    if "\nana,ben," not in pairs.read_text():
        raise Failed(f"match: two people who fit are no pair:\n{pairs.read_text()}")
    return "two people were matched\n"


def alone(scratch: Path, name: str) -> str:
    return match_alone(scratch) if name == MATCH else service_alone(scratch, name)


def main() -> None:
    asked = sys.argv[1:] or [*SERVICES, MATCH]
    if unknown := set(asked) - {*SERVICES, MATCH}:
        sys.exit(f"no part is called {sorted(unknown)[0]}; choose of {', '.join((*SERVICES, MATCH))}")
    with tempfile.TemporaryDirectory(prefix="mentormesh-alone-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        scratch = Path(folder)
        for part in LOCAL.values():
            wheel(scratch, part)
        running = {pool.submit(alone, scratch, name): name for name in asked}
        for done in as_completed(running):
            print(f"== {running[done]} alone", flush=True)
            try:
                print(done.result(), end="", flush=True)
            except Failed as failure:
                pool.shutdown(cancel_futures=True)
                sys.exit(str(failure))


if __name__ == "__main__":
    main()
