"""Questions about pairs that a run did not make: asked, answered by a worker, left, refused, and gone with people."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts.profiles import SkillOffered, WeeklySlot
from matching.domain.errors import TooManyQuestions
from matching.domain.person import Word
from matching.domain.program import Program
from matching.domain.question import Counterfactual, Finding, PairQuestion
from matching.domain.run import MOST_ATTEMPTS, Run
from matching.domain.terms import Weights, Wishes
from matching.pool import Pools
from matching.ports.solver import SolverDied, SolverRefused
from matching.use_cases import data, forgetting, recommendations
from matching.use_cases.runs import asking, explaining, marking, starting
from matching.use_cases.words import HELPS
from servicekit.caller import Caller
from servicekit.lease import Lease
from servicekit.refusals import Forbidden, NotFound, WrongState

from .solving import InProcess, answer, compute, found, pairs, published, solved, started
from .world import CARA, World, caller

PAIR = ("prs_ana", "prs_ben")


@dataclass
class Company:
    """Ana and Ada would both like Ben, who has one seat and offers a little less to Ana; Bob has little to offer.

    Each field is something that an answer may say would have to be otherwise.
    """

    seats: int = 1
    wishes: tuple[str, ...] = ()
    skills: dict[str, int] = field(default_factory=lambda: {"skl_go": 3, "skl_sql": 4})
    until: float = 10.0
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        weights = Weights(skills=0.6, availability=0.4)
        self.program = self.world.program(weights=weights, wishes=Wishes(mentee=0.6, mentor=0.1))
        self._mentor("ben", self.skills, self.seats, f"{int(self.until):02d}:{int(self.until % 1 * 60):02d}")
        self._mentor("bob", {"skl_go": 1, "skl_sql": 1}, 1, "10:00")
        self._mentee("ana", ("skl_go",), self.wishes, "13:00")
        self._mentee("ada", ("skl_sql",), (), "10:00")

    def with_change(self, change: Counterfactual) -> "Company":
        """Another where this is so, everything else alike."""
        match change.kind:
            case "seat":
                assert change.seats is not None
                return Company(seats=change.seats)
            case "wish":
                assert change.rank is not None
                return Company(wishes=(*(f"prs_{rank}" for rank in range(1, change.rank)), "prs_ben"))
            case "skill":
                assert change.skill is not None
                assert change.level is not None
                return Company(skills={**self.skills, change.skill: change.level})
            case "hours":
                assert change.hours is not None
                return Company(until=self.until + change.hours)
            case _:
                raise AssertionError(change.kind)

    def _mentor(self, name: str, skills: dict[str, int], seats: int, until: str) -> None:
        self.world.person(name, time_zone="UTC")
        self.world.profile(
            name,
            skills_offered=tuple(SkillOffered(skill_id=id, level=level) for id, level in skills.items()),
            capacity=seats,
            availability=(WeeklySlot(day="mon", start="09:00", end=until),),
        )
        self.world.enrolled(self.program, name, "mentor", capacity=seats)

    def _mentee(self, name: str, skills: tuple[str, ...], wishes: tuple[str, ...], until: str) -> None:
        self.world.person(name, time_zone="UTC")
        for wish in wishes:
            if wish != "prs_ben":
                self.world.person(wish.removeprefix("prs_"))
        free = (WeeklySlot(day="mon", start="09:00", end=until),)
        self.world.profile(name, skills_wanted=skills, availability=free)
        self.world.enrolled(self.program, name, "mentee", wishes=wishes)


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
def world(company: Company) -> World:
    return company.world


@pytest.fixture
def run(company: Company) -> Run:
    """Ada has Ben, Ana has Bob."""
    made = solved(company.world, company.program)
    assert pairs(company.world, made) == {"ada": "ben", "ana": "bob"}
    return made


def ask(world: World, run: Run, pair: tuple[str, str] = PAIR) -> asking.ToldQuestion:
    return asking.ask(world.store, world.clock, CARA, run.id, *pair)


def read(world: World, run: Run, pair: tuple[str, str] = PAIR) -> asking.ToldQuestion:
    return asking.get_question(world.store, CARA, run.id, PairQuestion.key(run.id, *pair))


def test_a_question_waits_and_a_worker_answers_it_with_the_price(world: World, run: Run) -> None:
    asked = ask(world, run)
    assert (asked.state, asked.cost, asked.changes, asked.answered_at) == ("asked", None, (), None)
    solver = InProcess()
    assert answer(world, solver)
    told = read(world, run)
    assert (told.state, told.verdict, told.rule, told.people) == ("answered", "price", None, 0)
    assert told.cost is not None
    assert told.cost > 0
    assert told.words.startswith("With this pair the whole comes out worse. It would cost 0.")
    (question,) = solver.asked
    assert (question.run_id, question.existing, question.left_out) == (run.id, [], frozenset())
    assert not answer(world), "nothing waits any more"


def test_each_change_that_was_tried_makes_the_pair_when_it_is_made_and_everybody_is_matched_again(
    company: Company, world: World, run: Run
) -> None:
    ask(world, run)
    assert answer(world)
    tried = {one.kind: one for one in read(world, run).changes if one.tried}
    assert set(tried) == {"seat", "wish", "skill", "hours", "lock"}
    del tried["lock"]
    for change in tried.values():
        other = company.with_change(change)
        assert pairs(other.world, solved(other.world, other.program))["ana"] == "ben", change.words


def test_a_lock_makes_the_pair_and_a_score_is_told_without_trying(world: World, run: Run) -> None:
    ask(world, run)
    assert answer(world)
    (missing,) = [one for one in read(world, run).changes if one.kind == "score"]
    assert not missing.tried
    assert missing.score == read(world, run).cost
    marking.forbid_pair(world.store, CARA, run.id, "prs_ada", "prs_ben")
    marking.replace_pair(world.store, CARA, run.id, *PAIR)
    again = starting.solve_again(world.store, world.clock, CARA, run.id, overrides={})
    assert compute(world)
    assert pairs(world, again)["ana"] == "ben"


def test_the_same_pair_is_the_same_question(world: World, run: Run) -> None:
    first, second = ask(world, run), ask(world, run)
    assert first == second
    assert answer(world)
    assert ask(world, run) == read(world, run)
    assert len(world.store.held("run_questions")) == 1


def test_what_a_rule_answers_waits_for_nobody(company: Company) -> None:
    world = company.world
    world.person("eve", time_zone="UTC", languages=("fr",))
    world.enrolled(company.program, "eve", "mentee")
    world.profile("bob", avoid=("prs_ana",), capacity=1)
    run = solved(world, company.program)
    told = ask(world, run, ("prs_eve", "prs_ben"))
    assert (told.state, told.verdict, told.rule) == ("answered", "rule", "shared_language")
    assert [(one.kind, one.words, one.tried) for one in told.changes] == [("rule", HELPS["shared_language"], False)]
    private = ask(world, run, ("prs_ana", "prs_bob"))
    assert (private.rule, private.words, private.changes) == ("private", "A private reason.", ())
    assert not answer(world)


def test_the_explanation_of_the_pair_brings_the_question_along(world: World, run: Run) -> None:
    def explained() -> Any:
        return explaining.explain_in_run(world.store, CARA, run.id, *PAIR).question

    assert explained() is None
    ask(world, run)
    assert explained() == read(world, run)


def test_a_programs_explanation_tells_managers_what_its_newest_run_says(
    company: Company, world: World, run: Run
) -> None:
    pools = Pools(world.store, world.clock)

    def explained(by: Caller = CARA, mentee: str = "prs_ana") -> Any:
        return recommendations.explain_pair(world.store, by, pools, run.program_id, mentee, "prs_ben")

    ask(world, run)
    assert answer(world)
    told = explained()
    assert (told.available, told.in_run.run_id, told.in_run.proposed) == (True, run.id, False)
    assert [one.mentee_id for one in told.in_run.seats_given_to] == ["prs_ada"]
    assert told.in_run.question == read(world, run)
    assert told.in_run.question.cost > 0
    assert explained(caller("ana")).in_run is None, "prices and others' seats are for managers"
    world.person("eve")
    world.enrolled(company.program, "eve", "mentee")
    assert explained(mentee="prs_eve").in_run is None, "she came after the run"
    newer = solved(world, company.program)
    assert (explained().in_run.run_id, explained().in_run.question) == (newer.id, None)
    starting.discard_run(world.store, world.clock, CARA, newer.id)
    assert explained().in_run.run_id == run.id


def test_the_seat_that_was_lost_is_told_when_the_run_is_published_too(world: World, run: Run) -> None:
    published(world, run)
    told = explaining.explain_in_run(world.store, CARA, run.id, *PAIR)
    assert [one.mentee_id for one in told.seats_given_to] == ["prs_ada"]
    assert told.mentor_instead is not None
    assert told.mentor_instead.mentor_id == "prs_bob"


def test_skills_are_told_by_their_names(world: World, run: Run) -> None:
    world.store.atomically(lambda unit: unit.save(Word(id="skl_go", name="Go", changed_at=world.clock.now())))
    ask(world, run)
    assert answer(world)
    (skill,) = [one for one in read(world, run).changes if one.kind == "skill"]
    assert (skill.skill, skill.person_id) == ("Go", "prs_ben")
    assert "skl_" not in skill.words


# --- what is refused


def test_a_pair_that_the_run_proposes_or_did_before_a_hand_is_no_question(world: World, run: Run) -> None:
    with pytest.raises(WrongState, match="proposes this pair"):
        ask(world, run, ("prs_ada", "prs_ben"))
    marking.forbid_pair(world.store, CARA, run.id, "prs_ada", "prs_ben")
    with pytest.raises(WrongState, match="before it was changed by hand"):
        ask(world, run, ("prs_ada", "prs_ben"))


def test_a_ban_by_hand_is_no_part_of_the_answer(world: World, run: Run) -> None:
    marking.forbid_pair(world.store, CARA, run.id, *PAIR)
    ask(world, run)
    assert answer(world)
    assert read(world, run).verdict == "price"


def test_a_pair_that_a_hand_took_away_was_made_by_the_match(world: World, run: Run) -> None:
    marking.forbid_pair(world.store, CARA, run.id, "prs_ada", "prs_ben")
    marking.replace_pair(world.store, CARA, run.id, *PAIR)
    assert ask(world, run, ("prs_ana", "prs_bob")).state == "asked"
    assert answer(world)
    assert read(world, run, ("prs_ana", "prs_bob")).verdict == "made"


def test_a_run_that_is_not_solved_cannot_be_asked(company: Company) -> None:
    run = started(company.world, company.program)
    with pytest.raises(WrongState, match="Wait until it is ready"):
        ask(company.world, run)


@pytest.mark.parametrize("pair", [("prs_zoe", "prs_ben"), ("prs_ana", "prs_zoe")])
def test_somebody_who_is_not_in_the_run_cannot_be_asked_about(world: World, run: Run, pair: tuple[str, str]) -> None:
    world.person("zoe")
    with pytest.raises(NotFound):
        ask(world, run, pair)


def test_nobody_else_may_ask_or_read(world: World, run: Run) -> None:
    question = ask(world, run)
    for stranger, refusal in ((caller("ana"), NotFound), (Caller.person("prs_dora", "auditor"), Forbidden)):
        with pytest.raises(refusal):
            asking.ask(world.store, world.clock, stranger, run.id, *PAIR)
        with pytest.raises(refusal):
            asking.get_question(world.store, stranger, run.id, question.id)


def test_a_question_of_another_run_is_not_there(company: Company, world: World, run: Run) -> None:
    question, other = ask(world, run), solved(world, company.program)
    with pytest.raises(NotFound):
        asking.get_question(world.store, CARA, other.id, question.id)


def test_a_program_has_a_handful_of_questions_waiting(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_WAITING", 1)
    ask(world, run)
    with pytest.raises(TooManyQuestions):
        ask(world, solved(world, world.get(Program, run.program_id)))
    assert answer(world)
    assert ask(world, run).state == "answered"


# --- what ends an answer half-way


def test_runs_go_first_and_a_question_makes_way_for_one(
    company: Company, world: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.use_cases.runs.watching.LOOK_EVERY", 0.0)
    ask(world, run)
    waiting = started(world, company.program)
    assert not answer(world)
    assert compute(world)
    assert found(world, waiting).state == "ready"

    def another(part: int) -> None:
        started(world, company.program)

    lease = Lease(world.store, "matching.runs", lasts=0.0)
    assert answer(world, InProcess(between=another), lease)
    assert read(world, run).state == "asked"
    assert compute(world, None, lease)
    assert answer(world, None, lease)
    assert (read(world, run).state, read(world, run).attempts) == ("answered", 1)


def test_a_worker_that_dies_leaves_it_and_another_takes_it_up_until_too_many_did(world: World, run: Run) -> None:
    ask(world, run)

    def die(part: int) -> None:
        raise MemoryError

    for attempt in range(1, MOST_ATTEMPTS + 1):
        with pytest.raises(MemoryError):
            answer(world, InProcess(between=die))
        assert (read(world, run).state, read(world, run).attempts) == ("asked", attempt)
    assert answer(world)
    told = read(world, run)
    assert (told.state, told.failure, told.words) == ("failed", "worker_died", "It could not be worked out. Ask again.")
    assert ask(world, run).state == "asked"
    assert answer(world)
    assert read(world, run).state == "answered"


@pytest.mark.parametrize(
    ("trouble", "failure"), [(SolverDied("killed"), "solver_died"), (SolverRefused(()), "refused")]
)
def test_a_solver_that_gives_no_answer_fails_the_question(
    world: World, run: Run, trouble: Exception, failure: str
) -> None:
    ask(world, run)

    def end(part: int) -> None:
        raise trouble

    assert answer(world, InProcess(between=end))
    assert (read(world, run).state, read(world, run).failure) == ("failed", failure)


def test_a_worker_that_lost_its_lease_keeps_no_answer(world: World, run: Run) -> None:
    ask(world, run)
    mine, other = Lease(world.store, "matching.runs"), Lease(world.store, "matching.runs", lasts=0.0)

    def take_over(part: int) -> None:
        assert other.claim() is not None

    answer(world, InProcess(between=take_over), mine)
    assert read(world, run).state == "asked"
    assert answer(world, None, other)


def test_a_worker_that_stops_answers_nothing(world: World, run: Run) -> None:
    ask(world, run)
    assert not answer(world, stopping=True)


# --- people who go


@pytest.mark.parametrize("name", ["ana", "ben"])
def test_a_question_goes_with_whoever_it_names(world: World, run: Run, name: str) -> None:
    ask(world, run)
    assert answer(world)
    world.person(name, status="left")
    assert world.store.held("run_questions") == []
    with pytest.raises(NotFound, match="not part of the run any more"):
        ask(world, run)


def test_an_answer_that_comes_after_an_erasure_is_not_kept(world: World, run: Run) -> None:
    ask(world, run)

    def erase(part: int) -> None:
        forgetting.erase_person(world.store, world.clock, "era_1", "prs_ana")

    answer(world, InProcess(between=erase))
    assert world.store.held("run_questions") == []


def test_who_left_since_is_left_out_of_the_answer(world: World, run: Run) -> None:
    world.person("ada", status="left")
    ask(world, run)
    solver = InProcess()
    assert answer(world, solver)
    assert solver.asked[0].left_out == {"prs_ada"}
    assert read(world, run).verdict == "made"
    assert "prs_ada" not in str(world.store.held("run_questions"))


def test_what_stood_before_the_run_stands_before_the_answer(world: World, run: Run) -> None:
    again = starting.solve_again(world.store, world.clock, CARA, run.id, overrides={"stickiness": 0.1})
    assert compute(world)
    solver = InProcess()
    ask(world, again)
    assert answer(world, solver)
    assert solver.asked[0].existing == [("prs_ada", "prs_ben"), ("prs_ana", "prs_bob")]
    assert solver.asked[0].terms["stickiness"] == 0.1


def test_the_two_read_that_it_was_asked_and_what_is_theirs_to_change(world: World, run: Run) -> None:
    ask(world, run)
    assert answer(world)

    def held(name: str) -> PairQuestion:
        (holding,) = [
            one for one in data.gather(world.store, caller(name), f"prs_{name}") if one.name == "run_questions"
        ]
        (question,) = holding.items
        assert isinstance(question, PairQuestion)
        return question

    for name, kinds in (("ana", {"wish"}), ("ben", {"seat", "skill", "hours"})):
        finding = held(name).finding
        assert isinstance(finding, Finding)
        assert {one.kind for one in finding.changes} == kinds
        assert finding.cost is None


def test_nobody_of_the_two_learns_who_avoids_whom(company: Company) -> None:
    world = company.world
    world.profile("bob", avoid=("prs_ana",), capacity=1)
    run = solved(world, company.program)
    question = ask(world, run, ("prs_ana", "prs_bob"))
    seen = world.get(PairQuestion, question.id).as_seen_by("prs_ana")
    assert (seen.finding.rule, seen.finding.changes) == ("not_available", ())
