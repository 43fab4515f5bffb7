"""Deliveries: claimed by one worker, sent outside any transaction, and then written down."""

import random
from collections.abc import Callable

import structlog

from notifications import permissions
from notifications.domain.delivery import Delivery
from notifications.domain.known import Contact
from notifications.domain.mail import Mail, compose
from notifications.domain.message import Message
from notifications.ports import AddressRefused, Mailer, NotDelivered, Place, Store, Unit
from notifications.use_cases.messages import text_of
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id

log = structlog.get_logger()


def read_deliveries(
    store: Store, caller: Caller, before: Place | None, limit: int
) -> tuple[list[Delivery], Place | None]:
    """A page of what was sent to the caller, the newest first, and where the page after it begins."""
    permissions.require(caller, "delivery.list")

    def work(unit: Unit) -> tuple[list[Delivery], Place | None]:
        found = unit.deliveries_of(caller.id, before, limit + 1)
        page = found[:limit]
        return page, (page[-1].created_at, page[-1].id) if len(found) > limit else None

    return store.reading(work)


def deliver(
    store: Store,
    clock: Clock,
    caller: Caller,
    id: str,
    *,
    mailer: Mailer,
    portal_url: str,
    jitter: Callable[[], float] = random.random,
) -> None:
    """Send what is due, unless another worker has it.

    The mail leaves between two transactions, so it may leave twice where a worker dies in between; both carry the
    same Message-ID.
    """
    permissions.require(caller, "delivery.send")
    claim = new_id("clm")
    mail = store.atomically(lambda unit: _claim(unit, id, claim, clock, portal_url))
    if mail is None:
        return
    try:
        mailer.send(mail)
    except AddressRefused as refusal:
        log.warning("mail-refused", delivery=id, reason=refusal.code)
        code = refusal.code
        _write_down(store, id, claim, lambda unit, delivery: _died(unit, delivery, code))
    except NotDelivered as failure:
        log.warning("mail-not-delivered", delivery=id, reason=failure.code)
        code = failure.code
        _write_down(store, id, claim, lambda unit, delivery: _failed(unit, delivery, code, jitter(), clock))
    else:
        _write_down(store, id, claim, lambda unit, delivery: _sent(unit, delivery, clock))


def _claim(unit: Unit, id: str, claim: str, clock: Clock, portal_url: str) -> Mail | None:
    """The mail to send, and the claim on it; None where there is nothing to send now."""
    now = clock.now()
    delivery = unit.get(Delivery, id)
    if delivery is None or not delivery.is_due(now):
        return None
    message = unit.get(Message, delivery.message_id)
    reader = unit.get(Contact, delivery.person_id)
    if message is None or (reader is not None and reader.is_gone):
        _suppress(unit, delivery, "person_gone")
        return None
    if reader is None or not reader.email:
        if delivery.waits_too_long(now):
            _suppress(unit, delivery, "no_contact")
        else:
            unit.save(delivery.waiting(now))
        return None
    if message.notice.comes_too_late(now):
        _suppress(unit, delivery, "too_late")
        return None
    if delivery.is_exhausted:
        _died(unit, delivery, delivery.reason or "gave_up")
        return None
    unit.save(delivery.claimed(claim, now))
    meeting = message.notice.meeting
    people = [unit.get(Contact, person) for person in (meeting.people if meeting else ())]
    return compose(
        delivery.id, message, text_of(unit, message), reader, [one for one in people if one is not None], portal_url
    )


def _write_down(store: Store, id: str, claim: str, change: Callable[[Unit, Delivery], None]) -> None:
    def work(unit: Unit) -> None:
        delivery = unit.get(Delivery, id)
        # Whoever took it over after two minutes writes down what comes of it.
        if delivery is not None and delivery.claim == claim:
            change(unit, delivery)

    store.atomically(work)


def _sent(unit: Unit, delivery: Delivery, clock: Clock) -> None:
    sent, event = delivery.sent(clock.now())
    unit.save(sent, event)


def _failed(unit: Unit, delivery: Delivery, reason: str, jitter: float, clock: Clock) -> None:
    failed, events = delivery.failed(reason, jitter, clock.now())
    unit.save(failed, *events)


def _died(unit: Unit, delivery: Delivery, reason: str) -> None:
    dead, events = delivery.died(reason)
    unit.save(dead, *events)


def _suppress(unit: Unit, delivery: Delivery, reason: str) -> None:
    suppressed, event = delivery.suppressed(reason)
    unit.save(suppressed, event)
