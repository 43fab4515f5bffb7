"""Recommendations: fresh, private, and the mentee's own."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

import engine
from contracts.profiles import SkillOffered, WeeklySlot
from matching.domain import pairing
from matching.domain.errors import NotEnrolled
from matching.domain.person import Word
from matching.domain.program import Program
from matching.domain.terms import Rules, Weights
from matching.pool import FRESH_FOR, Followed, Pools
from matching.pool.words import sentence
from matching.ports.matcher import Why
from matching.use_cases import enrolments, forgetting, mentorships, people, programs, recommendations, requests
from matching.use_cases.words import WORDS
from servicekit.refusals import Forbidden
from servicekit.testing.store import MemorySession

from .world import CARA, SYSTEM, World, caller


class Found:
    """A program with Ana as mentee and Ben and Bob as mentors, and the match over it."""

    def __init__(self, world: World, **values: Any) -> None:
        self.world = world
        self.program: Program = world.program(**values)
        self.pools = Pools(world.store, world.clock)
        world.person("ana", level=3)
        world.profile("ana", skills_wanted=("skl_1", "skl_2"))
        world.person("ben", level=5)
        world.profile("ben", capacity=1, skills_offered=(SkillOffered(skill_id="skl_1", level=5),))
        world.person("bob", level=5)
        world.profile("bob", capacity=1, skills_offered=(SkillOffered(skill_id="skl_1", level=2),))
        self.place = world.enrolled(self.program, "ana", "mentee")
        for name in ("ben", "bob"):
            world.enrolled(self.program, name, "mentor")

    def mentors(self, limit: int = 10) -> list[str]:
        found = recommendations.recommend_mentors(
            self.world.store, self.world.clock, caller("ana"), self.pools, self.program.id, None, limit
        )
        return [match.mentor_id.removeprefix("prs_") for match in found.items]


@pytest.fixture
def found(world: World) -> Found:
    return Found(world)


def test_the_better_mentor_comes_first(found: Found) -> None:
    assert found.mentors() == ["ben", "bob"]
    assert found.mentors(limit=1) == ["ben"]


def test_whoever_declined_or_did_not_answer_makes_room_for_the_next(found: Found) -> None:
    world = found.world
    asked = world.asked(found.program, "ana", "ben")
    assert found.mentors() == ["bob"]
    world.clock.advance(days=7)
    requests.expire_request(world.store, world.clock, SYSTEM, asked.id)
    assert found.mentors() == ["bob"]
    declined = world.asked(found.program, "ana", "bob")
    requests.decline_request(world.store, world.clock, caller("bob"), declined.id, "no_time")
    assert found.mentors() == []


def test_whoever_left_or_is_on_leave_is_in_none(found: Found) -> None:
    found.mentors()
    found.world.person("ben", level=5, status="left")
    assert found.mentors() == ["bob"]
    found.world.person("bob", level=5, status="on_leave")
    assert found.mentors() == []


def test_a_change_of_profile_counts_at_once(found: Found) -> None:
    found.mentors()
    found.world.profile("bob", skills_offered=(SkillOffered(skill_id="skl_2", level=5),))
    assert found.mentors() == ["ben", "bob"]
    found.world.profile("ben", opted_out=True)
    assert found.mentors() == ["bob"]


def test_whoever_was_asked_is_not_recommended_again_until_it_ended(found: Found) -> None:
    request = found.world.asked(found.program, "ana", "ben")
    assert found.mentors() == ["bob"]
    found.world.accepted(request)
    assert found.mentors() == ["bob"]


def test_a_mentor_without_a_seat_is_not_recommended(found: Found) -> None:
    found.mentors()
    found.world.enrolled(found.program, "ada", "mentee")
    found.world.accepted(found.world.asked(found.program, "ada", "ben"))
    assert found.mentors() == ["bob"]


def test_a_mentor_pushed_below_a_line_by_a_change_far_above_is_not_recommended(found: Found) -> None:
    found.world.person("mia")
    found.world.person("ana", level=3, manager_id="prs_mia")
    assert found.mentors() == ["ben", "bob"]
    found.world.person("mia", manager_id="prs_ben")
    assert found.mentors() == ["bob"]


def test_a_pause_ends_with_its_day(found: Found) -> None:
    today = found.world.clock.now().date()
    found.world.profile("ben", paused_until=today + timedelta(days=1))
    assert found.mentors() == ["bob"]
    found.world.clock.advance(days=1)
    assert found.mentors() == ["bob", "ben"]


def test_a_changed_program_is_matched_by_its_new_rules(found: Found) -> None:
    assert found.mentors() == ["ben", "bob"]
    programs.change_program(
        found.world.store, CARA, found.program.id, {"rules": Rules(min_level_gap=3)}, found.program.version
    )
    assert found.mentors() == []


def test_a_change_committed_after_a_later_one_was_seen_is_taken_in(found: Found) -> None:
    found.mentors()
    seen_at = found.world.clock.now()
    found.world.clock.advance(seconds=5)
    found.mentors()
    now, found.world.clock = found.world.clock.now(), type(found.world.clock)(seen_at)
    found.world.profile("ben", opted_out=True)
    found.world.clock.set(now)
    assert found.mentors() == ["bob"]


def test_whoever_is_named_is_as_the_store_has_them_though_no_look_reaches_back_so_far(found: Found) -> None:
    found.mentors()
    long_ago = found.world.clock.now()
    found.world.clock.advance(minutes=10)
    found.mentors()
    now, found.world.clock = found.world.clock.now(), type(found.world.clock)(long_ago)
    found.world.profile("ben", paused_until=now.date() + timedelta(days=1))
    found.world.clock.set(now)
    assert found.mentors() == ["bob"]
    why = recommendations.explain_pair(
        found.world.store, caller("ana"), found.pools, found.program.id, "prs_ana", "prs_ben"
    )
    assert not why.available


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The collections that are read, in the order in which they are."""
    read: list[str] = []
    for name in ("load", "query"):
        ask = getattr(MemorySession, name)

        def counted(self: Any, collection: str, *rest: Any, ask: Any = ask) -> Any:
            read.append(collection)
            return ask(self, collection, *rest)

        monkeypatch.setattr(MemorySession, name, counted)
    return read


def test_a_question_looks_for_changes_and_at_those_whom_it_names(found: Found, looks: list[str]) -> None:
    found.mentors()
    looks.clear()
    assert found.mentors() == ["ben", "bob"]
    assert looks == ["programs", "seats", "seats"]


def test_a_question_about_what_is_known_costs_the_store_two_looks(found: Found, looks: list[str]) -> None:
    found.pools = Pools(found.world.store, found.world.clock, FRESH_FOR)
    found.mentors()
    looks.clear()
    assert found.mentors() == ["ben", "bob"]
    assert looks == ["programs", "seats"]


def test_the_first_question_of_a_mentee_asks_whom_they_asked(found: Found, looks: list[str]) -> None:
    found.pools = Pools(found.world.store, found.world.clock, FRESH_FOR)
    found.world.enrolled(found.program, "ada", "mentee")
    found.mentors()
    for name, more in (("ada", ["requests"]), ("ada", [])):
        looks.clear()
        recommendations.recommend_mentors(
            found.world.store, found.world.clock, caller(name), found.pools, found.program.id, None, 10
        )
        assert looks == ["programs", *more, "seats"]


def test_what_others_changed_is_taken_in_between_questions(found: Found, looks: list[str]) -> None:
    found.pools = Pools(found.world.store, found.world.clock, FRESH_FOR)
    found.mentors()
    found.world.person("mia", manager_id="prs_ben")
    found.world.person("eve")
    found.world.clock.advance(seconds=0.05)
    found.pools.look()
    looks.clear()
    assert found.mentors() == ["ben", "bob"]
    assert looks == ["programs", "seats"]


def test_a_question_does_not_rely_on_a_look_that_is_long_ago(found: Found) -> None:
    found.pools = Pools(found.world.store, found.world.clock, FRESH_FOR)
    found.mentors()
    found.world.profile("bob", skills_offered=(SkillOffered(skill_id="skl_1", level=5),))
    found.world.person("mia", manager_id="prs_ben")
    found.world.person("ana", level=3, manager_id="prs_mia")
    found.world.clock.advance(seconds=FRESH_FOR.total_seconds())
    assert found.mentors() == ["bob"]
    answer = recommendations.recommend_mentors(
        found.world.store, found.world.clock, caller("ana"), found.pools, found.program.id, None, 10
    )
    assert (answer.known_at, answer.age_seconds) == (found.world.clock.now(), 0)
    found.world.clock.advance(seconds=0.1)
    answer = recommendations.recommend_mentors(
        found.world.store, found.world.clock, caller("ana"), found.pools, found.program.id, None, 10
    )
    assert answer.age_seconds == pytest.approx(0.1)


def test_what_a_mentee_or_a_named_mentor_changed_is_seen_at_once_between_two_looks(found: Found) -> None:
    world = found.world
    found.pools = Pools(world.store, world.clock, FRESH_FOR)
    assert found.mentors() == ["ben", "bob"]
    asked = world.asked(found.program, "ana", "ben")
    assert found.mentors() == ["bob"]
    requests.withdraw_request(world.store, world.clock, caller("ana"), asked.id)
    assert found.mentors() == ["ben", "bob"]
    world.accepted(world.asked(found.program, "ana", "ben"))
    world.profile("bob", opted_out=True)
    assert found.mentors() == []


def test_what_another_look_finds_while_a_question_is_answered_counts_in_it(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = found.world
    found.pools = Pools(world.store, world.clock, FRESH_FOR)
    assert found.mentors() == ["ben", "bob"]
    recommended, changes = engine.recommend, [lambda: world.asked(found.program, "ana", "ben")]

    def meanwhile(pool: engine.Pool, mentee_id: str, limit: int) -> Any:
        matches = recommended(pool, mentee_id, limit)
        while changes:
            changes.pop()()
            news = world.store.reading(lambda unit: mirror.read(unit, ["prs_ana", "prs_ben"]))
            mirror.take_in(news)
        return matches

    mirror = found.pools._mirror
    monkeypatch.setattr(engine, "recommend", meanwhile)
    assert found.mentors() == ["bob"]


def test_a_thread_looks_while_questions_come(found: Found) -> None:
    pools, looked = Pools(found.world.store, found.world.clock, FRESH_FOR), threading.Event()
    look, pools.look = pools.look, lambda: (look(), looked.set())[0]  # type: ignore[method-assign, func-returns-value]
    followed = Followed(pools)
    assert [one.mentor_id for one in followed.recommend(found.program, "prs_ana", 10)[0]] == ["prs_ben", "prs_bob"]
    looked.clear()
    assert looked.wait(30)
    assert followed.explain(found.program, "prs_ana", "prs_ben").rule is None


def change_person(world: World, program: Program) -> None:
    world.person("ben", level=7)


def change_profile(world: World, program: Program) -> None:
    world.profile("ben", opted_out=True)


def hide(world: World, program: Program) -> None:
    forgetting.hide_person(world.store, world.clock, "era_1", "prs_ben")


def show(world: World, program: Program) -> None:
    hide(world, program)
    forgetting.show_person(world.store, world.clock, "era_1", "prs_ben")


def erase(world: World, program: Program) -> None:
    forgetting.erase_person(world.store, world.clock, "era_1", "prs_ben")


def pause_place(world: World, program: Program) -> None:
    enrolments.pause(world.store, world.clock, caller("ben"), world.live(program, "ben", "mentor").id)


def change_place(world: World, program: Program) -> None:
    place = world.live(program, "ben", "mentor")
    enrolments.change_enrolment(
        world.store, world.clock, caller("ben"), place.id, capacity=None, wishes=("prs_ana",), expected=place.version
    )


def withdraw(world: World, program: Program) -> None:
    enrolments.withdraw(world.store, world.clock, caller("ben"), world.live(program, "ben", "mentor").id)


def apply_elsewhere(world: World, program: Program) -> None:
    world.enrolled(world.program(name="Other"), "ben", "mentee")


def ask(world: World, program: Program) -> None:
    world.asked(program, "ana", "ben")


def take_back(world: World, program: Program) -> None:
    asked = world.asked(program, "ana", "ben")
    requests.withdraw_request(world.store, world.clock, caller("ana"), asked.id)


def decline(world: World, program: Program) -> None:
    asked = world.asked(program, "ana", "ben")
    requests.decline_request(world.store, world.clock, caller("ben"), asked.id, "no_time")


def let_expire(world: World, program: Program) -> None:
    asked = world.asked(program, "ana", "ben")
    world.clock.advance(days=7)
    requests.expire_request(world.store, world.clock, SYSTEM, asked.id)


def accept(world: World, program: Program) -> None:
    world.accepted(world.asked(program, "ana", "ben"))


def end(world: World, program: Program) -> None:
    mentorship = world.accepted(world.asked(program, "ana", "ben"))
    mentorships.end_mentorship(world.store, world.clock, caller("ana"), mentorship.id, "completed")


@pytest.mark.parametrize("change", [ask, take_back, decline, let_expire, accept, end])
def test_whatever_changes_whom_a_mentee_waits_for_or_works_with_saves_their_seats(
    found: Found, change: Callable[[World, Program], None]
) -> None:
    before = found.world.seats("ana")
    found.world.clock.advance(seconds=1)
    change(found.world, found.program)
    after = found.world.seats("ana")
    assert (after.version > before.version, after.changed_at) == (True, found.world.clock.now())


@pytest.mark.parametrize(
    "change",
    [change_person, change_profile, hide, show, erase, pause_place, change_place, withdraw, apply_elsewhere],
)
def test_whatever_changes_about_somebody_saves_their_seats_by_which_the_match_knows_it(
    found: Found, change: Callable[[World, Program], None]
) -> None:
    before = found.world.seats("ben")
    found.world.clock.advance(seconds=1)
    change(found.world, found.program)
    after = found.world.seats("ben")
    assert (after.version > before.version, after.changed_at) == (True, found.world.clock.now())


def test_recommendations_are_for_approved_mentees_and_their_managers(found: Found) -> None:
    store, clock, pools, program_id = found.world.store, found.world.clock, found.pools, found.program.id
    with pytest.raises(NotEnrolled):
        recommendations.recommend_mentors(store, clock, caller("ben"), pools, program_id, None, 10)
    with pytest.raises(Forbidden):
        recommendations.recommend_mentors(store, clock, caller("ben"), pools, program_id, "prs_ana", 10)
    seen = recommendations.recommend_mentors(store, clock, CARA, pools, program_id, "prs_ana", 10)
    assert len(seen.items) == 2
    enrolments.pause(store, clock, caller("ana"), found.place.id)
    with pytest.raises(NotEnrolled):
        found.mentors()


def test_a_mentors_wish_is_in_nothing_that_a_mentee_reads(world: World) -> None:
    plain, wished = Found(World()), Found(world)
    place = world.store.reading(lambda unit: unit.live_enrolment(wished.program.id, "prs_ben", "mentor"))
    enrolments.change_enrolment(
        world.store, world.clock, caller("ben"), place.id, capacity=None, wishes=("prs_ana",), expected=place.version
    )

    def seen(one: Found) -> Any:
        return recommendations.recommend_mentors(
            one.world.store, one.world.clock, caller("ana"), one.pools, one.program.id, None, 1
        ).items

    assert seen(wished) == seen(plain)


def test_an_own_wish_is_shown_as_a_badge(found: Found) -> None:
    enrolments.change_enrolment(
        found.world.store,
        found.world.clock,
        caller("ana"),
        found.place.id,
        capacity=None,
        wishes=("prs_bob",),
        expected=found.place.version,
    )
    (best, _) = recommendations.recommend_mentors(
        found.world.store, found.world.clock, caller("ana"), found.pools, found.program.id, None, 10
    ).items
    assert (best.mentor_id, best.wished) == ("prs_bob", 1)
    assert "You named this mentor as a wish." in best.reasons


def test_a_score_is_read_from_0_to_100_and_kept_raw(world: World) -> None:
    found = Found(world, weights=Weights(skills=2, seniority=2))
    (best, _) = recommendations.recommend_mentors(
        world.store, world.clock, caller("ana"), found.pools, found.program.id, None, 10
    ).items
    assert best.score == pytest.approx(100 * best.raw / 4, abs=0.05)
    assert best.components["seniority"] == 1


def test_reasons_call_skills_by_their_names(found: Found) -> None:
    now = found.world.clock.now()
    for id, name in (("skl_1", "Python"), ("skl_2", "SQL")):
        people.keep_word(found.world.store, Word(id=id, name=name, changed_at=now))
    found.world.profile(
        "ben",
        skills_offered=(SkillOffered(skill_id="skl_1", level=5), SkillOffered(skill_id="skl_2", level=5)),
    )
    (best, _) = recommendations.recommend_mentors(
        found.world.store, found.world.clock, caller("ana"), found.pools, found.program.id, None, 10
    ).items
    assert best.reasons[0] == "Can help you learn Python and SQL."


def test_a_skill_that_was_only_just_coined_has_its_name_within_a_second(found: Found) -> None:
    world = found.world

    def answered() -> list[str]:
        offer = recommendations.recommend_mentors(
            world.store, world.clock, caller("ana"), found.pools, found.program.id, None, 10
        )
        return [reason for one in offer.items if one.mentor_id == "prs_ben" for reason in one.reasons]

    world.profile("ben", skills_offered=(SkillOffered(skill_id="skl_1", level=5),))
    assert "Can help you learn something you look for." in answered()
    people.keep_word(world.store, Word(id="skl_1", name="Python", changed_at=world.clock.now()))
    world.clock.advance(seconds=1)
    assert "Can help you learn Python." in answered()
    told = recommendations.explain_pair(
        world.store, caller("ana"), Pools(world.store, world.clock), found.program.id, "prs_ana", "prs_ben"
    )
    assert told.match is not None
    assert "Can help you learn Python." in told.match.reasons


def test_every_rule_of_the_match_has_words() -> None:
    from engine.rules import ORDER

    for rule in (*ORDER, "unknown", "role"):
        for to_manager in (True, False):
            assert WORDS[pairing.shown(rule, to_manager)]
    told = {pairing.shown(rule, False) for rule in ("avoid", "opted_out", "reporting_line")}
    assert told == {"not_available"}


def test_an_uneven_hour_counts_by_its_whole_halves(world: World) -> None:
    program = world.program(weights=Weights(availability=1))
    slots = {"ana": ("09:00", "10:00"), "ben": ("09:10", "10:20")}
    for name, (start, end) in slots.items():
        world.person(name)
        world.profile(name, availability=(WeeklySlot(day="tue", start=start, end=end),))
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    (best,) = recommendations.recommend_mentors(
        world.store, world.clock, caller("ana"), Pools(world.store, world.clock), program.id, None, 10
    ).items
    assert best.components["availability"] == 0.5
    assert best.reasons == ("You are both free for 0.5 hours a week.",)


def test_a_program_that_starts_in_summer_uses_summer_offsets(world: World) -> None:
    program = world.program(starts_on=date(2027, 7, 1), ends_on=date(2027, 12, 31), rules=Rules(max_time_zone_hours=5))
    world.person("ana", time_zone="America/New_York")
    world.person("ben", time_zone="Europe/London")
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    assert world.asked(program, "ana", "ben").state == "pending"


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Why(code="offers_wanted_skill", about=("Go", "SQL", "C")), "Can help you learn Go, SQL and C."),
        (Why(code="offers_wanted_skill"), "Can help you learn something you look for."),
        (Why(code="helps_with_goal", about=("focus", "calm")), "Helps with your goals focus and calm."),
        (Why(code="helps_with_goal"), "Helps with what you aim for."),
        (Why(code="free_at_the_same_time", hours=1), "You are both free for 1 hour a week."),
        (
            Why(code="sees_it_from_elsewhere", about=("site", "team")),
            "Brings a view from another site and another team.",
        ),
    ],
)
def test_a_reason_is_a_sentence_whatever_is_known_by_name(why: Why, words: str) -> None:
    assert sentence(why) == words
