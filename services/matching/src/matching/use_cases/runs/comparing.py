"""Two runs side by side."""

from dataclasses import dataclass

from matching.domain.figures import Breakdown, Change, changes
from matching.domain.run import Run
from matching.ports.unit import Store, Unit
from matching.use_cases.runs.pairs import standing_pairs
from matching.use_cases.runs.reading import allowed
from servicekit.caller import Caller
from servicekit.refusals import InvalidInput

MOST_MOVED = 200


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A mentee whose mentor is another in the second run; None where they have none."""

    mentee_id: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What the second run changes: figures as (before, after), groups of both, and people counted by what moved.

    `moved` holds the first so many of those whom it concerns.
    """

    run_id: str
    with_run_id: str
    same_people: bool
    figures: tuple[Change, ...]
    before: tuple[Breakdown, ...]
    after: tuple[Breakdown, ...]
    same: int
    other_mentor: int
    gained: int
    lost: int
    moved: tuple[Moved, ...] = ()


def compare_runs(store: Store, caller: Caller, run_id: str, with_run_id: str) -> Comparison:
    """What `with_run_id` changes against `run_id`.

    Raises:
        InvalidInput: they are of two programs.
        WrongState: one of them has no result.
    """

    def work(unit: Unit) -> tuple[Run, Run]:
        first, _ = allowed(unit, caller, "run.compare", run_id)
        second, _ = allowed(unit, caller, "run.compare", with_run_id)
        if first.program_id != second.program_id:
            raise InvalidInput("Runs of two programs have nothing to compare.")
        first.require_solved()
        second.require_solved()
        return first, second

    first, second = store.reading(work)
    assert first.figures is not None
    assert second.figures is not None
    old, new = standing_pairs(store, first), standing_pairs(store, second)
    both = old.keys() & new.keys()
    moved = [one for one in sorted(old.keys() | new.keys()) if old.get(one) != new.get(one)]
    shown = (first.figures.shown(), second.figures.shown())
    return Comparison(
        run_id=run_id,
        with_run_id=with_run_id,
        same_people=first.snapshot_id == second.snapshot_id,
        figures=changes(*shown),
        before=shown[0].breakdowns,
        after=shown[1].breakdowns,
        same=sum(old[one] == new[one] for one in both),
        other_mentor=sum(old[one] != new[one] for one in both),
        gained=len(new.keys() - old.keys()),
        lost=len(old.keys() - new.keys()),
        moved=tuple(Moved(mentee_id=one, before=old.get(one), after=new.get(one)) for one in moved[:MOST_MOVED]),
    )
