"""Handlers: what a service does when an event arrives, and whether doing it again would be felt outside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts import Envelope, Event
from servicekit.clock import Clock
from servicekit.store import Store

HandlerFunction = Callable[[Any, Clock, Envelope], object]
Foresight = Callable[[Any, Sequence[Envelope]], object]


@dataclass(frozen=True)
class Handler:
    """`function(store, clock, envelope)`, where `store` joins the transaction that also holds the watermark.

    `outside_effects` marks what people or other systems would notice twice (a message, a call): a replay does not
    call it for events that were handled before. `foresee(unit, envelopes)` may load what the function will read for
    a whole batch in one question; it changes nothing.
    """

    function: HandlerFunction
    outside_effects: bool = False
    foresee: Foresight | None = None

    def __call__(self, store: Store[Any], clock: Clock, envelope: Envelope) -> None:
        self.function(store, clock, envelope)


Handlers = Mapping[type[Event], Handler]


def topics_of(handlers: Handlers) -> tuple[str, ...]:
    """The topics that carry what is handled."""
    return tuple(sorted({event.contract.topic for event in handlers}))
