"""A bench leaves no process and no folder, however it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.stack

CHECKOUT = Path(__file__).parents[2]
UP = b"a stack of its own is up"
# However busy the machine is: what has not ended by then hangs.
HANGS_AFTER_SECONDS = 900.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_bench_that_is_ended_takes_its_stack_along(number: signal.Signals, tmp_path: Path) -> None:
    own = {name: value for name, value in os.environ.items() if name not in ("KAFKA_BOOTSTRAP", "MONGODB_URI")}
    environment = {**own, "TMPDIR": str(tmp_path)}
    argv = [sys.executable, "-m", "benchmarks.people.bench", "--people", "5000"]
    with subprocess.Popen(
        argv, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as bench:
        assert bench.stderr is not None
        try:
            said = b"".join(_until(bench.stderr, UP))
            assert UP in said, said.decode()
            started = _processes(tmp_path)
            assert len(started) >= 3  # the keeper, the broker, the document server
        finally:
            bench.send_signal(number)
    assert bench.returncode != 0
    # The keeper ends last, when everything is done.
    _, left = psutil.wait_procs(started, timeout=HANGS_AFTER_SECONDS)
    assert not left
    assert not _processes(tmp_path)
    assert not list(tmp_path.iterdir())


def _until(lines: Iterable[bytes], word: bytes) -> Iterator[bytes]:
    for line in lines:
        yield line
        if word in line:
            return


def _processes(folder: Path) -> list[psutil.Process]:
    """Everything that was started with a path below this folder."""
    return [one for one in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(one.info["cmdline"] or ())]
