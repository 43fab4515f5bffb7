"""Two runs side by side, and one pair of a run explained."""

from dataclasses import dataclass, field

from matching.domain import pairing
from matching.domain.figures import Breakdown, Change, changes
from matching.domain.proposal import Proposal
from matching.domain.question import PairQuestion
from matching.domain.run import Run
from matching.ports.unit import Store, Unit
from matching.use_cases.recommendations import REMEDIES, WORDS
from matching.use_cases.runs.asking import ToldQuestion, told
from matching.use_cases.runs.marking import in_order, judge, standing, taken_in
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


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One pair of a run: whether it is proposed, else the rule or the seat in its way, as a manager may know it."""

    run_id: str
    mentee_id: str
    mentor_id: str
    proposed: bool
    rule: str | None
    words: str
    would_help: str | None = None
    percent: float | None = None
    score: float | None = None
    components: dict[str, float] = field(default_factory=dict)
    wish_of_mentee: float = 0.0
    wish_of_mentor: float = 0.0
    seats_given_to: tuple[Proposal, ...] = ()
    mentor_instead: Proposal | None = None
    question: ToldQuestion | None = None

    @property
    def wished_by_mentee(self) -> bool:
        """Whether the mentee wished for this mentor."""
        return self.wish_of_mentee > 0

    @property
    def wished_by_mentor(self) -> bool:
        """Whether the mentor wished for this mentee."""
        return self.wish_of_mentor > 0


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


def explain_in_run(store: Store, caller: Caller, run_id: str, mentee_id: str, mentor_id: str) -> Explained:
    """Why the run proposes this pair, or why not."""

    def work(unit: Unit) -> Explained:
        run, program = allowed(unit, caller, "run.explain", run_id)
        run.require_solved()
        pair = in_order(run, mentee_id, mentor_id)
        _, _, score, rule = judge(unit, run, program, *pair)
        held = unit.get(Proposal, Proposal.key(run_id, *pair))
        proposed = held is not None and held.state in ("proposed", "published")
        known = None if rule is None else pairing.shown(rule, to_manager=True)
        asked = unit.get(PairQuestion, PairQuestion.key(run_id, *pair))
        holders = [] if proposed or rule is not None else taken_in(unit, run, mentor_id)
        instead = None if proposed else next(iter(standing(unit, run, mentee_id)), None)
        return Explained(
            run_id=run_id,
            mentee_id=mentee_id,
            mentor_id=mentor_id,
            proposed=proposed,
            rule=known,
            words=_words(proposed, known, len(holders), instead is not None),
            would_help=None if proposed or known is None else REMEDIES.get(known),
            percent=round(score.percent(pairing.engine_program(program.with_terms(run.terms))), 4),
            score=score.total,
            components={name: round(value, 6) for name, value in score.components.items()},
            wish_of_mentee=score.wish_of_mentee,
            wish_of_mentor=score.wish_of_mentor,
            seats_given_to=tuple(holders),
            mentor_instead=instead,
            question=None if asked is None else told(unit, asked),
        )

    return store.reading(work)


def _words(proposed: bool, rule: str | None, holders: int, has_other: bool) -> str:
    if proposed:
        return "The run proposes this pair."
    if rule is not None:
        return WORDS[rule]
    if holders:
        return "The mentor's seats went to pairs with which the whole comes out better."
    if has_other:
        return "The mentee got another mentor, with whom the whole comes out better."
    return "Nothing keeps them apart; the whole comes out better without this pair."
