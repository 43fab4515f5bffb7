"""What a run proposes: each pair with its score and marks, and each mentee whom it found nobody for."""

from dataclasses import dataclass, field, replace
from typing import Literal

from servicekit.entity import Entity
from servicekit.refusals import WrongState

State = Literal["proposed", "forbidden", "published", "skipped"]
# What a run counts of its pairs: those `to_publish` would become mentorships now.
MARKS: dict[str, dict[str, object]] = {
    "to_publish": {"state": "proposed"},
    "locked": {"locked": True},
    "forbidden": {"state": "forbidden"},
    "by_hand": {"by_hand": True},
    "published": {"state": "published"},
    "skipped": {"state": "skipped"},
}


@dataclass(frozen=True, kw_only=True)
class Because:
    """One reason for a pair: the engine's code, what it adds to the score, and the words or attributes it is about."""

    code: str
    part: float
    about: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wished:
    """What the wishes of the two for each other add to a score."""

    wish_of_mentee: float = 0.0
    wish_of_mentor: float = 0.0

    @property
    def wished_by_mentee(self) -> bool:
        """Whether the mentee wished for this mentor."""
        return self.wish_of_mentee > 0

    @property
    def wished_by_mentor(self) -> bool:
        """Whether the mentor wished for this mentee: for managers only."""
        return self.wish_of_mentor > 0


@dataclass(frozen=True, kw_only=True)
class Proposal(Wished, Entity):
    """One pair of a run. `percent` is 0 to 100, wishes left out; `score` is what was solved, wishes included.

    `by_hand` marks a manager's own choice, in place of `instead_of`. `skipped` is why it was not published.
    """

    run_id: str
    program_id: str
    mentee_id: str
    mentor_id: str
    state: State = "proposed"
    percent: float
    score: float
    components: dict[str, float] = field(default_factory=dict)
    reasons: tuple[Because, ...] = ()
    locked: bool = False
    kept: bool = False
    by_hand: bool = False
    was_proposed: bool = True
    instead_of: str | None = None
    skipped: str | None = None
    mentorship_id: str | None = None

    @staticmethod
    def key(run_id: str, mentee_id: str, mentor_id: str) -> str:
        """The id: a run has each pair at most once."""
        return f"{run_id}.{mentee_id}.{mentor_id}"

    @property
    def pair(self) -> tuple[str, str]:
        """The mentee and the mentor."""
        return self.mentee_id, self.mentor_id

    @property
    def stands(self) -> bool:
        """Whether the run has it: it is to be published, or was."""
        return self.state in ("proposed", "published")

    @property
    def marks(self) -> frozenset[str]:
        """What it counts as in its run."""
        return frozenset(
            mark for mark, where in MARKS.items() if all(getattr(self, name) == held for name, held in where.items())
        )

    def other_than(self, person_id: str) -> str:
        """The other of the two."""
        return self.mentee_id if person_id == self.mentor_id else self.mentor_id

    def as_seen_by(self, person_id: str) -> "Proposal":
        """What one of the two may read: the other's wish, and the score that contains it, are for managers."""
        if person_id == self.mentee_id:
            seen, hidden = replace(self, wish_of_mentor=0.0, score=self.score - self.wish_of_mentor), "mentor_wished"
        else:
            seen, hidden = replace(self, wish_of_mentee=0.0, score=self.score - self.wish_of_mentee), "you_wished"
        kept = tuple(reason for reason in self.reasons if reason.code != hidden)
        return replace(seen, score=round(seen.score, 6), reasons=kept, instead_of=None)

    def lock(self) -> "Proposal":
        """It stays when the rest is solved again."""
        self._require("proposed")
        return replace(self, locked=True)

    def unlock(self) -> "Proposal":
        """The match may decide otherwise again."""
        self._require("proposed")
        return replace(self, locked=False)

    def forbid(self) -> "Proposal":
        """It is not published, and not made when the rest is solved again."""
        self._require("proposed")
        return replace(self, state="forbidden", locked=False)

    def allow(self) -> "Proposal":
        """It may be again."""
        self._require("forbidden")
        return replace(self, state="proposed")

    def became(self, mentorship_id: str) -> "Proposal":
        """A mentorship follows it."""
        self._require("proposed")
        return replace(self, state="published", mentorship_id=mentorship_id)

    def skip(self, reason: str) -> "Proposal":
        """It became impossible before it was published."""
        self._require("proposed")
        return replace(self, state="skipped", skipped=reason)

    def _require(self, state: State) -> None:
        if self.state != state:
            raise WrongState(f"The pair is {self.state}; this needs it to be {state}.")


@dataclass(frozen=True, kw_only=True)
class Alone(Entity):
    """A mentee without a proposal: why, how many candidates were left, how many others each rule removed.

    `lost_to` holds the seat of `closest` that was lost by `by`, in units of the objective.
    """

    run_id: str
    program_id: str
    person_id: str
    reason: str
    candidates: int
    removed: dict[str, int] = field(default_factory=dict)
    closest: str | None = None
    lost_to: str | None = None
    by: float | None = None

    @staticmethod
    def key(run_id: str, person_id: str) -> str:
        """The id: a run has each mentee at most once."""
        return f"{run_id}.{person_id}"
