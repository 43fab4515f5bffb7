"""Measure the event path beside the bare server: `python -m benchmarks.path.bench [--scale 0.2]`.

Every rate is told as a ratio to the three-write transactions per second that the same document server does bare, taken
before and after in the same run. A local stack is started for it: first the broker and the document server, to measure
the path, then the whole platform, to weigh it. With KAFKA_BOOTSTRAP and MONGODB_URI the path is measured there.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
from benchmarks.path.measuring import Bench
from benchmarks.path.rows import rows_of, table
from benchmarks.stack import Stack, unwind_when_told_to_end

RESULTS = Path(__file__).parents[1] / "results"
SETTLE_SECONDS = 15.0


def figures_of(kafka: str, mongodb: str, scale: float) -> dict[str, Any]:
    """Every figure of the path."""
    bench = Bench(kafka, mongodb, scale)
    try:
        return {"server": bench.client.server_info()["version"], "scale": scale, **bench.figures()}
    finally:
        bench.close()


def measure(scale: float) -> dict[str, Any]:
    """Every figure: of the path, then of the platform that stands still."""
    with tempfile.TemporaryDirectory(prefix="mentormesh-bench-") as folder:
        stack = Stack(f"{folder}/stack")
        try:
            kafka, mongodb = os.environ.get("KAFKA_BOOTSTRAP"), os.environ.get("MONGODB_URI")
            if not (kafka and mongodb):
                backing = stack.up("--only", "backing")
                kafka, mongodb = backing["kafka"], backing["mongodb"]
            load = os.getloadavg()[0]
            figures = figures_of(kafka, mongodb, scale)
            stack.up()
            time.sleep(SETTLE_SECONDS)
            return {"cores": os.cpu_count(), "load_before": round(load, 1), **figures, "memory_mb": stack.megabytes()}
        finally:
            stack.down()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep. A missed goal is marked, not a failure: the figures are of this machine and this moment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="how much to do; 1 takes some minutes")
    scale = parser.parse_args(arguments).scale
    unwind_when_told_to_end()
    began = time.monotonic()
    figures = measure(scale)
    seconds = time.monotonic() - began
    rows = rows_of(figures)
    missed = [row.part for row in rows if row.met is False]
    memory = psutil.virtual_memory().total / 1e9
    head = f"The event path: {os.cpu_count()} cores, {memory:.0f} GB, load {figures['load_before']} before; "
    text = f"{head}document server {figures['server']}; {seconds:.0f} s\n\n{table(rows)}\n\n"
    text += f"MISSED: {'; '.join(missed)}" if missed else "every goal met"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "path.txt").write_text(text + "\n")
    (RESULTS / "path.json").write_text(json.dumps(figures | {"missed": missed}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
