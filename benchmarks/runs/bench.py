"""Measure runs in the service: `make bench-runs`, or `python -m` this module `[--mentees 100000 --mentors 25000]`.

A web process and a worker of matching compute, cancel, compare and publish runs of a made-up company. A run stands
beside the engine alone on the very same people, and publishing beside bare transactions of the same document server,
taken before and after. A broker and a document server are started for it, unless KAFKA_BOOTSTRAP and MONGODB_URI name
some.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.path.bench import RESULTS
from benchmarks.path.rows import Row, table
from benchmarks.recommendations.serving import serving
from benchmarks.runs.company import fill
from benchmarks.runs.measuring import Bench, working
from benchmarks.stack import Stack, unwind_when_told_to_end

from matching import repository
from servicekit.mongo import MongoStore, connect
from servicekit.store import Catalogue

DEFAULT = (2000, 500)
WHOLE = (100_000, 25_000)
CANCEL_SECONDS = 1.0


def rows_of(figures: Mapping[str, Any]) -> list[Row]:
    """Every row of the table from the figures of one run."""
    bare = (figures["bare_before"] + figures["bare_after"]) / 2
    rate, gone = figures["published"] / figures["publish_s"], figures["cancel_to_gone_s"]
    ratio = figures["run_s"] / figures["engine_s"]
    return [
        Row(
            "bare five-write transactions",
            f"{figures['bare_before']:.0f}/s before, {figures['bare_after']:.0f}/s after",
        ),
        Row("the engine alone on the same people", f"{figures['engine_s']:.2f} s, {figures['pairs']:,} pairs"),
        Row("a run from its request to ready", f"{figures['run_s']:.2f} s = {ratio:.1f} x the engine alone"),
        Row(
            "from a question about a refused pair to its answer",
            f"{figures['question_s']:.2f} s = {figures['question_s'] / figures['run_s']:.1f} x the run "
            f"({figures['verdict']})",
        ),
        Row(
            "from a cancel until the solver is gone",
            f"{gone * 1000:.0f} ms",
            f"at most {CANCEL_SECONDS:g} s",
            gone <= CANCEL_SECONDS,
        ),
        _request("reading a run", figures, "read_request_s"),
        _request(f"comparing two runs over {figures['compared']:,} mentees", figures, "compare_request_s"),
        _request("solving one again, until it is queued", figures, "solve_request_s"),
        Row(
            f"publishing {figures['published']:,} of {figures['pairs']:,} pairs",
            f"{figures['publish_s']:.1f} s = {rate:.0f} pairs/s = {rate / bare:.2f} x bare",
        ),
    ]


def _request(part: str, figures: Mapping[str, Any], name: str) -> Row:
    ratio = figures[name] / figures["read_request_s"]
    return Row(part, f"{figures[name] * 1000:.0f} ms" + ("" if ratio == 1 else f" = {ratio:.1f} x reading a run"))


def measure(mentees: int, mentors: int) -> dict[str, Any]:
    """Every figure of one run."""
    with tempfile.TemporaryDirectory(prefix="mentormesh-bench-") as folder:
        stack = Stack(f"{folder}/stack")
        kafka, mongodb = os.environ.get("KAFKA_BOOTSTRAP"), os.environ.get("MONGODB_URI")
        own, name = not (kafka and mongodb), f"bench_runs_{os.getpid()}"
        given = {"TOPIC_PREFIX": name}
        try:
            if own:
                backing = stack.up("--only", "backing")
                kafka, mongodb = backing["kafka"], backing["mongodb"]
                given |= {"KAFKA_TRANSACTIONS": "false"} if backing["broker"] == "noida" else {}
            given["KAFKA_BOOTSTRAP"], mongodb = str(kafka), str(mongodb)
            with connect(mongodb) as client:
                store = MongoStore(client[name], repository.Unit, Catalogue(repository.DOCUMENTS), "matching")
                store.prepare()
                fill(client[name], mentees, mentors)
                load = os.getloadavg()[0]
                log = Path(folder)
                with (
                    serving(mongodb, name, log / "serve.log", given) as (bind, issuer, environment),
                    working(environment, log / "work.log") as worker,
                ):
                    figures = Bench(client, name, bind, issuer, worker).figures()
                head = {"mentees": mentees, "mentors": mentors, "cores": os.cpu_count(), "load_before": round(load, 1)}
                server = client.server_info()["version"]
                # What this run started goes with its folder.
                for database in () if own else (name, f"{name}_bare"):
                    client.drop_database(database)
                return {**head, "server": server, **figures}
        finally:
            if own:
                stack.down()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep. The figures are of this machine and this moment; the ratios travel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentees", type=int, default=DEFAULT[0], help=f"how many; the whole is {WHOLE[0]}")
    parser.add_argument("--mentors", type=int, default=DEFAULT[1], help=f"how many; the whole is {WHOLE[1]}")
    asked = parser.parse_args(arguments)
    unwind_when_told_to_end()
    began = time.monotonic()
    figures = measure(asked.mentees, asked.mentors)
    seconds, rows = time.monotonic() - began, rows_of(figures)
    missed = [row.part for row in rows if row.met is False]
    head = f"Runs: {asked.mentees:,} mentees, {asked.mentors:,} mentors, {figures['cores']} cores, "
    head += f"load {figures['load_before']} before; document server {figures['server']}; {seconds:.0f} s"
    text = f"{head}\n\n{table(rows)}\n\n" + (f"MISSED: {'; '.join(missed)}" if missed else "every goal met")
    print(text)
    RESULTS.mkdir(exist_ok=True)
    stem = f"runs-{asked.mentees}"
    (RESULTS / f"{stem}.txt").write_text(text + "\n")
    (RESULTS / f"{stem}.json").write_text(json.dumps(figures | {"missed": missed}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
