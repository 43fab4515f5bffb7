"""What a manager does to single pairs of a run, solving again around it, comparing, and explaining a pair."""

import pytest

from contracts.profiles import SkillOffered
from matching.domain.errors import NoSeatLeft, NotAvailable
from matching.domain.program import Program
from matching.domain.proposal import Proposal
from matching.domain.terms import Rules, Weights
from matching.use_cases.runs import comparing, explaining, marking, reading, starting
from servicekit.refusals import InvalidInput, NotFound, WrongState

from .solving import compute, found, pairs, proposal, published, solved, started
from .world import CARA, World

PYTHON = SkillOffered(skill_id="skl_python", level=5)


@pytest.fixture
def program(world: World) -> Program:
    """Ana, Ada and Amy want Python, which Ben (one seat) offers best and Bob (two seats) less; Max speaks French."""
    made = world.program(weights=Weights(skills=1.0))
    for name in ("ana", "ada", "amy"):
        world.person(name)
        world.profile(name, skills_wanted=("skl_python",))
        world.enrolled(made, name, "mentee")
    for name, level, seats in (("ben", 5, 1), ("bob", 3, 2), ("max", 5, 5)):
        world.person(name, **({"languages": ("fr",)} if name == "max" else {}))
        world.profile(name, skills_offered=(SkillOffered(skill_id="skl_python", level=level),), capacity=seats)
        world.enrolled(made, name, "mentor", capacity=seats)
    return made


def _with_ben(world: World, run: object) -> str:
    return next(mentee for mentee, mentor in pairs(world, run).items() if mentor == "ben")  # type: ignore[arg-type]


def _mark(world: World, verb: object, run: object, mentee: str, mentor: str) -> Proposal:
    marked: Proposal = verb(world.store, CARA, run.id, f"prs_{mentee}", f"prs_{mentor}")  # type: ignore[operator,attr-defined]
    return marked


def test_a_locked_pair_stays_when_the_rest_is_solved_again(world: World, program: Program) -> None:
    run = solved(world, program)
    other = next(mentee for mentee, mentor in pairs(world, run).items() if mentor == "bob")
    first = _with_ben(world, run)
    _mark(world, marking.forbid_pair, run, first, "ben")
    assert _mark(world, marking.lock_pair, run, other, "bob").locked
    again = starting.solve_again(world.store, world.clock, CARA, run.id, overrides={})
    assert compute(world)
    assert (again.parent_id, found(world, again).snapshot_id) == (run.id, run.snapshot_id)
    assert pairs(world, again)[first] == "bob"
    assert pairs(world, again)[other] == "bob"
    assert proposal(world, again, other, "bob").locked
    assert len(pairs(world, again)) == 3


def test_an_unlocked_pair_is_free_again(world: World, program: Program) -> None:
    run = solved(world, program)
    mentee = _with_ben(world, run)
    _mark(world, marking.lock_pair, run, mentee, "ben")
    assert not _mark(world, marking.unlock_pair, run, mentee, "ben").locked
    assert reading.get_run(world.store, CARA, run.id).pairs["locked"] == 0


def test_a_pair_that_nobody_proposed_can_be_forbidden_and_allowed(world: World, program: Program) -> None:
    run = solved(world, program)
    mentee = next(one for one, mentor in pairs(world, run).items() if mentor == "bob")
    assert _mark(world, marking.forbid_pair, run, mentee, "ben").state == "forbidden"
    assert _mark(world, marking.forbid_pair, run, mentee, "ben").state == "forbidden"
    counts = reading.get_run(world.store, CARA, run.id).pairs
    assert (counts["forbidden"], counts["to_publish"]) == (1, 3)
    with pytest.raises(WrongState):
        _mark(world, marking.lock_pair, run, mentee, "ben")
    with pytest.raises(WrongState):
        _mark(world, marking.replace_pair, run, mentee, "ben")
    _mark(world, marking.allow_pair, run, mentee, "ben")
    assert reading.get_run(world.store, CARA, run.id).pairs["forbidden"] == 0
    assert len(world.store.held("proposals")) == 3


def test_a_seat_that_was_given_by_hand_is_not_there_for_the_pair_that_is_allowed_again(
    world: World, program: Program
) -> None:
    run = solved(world, program)
    first = _with_ben(world, run)
    other = next(one for one, mentor in pairs(world, run).items() if mentor == "bob")
    _mark(world, marking.forbid_pair, run, first, "ben")
    by_hand = _mark(world, marking.replace_pair, run, other, "ben")
    assert (by_hand.by_hand, by_hand.locked, by_hand.instead_of) == (True, True, "prs_bob")
    assert by_hand.percent == 100.0
    assert pairs(world, run)[other] == "ben"
    with pytest.raises(NoSeatLeft):
        _mark(world, marking.allow_pair, run, first, "ben")
    _mark(world, marking.replace_pair, run, first, "bob")
    assert pairs(world, run)[first] == "bob"


def test_a_pair_by_hand_keeps_the_rules_and_the_seats(world: World, program: Program) -> None:
    run = solved(world, program)
    mentee = next(one for one, mentor in pairs(world, run).items() if mentor == "bob")
    with pytest.raises(NoSeatLeft):
        _mark(world, marking.replace_pair, run, mentee, "ben")
    with pytest.raises(NotAvailable, match="share no language"):
        _mark(world, marking.replace_pair, run, mentee, "max")
    with pytest.raises(NotFound):
        _mark(world, marking.replace_pair, run, mentee, "zoe")
    assert len(pairs(world, run)) == 3


def test_what_keeps_two_apart_privately_stays_private_when_a_pair_is_made_by_hand(
    world: World, program: Program
) -> None:
    world.profile("ana", skills_wanted=("skl_python",), avoid=("prs_ben",))
    run = solved(world, program)
    with pytest.raises(NotAvailable, match="private"):
        _mark(world, marking.replace_pair, run, "ana", "ben")
    explained = explaining.explain_in_run(world.store, CARA, run.id, "prs_ana", "prs_ben")
    assert (explained.proposed, explained.rule) == (False, "private")


def test_only_a_run_that_is_ready_can_be_changed(world: World, program: Program) -> None:
    run = started(world, program)
    with pytest.raises(WrongState):
        _mark(world, marking.lock_pair, run, "ana", "ben")
    with pytest.raises(WrongState):
        starting.solve_again(world.store, world.clock, CARA, run.id, overrides={})
    compute(world)
    starting.discard_run(world.store, world.clock, CARA, run.id)
    assert starting.discard_run(world.store, world.clock, CARA, run.id).state == "discarded"
    with pytest.raises(WrongState):
        _mark(world, marking.lock_pair, run, "ana", "ben")
    assert world.store.events()[-1] == "run.discarded"


def test_a_lost_seat_is_explained_by_who_has_it(world: World, program: Program) -> None:
    run = solved(world, program)
    mentee = next(one for one, mentor in pairs(world, run).items() if mentor == "bob")
    explained = explaining.explain_in_run(world.store, CARA, run.id, f"prs_{mentee}", "prs_ben")
    assert (explained.proposed, explained.rule, explained.percent) == (False, None, 100.0)
    assert [one.mentee_id for one in explained.seats_given_to] == [f"prs_{_with_ben(world, run)}"]
    assert explained.mentor_instead is not None
    assert explained.mentor_instead.mentor_id == "prs_bob"
    assert explaining.explain_in_run(world.store, CARA, run.id, f"prs_{mentee}", "prs_bob").proposed


def test_two_runs_are_compared_by_figures_groups_and_people(world: World, program: Program) -> None:
    first = solved(world, program)
    second = solved(world, program, overrides={"rules": Rules(shared_language=False)})
    compared = comparing.compare_runs(world.store, CARA, first.id, second.id)
    assert not compared.same_people
    figures = {one.name: (one.before, one.after) for one in compared.figures}
    assert figures["pairs"] == (3, 3)
    assert figures["percent"] == (pytest.approx(73.3333, abs=1e-3), 100.0)
    assert (compared.same + compared.other_mentor, compared.gained, compared.lost) == (3, 0, 0)
    assert {one.after for one in compared.moved} <= {"prs_max", "prs_ben"}
    again = starting.solve_again(world.store, world.clock, CARA, second.id, overrides={"seed": 7})
    compute(world)
    assert comparing.compare_runs(world.store, CARA, second.id, again.id).same_people
    elsewhere = solved(world, world.program())
    with pytest.raises(InvalidInput):
        comparing.compare_runs(world.store, CARA, first.id, elsewhere.id)


def test_solving_again_keeps_the_run_s_own_terms_but_those_that_are_given(world: World, program: Program) -> None:
    run = solved(world, program, overrides={"rules": Rules(shared_language=False), "floor": 0.1}, certify=True)
    again = starting.solve_again(world.store, world.clock, CARA, run.id, overrides={"floor": 0.2})
    assert again.terms["rules"]["shared_language"] is False
    assert again.terms["floor"] == 0.2
    assert again.certify


def test_pairs_are_listed_from_the_weakest_page_by_page(world: World, program: Program) -> None:
    run = solved(world, program)
    seen, after = [], None
    while True:
        page, after = reading.list_proposals(
            world.store, CARA, run.id, state=None, marked=None, person_id=None, order="weakest", after=after, limit=1
        )
        seen += [one.percent for one in page]
        if after is None:
            break
    assert seen == [60.0, 60.0, 100.0]
    mine, _ = reading.list_proposals(
        world.store, CARA, run.id, state=None, marked=None, person_id="prs_bob", order="mentee", after=None, limit=1
    )
    assert len(mine) == 2


def test_those_who_work_together_are_not_proposed_again(world: World, program: Program) -> None:
    first = published(world, solved(world, program))
    assert first.pairs["published"] == 3
    world.enrolled(program, "uma", "mentee")
    second = solved(world, program)
    assert second.figures is not None
    # Everybody else has found the one mentor they wanted, and nobody who speaks English has a seat left.
    assert (second.figures.mentees, second.figures.pairs) == (1, 0)
