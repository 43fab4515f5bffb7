"""One drawn company on disk and in memory, with the runs that the bars share."""

import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from benchmarks.match.generate import PROGRAM, Change, Row, changed, write_people, write_world

from engine.check import Violation, verify
from engine.match import Match, match
from engine.person import Person
from engine.program import Program
from engine.read import PeopleFile, read_people
from engine.write import pairs_csv

MENTORMESH = Path(sys.executable).with_name("mentormesh")


@dataclass(frozen=True)
class Timed:
    """A run and its seconds; `pipeline` leaves out turning people into arrays."""

    result: Match
    seconds: float

    @property
    def pipeline(self) -> float:
        return self.seconds - self.result.seconds["encode"]


@dataclass(frozen=True)
class Child:
    """What a finished command used: seconds on the clock, the most memory it held in GB, its exit code and output."""

    seconds: float
    gigabytes: float
    code: int
    output: str


class Company:
    """`mentees` x `mentors` people in `folder`."""

    def __init__(self, folder: Path, mentees: int, mentors: int, skills: int = 300) -> None:
        self.folder, self.mentees, self.mentors, self.skills = folder, mentees, mentors, skills
        self.rows = write_world(folder, mentees, mentors, skills)

    @property
    def people_csv(self) -> Path:
        return self.folder / "people.csv"

    @cached_property
    def file(self) -> PeopleFile:
        return read_people(self.people_csv)

    @cached_property
    def plain(self) -> Timed:
        return self.run()

    @cached_property
    def certified(self) -> Timed:
        return self.run(certify=True)

    def program(self, **settings: Any) -> Program:
        return Program.read(yaml.safe_load(PROGRAM) | settings)

    def run(
        self,
        people: list[Person] | None = None,
        existing: frozenset[tuple[str, str]] = frozenset(),
        certify: bool = False,
        **settings: Any,
    ) -> Timed:
        program = self.program(**settings)
        everybody = list(self.file.people) if people is None else people
        started = time.perf_counter()
        result = match(program, everybody, self.file.managers, existing, certify=certify)
        return Timed(result, time.perf_counter() - started)

    def violations(self, timed: Timed, **settings: Any) -> list[Violation]:
        """What the independent checker says of the written result."""
        program, pairs, record = (self.folder / name for name in ("checked.yaml", "checked.csv", "checked.json"))
        program.write_text(yaml.safe_dump(yaml.safe_load(PROGRAM) | settings), encoding="utf-8")
        pairs.write_text(pairs_csv(timed.result), encoding="utf-8")
        told = {"rate_without_fairness": timed.result.rate_without_fairness, "unavoidable": timed.result.unavoidable}
        record.write_text(json.dumps(told), encoding="utf-8")
        return verify(self.people_csv, program, pairs, run_path=record)

    def later(self, share: float, what: Change = "hours and themes") -> tuple[list[Person], set[str]]:
        """The people after that share of them changed, and whom the change touched."""
        rows = changed(self.rows, share, what)
        touched = {new["person_id"] for old, new in zip(self.rows, rows, strict=True) if old != new}
        return self.people_of(rows), touched

    def people_of(self, rows: list[Row]) -> list[Person]:
        path = self.folder / "later.csv"
        write_people(rows, path)
        return list(read_people(path).people)


def run_command(arguments: list[str]) -> Child:
    """Run the `mentormesh` beside this interpreter to its end."""
    started, most = time.perf_counter(), 0.0
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen([str(MENTORMESH), *arguments], stdout=subprocess.DEVNULL, stderr=output) as child:
            while child.poll() is None:
                most = max(most, most_memory(str(child.pid)))
                time.sleep(0.05)
        seconds = time.perf_counter() - started
        output.seek(0)
        return Child(seconds, most, child.returncode, output.read().decode())


def most_memory(process: str = "self") -> float:
    """The most memory in GB that a process has held since its program began.

    What `getrusage` says of a child is never less than its parent held at the fork.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e9 if found else 0.0


def cancel_command(arguments: list[str], after: float) -> float:
    """Ask a `mentormesh` that has run for `after` seconds to stop; the seconds until it is gone, 0 if it had ended."""
    with subprocess.Popen([str(MENTORMESH), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        time.sleep(after)
        started = time.perf_counter()
        child.terminate()
        child.wait()
    return time.perf_counter() - started
