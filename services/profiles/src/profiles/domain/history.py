"""What happened to a person's record: who registered, moved or ended them, and which facts changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from profiles.domain.person import Person, Status

Act = Literal["registered", "changed", "on_leave", "back", "left", "rehired"]
# A move inside the organisation is told with its values. Of anything else only that it changed: somebody's former name
# or address is nobody's business any more. See docs/decisions/0020-a-person-s-history-is-theirs.md.
TOLD = ("title", "department", "level", "site", "manager_id")
KEPT = 50


@dataclass(frozen=True, kw_only=True)
class Change:
    """One fact that changed; the values are of `TOLD` facts alone."""

    fact: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened; `import_id` where it came by a file, whose own page says who asked for it."""

    at: datetime
    act: Act
    by: str
    by_kind: str
    import_id: str | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Source:
    """Who does something to a person's record, and by which import."""

    by: str
    kind: str
    import_id: str | None = None


def entry(before: "Person | None", after: "Person", source: Source, now: datetime) -> Entry:
    """What turned `before` into `after`; before nothing, they were registered."""
    return Entry(
        at=now,
        act=_act(before.status if before else None, after.status),
        by=source.by,
        by_kind=source.kind,
        import_id=source.import_id,
        changes=tuple(_changes(before, after)) if before else (),
    )


def _act(before: "Status | None", after: "Status") -> Act:
    if before is None:
        return "registered"
    if before == after:
        return "changed"
    if after == "active":
        return "rehired" if before == "left" else "back"
    return after


def _changes(before: "Person", after: "Person") -> Iterator[Change]:
    for fact in before.facts.__dataclass_fields__:
        then, now = getattr(before.facts, fact), getattr(after.facts, fact)
        if then == now:
            continue
        told = fact in TOLD
        yield Change(fact=fact, before=_text(then) if told else "", after=_text(now) if told else "")


def _text(value: object) -> str:
    return "" if value is None else str(value)
