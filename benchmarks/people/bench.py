"""Measure imports, SCIM, the token check, the people search and erasure: `python -m benchmarks.people.bench`.

`--people` says how many. Every rate is told as a ratio to bare inserts of the same document server, taken before and
after in the same run. A broker and a document server are started for it, unless KAFKA_BOOTSTRAP and MONGODB_URI name
some.
"""

import argparse
import json
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from benchmarks.path.bench import RESULTS
from benchmarks.path.rows import Row, table
from benchmarks.people.erasing import ERASED
from benchmarks.people.measuring import Bench
from benchmarks.people.working import say
from benchmarks.stack import Stack, unwind_when_told_to_end

DEFAULT_PEOPLE = 2000
WHOLE = 100_000
LEAST = 10 * ERASED
MOST_SECONDS = 600.0


def rows_of(figures: Mapping[str, Any]) -> list[Row]:
    """Every row of the table from the figures of one run."""
    before, after = figures["bare_before"], figures["bare_after"]
    bulk, single = ((before[name] + after[name]) / 2 for name in ("bulk", "single"))
    people = figures["people"]

    def imported(part: str, name: str) -> Row:
        each = figures[name] / people
        measured = f"{figures[name]:.1f} s, {each * 1000:.1f} ms a person = {each * bulk:.1f} bare inserts"
        return Row(part, measured)

    def erased(part: str, name: str) -> Row:
        middle, worst = statistics.median(figures[name]), max(figures[name])
        told = f"{middle:.2f} s in the middle, {worst:.2f} s at worst = {middle * single:.0f} bare transactions"
        return Row(f"erasure: {part}", told)

    def operations(part: str, name: str) -> Row:
        return Row(part, f"{figures[name] / single:.2f} x bare ({figures[name]:.0f}/s)")

    def searched(kind: str, p50: float, p99: float) -> Row:
        told = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms = {p99 / figures['bare_look_up_ms'][1]:.1f} x a bare look-up's"
        return Row(f"people search among {people:,}: {kind}", told)

    bare_check, check = figures["bare_signature_ms"], figures["verification_ms"]
    admission = figures["admission_ms"]
    whole = people >= WHOLE
    projected = imported(f"{people:,} people: upload to the last projection of matching", "projected_s")
    if whole:
        projected = replace(projected, goal=f"at most {MOST_SECONDS:.0f} s", met=figures["projected_s"] <= MOST_SECONDS)
    return [
        Row("bare inserts, 200 a transaction", f"{before['bulk']:.0f}/s before, {after['bulk']:.0f}/s after"),
        Row("bare inserts, one a transaction", f"{before['single']:.0f}/s before, {after['single']:.0f}/s after"),
        imported(f"{people:,} people: upload to preview", "preview_s"),
        imported(f"{people:,} people: upload to the last one written", "written_s"),
        projected,
        operations("SCIM: create a user", "scim_create"),
        operations("SCIM: find a user by name", "scim_look_up"),
        operations("SCIM: patch a user", "scim_patch"),
        Row("token check: the bare signature", f"{bare_check:.3f} ms"),
        Row("token check: all of the token", f"{check:.3f} ms = {check / bare_check:.1f} x the bare signature"),
        Row(
            "token check: whether its owner is still let in",
            f"{admission:.2f} ms = {admission / figures['bare_look_up_ms'][0]:.1f} x a bare look-up",
        ),
        Row(
            "token check: both, of a request that finds a user",
            f"{(check + admission) / figures['request_ms']:.0%} of {figures['request_ms']:.1f} ms",
        ),
        Row("bare look-up by id", "p50 {:.1f} ms, p99 {:.1f} ms".format(*figures["bare_look_up_ms"])),
        *(searched(kind, *spread) for kind, spread in figures["search_ms"].items()),
        erased("request to all receipts", "receipts_s"),
        erased("request to certificate, no cool-off or compaction", "certified_s"),
        Row("erasure: what compaction adds, by configuration", f"{figures['compaction_s'] / 3600:.1f} h"),
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
                say("a stack of its own is up")
            load = os.getloadavg()[0]
            bench = Bench(str(kafka), str(mongodb), people, fenced)
            try:
                server = bench.client.server_info()["version"]
                return {"cores": os.cpu_count(), "load_before": round(load, 1), "server": server, **bench.figures()}
            finally:
                bench.close(drop=not own)
        finally:
            if own:
                stack.down()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep. The figures are of this machine and this moment; the ratios travel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=DEFAULT_PEOPLE, help=f"how many; the whole is {WHOLE}")
    people = max(LEAST, parser.parse_args(arguments).people)
    # What an operator follows elsewhere would be thousands of lines here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    unwind_when_told_to_end()
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
