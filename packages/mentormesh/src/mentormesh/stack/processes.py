"""Start a process of the local stack, know it again later, and stop that one and no other."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from mentormesh.config import inherited
from mentormesh.stack.failures import PartDied, StackFailure

_POLL_SECONDS = 0.1
_SAME_START_SECONDS = 2.0  # a clock that is set shifts what the system says of a start


@dataclass(frozen=True)
class Part:
    """One process of the stack before it runs: how to start it, and when it is ready."""

    name: str
    argv: Sequence[str]
    ready: Callable[[], bool]
    address: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    patience_seconds: float = 60.0
    stop_seconds: float = 15.0


@dataclass(frozen=True)
class Running:
    """A process that was started; `started` (seconds since the epoch) tells it from a later one of the same pid."""

    name: str
    pid: int
    started: float
    log: str
    address: str
    stop_seconds: float

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def process(self) -> psutil.Process | None:
        """The very process that was started, or None where it has ended."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < _SAME_START_SECONDS
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def memory_mb(self) -> float:
        """Resident memory of the process and its children, in MB; 0 where it has ended."""
        process = self.process()
        if process is None:
            return 0.0
        total = 0
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
        return total / 1e6


def start(part: Part, log: Path) -> Running:
    """Start `part` in a session of its own, so that a Ctrl-C at the terminal does not reach it.

    Raises:
        StackFailure: its program cannot be run.
    """
    argv = [str(word) for word in part.argv]
    with log.open("ab") as out, open(os.devnull, "rb") as nothing:
        streams = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), 0)]
        streams += [(os.POSIX_SPAWN_DUP2, out.fileno(), number) for number in (1, 2)]
        try:
            # Not subprocess.Popen, whose handle complains when the process outlives its starter, as it shall here.
            pid = os.posix_spawnp(argv[0], argv, inherited(part.environment), file_actions=streams, setsid=True)
        except OSError as error:
            raise StackFailure(f"{part.name} cannot be started: {argv[0]}: {error.strerror}.") from error
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess as error:
        raise PartDied(part.name, log, "ended at once") from error
    return Running(part.name, pid, started, str(log), part.address, part.stop_seconds)


def wait_ready(part: Part, running: Running) -> None:
    """Wait until `part` says that it is ready.

    Raises:
        PartDied: it ended first, or was not ready within its patience.
    """
    deadline = time.monotonic() + part.patience_seconds
    while not part.ready():
        if running.process() is None:
            raise PartDied(part.name, Path(running.log), "ended before it was ready")
        if time.monotonic() > deadline:
            why = f"was not ready after {part.patience_seconds:.0f} seconds"
            raise PartDied(part.name, Path(running.log), why)
        time.sleep(_POLL_SECONDS)


def wait_until(true: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait until `true()`.

    Raises:
        StackFailure: it was not within `seconds`; `otherwise` says so.
    """
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise StackFailure(f"{otherwise} after {seconds:.0f} seconds.")
        time.sleep(_POLL_SECONDS)


def run_once(part: Part, log: Path) -> None:
    """Run `part` to its end.

    Raises:
        PartDied: it ended with a code other than 0.
    """
    with log.open("ab") as out:
        done = subprocess.run(
            list(part.argv),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=inherited(part.environment),
            check=False,
        )
    if done.returncode:
        raise PartDied(part.name, log, f"ended with code {done.returncode}")


def stop(running: Running) -> bool:
    """Stop the process: asked first, killed when it does not end in time. False where it had ended already."""
    return bool(stop_together([running]))


def stop_together(parts: Iterable[Running]) -> list[str]:
    """Stop processes side by side, as `stop` does one; the names of those that ran."""
    asked: list[tuple[Running, list[psutil.Process]]] = []
    for one in parts:
        process = one.process()
        if process is None:
            continue
        with contextlib.suppress(psutil.NoSuchProcess):
            asked.append((one, [process, *process.children(recursive=True)]))
            process.send_signal(signal.SIGTERM)
    for one, family in asked:
        psutil.wait_procs(family[:1], timeout=one.stop_seconds)
        for survivor in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                if survivor.is_running() and survivor.status() != psutil.STATUS_ZOMBIE:
                    survivor.kill()
        psutil.wait_procs(family, timeout=5)
    return [one.name for one, _ in asked]
