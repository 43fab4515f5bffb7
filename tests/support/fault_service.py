"""The pair's processes, with a fault planted at a named point or one promise taken away (a mutant).

`MENTORMESH_FAULT=point@n` kills the process with SIGKILL the n-th time it reaches the point (`point@n:stop` stops it);
`MENTORMESH_MUTANT=name` breaks one promise. Nothing of this exists in the services themselves.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import kafka

from servicekit.consumer.applying import Applying
from servicekit.consumer.consumer import Consumer
from servicekit.kafka.sender import KafkaSender
from servicekit.lease import Lease
from servicekit.ledger import Watermark
from servicekit.mongo import MongoStore
from servicekit.process import main
from servicekit.refusals import Refusal
from servicekit.relay import Relay
from servicekit.testing import pair_process

# Every point is a method, reached before or after it runs.
POINTS: dict[str, tuple[type, str, str]] = {
    "after-commit": (MongoStore, "_attempt", "after"),
    "before-send": (KafkaSender, "send", "before"),
    "after-send": (KafkaSender, "send", "after"),
    "before-mark": (Relay, "_mark", "before"),
    "in-marking": (Relay, "_mark", "after"),
    "in-consumer": (Applying, "apply_all", "after"),
    "after-consumer": (Consumer, "_commit", "after"),
}


def plant(fault: str) -> None:
    """Make the n-th passage of a point fatal."""
    point, _, rest = fault.partition("@")
    count, _, how = rest.partition(":")
    owner, name, when = POINTS[point]
    method = getattr(owner, name)
    left = [int(count)]

    def strike() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGSTOP if how == "stop" else signal.SIGKILL)

    def reached(*arguments: Any, **more: Any) -> Any:
        if when == "before":
            strike()
        result = method(*arguments, **more)
        if when == "after":
            strike()
        return result

    setattr(owner, name, reached)


def no_watermark() -> None:
    """Apply whatever comes."""
    Watermark.knows = lambda *_: False  # type: ignore[method-assign]
    Applying._is_gap = lambda *_: False  # type: ignore[method-assign]


def position_before_effect() -> None:
    """Store the position in a transaction of its own, and the effects in the next."""
    commit = Consumer._commit

    def twice(self: Consumer, records: Any, poison: Any = None) -> None:
        ends = {record.raw.partition: record.raw.next_offset for record in records}

        def move(unit: Any) -> None:
            for position in self._compare(unit, ends):
                unit.save(position)

        self._store.atomically(move)
        self._positions.update(ends)
        commit(self, records, poison)

    Consumer._commit = twice  # type: ignore[method-assign]


def relay_without_fence() -> None:
    """Trust the lease without looking, and let the broker take whatever comes."""
    opened = KafkaSender.__init__

    def unfenced(self: KafkaSender, settings: Any, wire: Any, name: str) -> None:
        opened(self, replace(settings, fenced=False), wire, name)

    KafkaSender.__init__ = unfenced  # type: ignore[method-assign]
    Lease.is_sure = True  # type: ignore[method-assign, assignment]
    Lease.check = lambda *_: None  # type: ignore[method-assign]


def without_zstd() -> None:
    """Lack a codec that others write."""
    kafka.codec.has_zstd = lambda: False


MUTANTS: dict[str, Callable[[], None]] = {
    "no-watermark": no_watermark,
    "position-before-effect": position_before_effect,
    "relay-without-fence": relay_without_fence,
    "without-zstd": without_zstd,
}


def create_app(settings: Any) -> Any:
    """The pair's app, where a refusal is the answer that its status says."""
    app = pair_process.create_app(settings)
    app.register_error_handler(Refusal, lambda refusal: ({"detail": refusal.detail}, refusal.status))
    return app


if __name__ == "__main__":
    with suppress(KeyError):
        MUTANTS[os.environ["MENTORMESH_MUTANT"]]()
    if os.environ.get("MENTORMESH_FAULT"):
        plant(os.environ["MENTORMESH_FAULT"])
    main(
        service=os.environ.get("PAIR", "pair"),
        settings=pair_process.Settings.from_env,
        app=create_app,
        worker=pair_process.create_worker,
        initialise=pair_process.initialise,
    )
