"""How time and memory grow with the company: 25,000 to 200,000 people, each size in a process of its own."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.match.bar import Bar
from benchmarks.match.company import Company, most_memory
from benchmarks.match.generate import write_world
from benchmarks.match.peers import bare_sgemm

from engine.match import match
from engine.read import read_people, read_program_file

PEOPLE = (25_000, 50_000, 100_000, 200_000)


def growth(company: Company) -> Iterator[Bar]:
    """The whole run beside the bare product of the same size, up to twice the size that is asked for."""
    first = 0.0
    for people in PEOPLE:
        if people > 2 * (company.mentees + company.mentors):
            return
        with tempfile.TemporaryDirectory(prefix="bench-growth-") as folder:
            write_world(Path(folder), people * 4 // 5, people // 5)
            child = subprocess.run(
                [sys.executable, "-m", "benchmarks.match.growth", folder], stdout=subprocess.PIPE, text=True, check=True
            )
        told = json.loads(child.stdout)
        first = first or told["seconds"] / people
        yield Bar(
            f"growth: {people:,} people",
            f"{told['seconds']:.2f} s, {told['gigabytes']:.2f} GB",
            f"bare SGEMM {told['bare']:.2f} s: {told['seconds'] / told['bare']:.2f}; per person "
            f"{told['seconds'] / people / first:.2f} of the smallest; {told['pairs']:,} pairs",
            "",
            None,
        )


def measured(folder: Path) -> dict[str, float]:
    """One run over the files of `folder`, its memory with the reading, and the bare product after it."""
    program, file = read_program_file(folder / "program.yaml"), read_people(folder / "people.csv")
    started = time.perf_counter()
    result = match(program, file.people, file.managers)
    seconds = time.perf_counter() - started - result.seconds["encode"]
    gigabytes = most_memory()
    bare = bare_sgemm(*result.cohort.shape)
    return {"seconds": seconds, "gigabytes": gigabytes, "bare": bare, "pairs": len(result.chosen)}


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]))))
