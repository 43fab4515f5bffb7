"""The command of those who change events: `python -m contracts generate | check | release VERSION`."""

import argparse
import sys
from pathlib import Path

from contracts import publication

ROOT = Path(__file__).parents[4]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns 0 when all is well, 1 when `check` found something, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m contracts", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository (default: where this package lies)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("generate", help="write schemas, examples, docs/asyncapi.json and docs/events.md")
    commands.add_parser("check", help="fail when the tree differs from the code or a released schema is broken")
    releasing = commands.add_parser("release", help="keep the present schemas as those of a release")
    releasing.add_argument("version", help="the platform's version, e.g. 0.1.0")
    chosen = parser.parse_args(arguments)
    if not (chosen.root / publication.PACKAGE).is_dir():
        parser.error(f"{chosen.root} is no checkout of MentorMesh; name one with --root")
    if chosen.command == "check":
        return _check(chosen.root)
    if chosen.command == "release":
        _say(f"kept {len(publication.release(chosen.root, chosen.version))} schemas as released in {chosen.version}")
        return 0
    _say(f"{publication.write(chosen.root)} files changed")
    return 0


def _check(root: Path) -> int:
    stale, broken = publication.differences(root), publication.broken_promises(root)
    for problem in stale + broken:
        _say(problem)
    if stale:
        _say("Run `python -m contracts generate` and commit what it writes.")
    if broken:
        _say("Add an optional field instead, or publish a new version of the type on a topic of its own.")
        _say("Only where that release is not out yet: `python -m contracts release VERSION` keeps its schemas anew.")
    return 1 if stale or broken else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
