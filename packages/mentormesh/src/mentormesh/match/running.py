"""Reads the inputs, runs the engine with a progress bar, and writes every file or none."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from engine.explain.unmatched import COLUMNS, Unmatched, unmatched
from engine.match import Match
from engine.match import match as run_engine
from engine.program import Program
from engine.read import InputRefused, PeopleFile, read_people, read_program_file
from engine.read.pairs import read_pairs
from engine.record import input_hash, record
from engine.write import as_csv, as_json, pairs_csv, write_all

STAGES = {
    "encode": "encoding",
    "candidates": "scoring",
    "solve": "solving",
    "certify": "certifying",
    "explain": "explaining",
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was read, and from where."""

    people_path: Path
    program: Program
    people: PeopleFile
    existing: frozenset[tuple[str, str]]
    paths: tuple[Path, ...]
    seconds: float

    def printed(self) -> list[str]:
        """Every error and notice, as `people.csv:LINE: COLUMN: REASON`."""
        return [remark.at(self.people_path.name) for remark in self.people.remarks]

    def problems(self) -> list[dict[str, Any]]:
        """Every error and notice, as run.json lists them."""
        return [
            {"kind": r.kind, "file": self.people_path.name, "line": r.line, "column": r.column}
            | {"reason": r.reason, "write": r.write}
            for r in self.people.remarks
        ]


def read_inputs(people: Path, program: Path, existing: Path | None, strict: bool) -> Inputs:
    """Read the files; raises InputRefused, with every error where `strict` refuses them."""
    began = perf_counter()
    asked = read_program_file(program)
    with _waiting("reading"):
        read = read_people(people, asked.attributes)
    if strict and read.errors:
        raise InputRefused(
            [r.at(people.name) for r in read.remarks if r.kind == "error"]
            + [f"{people.name}: {read.errors} errors; mend them or leave --strict out"]
        )
    pairs = read_pairs(existing) if existing else frozenset()
    paths = (people, program, *([existing] if existing else []))
    return Inputs(people, asked, read, pairs, paths, perf_counter() - began)


def run(inputs: Inputs, certify: bool) -> Match:
    """The match, with a bar on a terminal; raises ProgramRefused."""
    with _bar() as bar:
        task = bar.add_task(STAGES["encode"], total=1.0)

        def progress(stage: str, share: float) -> None:
            bar.update(task, description=STAGES.get(stage, stage), completed=share)

        result = run_engine(
            inputs.program, inputs.people.people, inputs.people.managers, inputs.existing, certify, progress
        )
    result.seconds = {"read": inputs.seconds, **result.seconds}
    return result


def summary(result: Match, out: Path) -> str:
    """What came of it, in a line or two."""
    mentees, alone = len(result.mentees), len(result.unmatched)
    lines = [f"{mentees - alone:,} of {mentees:,} mentees have somebody; written to {out} and unmatched.csv beside it."]
    mentors = ~result.cohort.mentors.opted_out
    if not mentees:
        lines.append("Nobody looks for a mentor: no row without errors is a mentee's, or they all opted out.")
    elif not mentors.any():
        lines.append("Nobody can be a mentor: no row without errors is a mentor's, or they all opted out.")
    elif not (result.cohort.mentors.capacity[mentors] > 0).any():
        lines.append("No mentor takes anybody: every capacity is 0.")
    return "\n".join(lines)


def _bar() -> Progress:
    """A bar on a terminal, which is gone when it is done; nothing elsewhere."""
    columns = (TextColumn("{task.description:<10}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


@contextmanager
def _waiting(description: str) -> Iterator[None]:
    """A bar for what cannot say how far it is."""
    with _bar() as bar:
        bar.add_task(description, total=None)
        yield


def write_results(inputs: Inputs, result: Match, out: Path, record_path: Path | None, report: Path | None) -> None:
    """Write pairs.csv, unmatched.csv and what else was asked for; raises OSError before anything changed."""
    began = perf_counter()
    with _waiting("explaining"):
        alone = unmatched(result)
    result.seconds["explain"] = perf_counter() - began
    files = {out: pairs_csv(result), out.with_name("unmatched.csv"): _unmatched_csv(alone)}
    figures = record(result, alone, input_hash(inputs.paths), inputs.problems())
    if record_path:
        files[record_path] = as_json(figures)
    if report:
        from engine.report import page

        with _waiting("reporting"):
            files[report] = page(result, alone, figures)
    write_all(files)


def _unmatched_csv(alone: list[Unmatched]) -> str:
    return as_csv(COLUMNS, (person.row() for person in alone))
