"""The feed: each public event once, in an order that never changes, to those who may read it."""

import random

import pytest

from contracts import matching as m
from contracts.feedback import ReviewDue
from contracts.profiles import ClientChanged, SkillChanged
from notifications import feed, repository
from notifications.domain.feed import FeedHead, FeedRow, numbered, unnumbered
from notifications.feed import number_rows
from notifications.handlers import HANDLERS
from notifications.use_cases.events import read_events
from servicekit.caller import Caller
from servicekit.refusals import Forbidden, InvalidInput
from servicekit.testing import FrozenClock

from .conftest import ANA, ASKED, MENTORSHIP, NOW, REQUEST, SCHEDULED, Store, Tell, enveloped

READER = Caller(id="cli_1", kind="client", scopes=frozenset({"events:read"}))
STARTED = m.MentorshipStarted(**MENTORSHIP)


def types(store: Store, after: int = 0, type: str | None = None, caller: Caller = READER) -> list[str]:
    page = read_events(store, caller, after, type, 50)
    return [".".join(row.type.split(".")[2:4]) for row in page.rows]


def test_readers_see_numbered_rows_only(store: Store, clock: FrozenClock, tell: Tell) -> None:
    tell(ASKED, STARTED)
    assert types(store) == []
    assert number_rows(store, clock) == 2
    assert types(store) == ["request.made", "mentorship.started"]
    assert number_rows(store, clock) == 0


def test_a_poller_goes_on_where_it_stopped(store: Store, clock: FrozenClock, tell: Tell) -> None:
    assert read_events(store, READER, 0, None, 50).next == 0
    tell(ASKED, STARTED, SCHEDULED)
    number_rows(store, clock)
    first = read_events(store, READER, 0, None, 2)
    assert len(first.rows) == 2
    second = read_events(store, READER, first.next, None, 2)
    assert [row.type for row in second.rows] == ["mentormesh.feedback.session.scheduled.v1"]
    idle = read_events(store, READER, second.next, None, 2)
    assert (idle.rows, idle.next) == ((), second.next)
    tell(m.RequestReminded(**REQUEST))
    number_rows(store, clock)
    assert types(store, idle.next) == ["request.reminded"]


def test_a_filtered_reader_moves_on_over_what_it_does_not_want(store: Store, clock: FrozenClock, tell: Tell) -> None:
    tell(ASKED, STARTED, SCHEDULED)
    number_rows(store, clock)
    wanted = "mentormesh.matching.mentorship.started.v1"
    assert types(store, type=wanted) == ["mentorship.started"]
    assert read_events(store, READER, 0, wanted, 50).next == 3


def test_an_event_that_comes_twice_is_in_the_feed_once(store: Store, clock: FrozenClock) -> None:
    for _ in range(2):
        HANDLERS[type(ASKED)](store, clock, enveloped(ASKED, NOW))
        number_rows(store, clock)
    assert types(store) == ["request.made"]


def test_internal_events_are_not_in_it(store: Store, clock: FrozenClock, tell: Tell) -> None:
    ids = {"review_id": "rev_1", "session_id": "ses_1", "mentorship_id": "mnt_1", "program_id": "prg_1"}
    tell(ReviewDue(**ids, author_id="prs_ana", addressee_id="prs_ben"))
    assert store.held("feed") == []


def test_a_client_sees_its_programs_and_what_belongs_to_none(store: Store, clock: FrozenClock, tell: Tell) -> None:
    elsewhere = m.RequestMade(**{**REQUEST, "program_id": "prg_2", "request_id": "req_2"})
    tell(ASKED, elsewhere, SkillChanged(skill_id="skl_1", name="Rust"))
    number_rows(store, clock)
    limited = Caller(id="cli_1", kind="client", scopes=READER.scopes, programs=frozenset({"prg_2"}))
    assert types(store, caller=limited) == ["request.made", "skill.changed"]
    assert read_events(store, limited, 0, None, 50).rows[0].key == "req_2"
    # What was told of the client since its token was made counts.
    tell(ClientChanged(client_id="cli_1", scopes=("events:read",), programs=("prg_1",)))
    assert [row.program_id for row in read_events(store, limited, 0, None, 50).rows] == ["prg_1", None]


def test_only_clients_with_the_scope_read_it(store: Store) -> None:
    for caller in (ANA, Caller(id="cli_2", kind="client", scopes=frozenset({"people:read"}))):
        with pytest.raises(Forbidden):
            read_events(store, caller, 0, None, 10)


def test_a_type_that_is_not_public_is_refused(store: Store) -> None:
    for type in ("mentormesh.feedback.review.due.v1", "nonsense"):
        with pytest.raises(InvalidInput, match=type):
            read_events(store, READER, 0, type, 10)


@pytest.mark.parametrize("seed", range(20))
def test_a_keys_events_are_numbered_in_their_order_whatever_the_clocks_say(seed: int) -> None:
    chance = random.Random(seed)
    rows: list[FeedRow] = []
    for number in range(4):
        event = m.RequestMade(**{**REQUEST, "request_id": f"req_{number}"})
        for sequence in range(1, 6):
            at = NOW.replace(second=chance.randrange(60))
            rows.append(unnumbered(enveloped(event, at, id=f"evt_{number}_{sequence}", sequence=sequence)))
    chance.shuffle(rows)
    stamped, head = numbered(rows, FeedHead(id="head", position=7))
    assert sorted(row.position or 0 for row in stamped) == list(range(8, 28))
    assert head.position == 27
    for key in {row.key for row in stamped}:
        of_key = sorted((row for row in stamped if row.key == key), key=lambda row: row.position or 0)
        assert [row.sequence for row in of_key] == [1, 2, 3, 4, 5]


def test_a_backlog_larger_than_a_batch_is_numbered_whole(store: Store, clock: FrozenClock) -> None:
    def keep(unit: repository.Unit) -> None:
        for number in range(1, 1102):
            event = m.RequestMade(**{**REQUEST, "request_id": f"req_{number % 7}"})
            feed.keep(unit, enveloped(event, NOW, number))

    store.atomically(keep)
    assert number_rows(store, clock) == 1101
    assert sorted(row["position"] for row in store.held("feed")) == list(range(1, 1102))
    assert [one["position"] for one in store.held("feed_head")] == [1101]


def test_words_that_were_taken_back_do_not_stay_in_the_feed(store: Store, clock: FrozenClock) -> None:
    for sequence, name in enumerate(("canary", "skl_1"), start=1):
        told = SkillChanged(skill_id="skl_1", name=name)
        HANDLERS[SkillChanged](store, clock, enveloped(told, NOW, sequence, sequence=sequence))
        number_rows(store, clock)
    assert [row["data"]["name"] for row in store.held("feed")] == ["skl_1"]
