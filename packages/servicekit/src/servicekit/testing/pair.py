"""Two tiny services, one that tells and one that listens, for tests and measurements of the path between them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from contracts import Envelope
from contracts.matching import PlanChanged, RequestMade, RequestReminded
from servicekit.clock import Clock
from servicekit.documents import Documents
from servicekit.entity import Entity
from servicekit.handling import Handler, Handlers
from servicekit.store import Catalogue, Store, Unit

TELLER = "matching"
LISTENER = "feedback"
_DEADLINE = datetime(2027, 6, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Ask(Entity):
    """The teller's thing: a request, and how often it was reminded of."""

    reminders: int = 0


@dataclass(frozen=True, kw_only=True)
class Plan(Entity):
    """The teller's snapshot."""

    revision: int = 0


@dataclass(frozen=True, kw_only=True)
class Tally(Entity):
    """The listener's effect: which sequences of one key were felt, in the order in which they were."""

    felt: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Glimpse(Entity):
    """The listener's projection of a snapshot."""

    revision: int


TELLER_CATALOGUE = Catalogue((Documents(Ask, "asks"), Documents(Plan, "plans")))
LISTENER_CATALOGUE = Catalogue((Documents(Tally, "tallies"), Documents(Glimpse, "glimpses")))


def remind(store: Store[Unit], id: str) -> int:
    """Ask, or remind of what was asked; returns the sequence of the event that this told."""

    def work(unit: Unit) -> int:
        asked = unit.get(Ask, id)
        if asked is None:
            unit.save(Ask(id=id), RequestMade(**request(id)))
            return 1
        unit.save(replace(asked, reminders=asked.reminders + 1), RequestReminded(**request(id)))
        return asked.reminders + 2

    return store.atomically(work)


def revise(store: Store[Unit], id: str) -> int:
    """Tell a plan's next revision."""

    def work(unit: Unit) -> int:
        plan = unit.get(Plan, id) or Plan(id=id)
        plan = unit.save(replace(plan, revision=plan.revision + 1), _plan(id, plan.revision + 1))
        return plan.revision

    return store.atomically(work)


def on_request(store: Store[Unit], clock: Clock, envelope: Envelope) -> None:
    """Feel the event."""

    def work(unit: Unit) -> None:
        tally = unit.get(Tally, envelope.key) or Tally(id=envelope.key)
        unit.save(replace(tally, felt=(*tally.felt, envelope.sequence)))

    store.atomically(work)


def on_plan_changed(store: Store[Unit], clock: Clock, envelope: Envelope) -> None:
    """Keep the newest revision."""
    assert isinstance(envelope.data, PlanChanged)
    revision = int(envelope.data.name)

    def work(unit: Unit) -> None:
        glimpse = unit.get(Glimpse, envelope.key)
        unit.save(replace(glimpse, revision=revision) if glimpse else Glimpse(id=envelope.key, revision=revision))

    store.atomically(work)


HANDLERS: Handlers = {
    RequestMade: Handler(on_request),
    RequestReminded: Handler(on_request),
    PlanChanged: Handler(on_plan_changed),
}


def request(id: str) -> dict[str, Any]:
    """What every event of a request carries."""
    return {
        "request_id": id,
        "program_id": "prg_1",
        "mentee_id": "prs_ana",
        "mentor_id": "prs_ben",
        "made_by": "mentee",
        "deadline": _DEADLINE,
    }


def _plan(id: str, revision: int) -> PlanChanged:
    return PlanChanged(
        program_id=id,
        name=str(revision),
        kind="one_to_one",
        state="open",
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 6, 1),
    )
