"""A run: one computation of a whole match, from the queue to its publication, and what of it a manager may see."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from contracts import Event
from contracts.matching import (
    RunCancelled,
    RunDiscarded,
    RunFailed,
    RunPublished,
    RunQueued,
    RunReady,
    RunStarted,
)
from matching.domain.figures import Figures
from matching.domain.proposal import MARKS, Proposal
from servicekit.entity import Entity
from servicekit.refusals import WrongState

State = Literal["queued", "running", "ready", "publishing", "published", "discarded", "failed", "cancelled"]
Failure = Literal["refused", "solver_died", "worker_died"]
UNFINISHED: tuple[State, ...] = ("queued", "running")
# Those that came to nothing.
IN_VAIN: tuple[State, ...] = ("cancelled", "failed")
# Those whose proposals are whole; what others hold is not to be seen.
SOLVED: tuple[State, ...] = ("ready", "publishing", "published", "discarded")
# Those that nobody threw away.
STANDING: tuple[State, ...] = ("ready", "publishing", "published")
# A computation that ended its worker so often would end the next one too.
MOST_ATTEMPTS = 3
# The stages in their order, each with its share of the whole time: measured at 100,000 x 25,000, but with a little less
# for reading and writing, which the local document server is slower at than others.
STAGES: dict[str, float] = {
    "snapshot": 0.45,
    "encode": 0.05,
    "candidates": 0.05,
    "solve": 0.13,
    "certify": 0.02,
    "explain": 0.05,
    "keep": 0.25,
}

_WHAT_NEXT: dict[State, str] = {
    "queued": " Wait until it is ready.",
    "running": " Wait until it is ready.",
    "failed": " Start another.",
    "cancelled": " Start another.",
    "discarded": " Start another.",
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A key of the program that the match refused: why, and what to write instead."""

    key: str
    reason: str
    write: str


@dataclass(frozen=True, kw_only=True)
class Run(Entity):
    """`terms` are the keys of `program.yaml` that it runs by, pairs aside; `overrides` names those that are its own.

    `snapshot_id` is None until its inputs were taken; a run that solves again around locks has its parent's.
    `attempts` counts the workers that took it up, of which `worker` is the last; `pairs` counts its pairs by mark, and
    is empty before it is ready and in runs of an earlier release that were not ended. While it is published, it does
    not yet know what became of them.
    `has_parts` says that parts of an answer may be kept that is not whole.
    """

    program_id: str
    requested_by: str
    name: str = ""
    state: State = "queued"
    parent_id: str | None = None
    snapshot_id: str | None = None
    terms: dict[str, Any] = field(default_factory=dict)
    overrides: tuple[str, ...] = ()
    certify: bool = False
    seed: int = 1
    stage: str | None = None
    share: float = 0.0
    attempts: int = 0
    worker: str | None = None
    queued_at: datetime
    started_at: datetime | None = None
    ready_at: datetime | None = None
    ended_at: datetime | None = None
    figures: Figures | None = None
    input_hash: str | None = None
    engine_version: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    failure: Failure | None = None
    pairs: dict[str, int] = field(default_factory=dict)
    has_parts: bool = False

    @property
    def progress(self) -> float:
        """How much of the computation is done, 0 to 1, by the usual share of each stage."""
        if self.state == "queued" or self.stage is None:
            return 0.0
        if self.state != "running":
            return 1.0 if self.state in SOLVED else 0.0
        before = 0.0
        for stage, part in STAGES.items():
            if stage == self.stage:
                return round(before + part * self.share, 3)
            before += part
        return round(before, 3)

    @property
    def is_solved(self) -> bool:
        """Whether its proposals are whole."""
        return self.state in SOLVED

    def queue(self) -> tuple["Run", Event]:
        """The new run."""
        return self, self._fact(RunQueued)

    def take_up(self, now: datetime, worker: str) -> tuple["Run", list[Event]]:
        """A worker computes it, for the first time or after another worker died; too often, and it fails.

        One that had to leave it, since its store was away, is alive: it goes on without an attempt more.
        """
        is_new = self.worker != worker
        if is_new and self.attempts >= MOST_ATTEMPTS:
            return self.fail("worker_died", (), now)
        taken = replace(
            self,
            state="running",
            attempts=self.attempts + is_new,
            worker=worker,
            stage="snapshot" if self.snapshot_id is None else "encode",
            share=0.0,
            started_at=self.started_at or now,
            has_parts=True,
        )
        return taken, [] if self.state == "running" else [self._fact(RunStarted)]

    def reach(self, stage: str, share: float) -> "Run":
        """How far it got."""
        return replace(self, stage=stage, share=round(share, 3))

    def finish(self, figures: Figures, now: datetime, **record: Any) -> tuple["Run", Event]:
        """The proposals are whole and can be looked at."""
        self._require("running")
        pairs = dict.fromkeys(MARKS, 0) | {"to_publish": figures.pairs, "locked": figures.locked}
        ready = replace(self, state="ready", ready_at=now, figures=figures, pairs=pairs, has_parts=False, **record)
        return ready, self._fact(RunReady, pairs=figures.pairs, unmatched=figures.unmatched)

    def recounted(self, before: Proposal | None, after: Proposal | None) -> "Run":
        """With one of its pairs as it is after a change; None where it is not, or was not, one of them."""
        if not self.pairs or self.state not in ("ready", "publishing"):
            return self
        old = frozenset[str]() if before is None else before.marks
        new = frozenset[str]() if after is None else after.marks
        return replace(self, pairs={mark: count + (mark in new) - (mark in old) for mark, count in self.pairs.items()})

    def fail(self, reason: Failure, problems: tuple[Problem, ...], now: datetime) -> tuple["Run", list[Event]]:
        """It ended without a result."""
        self._require("queued", "running")
        failed = replace(self, state="failed", failure=reason, problems=problems, ended_at=now)
        return failed, [self._fact(RunFailed, reason=reason)]

    def cancel(self, now: datetime) -> tuple["Run", Event]:
        """A manager stops it before it is ready."""
        self._require("queued", "running")
        return replace(self, state="cancelled", ended_at=now), self._fact(RunCancelled)

    def discard(self, pairs: dict[str, int], now: datetime) -> tuple["Run", Event]:
        """A manager throws the proposals away."""
        self._require("ready")
        return replace(self, state="discarded", pairs=pairs, ended_at=now), self._fact(RunDiscarded)

    @property
    def is_to_clear(self) -> bool:
        """Whether it came to nothing, and what was found of its answer may still be kept."""
        return self.has_parts and self.state in IN_VAIN

    def cleared(self) -> "Run":
        """Nothing of its answer is kept any more."""
        return replace(self, has_parts=False)

    def publish(self) -> "Run":
        """Its proposals are becoming mentorships, pair by pair; the first of them tells that it began."""
        self._require("ready")
        return replace(self, state="publishing")

    def finish_publishing(self, pairs: dict[str, int], now: datetime) -> tuple["Run", Event]:
        """Every proposal became a mentorship or was skipped."""
        self._require("publishing")
        done = replace(self, state="published", pairs=pairs, ended_at=now)
        return done, self._fact(RunPublished, published=pairs["published"], skipped=pairs["skipped"])

    def require_ready(self) -> None:
        """Pass where its pairs may be changed."""
        self._require("ready")

    def require_solved(self) -> None:
        """Pass where its proposals are whole."""
        self._require(*SOLVED)

    def _require(self, *states: State) -> None:
        if self.state not in states:
            needs = f"The run is {self.state}; this needs it to be {' or '.join(states)}."
            raise WrongState(f"{needs}{_WHAT_NEXT.get(self.state, '')}")

    def _fact(self, fact: type[Event], **more: Any) -> Event:
        return fact(run_id=self.id, program_id=self.program_id, requested_by=self.requested_by, **more)  # type: ignore[call-arg]


@dataclass(frozen=True, kw_only=True)
class RunInputs(Entity):
    """What a run has beside its terms and its people; the id is the run's.

    Pairs (mentee, mentor) that must be and must not be; and, once it is solved, how many of its mentors offer each
    skill, which is what makes a skill rare.
    """

    locked: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()
    mentors: int = 0
    offering: dict[str, int] = field(default_factory=dict)

    def counted(self) -> Counter[str]:
        """How many mentors offer each skill."""
        return Counter(self.offering)

    def without(self, person_ids: frozenset[str]) -> "RunInputs":
        """The same without pairs of these people."""

        def kept(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
            return tuple(pair for pair in pairs if person_ids.isdisjoint(pair))

        return replace(self, locked=kept(self.locked), forbidden=kept(self.forbidden))

    def beside(self, together: set[tuple[str, str]]) -> "RunInputs":
        """The same where some work together already: they keep their seats and are not proposed to each other again."""
        locked = tuple(pair for pair in self.locked if pair not in together)
        return replace(self, locked=locked, forbidden=tuple(sorted({*self.forbidden, *together})))
