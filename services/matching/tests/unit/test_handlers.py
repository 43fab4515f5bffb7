"""What matching does on others' events, in whichever order they come."""

from dataclasses import replace
from itertools import permutations

import pytest

from contracts import Envelope, Event
from contracts.profiles import (
    ClientChanged,
    ClientErased,
    PersonChanged,
    PersonErased,
    ProfileChanged,
    ProfileErased,
    SkillChanged,
    SkillOffered,
    ThemeChanged,
)
from matching.domain.enrolment import Enrolment
from matching.domain.mentorship import Mentorship
from matching.domain.person import Client, Person, Profile, Word
from matching.handlers import HANDLERS
from matching.use_cases.people import is_admitted
from servicekit.caller import Caller
from servicekit.testing.foreseeing import asked_together

from .world import World


def _told(world: World, event: Event) -> Envelope:
    return Envelope(
        id="evt_1",
        source="profiles",
        type=event.contract.type,
        time=world.clock.now(),
        key=event.key,
        data=event,
        sequence=1,
        generation=1,
        correlationid="cor_1",
    )


def _happened(world: World, event: Event) -> None:
    HANDLERS[type(event)](world.store, world.clock, _told(world, event))


BEN = PersonChanged(
    person_id="prs_ben", status="active", time_zone="Europe/Berlin", level=5, remote=True, languages=("de",)
)
SAYS = ProfileChanged(
    person_id="prs_ben",
    capacity=2,
    skills_offered=(SkillOffered(skill_id="skl_1", level=4),),
    avoid=("prs_x",),
    attributes={"career_track": "expert"},
)
SKILL = SkillChanged(skill_id="skl_1", name="Python")
THEME = ThemeChanged(theme_id="thm_1", name="leadership")


@pytest.mark.parametrize("order", list(permutations((BEN, SAYS, SKILL, THEME))))
def test_what_is_kept_does_not_depend_on_the_order(order: tuple[Event, ...]) -> None:
    world = World()
    for event in order:
        _happened(world, event)
    person, profile = world.get(Person, "prs_ben"), world.get(Profile, "prs_ben")
    assert (person.level, person.languages, profile.capacity) == (5, ("de",), 2)
    assert (world.get(Word, "skl_1").name, world.get(Word, "thm_1").name) == ("Python", "leadership")
    assert world.seats("ben").capacity == 2


@pytest.mark.parametrize(
    "order", list(permutations((PersonErased(person_id="prs_ben"), ProfileErased(person_id="prs_ben"))))
)
def test_erasing_somebody_leaves_their_id_alone(world: World, order: tuple[Event, ...]) -> None:
    program = world.program()
    for event in (BEN, SAYS):
        _happened(world, event)
    world.person("ana", languages=("de",))
    assert world.get(Profile, "prs_ben").attributes == {"career_track": "expert"}
    place = world.enrolled(program, "ben", "mentor", wishes=("prs_ana",))
    world.enrolled(program, "ana", "mentee")
    request = world.offered(program, "ben", "ana")
    for erased in order:
        _happened(world, erased)
    person, profile = world.get(Person, "prs_ben"), world.get(Profile, "prs_ben")
    assert (person.status, person.level, person.languages) == ("erased", None, ())
    assert (profile.skills_offered, profile.avoid, profile.opted_out) == ((), (), True)
    assert profile.attributes == {}
    assert world.request(request).cause == "person_gone"
    assert (world.get(Enrolment, place.id).state, world.get(Enrolment, place.id).wishes) == ("withdrawn", ())


def test_an_erasure_destroys_what_the_person_wrote(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    request = world.asked(program, "ana", "ben", "Dear Ben")
    mentorship = world.accepted(request)
    _happened(world, PersonErased(person_id="prs_ana"))
    assert world.request(request).message == ""
    ended = world.get(Mentorship, mentorship.id)
    assert (ended.state, ended.reason, ended.outcome) == ("ended", "erased", "ended")


@pytest.mark.parametrize("event", [PersonErased(person_id="prs_new"), ProfileErased(person_id="prs_new")])
def test_somebody_may_be_erased_before_they_were_ever_known(world: World, event: Event) -> None:
    _happened(world, event)
    assert world.seats("new").taken == 0


def test_whoever_left_leaves_everything_they_took_part_in(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ben", "mentor", capacity=3)
    for name in ("ana", "ada"):
        world.enrolled(program, name, "mentee")
    mentorship = world.accepted(world.asked(program, "ana", "ben"))
    waiting = world.asked(program, "ada", "ben")
    mark = len(world.store.events())

    left = PersonChanged(person_id="prs_ben", status="left", time_zone="Europe/Berlin")
    for _ in range(2):
        _happened(world, left)

    assert (world.request(waiting).state, world.request(waiting).cause) == ("superseded", "person_gone")
    ended = world.get(Mentorship, mentorship.id)
    assert (ended.reason, ended.outcome) == ("person_left", "ended")
    assert world.seats("ana").left(program.id, "mentee") == 1
    assert world.told_since(mark) == [
        "request.superseded",
        "mentorship.ended",
        "reason.recorded",
        "enrolment.withdrawn",
    ]


def test_nothing_reopens_when_somebody_comes_back(world: World) -> None:
    program = world.program()
    place = world.enrolled(program, "ben", "mentor")
    for status in ("left", "active"):
        world.person("ben", status=status)
    assert world.get(Enrolment, place.id).state == "withdrawn"
    assert world.enrolled(program, "ben", "mentor").state == "approved"


def test_a_client_is_kept_and_refused_once_erased(world: World) -> None:
    caller = Caller(id="cli_1", kind="client")
    assert is_admitted(world.store, caller)
    _happened(world, ClientChanged(client_id="cli_1", scopes=("programs:read",)))
    assert world.get(Client, "cli_1").scopes == ("programs:read",)
    assert is_admitted(world.store, caller)
    assert not is_admitted(world.store, replace(caller, scopes=frozenset({"programs:read", "events:read"})))
    _happened(world, ClientErased(client_id="cli_1"))
    assert not is_admitted(world.store, caller)


@pytest.mark.parametrize("events", [(BEN, replace(BEN, person_id="prs_ana")), (SAYS, replace(SAYS, person_id="prs_y"))])
def test_many_events_of_a_kind_ask_the_store_once(world: World, events: tuple[Event, ...]) -> None:
    asked = asked_together(world.store, world.clock, HANDLERS[type(events[0])], [_told(world, one) for one in events])
    assert len(asked) == len(set(asked))
