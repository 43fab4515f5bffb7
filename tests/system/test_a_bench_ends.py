"""A bench leaves no process and no folder, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.stack

CHECKOUT = Path(__file__).parents[2]
START_SECONDS, END_SECONDS = 240.0, 180.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_bench_that_is_ended_takes_its_stack_along(number: signal.Signals, tmp_path: Path) -> None:
    own = {name: value for name, value in os.environ.items() if name not in ("KAFKA_BOOTSTRAP", "MONGODB_URI")}
    environment = {**own, "TMPDIR": str(tmp_path)}
    argv = [sys.executable, "-m", "benchmarks.people.bench", "--people", "5000"]
    bench = subprocess.Popen(
        argv,
        cwd=CHECKOUT,
        env=environment | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert bench.stderr is not None
    try:
        _wait_for(lambda: bool(_processes(tmp_path) and list(tmp_path.rglob("stack.json"))), START_SECONDS)
        assert any(b"bare inserts" in line for line in bench.stderr)
    finally:
        bench.send_signal(number)
    bench.stderr.close()
    assert bench.wait(END_SECONDS) != 0
    _wait_for(lambda: not _processes(tmp_path) and not list(tmp_path.iterdir()), END_SECONDS)


def _processes(folder: Path) -> list[psutil.Process]:
    """Everything that was started with a path below this folder."""
    return [one for one in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(one.info["cmdline"] or ())]


def _wait_for(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} seconds"
        time.sleep(0.2)
