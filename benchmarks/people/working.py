"""What works beside the measuring: relays, consumers and clocks, each over and over on a thread of its own."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from servicekit.refusals import Refusal

PATIENCE_SECONDS = 600.0
_SAY_EVERY_SECONDS = 5.0
_JOIN_SECONDS = 20.0


def patiently(act: Callable[[], int]) -> int:
    """Do it, again while the store is away or too busy, as a worker does it again after a restart.

    Raises:
        Refusal: that lasted ten minutes.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return act()
        except Refusal as refusal:
            if refusal.status != 503 or time.monotonic() > deadline:
                raise
            say(f"the store is not ready ({refusal.slug()}); trying again")
            time.sleep(1.0)


def say(text: str) -> None:
    """A line of progress, beside the results."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


class Progress:
    """Says how far something is, every five seconds at most."""

    def __init__(self) -> None:
        self._next = 0.0

    def say(self, text: Callable[[], str]) -> None:
        """Say it where it is time to; `text` is not made otherwise."""
        if time.monotonic() >= self._next:
            say(text())
            self._next = time.monotonic() + _SAY_EVERY_SECONDS


class Works:
    """Threads at work, and the first failure among them."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._failure: BaseException | None = None
        self._threads: list[threading.Thread] = []

    def start(self, step: Callable[[], int], close: Callable[[], None] = lambda: None, pause: float = 0.1) -> None:
        """Call `step` over and over, after a pause where it had nothing to do; `close` at the end."""

        def run() -> None:
            try:
                while not self._stopping.is_set():
                    if not patiently(step):
                        self._stopping.wait(pause)
                close()
            except BaseException as failure:  # noqa: BLE001  # whoever waits for this work must not wait for ever
                self._failure = self._failure or failure

        # A daemon, so that a bench which is told to end does not wait for a server that hangs.
        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait_until(self, true: Callable[[], bool], every: float) -> None:
        """Wait until it is so.

        Raises:
            RuntimeError: a thread failed, so that it never will be.
        """
        while not true():
            self.check()
            time.sleep(every)

    def check(self) -> None:
        """Raise RuntimeError where a thread has failed."""
        if self._failure is not None:
            raise RuntimeError("what works beside the bench broke") from self._failure

    def stop(self, patience: float = _JOIN_SECONDS) -> None:
        """End every thread after its step, and wait so many seconds for each."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(patience)


@contextmanager
def at_work() -> Iterator[Works]:
    """Threads that are stopped at the end."""
    works = Works()
    try:
        yield works
        works.check()
    except BaseException:
        works.stop(patience=0.5)
        raise
    works.stop()
