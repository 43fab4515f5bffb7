"""The solver's real process: it answers as the match does, ends when it is told to, and never outlives its worker."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import engine
from matching.config import child_environment
from matching.domain.snapshot import Chunk
from matching.ports.solver import Answer, Question, SolverDied, SolverRefused
from matching.solver.process import ChildSolver

from .solving import InProcess

TERMS = {"program": "leaders", "as_of": "2027-01-11", "rules": {"meet": "any", "max_time_zone_hours": None}}


def question(mentees: int = 12, mentors: int = 6, *, left_out: tuple[str, ...] = (), **terms: Any) -> Question:
    """A made-up company; ids sort mentees before mentors."""
    draw = random.Random(3)
    skills = [f"skl_{number}" for number in range(40)]

    def person(id: str, role: Any) -> engine.Person:
        return engine.Person(
            person_id=id,
            role=role,
            time_zone="UTC",
            level=draw.randint(1, 9),
            department=draw.choice("ABCD"),
            languages=("en",),
            capacity=2,
            skills_offered={skill: draw.randint(1, 5) for skill in draw.sample(skills, 6)},
            skills_wanted=tuple(draw.sample(skills, 4)),
            availability=(engine.Interval(draw.randint(0, 4), 18, 24),),
        )

    people = [person(f"prs_a{number:05d}", "mentee") for number in range(mentees)]
    people += [person(f"prs_b{number:05d}", "mentor") for number in range(mentors)]
    chunks = [Chunk.of("run_1", at, people[start : start + 500]) for at, start in enumerate(range(0, len(people), 500))]
    return Question(
        run_id="run_1",
        program_id="prg_1",
        terms={**TERMS, **terms},
        existing=(),
        certify=True,
        chunks=chunks,
        left_out=frozenset(left_out),
    )


def whole(answers: Iterator[Answer]) -> Answer:
    """The parts as one."""
    parts = list(answers)
    assert parts[-1].record is not None
    pairs = tuple(one for part in parts for one in part.pairs)
    return Answer(pairs=pairs, alone=tuple(one for part in parts for one in part.alone), record=parts[-1].record)


def watching(stage: str, act: Callable[[], None]) -> Callable[[str, float], None]:
    """A watch that acts once a stage is reached."""

    def watch(reached: str, share: float) -> None:
        if reached == stage:
            act()

    return watch


def children() -> list[int]:
    """Processes of the solver that this process started."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in listed if b"matching.solver" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def is_gone(pid: int) -> bool:
    """Whether it has ended, though nobody may have asked for its code."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def eventually(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


@pytest.fixture
def solver() -> ChildSolver:
    return ChildSolver(child_environment())


def test_the_child_answers_as_the_match_does(solver: ChildSolver) -> None:
    seen: list[str] = []
    far = whole(solver.solve(question(), lambda stage, share: seen.append(stage)))
    near = whole(InProcess().solve(question(), lambda stage, share: None))
    assert far.pairs == near.pairs
    assert far.alone == near.alone
    assert far.record is not None
    assert near.record is not None
    assert (far.record.figures, far.record.input_hash) == (near.record.figures, near.record.input_hash)
    assert seen[0] == "encode"
    assert children() == []


def test_who_is_left_out_is_in_nothing(solver: ChildSolver) -> None:
    answer = whole(solver.solve(question(left_out=("prs_b00000", "prs_a00001")), lambda stage, share: None))
    assert not {"prs_b00000", "prs_a00001"} & {id for one in answer.pairs for id in one.pair}


def test_a_program_that_cannot_be_run_is_refused_by_name(solver: ChildSolver) -> None:
    with pytest.raises(SolverRefused) as refused:
        whole(solver.solve(question(locked=[["prs_a00001", "prs_zoe"]]), lambda stage, share: None))
    assert [problem.key for problem in refused.value.problems] == ["locked"]
    assert "prs_zoe" in refused.value.problems[0].reason
    assert children() == []


def test_whatever_the_watch_raises_ends_the_child(solver: ChildSolver) -> None:
    class Cancelled(Exception):
        pass

    def cancel() -> None:
        assert children()
        raise Cancelled

    with pytest.raises(Cancelled):
        whole(solver.solve(question(4000, 1500), watching("candidates", cancel)))
    assert children() == []


def test_a_child_that_is_killed_is_told_of(solver: ChildSolver) -> None:
    def kill() -> None:
        for pid in children():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(SolverDied, match="memory"):
        whole(solver.solve(question(4000, 1500), watching("candidates", kill)))


def test_a_child_that_fails_is_told_of_without_anybody_s_data(solver: ChildSolver) -> None:
    broken = question()
    for chunk in broken.chunks:
        object.__setattr__(chunk, "people", b"no such thing")
    with pytest.raises(SolverDied) as died:
        whole(solver.solve(broken, lambda stage, share: None))
    assert str(died.value) == "the computation ended with zlib.error"


def test_the_child_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURSOR_SECRET", "s" * 32)
    monkeypatch.setenv("MONGODB_URI", "mongodb://name:word@host")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    environment = child_environment()
    assert "OPENBLAS_NUM_THREADS" in environment
    assert not {"CURSOR_SECRET", "MONGODB_URI"} & environment.keys()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word that a parent died is Linux's")
@pytest.mark.parametrize("after_reading", [False, True], ids=["while it reads the engine", "while it waits for people"])
def test_the_child_dies_with_its_worker_though_the_worker_is_killed(after_reading: bool) -> None:
    # The test holds the child's input open, and nothing comes: only the worker's death can end it.
    begin = "import subprocess, sys, os; argv = [sys.executable, '-m', 'matching.solver', str(os.getpid())];"
    worker = subprocess.Popen(
        [sys.executable, "-c", begin + "child = subprocess.Popen(argv); print(child.pid, flush=True); child.wait()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    child = int(worker.stdout.readline())
    if after_reading:
        eventually(lambda: "ortools" in Path(f"/proc/{child}/maps").read_text())
    assert not is_gone(child)
    worker.kill()
    eventually(lambda: is_gone(child))
    worker.wait()
    worker.stdin.close()
    worker.stdout.close()


def test_the_child_says_why_a_pair_was_not_made_as_the_match_does(solver: ChildSolver) -> None:
    answer = whole(solver.solve(question(), lambda stage, share: None))
    made = {one.pair for one in answer.pairs}
    others = ((one.mentee_id, other.mentor_id) for one in answer.pairs for other in answer.pairs)
    near = (
        (pair, InProcess().why_not(question(), *pair, lambda stage, share: None)) for pair in others if pair not in made
    )
    pair, finding = next((pair, one) for pair, one in near if one.verdict == "price" and len(one.changes) > 2)
    assert solver.why_not(question(), *pair, lambda stage, share: None) == finding
    assert children() == []


def test_the_watch_ends_the_child_while_it_tries_changes(solver: ChildSolver) -> None:
    class Cancelled(Exception):
        pass

    def cancel() -> None:
        assert children()
        raise Cancelled

    with pytest.raises(Cancelled):
        solver.why_not(question(400, 150), "prs_a00001", "prs_b00001", watching("explain", cancel))
    assert children() == []


def test_an_answer_that_never_came_is_told_of(solver: ChildSolver) -> None:
    def kill() -> None:
        for pid in children():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(SolverDied, match="memory"):
        solver.why_not(question(400, 150), "prs_a00001", "prs_b00001", watching("explain", kill))
