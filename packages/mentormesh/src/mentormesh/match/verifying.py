"""Brings a result before the engine's independent checker."""

from pathlib import Path

from engine.check import CannotCheck, verify
from engine.read import InputRefused


def violations(
    people: Path, program: Path, pairs: Path, existing: Path | None, run_record: Path | None = None
) -> list[str]:
    """One line per broken rule; raises InputRefused where an input cannot be judged."""
    try:
        found = verify(people, program, pairs, existing, run_path=run_record)
    except CannotCheck as error:
        raise InputRefused([str(error)]) from error
    return [f"{pairs.name}: {violation}" for violation in found]
