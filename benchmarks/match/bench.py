"""Print every bar of the match beside its limit or peer of the same run, and keep the figures in benchmarks/results."""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.match.bar import Bar
from benchmarks.match.bars import BARS
from benchmarks.match.company import Company
from benchmarks.match.generate import SIZES

RESULTS = Path(__file__).parent.parent / "results"
HEAD = ("bar", "measured", "beside it", "goal", "met")
Section = dict[str, Any]
VERDICT = {True: "yes", False: "NO", None: "-"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument("--only", help="measure again only groups whose name contains one of these, by comma")
    chosen = parser.parse_args()
    words = chosen.only.split(",") if chosen.only else [""]
    groups = [group for group in BARS if any(word in group.__name__ for word in words)]
    if not groups:
        parser.error(f"--only: no group of that name; there are {', '.join(group.__name__ for group in BARS)}")
    kept = sections(chosen.size) if chosen.only else {}
    with tempfile.TemporaryDirectory(prefix="bench-match-") as folder:
        company = Company(Path(folder), *SIZES[chosen.size])
        for group in groups:
            print(f"... {group.__name__}", file=sys.stderr, flush=True)
            kept[group.__name__] = measured(group, company)
            # What was measured stays, whatever happens to the rest.
            keep(chosen.size, kept)
    print((RESULTS / f"match-{chosen.size}.txt").read_text(encoding="utf-8"))
    missed = [bar["name"] for section in kept.values() for bar in section["bars"] if bar["met"] is False]
    print("every bar met" if not missed else f"missed: {'; '.join(missed)}")
    return 1 if missed else 0


def measured(group: Callable[[Company], Iterator[Bar]], company: Company) -> Section:
    """The bars of one group with the load of the machine before and after it."""
    before, started = os.getloadavg()[0], time.perf_counter()
    bars = [asdict(bar) for bar in group(company)]
    seconds = time.perf_counter() - started
    return {"load": [round(before, 1), round(os.getloadavg()[0], 1)], "seconds": round(seconds, 1), "bars": bars}


def machine() -> str:
    blas = {name: os.environ[name] for name in sorted(os.environ) if name.startswith(("OPENBLAS", "OMP_", "MKL_"))}
    python = f"Python {platform.python_version()}, numpy {np.__version__}, BLAS {blas or 'as is'}"
    return f"{os.cpu_count()} cores, {platform.machine()}, {python}"


def table(kept: dict[str, Section]) -> str:
    rows: list[tuple[str, ...]] = [HEAD]
    for name, section in kept.items():
        load = "load {} to {}".format(*section["load"])
        rows.append((f"[{name}: {section['seconds']} s, {load}]", "", "", "", ""))
        rows += [(b["name"], b["measured"], b["beside"], b["goal"], VERDICT[b["met"]]) for b in section["bars"]]
    widths = [max(len(row[column]) for row in rows if row[1]) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def sections(size: str) -> dict[str, Section]:
    """What is kept of earlier runs of this size."""
    path = RESULTS / f"match-{size}.json"
    if not path.exists():
        return {}
    found: dict[str, Section] = json.loads(path.read_text(encoding="utf-8"))["groups"]
    return found


def keep(size: str, kept: dict[str, Section]) -> None:
    """Write the figures as JSON and as a table, groups in the order of BARS."""
    RESULTS.mkdir(exist_ok=True)
    kept = {group.__name__: kept[group.__name__] for group in BARS if group.__name__ in kept}
    mentees, mentors = SIZES[size]
    head = f"match, size {size}: {mentees:,} mentees x {mentors:,} mentors; {machine()}"
    note = "load: processes that wanted a processor, one minute's mean before and after the group; idle ones count too"
    record = {"size": size, "machine": machine(), "groups": kept}
    (RESULTS / f"match-{size}.txt").write_text(f"{head}\n{note}\n\n{table(kept)}\n", encoding="utf-8")
    (RESULTS / f"match-{size}.json").write_text(
        json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    sys.exit(main())
