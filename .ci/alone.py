#!/usr/bin/env python3
"""Prove that each service installs alone: a fresh environment with what it declares, and its unit tests pass there."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ("profiles", "matching", "feedback", "notifications", "portal")
LOCAL = {
    "mentormesh-contracts": "packages/contracts",
    "mentormesh-servicekit": "packages/servicekit",
    "mentormesh-engine": "packages/engine",
}
TEST_TOOLS = ("pytest", "hypothesis")
NO_TESTS = 5


def declared(folder: str) -> list[str]:
    """The dependencies that a part's pyproject.toml names."""
    return list(tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]["dependencies"])


def parts_of(folder: str) -> list[str]:
    """The folder and, before it, every local part that it stands on."""
    found: list[str] = []
    for requirement in declared(folder):
        name = re.split(r"[\s<>=!~\[;]", requirement, maxsplit=1)[0]
        if name in LOCAL:
            found += [part for part in parts_of(LOCAL[name]) if part not in found]
    return [*found, folder]


def constraints(target: Path) -> Path:
    """The pinned versions without their hashes: pip takes no hashes beside local folders."""
    pinned = (ROOT / "requirements/dev.txt").read_text().splitlines()
    target.write_text(
        "\n".join(re.sub(r"\[.*?\]", "", line.split(" ")[0]) for line in pinned if re.match(r"[a-z0-9]", line, re.I))
    )
    return target


def run(*words: str | Path) -> int:
    return subprocess.run([str(word) for word in words], cwd=ROOT, check=False).returncode


def must(*words: str | Path) -> None:
    if code := run(*words):
        sys.exit(f"{' '.join(map(str, words))} ended with {code}")


def alone(service: str) -> None:
    """Install `service` in an environment of its own and run its unit tests there."""
    home = ROOT / ".local" / "alone" / service
    python = home / "bin" / "python"
    must(sys.executable, "-m", "venv", "--clear", home)
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    parts = [f"./{part}" for part in parts_of(f"services/{service}")]
    must(*pip, "-c", constraints(home / "constraints.txt"), *parts, *TEST_TOOLS)
    must(python, "-c", f"import {service}.__main__")
    tests = ROOT / "services" / service / "tests" / "unit"
    # The root conftest.py belongs to the whole checkout, which this environment does not have.
    code = run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--confcutdir=services/{service}", tests)
    if code:
        sys.exit(
            f"{service}: " + ("it has no unit tests" if code == NO_TESTS else "its unit tests fail when it is alone")
        )


def main() -> None:
    for service in sys.argv[1:] or SERVICES:
        print(f"== {service} alone", flush=True)
        alone(service)


if __name__ == "__main__":
    main()
