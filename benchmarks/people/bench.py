"""Measure imports, SCIM and the people search: `python -m benchmarks.people.bench [--people 100000]`.

Every rate is told as a ratio to bare inserts of the same document server, taken before and after in the same run. A
broker and a document server are started for it, unless KAFKA_BOOTSTRAP and MONGODB_URI name some.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.path.bench import RESULTS, Stack
from benchmarks.path.rows import Row, table
from benchmarks.people.measuring import Bench

DEFAULT_PEOPLE = 2000
WHOLE = 100_000


def rows_of(figures: Mapping[str, Any]) -> list[Row]:
    """Every row of the table from the figures of one run."""
    before, after = figures["bare_before"], figures["bare_after"]
    bulk, single = ((before[name] + after[name]) / 2 for name in ("bulk", "single"))
    people = figures["people"]

    def imported(part: str, name: str) -> Row:
        each = figures[name] / people
        measured = f"{figures[name]:.1f} s, {each * 1000:.1f} ms a person = {each * bulk:.1f} bare inserts"
        return Row(part, measured)

    def operations(part: str, name: str) -> Row:
        return Row(part, f"{figures[name] / single:.2f} x bare ({figures[name]:.0f}/s)")

    search, look_up = figures["search_ms"], figures["bare_look_up_ms"]
    return [
        Row("bare inserts, 200 a transaction", f"{before['bulk']:.0f}/s before, {after['bulk']:.0f}/s after"),
        Row("bare inserts, one a transaction", f"{before['single']:.0f}/s before, {after['single']:.0f}/s after"),
        imported(f"{people:,} people: upload to preview", "preview_s"),
        imported(f"{people:,} people: upload to the last one written", "written_s"),
        imported(f"{people:,} people: upload to the last projection of matching", "projected_s"),
        operations("SCIM: create a user", "scim_create"),
        operations("SCIM: find a user by name", "scim_look_up"),
        operations("SCIM: patch a user", "scim_patch"),
        Row(
            f"people search among {people:,}",
            f"p50 {search[0]:.1f} ms, p99 {search[1]:.1f} ms = {search[1] / look_up[1]:.1f} x a bare look-up's p99",
        ),
        Row("memory of the process that did all of it, at most", f"{figures['peak_megabytes']:.0f} MB"),
    ]


def measure(people: int) -> dict[str, Any]:
    """Every figure of one run."""
    with tempfile.TemporaryDirectory(prefix="mentormesh-bench-") as folder:
        stack = Stack(f"{folder}/stack")
        kafka, mongodb = os.environ.get("KAFKA_BOOTSTRAP"), os.environ.get("MONGODB_URI")
        own = not (kafka and mongodb)
        fenced = os.environ.get("KAFKA_TRANSACTIONS", "true").lower() == "true"
        try:
            if own:
                backing = stack.up("--only", "backing")
                kafka, mongodb, fenced = backing["kafka"], backing["mongodb"], backing["broker"] != "noida"
            load = os.getloadavg()[0]
            bench = Bench(str(kafka), str(mongodb), people, fenced)
            try:
                server = bench.client.server_info()["version"]
                return {"cores": os.cpu_count(), "load_before": round(load, 1), "server": server, **bench.figures()}
            finally:
                bench.close()
        finally:
            if own:
                stack.down()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep. The figures are of this machine and this moment; the ratios travel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=DEFAULT_PEOPLE, help=f"how many; the whole is {WHOLE}")
    people = parser.parse_args(arguments).people
    began = time.monotonic()
    figures = measure(people)
    seconds = time.monotonic() - began
    head = f"People: {figures['cores']} cores, load {figures['load_before']} before; "
    text = f"{head}document server {figures['server']}; {seconds:.0f} s\n\n{table(rows_of(figures))}"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "people.txt").write_text(text + "\n")
    (RESULTS / "people.json").write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
