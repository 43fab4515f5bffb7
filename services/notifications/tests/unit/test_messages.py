"""Messages: who is told what, in whose words, and who may read it."""

import itertools
from datetime import UTC, date, timedelta
from typing import Any

import pytest

from contracts import Event
from contracts import feedback as f
from contracts import matching as m
from contracts.profiles import ContactErased, ErasureStarted, PersonChanged, PersonErased
from notifications.domain.notices import TELLING, notices_of
from notifications.domain.preferences import KINDS
from notifications.domain.texts import english, german, moment, region_of, words_for, zone_of
from notifications.handlers import HANDLERS
from notifications.use_cases import messages, preferences
from servicekit.refusals import NotFound, Stale
from servicekit.testing import FrozenClock

from .conftest import (
    ANA,
    ANA_CONTACT,
    ASKED,
    BEN,
    BEN_CONTACT,
    DAN,
    MENTORSHIP,
    NOW,
    PLAN,
    REQUEST,
    SCHEDULED,
    SESSION,
    Store,
    Tell,
    enveloped,
)

ENROLMENT: dict[str, Any] = {"enrolment_id": "enr_1", "program_id": "prg_1", "person_id": "prs_ana", "role": "mentee"}
RUN: dict[str, Any] = {"run_id": "run_1", "program_id": "prg_1", "requested_by": "prs_ana"}
VACATED: dict[str, Any] = {
    "program_id": "prg_1",
    "kind": "one_to_one",
    "starts_on": date(2027, 1, 1),
    "ends_on": date(2027, 6, 30),
    "role": "mentee",
    "enrolment_id": "enr_1",
    "managers": ("prs_ana",),
}
REVIEW = {
    "review_id": "rev_1",
    "session_id": "ses_1",
    "mentorship_id": "mnt_1",
    "program_id": "prg_1",
    "author_id": "prs_ana",
    "addressee_id": "prs_ben",
}


def told(store: Store, caller: object) -> list[tuple[str, str]]:
    items = messages.read_inbox(store, caller, None, 50).items  # type: ignore[arg-type]
    return [(item.kind, item.link) for item in items]


@pytest.mark.parametrize(
    ("event", "to_ana", "to_ben"),
    [
        (m.RequestMade(**REQUEST), None, "request_received"),
        (m.RequestMade(**{**REQUEST, "made_by": "mentor"}), "request_received", None),
        (m.RequestReminded(**REQUEST), None, "request_reminded"),
        (m.RequestAccepted(**REQUEST, mentorship_id="mnt_1"), "request_accepted", None),
        (m.RequestDeclined(**REQUEST), "request_declined", None),
        (m.RequestDeclined(**{**REQUEST, "made_by": "mentor"}), None, "request_declined"),
        (m.RequestWithdrawn(**REQUEST), None, "request_withdrawn"),
        (m.RequestExpired(**REQUEST), "request_expired", None),
        (m.RequestSuperseded(**REQUEST, cause="no_seat"), "request_superseded", "request_superseded"),
        (m.EnrolmentApproved(**ENROLMENT), "enrolment_approved", None),
        (m.EnrolmentRejected(**ENROLMENT), "enrolment_rejected", None),
        (m.EnrolmentWaitlisted(**ENROLMENT), "enrolment_waitlisted", None),
        (m.MentorshipProposed(**MENTORSHIP, deadline=NOW), "mentorship_proposed", "mentorship_proposed"),
        (m.MentorshipStarted(**MENTORSHIP), "mentorship_started", "mentorship_started"),
        (m.MentorshipJoined(**MENTORSHIP, person_id="prs_ana"), "mentorship_started", None),
        (m.MentorshipDeparted(**MENTORSHIP, person_id="prs_ana"), "mentorship_ended", None),
        (m.RequestExpired(**{**REQUEST, "made_by": "mentor"}), None, "request_expired"),
        (m.RequestRerouted(**REQUEST, next_request_id="req_2", next_mentor_id="prs_eve"), "request_rerouted", None),
        (m.MentorshipDeclined(**MENTORSHIP), "mentorship_declined", "mentorship_declined"),
        (m.MentorshipExpired(**MENTORSHIP), "mentorship_expired", "mentorship_expired"),
        (m.RunReady(**RUN, pairs=1, unmatched=0), "run_ready", None),
        (m.RunFailed(**RUN, reason="refused"), "run_failed", None),
        (m.RunPublished(**RUN, published=1, skipped=0), "run_published", None),
        (m.ProgramVacated(**VACATED), "place_free", None),
        (m.MentorshipEnded(**MENTORSHIP, outcome="ended"), "mentorship_ended", "mentorship_ended"),
        (f.SessionScheduled(**SESSION), "session_scheduled", "session_scheduled"),
        (f.SessionRescheduled(**SESSION), "session_rescheduled", "session_rescheduled"),
        (f.SessionCancelled(**SESSION), "session_cancelled", "session_cancelled"),
        (f.SessionReminded(**SESSION), "session_reminded", "session_reminded"),
        (f.SessionMissed(**SESSION), "session_missed", "session_missed"),
        (f.ReviewDue(**REVIEW), "review_due", None),
        (f.ReviewRevealed(**REVIEW), None, "review_revealed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Event) else str(value),
)
def test_a_fact_tells_those_whom_it_concerns(
    store: Store, tell: Tell, event: Event, to_ana: str | None, to_ben: str | None
) -> None:
    tell(event)
    assert [kind for kind, _ in told(store, ANA)] == ([to_ana] if to_ana else [])
    assert [kind for kind, _ in told(store, BEN)] == ([to_ben] if to_ben else [])


def test_every_telling_event_is_handled_as_one_with_outside_effects() -> None:
    assert {event for event, handler in HANDLERS.items() if handler.outside_effects} == TELLING


def test_a_mentee_who_got_no_answer_is_shown_who_fits_next(store: Store, tell: Tell) -> None:
    tell(m.RequestExpired(**REQUEST))
    assert told(store, ANA) == [("request_expired", "/mentors?program=prg_1")]


def test_links_name_a_page_of_the_portal(store: Store, tell: Tell) -> None:
    tell(ASKED, m.MentorshipStarted(**MENTORSHIP), SCHEDULED)
    assert {link for _, link in told(store, BEN)} == {"/requests/req_1", "/mentorships/mnt_1", "/sessions/ses_1"}


@pytest.mark.parametrize("words", [english.WORDS, german.WORDS], ids=["en", "de"])
def test_every_kind_has_words_in_every_language(words: object) -> None:
    assert set(words.notices) == set(KINDS)  # type: ignore[attr-defined]
    values = {"other": "B", "program": "P", "when": "W", "minutes": 5, "deadline": "D"}
    for title, body in words.notices.values():  # type: ignore[attr-defined]
        assert title.format(**values)
        assert body.format(**values)


def test_each_reads_in_their_own_language_and_zone(store: Store, tell: Tell, known: None) -> None:
    tell(SCHEDULED, ASKED)
    ana, ben = (messages.read_inbox(store, who, None, 9).items for who in (ANA, BEN))
    assert ana[0].title == "Session with Ben Müller: Tuesday, 12 January 2027, 10:30 (Europe/Madrid)"
    assert [item.body for item in ben] == [
        "Ana Díaz hat dir in „Leaders 2027“ eine Mentoring-Anfrage geschickt. "
        "Bitte antworte bis Dienstag, 19. Januar 2027, 00:00 (Europe/Berlin).",
        "Ein Treffen mit Ana Díaz ist geplant: Dienstag, 12. Januar 2027, 10:30 (Europe/Berlin), 45 Minuten.",
    ]


def test_a_zone_that_nobody_knows_is_read_in_utc() -> None:
    assert zone_of("Mars/Olympus") is zone_of("../etc/passwd") is zone_of("") is UTC


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Monday, January 11, 2027, 9:00 AM (UTC)"),
        ("en-GB", "Monday, 11 January 2027, 09:00 (UTC)"),
        ("de-AT", "Montag, 11. Jänner 2027, 09:00 (UTC)"),
        ("fr", "Monday, January 11, 2027, 9:00 AM (UTC)"),
        ("no such locale", "Monday, January 11, 2027, 9:00 AM (UTC)"),
    ],
)
def test_dates_are_written_as_in_the_readers_region(locale: str, text: str) -> None:
    assert moment(NOW, zone_of("UTC"), region_of(locale, words_for(locale))) == text


@pytest.mark.parametrize("order", list(itertools.permutations([ANA_CONTACT, BEN_CONTACT, PLAN, ASKED])))
def test_a_message_reads_the_same_in_whatever_order_its_topics_arrive(
    store: Store, tell: Tell, order: tuple[Event, ...]
) -> None:
    tell(*order)
    (item,) = messages.read_inbox(store, BEN, None, 9).items
    assert item.title == "Ana Díaz möchte mit dir arbeiten"
    assert "Leaders 2027" in item.body


def test_what_is_not_known_yet_has_a_neutral_word(store: Store, tell: Tell) -> None:
    tell(ASKED)
    (item,) = messages.read_inbox(store, BEN, None, 9).items
    assert item.title == "A colleague would like to work with you"


def test_one_event_makes_one_message_however_often_it_is_told(store: Store, clock: FrozenClock) -> None:
    for _ in range(2):
        HANDLERS[type(ASKED)](store, clock, enveloped(ASKED, NOW))
    assert len(store.held("messages")) == len(store.held("deliveries")) == 1


def test_reading_and_archiving_are_the_addressees_alone(
    store: Store, clock: FrozenClock, tell: Tell, known: None
) -> None:
    tell(ASKED)
    clock.advance(minutes=1)
    inbox = messages.read_inbox(store, BEN, None, 9)
    assert inbox.unread == 1
    for verb in (messages.read_message, messages.archive_message):
        with pytest.raises(NotFound):
            verb(store, clock, DAN, inbox.items[0].id)
        with pytest.raises(NotFound):
            verb(store, clock, ANA, inbox.items[0].id)
    read = messages.read_message(store, clock, BEN, inbox.items[0].id)
    clock.advance(minutes=1)
    assert messages.read_message(store, clock, BEN, read.id) == read
    assert read.read_at == NOW + timedelta(minutes=1)
    assert messages.read_inbox(store, BEN, None, 9).unread == 0
    messages.archive_message(store, clock, BEN, read.id)
    assert messages.read_inbox(store, BEN, None, 9).items == ()


def test_pages_of_the_inbox_neither_repeat_nor_skip(store: Store, clock: FrozenClock, tell: Tell) -> None:
    for _ in range(3):
        tell(SCHEDULED, f.SessionReminded(**SESSION))
        clock.advance(minutes=1)
    seen: list[str] = []
    place = None
    while True:
        page = messages.read_inbox(store, ANA, place, 2)
        seen += [item.id for item in page.items]
        place = page.next
        if place is None:
            break
    assert len(seen) == len(set(seen)) == 6


def test_a_kind_that_somebody_switched_off_stays_out_of_the_inbox(store: Store, tell: Tell) -> None:
    preferences.change_preferences(store, BEN, {"request_received": {"inbox": False}}, 0)
    tell(ASKED, m.RequestReminded(**REQUEST))
    assert [kind for kind, _ in told(store, BEN)] == ["request_reminded"]
    with pytest.raises(Stale):
        preferences.change_preferences(store, BEN, {}, 0)


ERASURE = ErasureStarted(erasure_id="era_1", person_id="prs_ben", deadline=NOW)
GONE = PersonErased(person_id="prs_ben")
BEN_WORKS = PersonChanged(person_id="prs_ben", status="active", time_zone="UTC")


@pytest.mark.parametrize(
    "order", list(itertools.permutations([ERASURE, GONE, ContactErased(person_id="prs_ben"), BEN_CONTACT]))
)
def test_erasure_leaves_no_name_no_address_no_message_and_one_receipt(
    store: Store, tell: Tell, known: None, order: tuple[Event, ...]
) -> None:
    tell(ASKED, m.RequestAccepted(**REQUEST, mentorship_id="mnt_1"))
    tell(*order, BEN_WORKS, *order)
    collections = ("contacts", "messages", "deliveries", "preferences", "outbox", "feed")
    kept = str([store.held(name) for name in collections])
    assert "Müller" not in kept
    assert "ben@example.org" not in kept
    assert told(store, BEN) == []
    (item,) = messages.read_inbox(store, ANA, None, 9).items
    assert item.title == "A colleague said yes"
    assert [row["data"]["destroyed"] for row in store.held("outbox") if "receipt" in row["type"]] == [
        {"contacts": 1, "messages": 1, "preferences": 0, "replies": 0, "parked_events": 0}
    ]


def test_what_tells_nobody_anything_makes_no_message() -> None:
    assert notices_of(m.RunQueued(**RUN)) == ()
    assert notices_of(f.SessionHeld(**SESSION)) == ()
