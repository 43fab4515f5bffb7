"""Measure imports, SCIM, the token check, the people search and erasure: `python -m benchmarks.people.bench`.

`--people` says how many. Every rate is told as a ratio to bare inserts of the same document server, taken before and
after in the same run. Each row is printed when it is measured, and `results/people.*` hold what there is by then, so
that a run that is cut off keeps it. A broker and a document server are started for it, unless KAFKA_BOOTSTRAP and
MONGODB_URI name some.
"""

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Sequence

import structlog
from benchmarks.path.bench import RESULTS
from benchmarks.people.erasing import ERASED
from benchmarks.people.keeping import Kept
from benchmarks.people.measuring import Bench
from benchmarks.people.rows import WHOLE
from benchmarks.people.working import say
from benchmarks.stack import Stack, unwind_when_told_to_end

DEFAULT_PEOPLE = 2000
LEAST = 10 * ERASED


def measure(people: int, kept: Kept) -> None:
    """Every figure of one run, kept as soon as it is known."""
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
                kept.keep({"cores": os.cpu_count(), "load_before": round(load, 1), "server": server, "people": people})
                for group in bench.groups():
                    kept.keep(group)
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
    kept = Kept(RESULTS)
    measure(people, kept)
    kept.keep({}, whole=True)
    print(f"\n{kept.text(whole=True)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
