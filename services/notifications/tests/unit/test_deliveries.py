"""Deliveries: claimed by one worker, tried again with patience, never to somebody who is gone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts.feedback import SessionReminded
from contracts.matching import RequestMade, RequestReminded
from contracts.profiles import ContactChanged
from notifications.domain.delivery import MOST_ATTEMPTS
from notifications.handlers import HANDLERS, foresee_contacts
from notifications.ports import AddressRefused, NotDelivered
from notifications.use_cases import deliveries, preferences
from notifications.use_cases.deliveries import deliver
from servicekit.caller import Caller
from servicekit.store import JoinedStore
from servicekit.testing import FrozenClock
from servicekit.testing.foreseeing import asked_together

from .conftest import (
    ANA,
    ANA_CONTACT,
    ASKED,
    BEN,
    BEN_CONTACT,
    BEN_LEFT,
    NOW,
    PORTAL,
    REQUEST,
    SCHEDULED,
    SESSION,
    STARTS,
    KeptMail,
    Send,
    Store,
    Tell,
    enveloped,
)

SYSTEM = Caller.system("notifications")


def states(store: Store) -> list[tuple[str, str | None]]:
    return [(one.state, one.reason) for one in deliveries.read_deliveries(store, BEN, None, 50)[0]]


def test_a_message_is_mailed_once(store: Store, tell: Tell, send: Send, server: KeptMail, known: None) -> None:
    tell(ASKED)
    assert send() == 1
    assert send() == 0
    assert [mail.subject for mail in server.mails] == ["Ana Díaz möchte mit dir arbeiten"]
    assert states(store) == [("sent", None)]
    assert store.events() == ["delivery.sent"]


def test_nobody_else_sees_somebodys_deliveries(store: Store, tell: Tell, send: Send, known: None) -> None:
    tell(ASKED)
    assert deliveries.read_deliveries(store, ANA, None, 50) == ([], None)


def test_two_workers_never_send_at_once(
    store: Store, clock: FrozenClock, tell: Tell, server: KeptMail, known: None
) -> None:
    tell(ASKED)
    (delivery,) = store.held("deliveries")

    class Slow(KeptMail):
        def send(self, mail: object) -> None:
            # The other worker looks while this one is still sending.
            deliver(store, clock, SYSTEM, delivery["_id"], mailer=server, portal_url=PORTAL)
            assert server.mails == []

    deliver(store, clock, SYSTEM, delivery["_id"], mailer=Slow(), portal_url=PORTAL)
    assert states(store) == [("sent", None)]


def test_what_a_dead_worker_claimed_is_sent_again_under_the_same_id(
    store: Store, clock: FrozenClock, tell: Tell, send: Send, server: KeptMail, known: None
) -> None:
    tell(ASKED)
    server.trouble = [KeyboardInterrupt()]  # type: ignore[list-item]  # the process dies after the hand-over
    with pytest.raises(KeyboardInterrupt):
        send()
    clock.advance(seconds=119)
    assert send() == 0
    clock.advance(seconds=1)
    assert send() == 1
    first, second = server.mails
    assert first.id == second.id
    assert states(store) == [("sent", None)]


def test_a_worker_that_comes_back_late_does_not_write_over_the_other(
    store: Store, clock: FrozenClock, tell: Tell, server: KeptMail, known: None
) -> None:
    tell(ASKED)
    (delivery,) = store.held("deliveries")

    class Stopped(KeptMail):
        def send(self, mail: object) -> None:
            clock.advance(minutes=3)
            deliver(store, clock, SYSTEM, delivery["_id"], mailer=server, portal_url=PORTAL)
            raise NotDelivered("server_unreachable")

    deliver(store, clock, SYSTEM, delivery["_id"], mailer=Stopped(), portal_url=PORTAL)
    assert states(store) == [("sent", None)]
    assert len(server.mails) == 1


def test_a_failure_is_tried_again_later_each_time_and_dies_at_last(
    store: Store, clock: FrozenClock, tell: Tell, server: KeptMail, known: None
) -> None:
    tell(ASKED)
    (delivery,) = store.held("deliveries")
    server.trouble = [NotDelivered("server_unreachable") for _ in range(MOST_ATTEMPTS)]
    pauses = []
    for _ in range(MOST_ATTEMPTS):
        before = clock.now()
        deliver(store, clock, SYSTEM, delivery["_id"], mailer=server, portal_url=PORTAL, jitter=lambda: 0.5)
        (held,) = store.held("deliveries")
        if held["due_at"] is not None:
            assert held["state"] == "failed"
            pauses.append((held["due_at"] - before).total_seconds())
            clock.set(held["due_at"])
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3840, 7680]
    assert states(store) == [("dead", "server_unreachable")]
    assert store.events() == ["delivery.died"]


def test_a_mail_that_ends_its_worker_each_time_dies_too(
    store: Store, clock: FrozenClock, tell: Tell, send: Send, server: KeptMail, known: None
) -> None:
    tell(ASKED)
    server.trouble = [RuntimeError("a bug") for _ in range(MOST_ATTEMPTS)]
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(RuntimeError):
            send()
        clock.advance(minutes=2)
    send()
    assert len(server.mails) == MOST_ATTEMPTS
    assert states(store) == [("dead", "gave_up")]


def test_nobody_is_invited_to_a_session_that_has_begun(
    store: Store, clock: FrozenClock, tell: Tell, send: Send, server: KeptMail, known: None
) -> None:
    tell(SCHEDULED)
    clock.set(STARTS)
    tell(SessionReminded(**SESSION))
    send()
    assert server.mails == []
    assert states(store) == [("suppressed", "too_late")]


def test_jitter_spreads_attempts_by_half(store: Store, clock: FrozenClock, tell: Tell, known: None) -> None:
    tell(ASKED)
    (delivery,) = store.held("deliveries")
    failing = KeptMail()
    failing.trouble = [NotDelivered("try_later")]
    deliver(store, clock, SYSTEM, delivery["_id"], mailer=failing, portal_url=PORTAL, jitter=lambda: 0.0)
    assert store.held("deliveries")[0]["due_at"] == NOW + timedelta(seconds=15)


def test_an_address_that_is_refused_is_not_tried_again(
    store: Store, tell: Tell, send: Send, server: KeptMail, known: None
) -> None:
    tell(ASKED)
    server.trouble = [AddressRefused("address_refused")]
    send()
    assert states(store) == [("dead", "address_refused")]
    assert send() == 0


def test_a_notice_waits_a_day_for_its_contact(
    store: Store, clock: FrozenClock, tell: Tell, send: Send, server: KeptMail
) -> None:
    tell(ASKED)
    for _ in range(24 * 6):
        send()
        assert states(store) == [("pending", "no_contact")]
        clock.advance(minutes=10)
    send()
    assert states(store) == [("suppressed", "no_contact")]
    assert server.mails == []
    assert store.events() == ["delivery.suppressed"]


def test_a_contact_that_comes_late_is_mailed_at_once(
    store: Store, clock: FrozenClock, tell: Tell, send: Send, server: KeptMail
) -> None:
    tell(ASKED, ANA_CONTACT)
    send()
    clock.advance(minutes=1)
    assert send() == 0
    tell(BEN_CONTACT)
    assert send() == 1
    assert [mail.to.name for mail in server.mails] == ["Ben Müller"]


def test_many_contacts_are_asked_about_together(store: Store, clock: FrozenClock) -> None:
    contacts = [replace(ANA_CONTACT, person_id=f"prs_{number}") for number in range(5)]
    envelopes = [enveloped(contact, NOW) for contact in contacts]
    assert asked_together(store, clock, HANDLERS[ContactChanged], envelopes) == ["contacts", "deliveries"]


@pytest.mark.parametrize("asked_first", [True, False])
def test_what_waits_for_one_of_many_contacts_is_hastened(store: Store, clock: FrozenClock, asked_first: bool) -> None:
    """Whether it waited before, or is told in the very transaction that foresaw nothing to wait."""

    def wait_for_ben(joined: Any) -> None:
        HANDLERS[RequestMade](joined, clock, enveloped(ASKED, NOW))
        (delivery,) = joined.reading(lambda unit: unit.deliveries_open("prs_ben"))
        joined.atomically(lambda unit: unit.save(delivery.waiting(NOW)))

    def keep(unit: Any) -> None:
        contacts = [enveloped(ANA_CONTACT, NOW), enveloped(BEN_CONTACT, NOW)]
        foresee_contacts(unit, contacts)
        if not asked_first:
            wait_for_ben(JoinedStore(unit))
        for envelope in contacts:
            HANDLERS[ContactChanged](JoinedStore(unit), clock, envelope)

    if asked_first:
        store.atomically(lambda unit: wait_for_ben(JoinedStore(unit)))
    store.atomically(keep)
    assert store.reading(lambda unit: unit.deliveries_due(NOW, 10))


@pytest.mark.parametrize("left_first", [True, False])
def test_somebody_who_left_is_told_nothing(
    store: Store, tell: Tell, send: Send, server: KeptMail, known: None, left_first: bool
) -> None:
    tell(*((BEN_LEFT, ASKED) if left_first else (ASKED, BEN_LEFT)))
    send()
    assert server.mails == []
    assert states(store) == [("suppressed", "person_gone")]


def test_a_kind_that_is_not_wanted_by_mail_is_suppressed_and_logged(
    store: Store, tell: Tell, send: Send, server: KeptMail, known: None
) -> None:
    preferences.change_preferences(store, BEN, {"request_received": {"email": False}}, 0)
    tell(ASKED, RequestReminded(**REQUEST))
    send()
    assert sorted(states(store), key=str) == [("sent", None), ("suppressed", "preference")]
    assert [mail.subject for mail in server.mails] == ["Ana Díaz wartet auf deine Antwort"]


def test_a_log_of_deliveries_holds_no_name_and_no_address(store: Store, tell: Tell, send: Send, known: None) -> None:
    tell(SCHEDULED)
    send()
    kept = str([store.held("deliveries"), store.held("outbox"), store.held("messages")])
    for personal in ("Ana", "Müller", "@example.org"):
        assert personal not in kept
