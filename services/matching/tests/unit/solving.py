"""Solvers for tests: the real match within the test's own process, and some that go wrong when they are told to."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import engine
from matching.domain.program import Program
from matching.domain.proposal import Proposal
from matching.domain.question import Finding
from matching.domain.run import Problem, Run
from matching.domain.snapshot import unpack_lines
from matching.ports.solver import Answer, Question, SolverRefused
from matching.solver.child import answers, findings
from matching.solver.talk import Header, Message
from matching.use_cases.runs import answering, computing, publishing, starting
from servicekit.caller import Caller
from servicekit.lease import Lease

from .world import CARA, World


@dataclass
class InProcess:
    """Solves at once; `between` is called before each part of the answer, and may raise or act."""

    between: Callable[[int], None] = lambda part: None
    asked: list[Question] = field(default_factory=list)

    def solve(self, question: Question, watch: Callable[[str, float], None]) -> Generator[Answer, None, None]:
        for message in self._messages(answers, question, None, watch):
            if message.answer is not None:
                yield message.answer

    def why_not(
        self, question: Question, mentee_id: str, mentor_id: str, watch: Callable[[str, float], None]
    ) -> Finding:
        (found,) = [one.finding for one in self._messages(findings, question, (mentee_id, mentor_id), watch)]
        assert found is not None
        return found

    def _messages(
        self,
        tell: Callable[..., Iterator[Message]],
        question: Question,
        why_not: tuple[str, str] | None,
        watch: Callable[[str, float], None],
    ) -> Iterator[Message]:
        self.asked.append(question)
        people, managers = self._inputs(question)
        header = Header(
            run_id=question.run_id,
            program_id=question.program_id,
            terms=question.terms,
            existing=tuple(question.existing),
            certify=question.certify,
            left_out=tuple(question.left_out),
            why_not=why_not,
        )
        try:
            told = tell(header, people, managers, lambda message: watch(message.stage or "", message.share))
            for part, message in enumerate(told):
                self.between(part)
                watch(message.stage or "", message.share)
                yield message
        except engine.ProgramRefused as refused:
            raise SolverRefused(
                tuple(Problem(key=one.key, reason=one.reason, write=one.write) for one in refused.problems)
            ) from refused

    def _inputs(self, question: Question) -> tuple[list[engine.Person], dict[str, str]]:
        people: list[engine.Person] = []
        managers: dict[str, str] = {}
        for chunk in question.chunks:
            people += [one for one in chunk.unpacked() if one.person_id not in question.left_out]
            managers |= unpack_lines(chunk.lines)
        return people, managers


def compute(world: World, solver: Any = None, lease: Lease | None = None) -> bool:
    """A worker's look at the queue."""
    mine = lease or Lease(world.store, "matching.runs", lasts=0.0)
    return computing.compute_next(world.store, world.clock, mine, solver or InProcess(), lambda: False)


def answer(world: World, solver: Any = None, lease: Lease | None = None, stopping: bool = False) -> bool:
    """A worker's look at the questions about runs."""
    mine = lease or Lease(world.store, "matching.runs", lasts=0.0)
    return answering.answer_next(world.store, world.clock, mine, solver or InProcess(), lambda: stopping)


def started(world: World, program: Program, caller: Caller = CARA, **values: Any) -> Run:
    """A run in the queue."""
    overrides = values.pop("overrides", {})
    return starting.start_run(world.store, world.clock, caller, program.id, overrides=overrides, **values)


def solved(world: World, program: Program, **values: Any) -> Run:
    """A run that is ready."""
    run = started(world, program, **values)
    assert compute(world)
    return found(world, run)


def found(world: World, run: Run) -> Run:
    """The run as stored."""
    stored: Run = world.get(Run, run.id)
    return stored


def pairs(world: World, run: Run) -> dict[str, str]:
    """Mentee and mentor of each pair that stands, names alone."""
    rows = [one for one in world.store.held("proposals") if one["run_id"] == run.id and one["state"] != "forbidden"]
    return {one["mentee_id"].removeprefix("prs_"): one["mentor_id"].removeprefix("prs_") for one in rows}


def proposal(world: World, run: Run, mentee: str, mentor: str) -> Proposal:
    """One pair as stored."""
    stored: Proposal = world.get(Proposal, Proposal.key(run.id, f"prs_{mentee}", f"prs_{mentor}"))
    return stored


def published(world: World, run: Run) -> Run:
    """The run once workers have published it."""
    publishing.publish_run(world.store, world.clock, CARA, run.id)
    while publishing.publish_some(world.store, world.clock):
        pass
    return found(world, run)
