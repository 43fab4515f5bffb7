"""Profiles: publishing one, pausing it, and the vocabulary that grows by it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from profiles.domain.errors import NameTaken
from profiles.domain.person import Person
from profiles.domain.profile import Interval
from profiles.domain.vocabulary import Skill, Theme
from profiles.use_cases import people, profiles, vocabularies
from profiles.use_cases.profiles import Draft
from servicekit.caller import Caller
from servicekit.refusals import Forbidden, InvalidInput, NotFound, Stale, WrongState
from servicekit.testing import FrozenClock

from .conftest import CLOCK, SYSTEM, MemoryProfiles

Register = Callable[..., Person]
ADMIN = Caller.person("prs_admin", "people_admin")


@pytest.fixture
def publish(store: MemoryProfiles, clock: FrozenClock) -> Callable[..., profiles.NamedProfile]:
    def publishing(person: Person, expected: int | None = None, **said: Any) -> profiles.NamedProfile:
        return profiles.publish_profile(store, clock, Caller.person(person.id), person.id, expected, Draft(**said))

    return publishing


Publish = Callable[..., profiles.NamedProfile]


def pointers(refused: pytest.ExceptionInfo[Any]) -> list[str]:
    return [error.pointer for error in refused.value.errors]


def test_before_the_first_a_profile_is_empty_at_version_zero(store: MemoryProfiles, register: Register) -> None:
    ana = register("Ana")
    shown = profiles.read_profile(store, Caller.person(ana.id), ana.id)
    assert (shown.version, shown.profile.statement.skills_offered) == (0, ())
    with pytest.raises(NotFound):
        profiles.read_profile(store, SYSTEM, "prs_nobody")


def test_publishing_tells_the_profile_without_its_bio(
    store: MemoryProfiles, register: Register, publish: Publish
) -> None:
    ana = register("Ana")
    shown = publish(ana, 0, skills_offered=(("Python", 4),), goals=("Leading",), bio="I like maps.")
    assert shown.version == 1
    told = store.held("outbox")[-1]
    assert told["data"]["skills_offered"][0]["level"] == 4
    assert "maps" not in str(told["data"])
    assert store.events()[2:] == ["skill.changed", "theme.changed", "profile.changed"]


def test_an_unknown_name_is_proposed_once_whatever_its_case(
    store: MemoryProfiles, register: Register, publish: Publish
) -> None:
    publish(register("Ana"), skills_wanted=("Python",))
    publish(register("Ben"), skills_offered=(("PYTHON", 5),))
    (skill,) = store.held("skills")
    assert (skill["name"], skill["standing"]) == ("Python", "proposed")


def test_a_skill_is_named_by_name_synonym_or_id(store: MemoryProfiles, register: Register, publish: Publish) -> None:
    skill = vocabularies.add_term(store, ADMIN, Skill, "JavaScript", ("JS", "ECMAScript"), "Programming")
    for place, name in enumerate(["javascript", "js", skill.id]):
        person = register(f"Person {place}")
        assert publish(person, skills_wanted=(name,)).profile.statement.skills_wanted == (skill.id,)
    assert len(store.held("skills")) == 1


def test_an_id_of_no_skill_is_refused_by_its_pointer(register: Register, publish: Publish) -> None:
    unknown = "skl_01ARZ3NDEKTSV4RRFFQ69G5FAV"
    with pytest.raises(InvalidInput) as refused:
        publish(register("Ana"), skills_offered=(("Python", 1), (unknown, 2)), skills_wanted=(unknown,))
    assert pointers(refused) == ["/skills_offered/1/skill", "/skills_wanted/0"]


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"skills_offered": (("Python", 1), ("python", 2))}, "/skills_offered/1"),
        ({"skills_offered": (("Python", 6),)}, "/skills_offered/0/level"),
        ({"skills_wanted": ("SQL", "sql")}, "/skills_wanted/1"),
        ({"goals": ("Leading", "leading")}, "/goals/1"),
        ({"helps_with": ("Leading", "leading")}, "/helps_with/1"),
        ({"capacity": 51}, "/capacity"),
        ({"capacity": -1}, "/capacity"),
        ({"availability": (Interval(day="mon", start="09:15", end="10:00"),)}, "/availability/0"),
        ({"availability": (Interval(day="mon", start="10:00", end="10:00"),)}, "/availability/0"),
        ({"availability": (Interval(day="mon", start="22:00", end="25:00"),)}, "/availability/0"),
        ({"availability": (Interval(day="mon", start="9:00", end="10:00"),)}, "/availability/0"),
        ({"avoid": ("prs_nobody",)}, "/avoid/0"),
    ],
)
def test_a_part_that_cannot_be_is_named(
    store: MemoryProfiles, register: Register, publish: Publish, said: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        publish(register("Ana"), **said)
    assert pointers(refused) == [pointer]
    assert store.held("profiles") == []
    assert store.held("skills") == []


def test_a_day_may_end_at_midnight(register: Register, publish: Publish) -> None:
    evening = Interval(day="thu", start="22:00", end="24:00")
    assert publish(register("Ana"), availability=(evening,)).profile.statement.availability == (evening,)


def test_nobody_avoids_themselves_or_somebody_twice(register: Register, publish: Publish) -> None:
    ana, ben = register("Ana"), register("Ben")
    with pytest.raises(InvalidInput) as refused:
        publish(ana, avoid=(ana.id, ben.id, ben.id))
    assert pointers(refused) == ["/avoid/0", "/avoid/2"]


def test_a_profile_is_changed_at_the_version_that_was_read(register: Register, publish: Publish) -> None:
    ana = register("Ana")
    publish(ana, 0, capacity=1)
    with pytest.raises(Stale):
        publish(ana, 0, capacity=2)
    assert publish(ana, 1, capacity=2).version == 2


def test_the_same_profile_again_writes_nothing(store: MemoryProfiles, register: Register, publish: Publish) -> None:
    ana = register("Ana")
    publish(ana, skills_wanted=("SQL",))
    told = len(store.events())
    assert publish(ana, skills_wanted=("SQL",)).version == 1
    assert len(store.events()) == told


def test_a_card_shows_what_is_offered_and_nothing_private(
    store: MemoryProfiles, register: Register, publish: Publish
) -> None:
    boss = register("Boss")
    ana = register("Ana", manager_id=boss.id, attributes={"cost_center": "77"}, title="Lead")
    publish(
        ana,
        skills_offered=(("Python", 4),),
        skills_wanted=("SQL",),
        goals=("Promotion",),
        helps_with=("Leading",),
        bio="Hello.",
        opted_out=True,
        avoid=(boss.id,),
    )
    (card,) = people.show_cards(store, Caller.person(boss.id), [ana.id])
    assert vars(card) == {
        "id": ana.id,
        "name": "Ana",
        "title": "Lead",
        "department": "",
        "site": "",
        "skills": card.skills,
        "themes": ("Leading",),
        "bio": "Hello.",
        "answers": {},
    }
    assert [(skill.name, skill.level) for skill in card.skills] == [("Python", 4)]


def test_a_pause_ends_on_a_day_to_come_in_the_person_s_time_zone(
    store: MemoryProfiles, clock: FrozenClock, register: Register, publish: Publish
) -> None:
    ana = register("Ana", time_zone="Pacific/Auckland")
    publish(ana)
    clock.set(datetime(2027, 1, 11, 12, 0, tzinfo=UTC))  # already the 12th in Auckland
    with pytest.raises(InvalidInput) as refused:
        profiles.pause_profile(store, clock, Caller.person(ana.id), ana.id, date(2027, 1, 12))
    assert pointers(refused) == ["/until"]
    paused = profiles.pause_profile(store, clock, Caller.person(ana.id), ana.id, date(2027, 1, 13))
    assert paused.profile.paused_until == date(2027, 1, 13)
    assert store.held("outbox")[-1]["data"]["paused_until"] == "2027-01-13"


def test_a_pause_survives_publishing_and_resuming_twice_is_one_change(
    store: MemoryProfiles, clock: FrozenClock, register: Register, publish: Publish
) -> None:
    ana = register("Ana")
    caller = Caller.person(ana.id)
    publish(ana)
    profiles.pause_profile(store, clock, caller, ana.id, date(2027, 3, 1))
    assert publish(ana, capacity=2).profile.paused_until == date(2027, 3, 1)
    resumed = profiles.resume_profile(store, clock, caller, ana.id)
    again = profiles.resume_profile(store, clock, caller, ana.id)
    assert (resumed.profile.paused_until, again.version) == (None, resumed.version)


def test_a_clock_ends_a_pause_when_its_day_begins_where_the_person_is(
    store: MemoryProfiles, clock: FrozenClock, register: Register, publish: Publish
) -> None:
    ana, ben = register("Ana", time_zone="Pacific/Auckland"), register("Ben", time_zone="America/Los_Angeles")
    clock.set(datetime(2027, 1, 10, 12, 0, tzinfo=UTC))
    for person in (ana, ben):
        publish(person)
        profiles.pause_profile(store, clock, Caller.person(person.id), person.id, date(2027, 1, 13))

    def over() -> list[str]:
        return store.reading(lambda unit: unit.pauses_over(clock.now(), 100))

    clock.set(datetime(2027, 1, 12, 10, 59, tzinfo=UTC))
    assert over() == []
    clock.set(datetime(2027, 1, 12, 11, 0, tzinfo=UTC))  # midnight in Auckland
    assert over() == [ana.id]
    profiles.end_pause(store, clock, SYSTEM, ana.id)
    profiles.end_pause(store, clock, SYSTEM, ben.id)  # not yet his day
    assert [profiles.read_profile(store, ADMIN, one.id).profile.paused_until for one in (ana, ben)] == [
        None,
        date(2027, 1, 13),
    ]
    assert (store.held("outbox")[-1]["key"], store.held("outbox")[-1]["data"]["paused_until"]) == (ana.id, None)
    assert over() == []
    clock.set(datetime(2027, 1, 13, 8, 0, tzinfo=UTC))
    assert over() == [ben.id]


def test_whoever_moves_west_meanwhile_stays_paused_until_the_day_begins_there(
    store: MemoryProfiles, clock: FrozenClock, register: Register, publish: Publish
) -> None:
    ana = register("Ana", time_zone="Pacific/Auckland")
    clock.set(datetime(2027, 1, 10, 12, 0, tzinfo=UTC))
    publish(ana)
    profiles.pause_profile(store, clock, Caller.person(ana.id), ana.id, date(2027, 1, 13))
    people.change_person(store, clock, ADMIN, ana.id, None, {"time_zone": "UTC"})
    clock.set(datetime(2027, 1, 12, 11, 0, tzinfo=UTC))
    events = len(store.events())
    profiles.end_pause(store, clock, SYSTEM, ana.id)
    assert profiles.read_profile(store, ADMIN, ana.id).profile.paused_until == date(2027, 1, 13)
    assert len(store.events()) == events
    assert store.reading(lambda unit: unit.pauses_over(clock.now(), 100)) == []
    clock.set(datetime(2027, 1, 13, 0, 0, tzinfo=UTC))
    assert store.reading(lambda unit: unit.pauses_over(clock.now(), 100)) == [ana.id]


def test_the_pause_of_who_left_ends_too(
    store: MemoryProfiles, clock: FrozenClock, register: Register, publish: Publish
) -> None:
    ana = register("Ana")
    publish(ana)
    profiles.pause_profile(store, clock, Caller.person(ana.id), ana.id, date(2027, 3, 1))
    people.change_person(store, CLOCK, ADMIN, ana.id, None, {}, "left")
    clock.set(datetime(2027, 3, 1, 12, 0, tzinfo=UTC))
    profiles.end_pause(store, clock, SYSTEM, ana.id)
    assert store.reading(lambda unit: unit.pauses_over(clock.now(), 100)) == []


def test_nothing_is_paused_before_it_was_published(
    store: MemoryProfiles, clock: FrozenClock, register: Register
) -> None:
    ana = register("Ana")
    with pytest.raises(WrongState, match="no profile yet"):
        profiles.pause_profile(store, clock, Caller.person(ana.id), ana.id, date(2027, 3, 1))


def test_the_profile_of_who_left_stands_still(store: MemoryProfiles, register: Register, publish: Publish) -> None:
    ana = register("Ana")
    people.change_person(store, CLOCK, ADMIN, ana.id, None, {}, "left")
    with pytest.raises(WrongState):
        publish(ana)


def test_nobody_reads_or_changes_a_colleague_s_profile(
    store: MemoryProfiles, clock: FrozenClock, register: Register
) -> None:
    ana, ben = register("Ana"), register("Ben")
    with pytest.raises(Forbidden):
        profiles.read_profile(store, Caller.person(ben.id, "program_manager"), ana.id)
    with pytest.raises(Forbidden):
        profiles.publish_profile(store, clock, Caller.person(ben.id), ana.id, 0, Draft())


def test_a_people_admin_s_hand_in_a_profile_is_audited(
    store: MemoryProfiles, clock: FrozenClock, register: Register, publish: Publish
) -> None:
    ana = register("Ana")
    publish(ana)
    assert store.held("audit") == []
    profiles.publish_profile(store, clock, ADMIN, ana.id, 1, Draft(bio="Set by HR."))
    (row,) = store.held("audit")
    assert (row["actor"], row["action"], row["subject"]) == ("prs_admin", "profile.change", ana.id)


def test_suggestions_find_names_and_synonyms_while_typing(store: MemoryProfiles) -> None:
    vocabularies.add_term(store, ADMIN, Theme, "Public speaking", ("Presenting",), "Communication")
    vocabularies.add_term(store, ADMIN, Theme, "Negotiation", (), "Communication")
    for query in ("pub", "spea", "PRES"):
        found = vocabularies.suggest_terms(store, Caller.person("prs_x"), Theme, query, None, 10)
        assert [term.name for term in found.items] == ["Public speaking"], query


def test_a_vocabulary_pages_by_name(store: MemoryProfiles) -> None:
    for name in ("Rust", "go", "Python"):
        vocabularies.add_term(store, ADMIN, Skill, name, (), "")
    first = vocabularies.suggest_terms(store, ADMIN, Skill, "", None, 2)
    rest = vocabularies.suggest_terms(store, ADMIN, Skill, "", first.following, 2)
    assert [term.name for term in (*first.items, *rest.items)] == ["go", "Python", "Rust"]
    assert rest.following is None


def test_a_name_or_synonym_is_in_a_vocabulary_once(store: MemoryProfiles) -> None:
    vocabularies.add_term(store, ADMIN, Skill, "JavaScript", ("JS", "js", "javascript"), "")
    assert list(store.held("skills")[0]["synonyms"]) == ["JS"]
    for name, synonyms in (("js", ()), ("Node", ("JAVASCRIPT",))):
        with pytest.raises(NameTaken):
            vocabularies.add_term(store, ADMIN, Skill, name, synonyms, "")


def test_only_people_admins_add_to_a_vocabulary(store: MemoryProfiles) -> None:
    with pytest.raises(Forbidden):
        vocabularies.add_term(store, Caller.person("prs_x", "program_manager"), Skill, "Python", (), "")
