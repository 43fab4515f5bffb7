"""Rules 1 to 4 on a real document server, while everybody acts at once."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from matching import repository
from matching.app import assemble
from matching.domain.program import Program
from matching.domain.request import Request
from matching.domain.terms import Places, Requests
from matching.timers import TIMERS
from matching.use_cases import enrolments
from servicekit.mongo import MongoStore, connect
from servicekit.refusals import Refusal
from servicekit.store import Catalogue
from servicekit.testing import FrozenClock
from servicekit.testing.web import Issuer
from servicekit.timers import Timers

from ..unit.world import CARA, World, caller

pytestmark = pytest.mark.stack

MENTEES = [f"ana{number}" for number in range(20)]


@pytest.fixture
def world(stack_backing: Any, own_name: str) -> Iterator[World]:
    """An organisation on the document server, in a database of its own."""
    client = connect(stack_backing.mongodb)
    store = MongoStore(client[own_name], repository.Unit, Catalogue(repository.DOCUMENTS), "matching")
    store.prepare()
    yield World(store=store, clock=FrozenClock())
    client.drop_database(own_name)
    client.close()


def _documents(world: World, collection: str, **where: Any) -> list[dict[str, Any]]:
    return list(world.store.database[collection].find(where))


def _all_at_once(calls: list[Callable[[], Any]], threads: int) -> list[Any]:
    gate = threading.Barrier(threads)

    def waiting(position: int) -> Any:
        if position < threads:
            gate.wait()
        return calls[position]()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(waiting, range(len(calls))))


def _accepting(app: Flask, issuer: Issuer, request: Request) -> Callable[[], tuple[int, dict[str, Any]]]:
    headers = issuer.bearer(request.answerer_id)

    def accept() -> tuple[int, dict[str, Any]]:
        answer = app.test_client().post(f"/v1/requests/{request.id}/accept", json={}, headers=headers)
        return answer.status_code, answer.get_json()

    return accept


def _crowd(world: World, capacity: int) -> tuple[Program, list[Request]]:
    """A mentor with some seats, whom twenty mentees ask."""
    program = world.program(requests=Requests(open_per_mentor=100))
    world.enrolled(program, "ben", "mentor", capacity=capacity)
    for name in MENTEES:
        world.enrolled(program, name, "mentee")
    return program, [world.asked(program, name, "ben") for name in MENTEES]


def test_three_seats_are_three_mentorships_though_everybody_accepts_ten_times_at_once(world: World) -> None:
    program, asked = _crowd(world, capacity=3)
    issuer = Issuer()
    app = assemble(world.store, world.clock, issuer.verifier(), "s" * 32)

    answers = _all_at_once([_accepting(app, issuer, request) for request in asked for _ in range(10)], threads=20)

    statuses = Counter(status for status, _ in answers)
    assert set(statuses) <= {200, 409, 503}, statuses
    for status, body in answers:
        if status == 200:
            assert body["mentorship_id"]
        else:
            assert body["type"].rpartition("/")[2] in ("wrong-state", "no-seat-left", "too-busy")
    started = _documents(world, "mentorships", state="active")
    assert len(started) == 3
    assert len({body["mentorship_id"] for status, body in answers if status == 200}) == 3
    states = Counter(one["state"] for one in _documents(world, "requests"))
    assert states == {"accepted": 3, "superseded": 17}
    assert world.seats("ben").left(program.id, "mentor") == 0
    told = Counter(row["type"].split(".", 2)[2] for row in _documents(world, "outbox"))
    assert (told["mentorship.started.v1"], told["request.accepted.v1"], told["request.superseded.v1"]) == (3, 3, 17)


def test_a_mentee_whom_everybody_accepts_at_once_finds_one_mentor(world: World) -> None:
    program = world.program(requests=Requests(open_per_mentee=10))
    world.enrolled(program, "ana", "mentee")
    for number in range(10):
        world.enrolled(program, f"ben{number}", "mentor")
    asked = [world.asked(program, "ana", f"ben{number}") for number in range(10)]
    issuer = Issuer()
    app = assemble(world.store, world.clock, issuer.verifier(), "s" * 32)

    answers = _all_at_once([_accepting(app, issuer, request) for request in asked], threads=10)

    assert Counter(status for status, _ in answers)[200] == 1
    assert len(_documents(world, "mentorships")) == 1
    assert Counter(one["state"] for one in _documents(world, "requests")) == {"accepted": 1, "superseded": 9}


def test_two_people_who_ask_each_other_at_once_have_one_request(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")

    def quietly(act: Callable[[], Request]) -> Callable[[], str]:
        def call() -> str:
            try:
                return act().id
            except Refusal as refusal:
                return type(refusal).__name__

        return call

    ask = quietly(lambda: world.asked(program, "ana", "ben"))
    offer = quietly(lambda: world.offered(program, "ben", "ana"))
    outcomes = _all_at_once([ask, offer] * 5, threads=10)

    assert len(_documents(world, "requests", state="pending")) == 1
    assert Counter(one for one in outcomes if not one.startswith("req_")) == {"AlreadyAsked": 9}


def test_somebody_who_leaves_while_they_accept_is_in_nothing(world: World) -> None:
    _, asked = _crowd(world, capacity=20)
    issuer = Issuer()
    app = assemble(world.store, world.clock, issuer.verifier(), "s" * 32)

    def leave() -> tuple[int, dict[str, Any]]:
        world.person("ben", status="left")
        return 200, {}

    accepts = [_accepting(app, issuer, request) for request in asked]
    _all_at_once([*accepts[:6], leave, *accepts[6:12]], threads=8)

    assert _documents(world, "requests", state="pending") == []
    assert _documents(world, "mentorships", state="active") == []
    assert world.seats("ben").taken == 0


def test_two_workers_expire_each_request_once(world: World) -> None:
    _, asked = _crowd(world, capacity=3)
    world.clock.advance(days=7)
    workers = [Timers("matching", world.store, world.clock, TIMERS) for _ in range(2)]

    _all_at_once([worker.step for worker in workers], threads=2)
    world.clock.advance(seconds=10)
    for worker in workers:
        worker.step()

    assert {one["state"] for one in _documents(world, "requests")} == {"expired"}
    expired = [row for row in _documents(world, "outbox") if row["type"].endswith("request.expired.v1")]
    assert Counter(row["key"] for row in expired) == dict.fromkeys((request.id for request in asked), 1)


def test_a_profile_is_applied_while_a_request_is_accepted(world: World) -> None:
    program, asked = _crowd(world, capacity=3)
    issuer = Issuer()
    app = assemble(world.store, world.clock, issuer.verifier(), "s" * 32)

    def lower() -> tuple[int, dict[str, Any]]:
        world.profile("ben", capacity=1)
        return 200, {}

    _all_at_once([lower, *(_accepting(app, issuer, request) for request in asked)], threads=8)
    seats = world.seats("ben")
    assert seats.capacity == 1
    assert seats.taken == len(_documents(world, "mentorships", state="active"))
    assert seats.left(program.id, "mentor") == 0


def test_a_place_that_follows_its_profile_has_the_profiles_number_whichever_was_first(world: World) -> None:
    program = world.program()
    names = [f"ben{number}" for number in range(6)]
    places = []
    for name in names:
        world.person(name)
        places.append(enrolments.apply(world.store, world.clock, caller(name), program.id, role="mentor"))
    calls: list[Callable[[], Any]] = []
    for name, place in zip(names, places, strict=True):
        calls.append(lambda place=place: enrolments.approve(world.store, world.clock, CARA, place.id))
        calls.append(lambda name=name: world.profile(name, capacity=3))
    _all_at_once(calls, threads=len(calls))
    assert {world.seats(name).left(program.id, "mentor") for name in names} == {3}
    assert {one["capacity"] for one in _documents(world, "enrolments")} == {3}


def test_the_last_place_of_a_program_is_given_once(world: World) -> None:
    program = world.program(approval="automatic", places=Places(mentee=3))
    for name in MENTEES[:8]:
        world.person(name)

    def applying(name: str) -> Callable[[], str]:
        return lambda: enrolments.apply(world.store, world.clock, caller(name), program.id, role="mentee").state

    states = _all_at_once([applying(name) for name in MENTEES[:8]], threads=8)
    assert Counter(states) == {"approved": 3, "waitlisted": 5}
