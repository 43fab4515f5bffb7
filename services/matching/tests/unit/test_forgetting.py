"""The right to be forgotten in matching: hidden while it can be undone, destroyed for good afterwards."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from contracts import Event
from contracts.profiles import (
    ErasureCancelled,
    ErasureRequested,
    ErasureStarted,
    PersonChanged,
    PersonErased,
    ProfileChanged,
    ProfileErased,
)
from matching.domain.mentorship import Mentorship
from matching.domain.person import Person, Profile
from matching.domain.snapshot import Chunk
from matching.pool import Pools
from matching.timers import TIMERS
from matching.use_cases.mentorships import resume_mentorship
from matching.use_cases.runs import starting
from servicekit.refusals import Refusal
from servicekit.timers import Timers

from .solving import compute
from .test_handlers import _happened
from .world import CARA, World, caller

LATER = datetime(2027, 2, 1, tzinfo=UTC)
CANARY = "canary-7f3a"


def requested(erasure_id: str = "era_1") -> Event:
    return ErasureRequested(erasure_id=erasure_id, person_id="prs_ana", deadline=LATER)


def cancelled(erasure_id: str = "era_1") -> Event:
    return ErasureCancelled(erasure_id=erasure_id, person_id="prs_ana")


STARTED = ErasureStarted(erasure_id="era_1", person_id="prs_ana", deadline=LATER)
ERASED = PersonErased(person_id="prs_ana")
CHANGED = PersonChanged(
    person_id="prs_ana",
    status="active",
    time_zone="Europe/Berlin",
    attributes={"x": CANARY},
    languages=("en",),
    remote=True,
)
SAYS = ProfileChanged(person_id="prs_ana", avoid=("prs_x",), capacity=2)


def receipts(world: World) -> list[dict[str, object]]:
    return [row["data"] for row in world.store.held("outbox") if row["type"].endswith("receipt.recorded.v1")]


def looked_through(world: World) -> None:
    """The clock that removes them from snapshots had its turn."""
    Timers("matching", world.store, world.clock, TIMERS).step()


def in_snapshots(world: World, person_id: str) -> int:
    """How many parts of snapshots hold them."""
    chunks = [world.get(Chunk, one["_id"]) for one in world.store.held("run_snapshots")]
    return sum(person_id in {person.person_id for person in chunk.unpacked()} for chunk in chunks)


def test_whoever_asked_to_be_forgotten_rests_and_comes_back_when_it_is_undone(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ben", "mentor", capacity=3)
    for name in ("ana", "ada", "eve"):
        world.enrolled(program, name, "mentee")
    mentorship = world.accepted(world.asked(program, "ana", "ben"))
    world.enrolled(program, "dan", "mentor")
    world.enrolled(program, "ana", "mentor")
    waiting = world.asked(program, "ada", "ana")
    pools = Pools(world.store, world.clock)
    assert [one.mentor_id for one in pools.recommend(program, "prs_eve", 5)[0]].count("prs_ana") == 1
    for _ in range(2):
        _happened(world, requested())
    assert world.request(waiting).cause == "person_gone"
    assert world.get(Mentorship, mentorship.id).state == "paused"
    assert "prs_ana" not in [one.mentor_id for one in pools.recommend(program, "prs_eve", 5)[0]]
    with pytest.raises(Refusal, match="not available"):
        world.asked(program, "ada", "ana")
    _happened(world, CHANGED)
    assert world.get(Person, "prs_ana").hidden_by == ("era_1",)
    for _ in range(2):
        _happened(world, cancelled())
    assert world.get(Mentorship, mentorship.id).state == "active"
    assert world.get(Person, "prs_ana").hidden_by == ()


def test_a_later_erasure_keeps_hiding_whom_an_earlier_one_shows_again(world: World) -> None:
    world.person("ana")
    for event in (requested("era_2"), requested("era_1"), cancelled("era_1")):
        _happened(world, event)
    assert world.get(Person, "prs_ana").hidden_by == ("era_2",)


def test_what_rests_for_both_sides_goes_on_when_both_are_back(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    mentorship = world.accepted(world.asked(program, "ana", "ben"))
    _happened(world, requested())
    _happened(world, ErasureRequested(erasure_id="era_2", person_id="prs_ben", deadline=LATER))
    _happened(world, cancelled())
    assert world.get(Mentorship, mentorship.id).state == "active"
    # Ben's own request met a mentorship that rested already, so it is Ana's word that it goes on.
    assert resume_mentorship(world.store, world.clock, caller("ben"), mentorship.id).state == "active"


@pytest.mark.parametrize("order", list(permutations((STARTED, ERASED, ProfileErased(person_id="prs_ana")))))
def test_everything_goes_once_and_one_receipt_says_how_much(world: World, order: tuple[Event, ...]) -> None:
    program = world.program()
    _happened(world, CHANGED)
    _happened(world, SAYS)
    world.enrolled(program, "ben", "mentor")
    world.enrolled(program, "ana", "mentee", wishes=("prs_ben",))
    world.asked(program, "ana", "ben", CANARY)
    for event in (*order, *order):
        _happened(world, event)
    looked_through(world)
    left = {name: world.store.held(name) for name in ("people", "profiles", "requests", "enrolments", "replies")}
    assert CANARY not in str(left)
    (told,) = receipts(world)
    told_of = ("people", "profiles", "request_messages", "wishes")
    counts = dict.fromkeys(told_of, 1) | {"proposals": 0, "replies": 0, "parked_events": 0, "run_snapshots": 0}
    assert told == {"erasure_id": "era_1", "person_id": "prs_ana", "destroyed": counts}


def test_a_replay_of_everything_that_was_ever_told_does_not_bring_the_person_back(world: World) -> None:
    story = (CHANGED, SAYS, requested(), STARTED, ERASED, ProfileErased(person_id="prs_ana"))
    for event in story:
        _happened(world, event)
    for event in story:
        _happened(world, event)
        person, profile = world.get(Person, "prs_ana"), world.get(Profile, "prs_ana")
        assert (person.status, person.attributes, person.hidden_by, profile.avoid) == ("erased", {}, (), ())
        looked_through(world)
    assert len(receipts(world)) == 1


def test_a_receipt_is_given_for_somebody_nobody_knew_here(world: World) -> None:
    _happened(world, STARTED)
    looked_through(world)
    assert receipts(world)[0]["destroyed"] == {
        "people": 0,
        "profiles": 0,
        "request_messages": 0,
        "wishes": 0,
        "proposals": 0,
        "replies": 0,
        "parked_events": 0,
        "run_snapshots": 0,
    }


def test_the_receipt_waits_until_no_snapshot_of_a_run_holds_them(world: World) -> None:
    program = world.program()
    for name, role in (("ana", "mentee"), ("ben", "mentor")):
        world.profile(name, capacity=1)
        world.enrolled(program, name, role)
    for _ in range(2):
        starting.start_run(world.store, world.clock, CARA, program.id, overrides={})
        assert compute(world)
    for event in (STARTED, STARTED):
        _happened(world, event)
    assert receipts(world) == []
    assert in_snapshots(world, "prs_ana") == 2
    looked_through(world)
    (told,) = receipts(world)
    assert told["destroyed"]["run_snapshots"] == 2  # type: ignore[index]
    assert in_snapshots(world, "prs_ana") == 0
    # Asked for again, an hour's last look is not waited for.
    _happened(world, ErasureStarted(erasure_id="era_2", person_id="prs_ana", deadline=LATER))
    assert [one["erasure_id"] for one in receipts(world)] == ["era_1", "era_2"]
