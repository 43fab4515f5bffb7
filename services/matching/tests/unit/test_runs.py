"""Whole matches: started, computed, left, taken up again; what is seen of them, and by whom."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.profiles import SkillOffered
from matching.domain.errors import TooManyRuns
from matching.domain.figures import FORGOTTEN, Breakdown, Figures, Group
from matching.domain.program import Program
from matching.domain.run import MOST_ATTEMPTS, Run
from matching.domain.snapshot import Chunk, unpack_lines
from matching.domain.terms import Fairness, Rules, Weights
from matching.ports.solver import SolverDied
from matching.timers import TIMERS
from matching.use_cases import forgetting, programs
from matching.use_cases.runs import computing, explaining, marking, reading, starting, watching
from servicekit.caller import Caller
from servicekit.lease import Lease
from servicekit.refusals import Forbidden, InvalidInput, NotFound, StoreUnavailable, WrongState
from servicekit.timers import Timers

from .solving import InProcess, compute, found, pairs, solved, started
from .world import CARA, World

PYTHON, SQL = SkillOffered(skill_id="skl_python", level=5), SkillOffered(skill_id="skl_sql", level=5)


@pytest.fixture
def program(world: World) -> Program:
    """Ana wants Python and Ada wants SQL; Ben offers the one, Bob the other, a seat each; Eve finds nobody."""
    made = world.program(weights=Weights(skills=1.0))
    for name, skill in (("ana", "skl_python"), ("ada", "skl_sql"), ("eve", "skl_python")):
        world.person(name, department="Sales", **({"languages": ("fr",)} if name == "eve" else {}))
        world.profile(name, skills_wanted=(skill,))
        world.enrolled(made, name, "mentee")
    for name, offered in (("ben", PYTHON), ("bob", SQL)):
        world.person(name, department="IT")
        world.profile(name, skills_offered=(offered,), capacity=1)
        world.enrolled(made, name, "mentor", capacity=1)
    return made


def test_a_bar_never_goes_back_whether_a_run_takes_a_snapshot_or_has_one(
    world: World, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(computing, "WRITE_EVERY", 0.0)
    seen: list[float] = []
    take_up, reach = Run.take_up, Run.reach

    def taken(run: Run, *values: Any) -> Any:
        told = take_up(run, *values)
        seen.append(told[0].progress)
        return told

    def reached(run: Run, stage: str, share: float) -> Run:
        told = reach(run, stage, share)
        seen.append(told.progress)
        return told

    monkeypatch.setattr(Run, "take_up", taken)
    monkeypatch.setattr(Run, "reach", reached)
    run = solved(world, program)
    first, seen[:] = [*seen], []
    starting.solve_again(world.store, world.clock, CARA, run.id, overrides={})
    assert compute(world)
    for bar in (first, seen):
        assert len(set(bar)) > 3
        assert bar == sorted(bar)


def test_a_run_proposes_the_best_pairs_and_says_why(world: World, program: Program) -> None:
    mark = len(world.store.events())
    run = solved(world, program)
    assert run.state == "ready"
    assert pairs(world, run) == {"ana": "ben", "ada": "bob"}
    assert world.told_since(mark) == ["run.queued", "run.started", "run.ready"]
    listed, following = reading.list_proposals(
        world.store, CARA, run.id, state=None, marked=None, person_id=None, order="mentee", after=None, limit=10
    )
    assert following is None
    assert [(one.mentee_id, one.percent) for one in listed] == [("prs_ada", 100.0), ("prs_ana", 100.0)]
    assert [because.code for because in listed[1].reasons] == ["offers_wanted_skill"]
    figures = run.figures
    assert figures is not None
    assert (figures.mentees, figures.mentors, figures.pairs, figures.unmatched) == (3, 2, 2, 1)
    assert (figures.percent, figures.rate) == (100.0, pytest.approx(2 / 3))
    assert run.input_hash
    assert run.engine_version


def test_whoever_stays_without_reads_why_in_words_without_anybody_s_secret(world: World, program: Program) -> None:
    world.profile("ben", skills_offered=(PYTHON,), capacity=1, avoid=("prs_ana",))
    world.profile("bob", skills_offered=(SQL,), capacity=1, avoid=("prs_ana",))
    run = solved(world, program)
    alone, _ = reading.list_unmatched(world.store, CARA, run.id, None, 10)
    by_person = {one.person_id: one for one in alone}
    assert by_person["prs_eve"].reason == "shared_language"
    assert by_person["prs_eve"].removed == {"shared_language": 2}
    assert by_person["prs_ana"].reason == "private"
    assert by_person["prs_ana"].removed == {"private": 2}
    assert run.figures is not None
    assert "avoid" not in run.figures.unmatched_by_reason


def test_a_what_if_changes_the_run_and_not_the_program(world: World, program: Program) -> None:
    run = solved(world, program, name="nobody speaks", overrides={"rules": Rules(shared_language=False)})
    assert run.overrides == ("rules",)
    assert run.figures is not None
    assert run.figures.mentees == 3
    assert world.get(Program, program.id).rules.shared_language
    # Eve may be matched now, and with as many mentees as before there are two seats still.
    assert len(pairs(world, run)) == 2


@pytest.mark.parametrize(
    ("overrides", "pointer"),
    [
        ({"weights": Weights()}, "/weights"),
        ({"weights": Weights(skills=-1.0)}, "/weights/skills"),
        ({"weights": Weights(skills=float("nan"))}, "/weights/skills"),
        ({"objective": "stable", "spread": 0.1}, "/spread"),
        ({"fairness": Fairness(group="hat")}, "/fairness/group"),
    ],
)
def test_a_wrong_override_is_refused_by_name(
    world: World, program: Program, overrides: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        started(world, program, overrides=overrides)
    assert pointer in [error.pointer for error in refused.value.errors]
    assert world.store.held("runs") == []


def test_equal_inputs_are_equal_runs(world: World, program: Program) -> None:
    first, second = solved(world, program), solved(world, program)
    assert first.input_hash == second.input_hash
    assert pairs(world, first) == pairs(world, second)
    world.profile("eve", skills_wanted=("skl_sql",))
    assert solved(world, program).input_hash != first.input_hash


def test_a_program_that_is_not_open_is_not_matched(world: World) -> None:
    with pytest.raises(WrongState):
        started(world, world.program(opened=False))


def test_a_program_has_few_unfinished_runs(world: World, program: Program) -> None:
    for _ in range(starting.MOST_UNFINISHED):
        started(world, program)
    with pytest.raises(TooManyRuns):
        started(world, program)
    compute(world)
    started(world, program)


def test_runs_are_the_managers_and_their_figures_the_auditors_too(world: World, program: Program) -> None:
    run = solved(world, program)
    auditor, stranger = Caller.person("prs_dora", "auditor"), Caller.person("prs_eve", "program_manager")
    assert reading.get_run(world.store, auditor, run.id).figures is not None
    assert [one.id for one in reading.list_runs(world.store, auditor, program.id, None, 10)[0]] == [run.id]
    with pytest.raises(Forbidden):
        reading.list_unmatched(world.store, auditor, run.id, None, 10)
    with pytest.raises(Forbidden):
        explaining.explain_in_run(world.store, auditor, run.id, "prs_ana", "prs_ben")
    with pytest.raises(NotFound):
        reading.get_run(world.store, stranger, run.id)
    with pytest.raises(Forbidden):
        reading.list_runs(world.store, stranger, program.id, None, 10)


def test_the_runs_of_a_program_come_newest_first_page_by_page(world: World, program: Program) -> None:
    ids = [started(world, program).id for _ in range(3)]
    first, after = reading.list_runs(world.store, CARA, program.id, None, 2)
    second, end = reading.list_runs(world.store, CARA, program.id, after, 2)
    assert [one.id for one in (*first, *second)] == ids[::-1]
    assert end is None


# --- what ends a computation half-way


def test_a_run_that_is_cancelled_while_it_is_computed_leaves_nothing(
    world: World, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.use_cases.runs.watching.LOOK_EVERY", 0.0)
    run = started(world, program)

    def cancel(part: int) -> None:
        if part == 1:
            starting.cancel_run(world.store, world.clock, CARA, run.id)

    compute(world, InProcess(between=cancel))
    assert found(world, run).state == "cancelled"
    assert [one for one in world.store.held("proposals") if one["run_id"] == run.id] == []
    assert not compute(world)
    assert starting.cancel_run(world.store, world.clock, CARA, run.id).state == "cancelled"


def test_a_run_whose_worker_died_is_taken_up_again_and_has_each_pair_once(world: World, program: Program) -> None:
    run = started(world, program)

    def die(part: int) -> None:
        if part == 1:
            raise MemoryError

    with pytest.raises(MemoryError):
        compute(world, InProcess(between=die))
    half = found(world, run)
    assert (half.state, half.attempts) == ("running", 1)
    listed, _ = reading.list_proposals(
        world.store, CARA, run.id, state=None, marked=None, person_id=None, order="mentee", after=None, limit=10
    )
    assert listed == [], "a half is not seen"
    assert compute(world)
    whole = found(world, run)
    assert (whole.state, whole.attempts) == ("ready", 2)
    assert pairs(world, run) == {"ana": "ben", "ada": "bob"}
    assert world.store.events().count("run.started") == 1


def test_a_run_that_ends_its_worker_again_and_again_fails(world: World, program: Program) -> None:
    run = started(world, program)

    def die(part: int) -> None:
        raise MemoryError

    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(MemoryError):
            compute(world, InProcess(between=die))
    compute(world)
    failed = found(world, run)
    assert (failed.state, failed.failure) == ("failed", "worker_died")
    assert world.store.events()[-1] == "run.failed"
    assert not compute(world)


def test_a_store_that_is_away_again_and_again_costs_a_run_no_attempt(world: World, program: Program) -> None:
    run = started(world, program)
    mine = Lease(world.store, "matching.runs", lasts=0.0)

    def away(part: int) -> None:
        raise StoreUnavailable("The database did not answer.")

    for _ in range(MOST_ATTEMPTS + 1):
        with pytest.raises(StoreUnavailable):
            compute(world, InProcess(between=away), mine)
    assert (found(world, run).state, found(world, run).attempts) == ("running", 1)
    assert compute(world, None, mine)
    assert found(world, run).state == "ready"


def test_a_solver_that_dies_fails_its_run(world: World, program: Program) -> None:
    def die(part: int) -> None:
        raise SolverDied("the computation was killed")

    run = started(world, program)
    compute(world, InProcess(between=die))
    failed = found(world, run)
    assert (failed.state, failed.failure) == ("failed", "solver_died")
    assert failed.problems[0].reason == "the computation was killed"


def test_what_was_found_of_a_run_that_came_to_nothing_goes_though_its_worker_died(
    world: World, program: Program
) -> None:
    run = started(world, program)

    def die(part: int) -> None:
        if part == 1:
            raise MemoryError

    with pytest.raises(MemoryError):
        compute(world, InProcess(between=die))
    Timers("matching", world.store, world.clock, TIMERS).step()
    assert _found_of(world, run), "another worker clears it when it takes the run up"
    starting.cancel_run(world.store, world.clock, CARA, run.id)
    assert not compute(world)
    _clocks(world)
    assert _found_of(world, run) == []


def test_what_was_found_of_a_run_whose_solver_died_half_way_goes_and_of_a_run_that_is_ready_stays(
    world: World, program: Program
) -> None:
    def die(part: int) -> None:
        if part == 1:
            raise SolverDied("the computation was killed")

    ready, failed = solved(world, program), started(world, program)
    before = _found_of(world, ready)
    compute(world, InProcess(between=die))
    assert found(world, failed).state == "failed"
    _clocks(world)
    assert _found_of(world, failed) == []
    assert _found_of(world, ready) == before


def _clocks(world: World) -> None:
    """Workers' clocks until nothing is due: one look finds what there was, the next that it is gone."""
    for _ in range(3):
        Timers("matching", world.store, world.clock, TIMERS).step()


def _found_of(world: World, run: Run) -> list[dict[str, Any]]:
    """What is kept of a run's answer, seen or not."""
    rows = [*world.store.held("proposals"), *world.store.held("run_alone")]
    chunks = [one for one in world.store.held("run_snapshots") if one["snapshot_id"] == f"{run.id}.found"]
    return [one for one in rows if one["run_id"] == run.id] + chunks


def test_a_lock_that_cannot_be_fails_its_run_by_name(world: World, program: Program) -> None:
    world.enrolled(program, "uma", "mentee")
    locked = (("prs_eve", "prs_ben"),)
    programs.change_program(world.store, CARA, program.id, {"locked": locked}, None)
    run = started(world, program)
    compute(world)
    failed = found(world, run)
    assert (failed.state, failed.failure) == ("failed", "refused")
    assert [problem.key for problem in failed.problems] == ["locked"]


def test_a_worker_that_lost_its_lease_keeps_nothing(
    world: World, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.use_cases.runs.watching.LOOK_EVERY", 0.0)
    run = started(world, program)
    mine, other = Lease(world.store, "matching.runs"), Lease(world.store, "matching.runs", lasts=0.0)

    def take_over(part: int) -> None:
        if part == 1:
            assert other.claim() is not None

    compute(world, InProcess(between=take_over), mine)
    assert found(world, run).state == "running"
    assert compute(world, None, other)
    assert found(world, run).state == "ready"
    assert pairs(world, run) == {"ana": "ben", "ada": "bob"}


def test_a_stand_by_computes_nothing(world: World, program: Program) -> None:
    started(world, program)
    owner = Lease(world.store, "matching.runs")
    assert owner.claim() is not None
    assert not compute(world, None, Lease(world.store, "matching.runs"))


# --- people who go


def test_people_who_left_are_in_no_proposal_and_in_no_run_that_starts_from_an_old_snapshot(
    world: World, program: Program
) -> None:
    run = solved(world, program)
    world.person("ben", status="left")
    assert pairs(world, run) == {"ada": "bob"}
    again = starting.solve_again(world.store, world.clock, CARA, run.id, overrides={})
    assert compute(world)
    assert pairs(world, again) == {"ada": "bob"}


def test_somebody_who_leaves_while_the_run_is_computed_is_not_proposed(world: World, program: Program) -> None:
    run = started(world, program)

    def leave(part: int) -> None:
        if part == 0:
            world.person("ben", status="left")

    compute(world, InProcess(between=leave))
    assert found(world, run).state == "ready"
    assert pairs(world, run) == {"ada": "bob"}


def test_an_erased_person_is_in_no_snapshot_and_no_answer(world: World, program: Program) -> None:
    world.profile("ada", skills_wanted=("skl_sql",), avoid=("prs_ben",))
    world.person("ada", department="Sales", manager_id="prs_ben")
    run = solved(world, program)
    marking.lock_pair(world.store, CARA, run.id, "prs_ana", "prs_ben")
    starting.solve_again(world.store, world.clock, CARA, run.id, overrides={})
    assert compute(world)
    assert "prs_ben" in _everything(world)
    forgetting.forget_person(world.store, world.clock, "prs_ben")
    timers = Timers("matching", world.store, world.clock, TIMERS)
    timers.step()
    assert "prs_ben" not in _everything(world)
    assert [one["_id"] for one in world.store.held("run_forgettings")] == ["prs_ben"]
    world.clock.advance(hours=1)
    Timers("matching", world.store, world.clock, TIMERS).step()
    assert world.store.held("run_forgettings") == []
    again = starting.solve_again(world.store, world.clock, CARA, run.id, overrides={})
    assert compute(world)
    assert pairs(world, again) == {"ada": "bob"}


def test_a_group_that_named_an_erased_person_has_no_name_any_more(world: World, program: Program) -> None:
    world.person("ada", department="canary", site="canary")
    run = solved(world, program)
    again = starting.solve_again(world.store, world.clock, CARA, run.id, overrides={})
    assert compute(world)
    assert "canary" in repr(world.store.held("runs"))
    forgetting.forget_person(world.store, world.clock, "prs_ada")
    Timers("matching", world.store, world.clock, TIMERS).step()
    assert "canary" not in repr([world.store.held(one) for one in ("runs", "run_alone", "proposals", "run_inputs")])
    for one in (run, again):
        figures = found(world, one).figures
        assert figures is not None
        (department,) = [part for part in figures.breakdowns if part.attribute == "department"]
        assert [(group.group, group.mentees) for group in department.groups] == [("Sales", 2), (FORGOTTEN, 1)]


def test_a_run_that_ends_after_an_erasure_names_nobody_who_was_erased(world: World, program: Program) -> None:
    world.person("ada", department="canary")
    world.profile("bob", skills_offered=(SQL,), capacity=0)
    run = started(world, program)

    def clocks() -> None:
        Timers("matching", world.store, world.clock, TIMERS).step()

    def erase(part: int) -> None:
        if part == 0:
            forgetting.erase_person(world.store, world.clock, "era_1", "prs_ada")
            clocks()
            assert "receipt.recorded" not in world.store.events(), "the solver has them still"

    compute(world, InProcess(between=erase))
    assert found(world, run).state == "ready"
    assert not [one for one in world.store.held("run_alone") if one["person_id"] == "prs_ada"]
    world.clock.advance(seconds=10)
    clocks()
    assert "receipt.recorded" in world.store.events()
    assert not any(word in _everything(world) + repr(world.store.held("runs")) for word in ("canary", "prs_ada"))


def test_groups_without_a_name_are_one_and_a_large_group_keeps_its_name() -> None:
    before = _figures(Canary=1, Legal=2, Sales=7)
    facts = dict.fromkeys((before.breakdowns[0].attribute,), "Canary")
    once = before.forgetting(facts.__getitem__)
    twice = once.forgetting(lambda _: "Legal").forgetting(lambda _: "Sales").forgetting(lambda _: "")
    assert [(one.group, one.mentees, one.percent) for one in twice.breakdowns[0].groups] == [
        ("Sales", 7, 50.0),
        (FORGOTTEN, 3, 50.0),
    ]
    assert _open(twice) == _open(before)


def _everything(world: World) -> str:
    """Every word that runs hold of people, unpacked."""
    chunks = [world.get(Chunk, one["_id"]) for one in world.store.held("run_snapshots")]
    words = [repr((one.unpacked(), one.first, one.last, unpack_lines(one.lines))) for one in chunks]
    rest = ("proposals", "run_alone", "run_inputs")
    return " ".join([*words, *(repr(world.store.held(collection)) for collection in rest)])


# --- figures that are withheld


def _figures(**sizes: int) -> Figures:
    groups = tuple(Group(group=name, mentees=size, matched=size, percent=50.0) for name, size in sorted(sizes.items()))
    return Figures(
        people=0, mentees=0, mentors=0, seats=0, pairs=0, matched=0, unmatched=0, locked=0, kept=0, candidates=0,
        objective="best_total", total=0.0, bound=None, gap=None, blocking_pairs=None, percent=None, rate=None,
        rate_without_fairness=None, wishes_met=0, breakdowns=(Breakdown(attribute="level", groups=groups),),
    )  # fmt: skip


def _open(figures: Figures) -> set[str]:
    (breakdown,) = figures.shown().breakdowns
    return {one.group for one in breakdown.groups if one.mentees is not None}


def test_a_group_under_five_is_withheld_with_another_that_hides_it() -> None:
    assert _open(_figures(a=4, b=9, c=20)) == {"c"}


def test_two_small_groups_hide_each_other_if_together_they_are_five() -> None:
    assert _open(_figures(a=3, b=2, c=20)) == {"c"}
    assert _open(_figures(a=1, b=2, c=20, d=30)) == {"d"}


def test_groups_of_five_and_more_are_all_shown() -> None:
    assert _open(_figures(a=5, b=9)) == {"a", "b"}


def test_a_combination_tells_no_small_group_by_the_sum_of_one_of_its_parts() -> None:
    level = Breakdown(
        attribute="level",
        groups=tuple(Group(group=name, mentees=size, matched=1, percent=1.0) for name, size in (("1", 12), ("2", 20))),
    )
    both = Breakdown(
        attribute="level+site",
        groups=tuple(
            Group(group=name, mentees=size, matched=1, percent=1.0)
            for name, size in (("1+A", 4), ("1+B", 8), ("2+A", 10), ("2+B", 10), ("2+C", 3), ("2+D", 3))
        ),
    )
    shown = replace(_figures(), breakdowns=(level, both)).shown()
    hidden = {one.group for one in shown.breakdowns[1].groups if one.mentees is None}
    assert hidden == {"1+A", "1+B", "2+C", "2+D"}
    assert all(one.mentees is not None for one in shown.breakdowns[0].groups)
