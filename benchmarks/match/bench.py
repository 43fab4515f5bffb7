"""Print every bar of the match beside its limit or peer of the same run, and keep the figures in benchmarks/results."""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
from benchmarks.match.bars import BARS, Bar
from benchmarks.match.company import Company, peak_gigabytes
from benchmarks.match.generate import SIZES

RESULTS = Path(__file__).parent.parent / "results"
HEAD = ("bar", "measured", "beside it", "goal", "met")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument("--only", help="run only the groups of bars whose name contains this")
    chosen = parser.parse_args()
    mentees, mentors = SIZES[chosen.size]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bench-match-") as folder:
        company = Company(Path(folder), mentees, mentors)
        bars = [*measured(company, chosen.only)]
    seconds = time.perf_counter() - started
    head = f"match, size {chosen.size}: {mentees:,} mentees x {mentors:,} mentors; {machine()}; {seconds:.0f} s"
    text = f"{head}\n{table(bars)}"
    print(text)
    if not chosen.only:
        keep(chosen.size, text, bars, seconds)
    missed = [bar.name for bar in bars if bar.met is False]
    print("every bar met" if not missed else f"missed: {'; '.join(missed)}")
    return 1 if missed else 0


def measured(company: Company, only: str | None) -> list[Bar]:
    bars = []
    for group in BARS:
        if only and only not in group.__name__:
            continue
        print(f"... {group.__name__}", file=sys.stderr, flush=True)
        bars += list(group(company))
    return bars


def machine() -> str:
    blas = {name: os.environ[name] for name in sorted(os.environ) if name.startswith(("OPENBLAS", "OMP_", "MKL_"))}
    python = f"Python {platform.python_version()}, numpy {np.__version__}, BLAS {blas or 'as is'}"
    return f"{os.cpu_count()} cores, {platform.machine()}, {python}"


def table(bars: list[Bar]) -> str:
    rows = [HEAD, *((bar.name, bar.measured, bar.beside, bar.goal, verdict(bar)) for bar in bars)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def verdict(bar: Bar) -> str:
    return {True: "yes", False: "NO", None: "-"}[bar.met]


def keep(size: str, text: str, bars: list[Bar], seconds: float) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"match-{size}.txt").write_text(text + "\n", encoding="utf-8")
    record = {
        "size": size,
        "machine": machine(),
        "seconds": round(seconds, 1),
        "peak_gigabytes": round(peak_gigabytes(), 3),
        "bars": [asdict(bar) for bar in bars],
    }
    (RESULTS / f"match-{size}.json").write_text(
        json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    sys.exit(main())
