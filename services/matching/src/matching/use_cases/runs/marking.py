"""What a manager does to single pairs of a run that is ready: lock, forbid, and replace by hand, rules checked.

Each verb saves the run too, so that two managers who want the same seat conflict instead of both getting it.
"""

from collections.abc import Callable
from dataclasses import replace

import engine
from engine.explain import reasons
from matching.domain import pairing
from matching.domain.errors import NoSeatLeft, NotAvailable
from matching.domain.program import Program
from matching.domain.proposal import Because, Proposal
from matching.domain.run import Run, RunInputs
from matching.ports.unit import Store, Unit
from matching.use_cases.runs.reading import allowed, told
from matching.use_cases.seating import known_person, lines_above
from matching.use_cases.words import WORDS
from servicekit.caller import Caller
from servicekit.refusals import NotFound, WrongState


def lock_pair(store: Store, caller: Caller, run_id: str, mentee_id: str, mentor_id: str) -> Proposal:
    """The pair stays when the rest is solved again."""
    return _mark(store, caller, "proposal.lock", run_id, mentee_id, mentor_id, Proposal.lock)


def unlock_pair(store: Store, caller: Caller, run_id: str, mentee_id: str, mentor_id: str) -> Proposal:
    """The match may decide otherwise again."""
    return _mark(store, caller, "proposal.unlock", run_id, mentee_id, mentor_id, Proposal.unlock)


def forbid_pair(store: Store, caller: Caller, run_id: str, mentee_id: str, mentor_id: str) -> Proposal:
    """The pair is neither published nor made when the rest is solved again; it need not have been proposed."""

    def work(unit: Unit) -> Proposal:
        run, program = _ready(unit, caller, "proposal.forbid", run_id)
        pair = in_order(run, mentee_id, mentor_id)
        held = unit.get(Proposal, Proposal.key(run_id, *pair))
        is_new = held is None
        if held is None:
            held = replace(_judged(unit, run, program, *pair)[0], was_proposed=False)
        if held.state == "forbidden":
            return told(unit, held)
        return _saved(unit, run, None if is_new else held, held.forbid())

    return store.atomically(work)


def allow_pair(store: Store, caller: Caller, run_id: str, mentee_id: str, mentor_id: str) -> Proposal:
    """A forbidden pair may be again: it is proposed as before, if its people's seats are still free in this run.

    Raises:
        NoSeatLeft: another pair of the run has the seat by now.
    """

    def work(unit: Unit) -> Proposal:
        run, program = _ready(unit, caller, "proposal.allow", run_id)
        held = _pair(unit, run, mentee_id, mentor_id)
        if held.state == "proposed":
            return told(unit, held)
        allowed_again = held.allow()
        if not held.was_proposed:
            unit.save(run.recounted(held, None))
            unit.remove(held)
            return told(unit, allowed_again)
        if standing(unit, run, held.mentee_id):
            raise NoSeatLeft("The mentee has another proposal by now. Replace that one instead.")
        _require_seat(unit, run, program, *held.pair)
        return _saved(unit, run, held, allowed_again)

    return store.atomically(work)


def replace_pair(store: Store, caller: Caller, run_id: str, mentee_id: str, mentor_id: str) -> Proposal:
    """The mentee gets this mentor by the manager's hand, in place of whom the match proposed, if anybody; it is locked.

    Raises:
        NotAvailable: a rule of the run refuses the pair; it is named as a manager may know it.
        NoSeatLeft: the mentor's seats are all given in this run.
        WrongState: the pair is forbidden in this run.
    """

    def work(unit: Unit) -> Proposal:
        run, program = _ready(unit, caller, "proposal.replace", run_id)
        pair = in_order(run, mentee_id, mentor_id)
        same = unit.get(Proposal, Proposal.key(run_id, *pair))
        if same is not None and same.state == "proposed":
            return told(unit, same)
        if same is not None:
            raise WrongState("The pair is forbidden in this run. Allow it first.")
        by_hand, rule = _judged(unit, run, program, *pair)
        if rule is not None:
            raise NotAvailable(WORDS[pairing.shown(rule, to_manager=True)])
        _require_seat(unit, run, program, mentee_id, mentor_id)
        before = next(iter(standing(unit, run, mentee_id)), None)
        if before is not None:
            unit.remove(before)
        instead_of = None if before is None else before.instead_of or before.other_than(mentee_id)
        return _saved(unit, run, before, replace(by_hand, locked=True, by_hand=True, instead_of=instead_of))

    return store.atomically(work)


def judge(
    unit: Unit, run: Run, program: Program, mentee_id: str, mentor_id: str
) -> tuple[engine.Person, engine.Person, engine.Score, str | None]:
    """Both people as the run saw them, their score, and the rule of the run's terms that refuses them.

    Raises:
        NotFound: one of them is not in the run.
    """
    inputs = unit.require(RunInputs, run.id)
    people = tuple(_person(unit, run, person_id) for person_id in (mentee_id, mentor_id))
    facts = (known_person(unit, mentee_id), known_person(unit, mentor_id))
    terms = replace(program.with_terms(run.terms), locked=(), forbidden=())
    score, rule = pairing.judged(
        terms, people[0], people[1], engine.Rarity(inputs.mentors, inputs.counted()), lines_above(unit, facts)
    )
    if rule is None and (mentee_id, mentor_id) in inputs.forbidden:
        rule = "forbidden"
    return people[0], people[1], score, rule


def in_order(run: Run, mentee_id: str, mentor_id: str) -> tuple[str, str]:
    """The pair as the run has it: between peers the smaller id stands first."""
    if run.terms.get("kind") == "peer" and mentor_id < mentee_id:
        return mentor_id, mentee_id
    return mentee_id, mentor_id


def standing(unit: Unit, run: Run, mentee_id: str) -> list[Proposal]:
    """The pair in which the mentee has a mentor; among peers either side of a pair has."""
    found = unit.proposals_with(run.id, mentee_id=mentee_id)
    if run.terms.get("kind") == "peer":
        found += unit.proposals_with(run.id, mentor_id=mentee_id)
    return [one for one in found if one.stands]


def taken_in(unit: Unit, run: Run, mentor_id: str) -> list[Proposal]:
    """The pairs of the run that have a seat of the mentor; among peers either side of a pair takes it."""
    found = unit.proposals_with(run.id, mentor_id=mentor_id)
    if run.terms.get("kind") == "peer":
        found += unit.proposals_with(run.id, mentee_id=mentor_id)
    return [one for one in found if one.stands]


def _mark(
    store: Store,
    caller: Caller,
    operation: str,
    run_id: str,
    mentee_id: str,
    mentor_id: str,
    mark: Callable[[Proposal], Proposal],
) -> Proposal:
    def work(unit: Unit) -> Proposal:
        run, _ = _ready(unit, caller, operation, run_id)
        held = _pair(unit, run, mentee_id, mentor_id)
        marked = mark(held)
        return told(unit, held) if marked == held else _saved(unit, run, held, marked)

    return store.atomically(work)


def _ready(unit: Unit, caller: Caller, operation: str, run_id: str) -> tuple[Run, Program]:
    run, program = allowed(unit, caller, operation, run_id)
    run.require_ready()
    return run, program


def _pair(unit: Unit, run: Run, mentee_id: str, mentor_id: str) -> Proposal:
    held = unit.get(Proposal, Proposal.key(run.id, *in_order(run, mentee_id, mentor_id)))
    if held is None:
        raise NotFound("The run does not propose this pair.")
    return held


def _saved(unit: Unit, run: Run, before: Proposal | None, after: Proposal) -> Proposal:
    unit.save(run.recounted(before, after))
    return told(unit, unit.save(after))


def _require_seat(unit: Unit, run: Run, program: Program, mentee_id: str, mentor_id: str) -> None:
    seats = pairing.engine_program(program.with_terms(run.terms)).seats(_person(unit, run, mentor_id).capacity)
    taken = [one for one in taken_in(unit, run, mentor_id) if mentee_id not in one.pair]
    if len(taken) >= seats:
        raise NoSeatLeft(f"All {seats} free seats of this mentor are given in this run. Forbid or replace one first.")


def _person(unit: Unit, run: Run, person_id: str) -> engine.Person:
    chunk = None if run.snapshot_id is None else unit.chunk_holding(run.snapshot_id, person_id)
    for person in chunk.unpacked() if chunk is not None else ():
        if person.person_id == person_id:
            return person
    raise NotFound("This person was not part of the run.")


def _judged(unit: Unit, run: Run, program: Program, mentee_id: str, mentor_id: str) -> tuple[Proposal, str | None]:
    """The pair as a proposal of the run, and the rule that refuses it."""
    mentee, mentor, score, rule = judge(unit, run, program, mentee_id, mentor_id)
    terms = pairing.engine_program(program.with_terms(run.terms))
    proposal = Proposal(
        id=Proposal.key(run.id, mentee_id, mentor_id),
        run_id=run.id,
        program_id=program.id,
        mentee_id=mentee_id,
        mentor_id=mentor_id,
        percent=round(score.percent(terms), 4),
        score=score.total,
        components={name: round(value, 6) for name, value in score.components.items()},
        reasons=tuple(
            Because(code=one.code, part=round(one.part, 6), about=one.about)
            for one in reasons(mentee, mentor, score, terms)
        ),
        wish_of_mentee=score.wish_of_mentee,
        wish_of_mentor=score.wish_of_mentor,
    )
    return proposal, rule
