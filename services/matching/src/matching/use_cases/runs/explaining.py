"""One pair of a run explained: proposed, kept apart by a rule, or a seat that went to others."""

from dataclasses import dataclass, field

from matching.domain import pairing
from matching.domain.program import Program
from matching.domain.proposal import Proposal, Wished
from matching.domain.question import PairQuestion
from matching.domain.run import Run
from matching.ports.unit import Store, Unit
from matching.use_cases.runs.asking import ToldQuestion, told
from matching.use_cases.runs.marking import in_order, judge, standing, taken_in
from matching.use_cases.runs.reading import allowed
from matching.use_cases.words import HELPS, WORDS
from servicekit.caller import Caller


@dataclass(frozen=True, kw_only=True)
class Explained(Wished):
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
    seats_given_to: tuple[Proposal, ...] = ()
    mentor_instead: Proposal | None = None
    question: ToldQuestion | None = None


def explain_in_run(store: Store, caller: Caller, run_id: str, mentee_id: str, mentor_id: str) -> Explained:
    """Why the run proposes this pair, or why not."""

    def work(unit: Unit) -> Explained:
        run, program = allowed(unit, caller, "run.explain", run_id)
        run.require_solved()
        return explained(unit, run, program, mentee_id, mentor_id)

    return store.reading(work)


def explained(unit: Unit, run: Run, program: Program, mentee_id: str, mentor_id: str) -> Explained:
    """What a run that is solved says of a pair, for its program's managers."""
    pair = in_order(run, mentee_id, mentor_id)
    _, _, score, rule = judge(unit, run, program, *pair)
    held = unit.get(Proposal, Proposal.key(run.id, *pair))
    proposed = held is not None and held.stands
    known = None if rule is None else pairing.shown(rule, to_manager=True)
    asked = unit.get(PairQuestion, PairQuestion.key(run.id, *pair))
    holders = [] if proposed or rule is not None else taken_in(unit, run, mentor_id)
    instead = None if proposed else next(iter(standing(unit, run, mentee_id)), None)
    return Explained(
        run_id=run.id,
        mentee_id=mentee_id,
        mentor_id=mentor_id,
        proposed=proposed,
        rule=known,
        words=_words(proposed, known, len(holders), instead is not None),
        would_help=None if proposed or known is None else HELPS.get(known),
        percent=round(score.percent(pairing.engine_program(program.with_terms(run.terms))), 4),
        score=score.total,
        components={name: round(value, 6) for name, value in score.components.items()},
        wish_of_mentee=score.wish_of_mentee,
        wish_of_mentor=score.wish_of_mentor,
        seats_given_to=tuple(holders),
        mentor_instead=instead,
        question=None if asked is None else told(unit, asked),
    )


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
