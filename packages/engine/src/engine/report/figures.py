"""What the report shows, as plain figures; who may not be shown is folded away here, before anything is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

# Figures over fewer people than this are withheld.
FEWEST = 5
FOLDED = "Small groups, together"


@dataclass(frozen=True)
class Group:
    """The mentees of one value of an attribute: how many, how many matched, and the sum of their pairs' percent."""

    name: str
    people: int
    matched: int
    percent: float = 0.0

    @property
    def coverage(self) -> float:
        """Matched share, in [0, 1]."""
        return self.matched / self.people if self.people else 0.0

    @property
    def quality(self) -> float:
        """Mean percent of those matched, 0 to 100."""
        return self.percent / self.matched if self.matched else 0.0


@dataclass(frozen=True)
class Groups:
    """All groups of one attribute."""

    attribute: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Reason:
    """How many people have no pair for one reason, and the words for it."""

    name: str
    words: str
    people: int


@dataclass(frozen=True)
class Waiting:
    """One person without a pair."""

    person: str
    side: str
    words: str
    candidates: int
    most_removed_by: str


@dataclass(frozen=True)
class Variant:
    """What another setting of the same program would give: matched people, mean percent, total, worst group, and which
    share of the existing pairs stays."""

    name: str
    matched: int
    percent: float
    total: float
    worst_group: float | None = None
    chosen: bool = False
    kept: float | None = None


@dataclass(frozen=True)
class Figures:
    """Everything on the page. `percents` are the pairs' scores as people read them, wishes left out."""

    program: str
    as_of: str
    objective: str
    mentees: int
    matched: int
    mentors: int
    mentors_used: int
    seats: int
    percents: Sequence[float]
    wishes_met: int
    groups: Sequence[Groups]
    reasons: Sequence[Reason]
    waiting: Sequence[Waiting]
    fairness: Sequence[Variant]
    stability: Sequence[Variant]
    record: Sequence[tuple[str, str]]
    keeping: Sequence[Variant] = ()

    @property
    def coverage(self) -> float:
        return self.matched / self.mentees if self.mentees else 0.0

    @property
    def percent(self) -> float:
        return sum(self.percents) / len(self.percents) if self.percents else 0.0


def shown(groups: Sequence[Group]) -> list[Group]:
    """The groups as people may see them: small ones as one row, levels in their order, others largest first.

    The folded row has at least FEWEST people of its own and never stands for a single group, else what it hides
    would follow from the total by subtraction.
    """
    ordered = sorted(groups, key=lambda group: (-group.people, group.name))
    folded = [group for group in ordered if group.people < FEWEST]
    rest = [group for group in ordered if group.people >= FEWEST]
    while folded and rest and (len(folded) < 2 or sum(group.people for group in folded) < FEWEST):
        folded.append(rest.pop())
    if all(group.name.isdecimal() for group in rest if group.name):
        rest.sort(key=lambda group: int(group.name or "0"))
    if not folded:
        return rest
    together = Group(
        FOLDED,
        sum(group.people for group in folded),
        sum(group.matched for group in folded),
        sum(group.percent for group in folded),
    )
    return [*rest, together] if together.people >= FEWEST else rest


def means_withheld(groups: Sequence[Group]) -> set[str]:
    """The groups whose mean may not be shown: those of few pairs, and one more where a single one would follow from
    the mean over everybody."""
    ordered = sorted((group for group in groups if group.matched), key=lambda group: (group.matched, group.name))
    few = [group.name for group in ordered if group.matched < FEWEST]
    return set(few) if len(few) != 1 else {group.name for group in ordered[:2]}
