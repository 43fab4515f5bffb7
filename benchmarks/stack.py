"""A local stack that ends with the bench that started it, however the bench ends.

The stack is kept by a process of its own, in a session of its own: `python -m benchmarks.stack ROOT` starts parts as
told line by line (JSON lists of options of `mentormesh up`), and answers each with one line. When its input ends, which
it does even where the bench is killed outright, it takes the stack down and removes its folder.
"""

import contextlib
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any


def unwind_when_told_to_end() -> None:
    """Let SIGTERM and SIGINT end a bench as an error would, so that what it started goes with it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


class Stack:
    """A local stack of this run's own, driven as an operator drives it."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._keeper: subprocess.Popen[str] | None = None

    def up(self, *options: str) -> Any:
        """Start what is not running yet; its description.

        Raises:
            RuntimeError: it could not be started; its own words are on stderr.
        """
        keeper = self._keeper or self._kept()
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        keeper.stdin.write(json.dumps(options) + "\n")
        keeper.stdin.flush()
        description = json.loads(keeper.stdout.readline() or "null")
        if description is None:
            raise RuntimeError("the local stack was not started")
        return description

    def megabytes(self) -> dict[str, float]:
        """Resident memory of each process, its children included."""
        rows = json.loads(_told("status", self._root))["processes"]
        return {row["name"]: float(row["memory_mb"]) for row in rows}

    def down(self) -> None:
        """Stop everything and remove all of it."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            assert keeper.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                keeper.stdin.close()
            keeper.wait()

    def _kept(self) -> "subprocess.Popen[str]":
        argv = [sys.executable, "-m", "benchmarks.stack", self._root]
        self._keeper = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        return self._keeper


def keep(root: str, orders: Iterable[str], answers: IO[str]) -> None:
    """Start parts as ordered until there are no more orders, then leave nothing."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # Whoever ends the bench ends the orders with it. A handler, since what is ignored stays so in children.
        signal.signal(number, lambda *_: None)
    try:
        for order in orders:
            try:
                description = json.loads(_told("up", root, "--ports", "auto", *json.loads(order)))
            except subprocess.CalledProcessError:
                description = None
            with contextlib.suppress(BrokenPipeError):
                print(json.dumps(description), file=answers, flush=True)
    finally:
        _told("down", root, "--wipe")
        shutil.rmtree(root, ignore_errors=True)
        with contextlib.suppress(OSError):
            # The bench's own folder, where the bench could not remove it any more.
            Path(root).parent.rmdir()


def _told(verb: str, root: str, *options: str) -> str:
    argv = [sys.executable, "-m", "mentormesh", verb, *options, "--root", root, "--json"]
    return subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    keep(sys.argv[1], sys.stdin, sys.stdout)
