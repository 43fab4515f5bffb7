"""The match of a whole program: what is asked, what is answered, and who may compute it."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from matching.domain.figures import Figures
from matching.domain.proposal import Alone, Proposal
from matching.domain.question import Finding
from matching.domain.run import Problem
from matching.domain.snapshot import Chunk


class Ownership(Protocol):
    """A lease on work that one process at a time may do."""

    name: str
    holder: str

    def claim(self) -> int | None:
        """Take, keep or renew it: its fence where it is ours, None where somebody else is alive."""
        ...

    def check(self, unit: Any) -> None:
        """Compare it inside a transaction; raises `LeaseLost` where it is no longer ours."""
        ...

    def release(self) -> None:
        """Let the next one go on at once."""
        ...


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a solver is asked about a run: the keys of `program.yaml`, pairs that stood before, and the people, packed.

    `left_out` are people of the chunks who have left or were erased since.
    """

    run_id: str
    program_id: str
    terms: Mapping[str, object]
    existing: Sequence[tuple[str, str]]
    certify: bool
    chunks: Iterable[Chunk]
    left_out: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Record:
    """The figures of an answer, and what makes it repeatable; `offering` counts the mentors who offer each skill."""

    figures: Figures
    input_hash: str
    engine_version: str
    seconds: dict[str, float]
    mentors: int
    offering: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A part of what a solver answers; the record comes with the last part."""

    pairs: tuple[Proposal, ...] = ()
    alone: tuple[Alone, ...] = ()
    record: Record | None = None


class SolverRefused(Exception):
    """The program cannot be run with these people; `problems` says why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{one.key}: {one.reason}" for one in problems))
        self.problems = problems


class SolverDied(Exception):
    """The computation ended without an answer."""


class Solver(Protocol):
    """The match of a whole program, where it can be stopped at any moment."""

    def solve(self, question: Question, watch: Callable[[str, float], None]) -> Generator[Answer, None, None]:
        """The answer in parts.

        `watch(stage, share)` is called several times a second from the caller's thread; whatever it raises ends the
        computation at once and comes out here, and so does closing the generator.

        Raises:
            SolverRefused, SolverDied: there is no answer.
        """
        ...

    def why_not(
        self, question: Question, mentee_id: str, mentor_id: str, watch: Callable[[str, float], None]
    ) -> Finding:
        """Why the match does not make this pair, and the smallest changes with which it did when they were tried.

        `watch` and errors are as in `solve`; trying takes several times as long as the match.
        """
        ...
