"""What a manager asks of a pair that a run did not make: why not, and what would change it; and what was found."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from matching.domain.pairing import shown
from matching.domain.run import MOST_ATTEMPTS
from servicekit.entity import Entity

State = Literal["asked", "answered", "failed"]
# What the engine says, and `made`: the match itself comes to this pair, and a manager's hand or a leaving undid it.
Verdict = Literal["rule", "locked", "price", "rank", "no_room", "made"]
Kind = Literal["seat", "wish", "skill", "hours", "score", "lock", "unlock", "rule"]
Failure = Literal["refused", "solver_died", "worker_died"]


@dataclass(frozen=True, kw_only=True)
class Counterfactual:
    """One change that would make the pair; `tried` where the match was run again with it, and made it.

    By its kind it has `seats` in all, the `rank` of a wish (1 is first), a `skill` and its `level`, further `hours` a
    week, or the `score` that is missing. `person_id` is whose it is; None where it is of no one person. `words` are
    English and name people by their ids.
    """

    kind: Kind
    words: str
    tried: bool
    person_id: str | None = None
    seats: int | None = None
    rank: int | None = None
    skill: str | None = None
    level: int | None = None
    hours: float | None = None
    score: float | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The answer: the engine's `rule`, or what the pair would cost the whole and how many `people` a mentor."""

    verdict: Verdict
    rule: str | None = None
    cost: float | None = None
    people: int = 0
    changes: tuple[Counterfactual, ...] = ()

    @staticmethod
    def of_rule(rule: str) -> "Finding":
        """A rule keeps them apart, which the rest of the match has no say in."""
        return Finding(verdict="rule", rule=rule)


@dataclass(frozen=True, kw_only=True)
class PairQuestion(Entity):
    """One pair of a run, asked about once however often it is asked; it waits until it has a finding or a failure.

    `attempts` counts the workers that took it up, of which `worker` is the last.
    """

    run_id: str
    program_id: str
    mentee_id: str
    mentor_id: str
    asked_at: datetime
    waits: bool = True
    answered_at: datetime | None = None
    finding: Finding | None = None
    failure: Failure | None = None
    attempts: int = 0
    worker: str | None = None

    @staticmethod
    def key(run_id: str, mentee_id: str, mentor_id: str) -> str:
        """The id: a run has one question of each pair."""
        return f"{run_id}.{mentee_id}.{mentor_id}"

    @property
    def pair(self) -> tuple[str, str]:
        """The mentee and the mentor."""
        return self.mentee_id, self.mentor_id

    @property
    def state(self) -> State:
        """`asked` until it has its answer, or failed too often."""
        if self.waits:
            return "asked"
        return "answered" if self.failure is None else "failed"

    def ask_again(self, now: datetime) -> "PairQuestion":
        """One that failed waits again; any other is as it was."""
        if self.failure is None:
            return self
        return replace(self, waits=True, failure=None, answered_at=None, attempts=0, worker=None, asked_at=now)

    def take_up(self, now: datetime, worker: str) -> "PairQuestion":
        """A worker looks for the answer, for the first time or after another worker died; too often, and it fails."""
        is_new = self.worker != worker
        if is_new and self.attempts >= MOST_ATTEMPTS:
            return self.fail("worker_died", now)
        return replace(self, attempts=self.attempts + is_new, worker=worker)

    def answer(self, finding: Finding, now: datetime) -> "PairQuestion":
        """It has its answer."""
        return replace(self, waits=False, finding=finding, answered_at=now)

    def fail(self, failure: Failure, now: datetime) -> "PairQuestion":
        """There is no answer."""
        return replace(self, waits=False, failure=failure, answered_at=now)

    def as_seen_by(self, person_id: str) -> "PairQuestion":
        """What one of the two may read: a rule as participants know it, and the changes that are theirs to make.

        What the pair would cost tells of others, and what the other would have to change is the other's.
        """
        if self.finding is None:
            return self
        mine = tuple(one for one in self.finding.changes if one.person_id == person_id)
        rule = None if self.finding.rule is None else shown(self.finding.rule, to_manager=False)
        return replace(self, finding=Finding(verdict=self.finding.verdict, rule=rule, changes=mine))
