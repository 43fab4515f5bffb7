"""Every move between states has an event, held against the table of states as the domain tells it."""

import pytest

from contracts import contracts
from contracts.moves import MOVES, QUIET, Move

# thing: before > after | after; a second line per thing for the next state. `*` is where it comes to be.
STATES = """
person: active > on_leave | left; on_leave > active | left; left > active
program: draft > open; open > running; running > closing; closing > closed
enrolment: applied > approved | rejected | waitlisted | withdrawn; waitlisted > approved | rejected | withdrawn
enrolment: approved > paused | withdrawn; paused > approved | withdrawn
request: pending > accepted | declined | withdrawn | expired | superseded
run: queued > running | failed | cancelled; running > ready | failed | cancelled
run: ready > publishing | discarded; publishing > published
mentorship: proposed > active | declined | expired; active > paused | ended; paused > active | ended
session: scheduled > held | missed | cancelled | scheduled
goal: open > achieved | dropped
review: due > given | lapsed; given > revealed
survey: draft > open; open > closed
erasure: requested > started | cancelled; started > completed
delivery: pending > sent | suppressed | failed; failed > dead
subscription: active > paused | disabled; paused > active
"""


def told() -> list[Move]:
    moves = []
    for line in STATES.strip().splitlines():
        thing, rest = line.split(": ")
        for part in rest.split("; "):
            before, after = part.split(" > ")
            moves += [Move(thing, before, one) for one in after.split(" | ")]
    return moves


def unheard(moves: list[Move]) -> list[Move]:
    return [move for move in moves if move not in MOVES and move not in QUIET]


def test_no_move_goes_without_an_event() -> None:
    assert unheard(told()) == []


def test_a_move_without_an_event_is_found() -> None:
    planted = Move("request", "accepted", "regretted")
    assert unheard([*told(), planted]) == [planted]


def test_only_a_failed_attempt_is_quiet() -> None:
    assert list(QUIET) == [Move("delivery", "pending", "failed")]


def test_moves_name_registered_events_of_their_thing() -> None:
    registered = {contract.cls for contract in contracts()}
    assert set(MOVES.values()) <= registered
    for move, event in MOVES.items():
        assert event.contract.noun == move.thing or move == Move("run", "ready", "publishing")


@pytest.mark.parametrize("thing", sorted({move.thing for move in MOVES}))
def test_everything_that_has_states_begins_with_an_event(thing: str) -> None:
    begins = [move for move in MOVES if move.thing == thing and move.before is None]
    assert begins or thing in {"survey", "delivery"}, "only drafts and pending deliveries begin unheard"
