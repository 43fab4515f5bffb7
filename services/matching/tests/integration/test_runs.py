"""Runs on a real document server and in real workers: published while others accept, killed at the half, cancelled."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from pymongo import MongoClient

from matching import repository
from matching.domain.program import Program
from matching.domain.run import Run
from matching.domain.terms import Requests
from matching.use_cases import requests
from matching.use_cases.runs import asking, publishing, starting
from mentormesh.testing import Backing
from servicekit.caller import Caller
from servicekit.clock import SystemClock
from servicekit.mongo import MongoStore, connect
from servicekit.refusals import Refusal
from servicekit.store import Catalogue

from ..unit.solving import compute, found, started
from ..unit.world import CARA, World
from .trips import RoundTrips

pytestmark = [pytest.mark.stack, pytest.mark.long]

Worker = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def world(stack_backing: Backing, own_name: str) -> Iterator[World]:
    """An organisation on the document server, in a database of its own, by the machine's clock."""
    client = connect(stack_backing.mongodb)
    store = MongoStore(client[own_name], repository.Unit, Catalogue(repository.DOCUMENTS), "matching")
    store.prepare()
    yield World(store=store, clock=SystemClock())
    # The database goes with its server: a worker that was killed may hold rows of it for a while, and a drop would
    # wait for those inside the document server, with everybody else waiting outside.
    client.close()


@pytest.fixture
def worker(environment: dict[str, str], tmp_path: Path) -> Iterator[Worker]:
    """Starts a worker of the service, or a program that becomes one; those that are left at the end are ended."""
    made = subprocess.run(
        [sys.executable, "-m", "matching", "init"], env=environment, capture_output=True, text=True, timeout=120
    )
    assert made.returncode == 0, made.stderr
    started: list[subprocess.Popen[bytes]] = []

    def start(*program: str) -> "subprocess.Popen[bytes]":
        with (tmp_path / f"{len(started)}.log").open("w") as lines:
            started.append(
                subprocess.Popen(
                    [sys.executable, *(program or ("-m", "matching")), "work"],
                    env=environment,
                    stdout=lines,
                    stderr=subprocess.STDOUT,
                )
            )
        return started[-1]

    yield start
    for number, process in enumerate(started):
        # A test that fails shows what its workers had to say.
        if process.poll() is None:
            process.terminate()
            assert process.wait(30) == 0
        print(f"worker {number}: {process.returncode}", (tmp_path / f"{number}.log").read_text(), sep="\n")


def _crowd(world: World, mentees: int, mentors: int, seats: int, **values: Any) -> Program:
    program = world.program(requests=Requests(open_per_mentor=1000), **values)
    for number in range(mentees):
        world.enrolled(program, f"a{number:03d}", "mentee")
    for number in range(mentors):
        world.enrolled(program, f"b{number:03d}", "mentor", capacity=seats)
    return program


def _held(world: World, collection: str, **where: Any) -> list[dict[str, Any]]:
    return list(world.store.database[collection].find(where))


def _until(holds: Callable[[], Any], seconds: float = 60.0, every: float = 0.02) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if told := holds():
            return told
        time.sleep(every)
    pytest.fail("it did not happen in time")


def _solvers_of(process: "subprocess.Popen[bytes]") -> list[int]:
    """The solver's processes that a worker started; each thread of it has children of its own."""
    pids = []
    for task in Path(f"/proc/{process.pid}/task").glob("*/children"):
        pids += [int(pid) for pid in task.read_text().split()]
    return pids


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_no_mentor_is_over_capacity_while_runs_are_published_and_requests_accepted_at_once(world: World) -> None:
    program = _crowd(world, mentees=40, mentors=4, seats=5)
    run = started(world, program)
    assert compute(world)
    asked = [world.asked(program, f"a{number:03d}", f"b{number % 4:03d}") for number in range(40)]
    publishing.publish_run(world.store, world.clock, CARA, run.id)
    gate = Barrier(6)

    def publish() -> None:
        gate.wait()
        while publishing.publish_some(world.store, world.clock):
            pass

    def accept(mine: int) -> None:
        gate.wait()
        for request in asked[mine::4]:
            try:
                requests.accept_request(world.store, world.clock, Caller.person(request.answerer_id), request.id)
            except Refusal:
                continue

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(publish), pool.submit(publish), *(pool.submit(accept, number) for number in range(4))]
        for job in jobs:
            job.result()

    assert found(world, run).state == "published"
    live = _held(world, "mentorships")
    by_mentor = Counter(one["mentor_id"] for one in live)
    by_mentee = Counter(mentee for one in live for mentee in one["mentee_ids"])
    for mentor, count in by_mentor.items():
        assert count <= 5
        assert world.seats(mentor.removeprefix("prs_")).taken == count
    assert set(by_mentee.values()) == {1}
    accepted = _held(world, "requests", state="accepted")
    done = found(world, run)
    assert done.pairs["published"] + len(accepted) == len(live)
    assert done.pairs["published"] + done.pairs["skipped"] == 20
    told = Counter(row["type"].split(".")[2] + "." + row["type"].split(".")[3] for row in _held(world, "outbox"))
    assert told["mentorship.proposed"] == done.pairs["published"]


def test_a_pair_more_costs_no_command_more_to_publish(stack_backing: Backing, own_name: str, trips: RoundTrips) -> None:
    client: MongoClient[dict[str, Any]] = MongoClient(stack_backing.mongodb, tz_aware=True, event_listeners=[trips])
    with closing(client):
        store = MongoStore(client[own_name], repository.Unit, Catalogue(repository.DOCUMENTS), "matching")
        store.prepare()
        world = World(store=store, clock=SystemClock())
        few, many = _sent_publishing(world, trips, 5), _sent_publishing(world, trips, 40)
    assert many == few
    assert len(many) <= 20


def _sent_publishing(world: World, trips: RoundTrips, pairs: int) -> list[str]:
    """What is asked of the document server to publish so many pairs at once, where it took them at once.

    It may undo a transaction while others write much, and the pairs then come in parts.
    """
    for _ in range(5):
        program = _crowd(world, mentees=pairs, mentors=pairs, seats=1)
        run = started(world, program)
        assert compute(world)
        publishing.publish_run(world.store, world.clock, CARA, run.id)
        trips.sent.clear()
        assert publishing.publish_some(world.store, world.clock) == pairs
        sent = list(trips.sent)
        while publishing.publish_some(world.store, world.clock):
            pass
        assert found(world, run).pairs["published"] == pairs
        if not any(one.startswith("abortTransaction") for one in sent):
            return sent
    pytest.fail("no transaction of five was let through")


def test_a_worker_killed_at_the_half_of_publishing_doubles_nothing(world: World, worker: Worker) -> None:
    program = _crowd(world, mentees=120, mentors=40, seats=3, confirmation="none")
    run = started(world, program)
    assert compute(world)
    publishing.publish_run(world.store, world.clock, CARA, run.id)
    assert worker(str(Path(__file__).with_name("dies_publishing.py"))).wait(60) == -signal.SIGKILL
    assert len(_held(world, "mentorships")) == publishing.AT_ONCE, "it died within its second transaction"
    assert found(world, run).state == "publishing"
    worker()
    _until(lambda: found(world, run).state == "published")
    live = _held(world, "mentorships", run_id=run.id)
    assert Counter(mentee for one in live for mentee in one["mentee_ids"]) == dict.fromkeys(
        (f"prs_a{number:03d}" for number in range(120)), 1
    )
    assert (found(world, run).pairs["published"], found(world, run).pairs["skipped"]) == (120, 0)
    for number in range(40):
        assert world.seats(f"b{number:03d}").taken == 3
    told = [row["key"] for row in _held(world, "outbox") if ".mentorship.started." in row["type"]]
    assert len(told) == len(set(told)) == 120


def test_a_run_whose_worker_is_killed_is_taken_up_by_another_and_its_solver_is_gone(
    world: World, worker: Worker
) -> None:
    program = _crowd(world, mentees=20, mentors=10, seats=2)
    run = started(world, program)
    first = worker()
    (solver,) = _until(lambda: _solvers_of(first))
    first.send_signal(signal.SIGKILL)
    first.wait()
    _until(lambda: _is_gone(solver))
    assert found(world, run).state == "running"
    worker()
    _until(lambda: found(world, run).state == "ready")
    assert found(world, run).attempts == 2
    assert len(_held(world, "proposals", run_id=run.id)) == 20


def test_a_question_whose_worker_is_killed_is_answered_by_another(world: World, worker: Worker) -> None:
    program = _crowd(world, mentees=20, mentors=10, seats=2)
    run = started(world, program)
    assert compute(world)
    made = {one["mentee_id"]: one["mentor_id"] for one in _held(world, "proposals", run_id=run.id)}
    mentor = next(one for one in made.values() if one != made["prs_a000"])
    question = asking.ask(world.store, world.clock, CARA, run.id, "prs_a000", mentor)
    first = worker()
    (solver,) = _until(lambda: _solvers_of(first))
    first.send_signal(signal.SIGKILL)
    first.wait()
    _until(lambda: _is_gone(solver))

    def told() -> asking.ToldQuestion:
        return asking.get_question(world.store, CARA, run.id, question.id)

    assert told().state == "asked"
    worker()
    _until(lambda: told().state != "asked")
    assert (told().state, told().verdict, told().attempts) == ("answered", "price", 2)
    assert asking.ask(world.store, world.clock, CARA, run.id, "prs_a000", mentor) == told()


def test_a_cancelled_run_is_gone(world: World, worker: Worker) -> None:
    program = _crowd(world, mentees=20, mentors=10, seats=2)
    run = started(world, program)
    at_work = worker()
    (solver,) = _until(lambda: _solvers_of(at_work))
    starting.cancel_run(world.store, world.clock, CARA, run.id)
    _until(lambda: _is_gone(solver))
    _until(lambda: not _held(world, "proposals", run_id=run.id))
    assert found(world, run).state == "cancelled"
    other = started(world, program)
    _until(lambda: found(world, other).state == "ready")


def test_a_worker_that_is_told_to_stop_leaves_its_run_to_the_next_at_once(
    world: World, worker: Worker, tmp_path: Path
) -> None:
    program = _crowd(world, mentees=20, mentors=10, seats=2)
    run = started(world, program)
    first = worker()
    _until(lambda: _solvers_of(first))
    first.terminate()
    assert first.wait(30) == 0, (tmp_path / "0.log").read_text()
    left: Run = found(world, run)
    assert left.state == "running"
    worker()
    _until(lambda: found(world, run).state == "ready")
