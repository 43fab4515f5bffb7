"""The figures of a run, and what of them may be shown: nothing over fewer than five people, nor what tells it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

FEWEST = 5
# What a group is called whose own name could tell who was in it.
FORGOTTEN = "…"


@dataclass(frozen=True, kw_only=True)
class Group:
    """The mentees of one value of an attribute: how many, how many matched, the mean score of their pairs (0-100).

    `limit` is how many may stay unmatched and `beyond` how many more do, where fairness protects this attribute. All
    are None where they are withheld.
    """

    group: str
    mentees: int | None
    matched: int | None
    percent: float | None
    limit: int | None = None
    beyond: int | None = None

    @property
    def rate(self) -> float | None:
        """The share of them that is matched."""
        return self.matched / self.mentees if self.mentees and self.matched is not None else None

    def withheld(self) -> "Group":
        """The name alone."""
        return Group(group=self.group, mentees=None, matched=None, percent=None)


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """Every group of one attribute, or of several joined by `+`."""

    attribute: str
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a run came to. Scores are 0 to 100, wishes left out; `total` is the objective and `bound` limits it."""

    people: int
    mentees: int
    mentors: int
    seats: int
    pairs: int
    matched: int
    unmatched: int
    locked: int
    kept: int
    candidates: int
    objective: str
    total: float
    bound: float | None
    gap: float | None
    blocking_pairs: int | None
    percent: float | None
    rate: float | None
    rate_without_fairness: float | None
    wishes_met: int
    breakdowns: tuple[Breakdown, ...] = ()
    unmatched_by_reason: dict[str, int] = field(default_factory=dict)
    closed_groups: int = 0

    def forgetting(self, fact: Callable[[str], str]) -> "Figures":
        """The figures after somebody was erased: a group of theirs under five people has no name of its own any more.

        `fact` tells the person's value of an attribute, which may have been theirs alone.
        """
        return replace(self, breakdowns=tuple(_forgetting(one, fact) for one in self.breakdowns))

    def shown(self) -> "Figures":
        """The figures without those that are withheld."""
        return replace(self, breakdowns=tuple(_shown(self.breakdowns)))


def _forgetting(breakdown: Breakdown, fact: Callable[[str], str]) -> Breakdown:
    name = "+".join(fact(attribute) for attribute in breakdown.attribute.split("+"))
    small = [one for one in breakdown.groups if one.group == name and (one.mentees or 0) < FEWEST]
    if not small or not name.strip("+"):
        return breakdown
    nameless = [one for one in breakdown.groups if one.group == FORGOTTEN]
    kept = tuple(one for one in breakdown.groups if one not in (*small, *nameless))
    return replace(breakdown, groups=(*kept, _joined([*nameless, *small])))


def _joined(groups: Sequence[Group]) -> Group:
    """Several groups as one without a name; what fairness allowed each of them says nothing of all."""
    matched = sum(one.matched or 0 for one in groups)
    score = sum((one.percent or 0.0) * (one.matched or 0) for one in groups)
    return Group(
        group=FORGOTTEN,
        mentees=sum(one.mentees or 0 for one in groups),
        matched=matched,
        percent=round(score / matched, 4) if matched else None,
    )


def _shown(breakdowns: Sequence[Breakdown]) -> Iterable[Breakdown]:
    for breakdown in breakdowns:
        hidden = _to_withhold(breakdown, breakdowns)
        groups = tuple(one.withheld() if one.group in hidden else one for one in breakdown.groups)
        yield replace(breakdown, groups=groups)


def _to_withhold(breakdown: Breakdown, others: Sequence[Breakdown]) -> set[str]:
    """Groups under five, and more beside them until no subtraction from a sum that is known tells one of them.

    The whole is known, and for a combination such as `level+site` so are its parts where they are shown themselves.
    """
    sizes = {one.group: one.mentees or 0 for one in breakdown.groups}
    hidden = {name for name, size in sizes.items() if size < FEWEST}
    sums = [list(sizes), *_sums_known_of(breakdown, others)]
    changed = bool(hidden)
    while changed:
        changed = False
        for names in sums:
            inside = hidden.intersection(names)
            open_names = sorted((name for name in names if name not in hidden), key=lambda name: (sizes[name], name))
            if inside and open_names and (len(inside) == 1 or sum(sizes[name] for name in inside) < FEWEST):
                hidden.add(open_names[0])
                changed = True
    return hidden


def _sums_known_of(breakdown: Breakdown, others: Sequence[Breakdown]) -> Iterable[list[str]]:
    parts = breakdown.attribute.split("+")
    shown = {one.attribute for one in others}
    for place, part in enumerate(parts):
        if len(parts) > 1 and part in shown:
            by_value: dict[str, list[str]] = {}
            for one in breakdown.groups:
                values = one.group.split("+")
                by_value.setdefault(values[place] if place < len(values) else "", []).append(one.group)
            yield from by_value.values()


Figure = float | int | str | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """One figure of two runs."""

    name: str
    before: Figure
    after: Figure


def changes(before: Figures, after: Figures) -> tuple[Change, ...]:
    """The figures that two runs are compared by."""
    names = ("objective", "mentees", "pairs", "rate", "percent", "total", "wishes_met")
    return tuple(Change(name=name, before=getattr(before, name), after=getattr(after, name)) for name in names)
