"""The wake-up: each insert into the outbox wakes the relay, however close to one another they come."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from pymongo.errors import AutoReconnect

from servicekit.wakeup import OutboxWakeup


class Relaying(threading.Event):
    """A relay that goes back to sleep at once, and counts how often it was woken."""

    def __init__(self) -> None:
        super().__init__()
        self.woken = 0

    def set(self) -> None:
        self.woken += 1


class Stream:
    """A change stream without pauses; at its end the process is told to stop."""

    def __init__(self, changes: int, stopping: threading.Event) -> None:
        self._left = changes
        self._stopping = stopping

    def try_next(self) -> dict[str, Any] | None:
        if not self._left:
            self._stopping.set()
            return None
        self._left -= 1
        return {"_id": self._left}


class Database:
    """Just enough of one to be watched."""

    def __init__(self, stream: "Stream | Broken") -> None:
        self._stream = stream

    def __getitem__(self, name: str) -> "Database":
        return self

    @contextmanager
    def watch(self, pipeline: object, max_await_time_ms: int) -> Iterator["Stream | Broken"]:
        yield self._stream


class Broken:
    """A change stream that its server ends."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping

    def try_next(self) -> dict[str, Any] | None:
        self._stopping.set()
        raise AutoReconnect("the server is gone")


def test_a_stream_that_broke_watches_no_more() -> None:
    stopping = threading.Event()
    whole = OutboxWakeup(cast(Any, Database(Stream(1, stopping))), Relaying(), stopping)
    assert not whole.is_watching
    whole.run()
    assert whole.is_watching
    stopping.clear()
    broken = OutboxWakeup(cast(Any, Database(Broken(stopping))), Relaying(), stopping)
    broken.run()
    assert not broken.is_watching


def test_a_steady_flow_of_inserts_wakes_the_relay_at_each() -> None:
    stopping, relaying = threading.Event(), Relaying()
    OutboxWakeup(cast(Any, Database(Stream(5, stopping))), relaying, stopping).run()
    assert relaying.woken == 5
