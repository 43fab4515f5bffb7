"""The organisation's own questions: declaring them, answering them, who sees an answer and what of it travels."""

from collections.abc import Callable
from typing import Any

import pytest

from profiles.domain.errors import KeyTaken
from profiles.domain.person import Person
from profiles.domain.profile import Profile
from profiles.domain.profile_field import ProfileField, given, travelling
from profiles.use_cases import people, profile_fields, profiles
from profiles.use_cases.grants import grant_roles
from profiles.use_cases.profiles import Draft
from servicekit.caller import Caller
from servicekit.refusals import Forbidden, InvalidInput, NotFound
from servicekit.testing import FrozenClock

from .conftest import SYSTEM, Api, MemoryProfiles, Session

Register = Callable[..., Person]
ADMIN = Caller.person("prs_admin", "people_admin")
TRACK: dict[str, Any] = {
    "key": "career_track",
    "kind": "choice",
    "label": {"en": "Career track", "de": "Laufbahn"},
    "options": [{"key": "expert", "label": {"en": "Expert"}}, {"key": "lead", "label": {"en": "Lead"}}],
    "visible": "card",
    "matched": True,
}
NOTE: dict[str, Any] = {"key": "private_note", "kind": "text", "label": {"en": "What should we know?"}}


@pytest.fixture
def dora(api: Api, admin: Person) -> Session:
    return api.as_person(admin)


@pytest.fixture
def ana(register: Register) -> Person:
    return register("Ana Garcia", languages=("en",))


def path_of(person: Person) -> str:
    return f"/v1/people/{person.id}/profile"


def told(store: MemoryProfiles) -> dict[str, Any]:
    """The attributes that the match was told last."""
    found: dict[str, Any] = store.held("outbox")[-1]["data"]["attributes"]
    return found


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ({"kind": "text"}, ["x", "x" * 1000], ["x" * 1001, 1, ["x"], {"a": 1}, "a\x00b"]),
        ({"kind": "choice", "options": TRACK["options"]}, ["expert"], ["nothing", 1, True, ["expert"]]),
        (
            {"kind": "choices", "options": TRACK["options"]},
            [["expert"], ["lead", "expert"]],
            ["expert", ["nothing"], [1], ["lead", "lead"]],
        ),
        ({"kind": "number", "least": 0, "most": 5}, [0, 5, 2.5], [6, -1, "2", True, [1]]),
        ({"kind": "yes_no"}, [True, False], ["yes", 1, 0, ["x"]]),
    ],
)
def test_an_answer_is_what_its_kind_allows(
    dora: Session, api: Api, ana: Person, kind: dict[str, Any], good: list[Any], bad: list[Any]
) -> None:
    assert dora("POST", "/v1/profile-fields", {"key": "q", "label": {"en": "Q"}, **kind}).status_code == 201
    call = api.as_person(ana)
    for answer in bad:
        refused = call("PUT", path_of(ana), {"fields": {"q": answer}}, If_Match="*")
        assert refused.status_code == 422, answer
        assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/fields/q"], answer
    for answer in good:
        published = call("PUT", path_of(ana), {"fields": {"q": answer}}, If_Match="*")
        assert published.status_code == 200, published.text
        assert published.get_json()["fields"] == {"q": answer}
        assert call("GET", path_of(ana)).get_json()["fields"] == {"q": answer}


@pytest.mark.parametrize("nothing", [None, "", "  ", []])
def test_null_and_empty_are_no_answer(nothing: Any) -> None:
    assert given({"q": nothing, "zero": 0, "no": False}) == {"zero": 0, "no": False}


def test_a_required_question_must_be_answered_and_an_unknown_one_must_not(dora: Session, api: Api, ana: Person) -> None:
    dora("POST", "/v1/profile-fields", {**TRACK, "required": True})
    call = api.as_person(ana)
    refused = call("PUT", path_of(ana), {"fields": {"shoe_size": 43}, "capacity": 99})
    assert refused.status_code == 422
    refused = call("PUT", path_of(ana), {"fields": {"shoe_size": 43}, "skills_wanted": ["Go", "go"]})
    pointers = {error["pointer"] for error in refused.get_json()["errors"]}
    assert pointers == {"/fields/shoe_size", "/fields/career_track", "/skills_wanted/1"}
    assert call("PUT", path_of(ana), {"fields": {"career_track": "expert"}}).status_code == 200


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"key": "Career"}, "/key"),
        ({"key": "department"}, "/key"),
        ({"key": "x" * 41}, "/key"),
        ({"label": {}}, "/label"),
        ({"label": {"en": ""}}, "/label/en"),
        ({"label": {"EN": "x"}}, "/label"),
        ({"kind": "essay"}, "/kind"),
        ({"options": []}, "/options"),
        ({"options": [{"key": "a", "label": {"en": "A"}}, {"key": "a", "label": {"en": "A"}}]}, "/options/1/key"),
        ({"options": [{"key": "a b", "label": {"en": "A"}}]}, "/options/0/key"),
        ({"options": [{"key": "a", "label": {}}]}, "/options/0/label"),
        ({"least": 3}, "/least"),
        ({"kind": "number", "options": [], "least": 3, "most": 2, "matched": False}, "/most"),
        ({"kind": "number", "matched": False}, "/options"),
        ({"kind": "text", "options": []}, "/matched"),
        ({"kind": "choices"}, "/matched"),
        ({"visible": "everybody"}, "/visible"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_question_that_cannot_be_is_refused_by_its_pointer(
    dora: Session, change: dict[str, Any], pointer: str
) -> None:
    refused = dora("POST", "/v1/profile-fields", {**TRACK, **change})
    assert refused.status_code == 422, refused.text
    assert pointer in [error["pointer"] for error in refused.get_json()["errors"]]
    assert dora("GET", "/v1/profile-fields").get_json()["items"] == []


def test_a_key_is_taken_once_and_needs_a_version_to_change(dora: Session) -> None:
    made = dora("POST", "/v1/profile-fields", TRACK)
    assert made.headers["Location"].endswith("/v1/profile-fields/career_track")
    assert dora("POST", "/v1/profile-fields", TRACK).status_code == 409
    body = {name: value for name, value in TRACK.items() if name != "key"} | {"required": True}
    path = "/v1/profile-fields/career_track"
    assert dora("PUT", path, body).status_code == 428
    assert dora("PUT", path, body, If_Match='"9"').status_code == 412
    assert dora("PUT", path, body, If_Match=made.headers["ETag"]).get_json()["required"] is True
    assert dora("PUT", "/v1/profile-fields/nothing", body, If_Match="*").status_code == 404


def test_its_kind_and_its_options_stay(dora: Session) -> None:
    dora("POST", "/v1/profile-fields", TRACK)
    body = {name: value for name, value in TRACK.items() if name != "key"}
    refused = dora("PUT", "/v1/profile-fields/career_track", {**body, "kind": "yes_no", "options": []}, If_Match="*")
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/kind", "/options", "/options"]


def test_only_people_admins_declare_and_everybody_reads_what_is_asked(api: Api, dora: Session, ana: Person) -> None:
    dora("POST", "/v1/profile-fields", {**TRACK, "order": 2})
    dora("POST", "/v1/profile-fields", {**NOTE, "order": 1})
    body = {name: value for name, value in NOTE.items() if name != "key"} | {"retired": True}
    call = api.as_person(ana)
    assert [one["key"] for one in call("GET", "/v1/profile-fields").get_json()["items"]] == [
        "private_note",
        "career_track",
    ]
    assert call("POST", "/v1/profile-fields", TRACK).status_code == 403
    assert call("PUT", "/v1/profile-fields/private_note", body, If_Match="*").status_code == 403
    dora("PUT", "/v1/profile-fields/private_note", body, If_Match="*")
    assert [one["key"] for one in call("GET", "/v1/profile-fields").get_json()["items"]] == ["career_track"]
    assert call("GET", "/v1/profile-fields/private_note").status_code == 404
    assert len(dora("GET", "/v1/profile-fields").get_json()["items"]) == 2


# Who sees what


def everybody(api: Api, register: Register, store: MemoryProfiles, clock: FrozenClock) -> dict[str, Session]:
    """A colleague, and people with each role."""
    found = {"employee": api.as_person(register("Ben"))}
    for role in ("program_manager", "auditor", "people_admin"):
        person = register(role.title())
        grant_roles(store, clock, SYSTEM, person.id, None, (role,))
        found[role] = api.as_person(person)
    return found


def test_a_card_holds_these_fields_and_no_other(
    api: Api, dora: Session, ana: Person, register: Register, store: MemoryProfiles, clock: FrozenClock
) -> None:
    dora("POST", "/v1/profile-fields", TRACK)
    dora("POST", "/v1/profile-fields", NOTE)
    mine = api.as_person(ana)
    said = {
        "skills_offered": [{"skill": "Python", "level": 4}],
        "skills_wanted": ["Secret wish"],
        "goals": ["Secret goal"],
        "helps_with": ["Starting out"],
        "availability": [{"day": "mon", "start": "09:00", "end": "12:30"}],
        "capacity": 7,
        "bio": "I like maps.",
        "avoid": [],
        "fields": {"career_track": "expert", "private_note": "Hidden words"},
    }
    assert mine("PUT", path_of(ana), said).status_code == 200
    for role, call in everybody(api, register, store, clock).items():
        (card,) = call("GET", f"/v1/people?id={ana.id}").get_json()["items"]
        assert card == {
            "id": ana.id,
            "name": "Ana Garcia",
            "title": "",
            "department": "",
            "site": "",
            "skills": [{"name": "Python", "level": 4}],
            "themes": ["Starting out"],
            "bio": "I like maps.",
            "fields": {"career_track": "expert"},
        }
        found = call("GET", "/v1/people?q=garcia").get_json()["items"]
        assert found == [card], role
        assert call("GET", path_of(ana)).status_code == (200 if role == "people_admin" else 403), role


def test_private_answers_are_read_by_whom_they_concern_when_asked_for_and_every_look_is_audited(
    api: Api, dora: Session, ana: Person, register: Register, store: MemoryProfiles, clock: FrozenClock
) -> None:
    dora("POST", "/v1/profile-fields", TRACK)
    dora("POST", "/v1/profile-fields", NOTE)
    mute = register("Mute Person")
    mine = api.as_person(ana)
    answers = {"career_track": "expert", "private_note": "Hidden words"}
    mine("PUT", path_of(ana), {"fields": answers})

    def looks() -> list[tuple[str, str, list[str]]]:
        rows = [row for row in store.held("audit") if row["action"] == "answers.private"]
        return [(row["actor"], row["subject"], list(row["codes"])) for row in rows]

    for role, call in everybody(api, register, store, clock).items():
        before = looks()
        reply = call("GET", f"/v1/people?id={ana.id}&id={mute.id}&answers=all")
        if role in ("program_manager", "people_admin"):
            assert [card["fields"] for card in reply.get_json()["items"]] == [answers, {}]
            [(actor, *read)] = looks()[len(before) :]
            assert actor != ana.id
            assert read == [ana.id, ["private_note"]]
        else:
            assert reply.status_code == 403, role
            assert looks() == before, role
        seen = len(looks())
        call("GET", f"/v1/people?id={ana.id}")
        assert len(looks()) == seen, "a card as everybody sees it is no look at anything private"
    assert dora("GET", "/v1/people?q=ana&answers=all").status_code == 422


def test_a_retired_question_s_answers_are_shown_to_nobody_and_go_with_the_next_publishing(
    api: Api, dora: Session, ana: Person, store: MemoryProfiles
) -> None:
    dora("POST", "/v1/profile-fields", TRACK)
    mine = api.as_person(ana)
    mine("PUT", path_of(ana), {"fields": {"career_track": "expert"}})
    body = {name: value for name, value in TRACK.items() if name != "key"}
    dora("PUT", "/v1/profile-fields/career_track", {**body, "retired": True}, If_Match="*")
    assert mine("GET", path_of(ana)).get_json()["fields"] == {}
    assert dora("GET", f"/v1/people?id={ana.id}").get_json()["items"][0]["fields"] == {}
    assert mine("PUT", path_of(ana), {"fields": {"career_track": "lead"}}, If_Match="*").status_code == 422
    assert mine("PUT", path_of(ana), {"bio": "x"}, If_Match="*").status_code == 200
    assert store.held("profiles")[0]["statement"]["answers"] == {}


def test_an_option_retired_meanwhile_may_stay_where_it_was_chosen(api: Api, dora: Session, ana: Person) -> None:
    dora("POST", "/v1/profile-fields", TRACK)
    mine = api.as_person(ana)
    mine("PUT", path_of(ana), {"fields": {"career_track": "expert"}})
    options = [{**TRACK["options"][0], "retired": True}, TRACK["options"][1]]
    body = {name: value for name, value in TRACK.items() if name != "key"} | {"options": options}
    dora("PUT", "/v1/profile-fields/career_track", body, If_Match="*")
    kept = mine("PUT", path_of(ana), {"fields": {"career_track": "expert"}, "bio": "x"}, If_Match="*")
    assert kept.get_json()["fields"] == {"career_track": "expert"}
    mine("PUT", path_of(ana), {"fields": {"career_track": "lead"}}, If_Match="*")
    back = mine("PUT", path_of(ana), {"fields": {"career_track": "expert"}}, If_Match="*")
    assert back.status_code == 422


# What travels


def field(key: str, kind: str, **parts: Any) -> ProfileField:
    return ProfileField(id=key, kind=kind, label={"en": key}, **{"matched": True, **parts})  # type: ignore[arg-type]


def test_only_plain_values_of_matched_questions_travel() -> None:
    asked = [
        field("track", "choice"),
        field("years", "number"),
        field("relocates", "yes_no"),
        field("unmatched", "choice", matched=False),
        field("gone", "choice", retired=True),
        # Nobody can declare these two as matched; if somebody could, they would still not travel.
        field("essay", "text"),
        field("several", "choices"),
    ]
    answers = {
        "track": "expert", "years": 2.5, "relocates": False, "unmatched": "a", "gone": "a", "essay": "words",
        "several": ("a",), "unknown": "a",
    }  # fmt: skip
    assert travelling(asked, answers) == {"track": "expert", "years": "2.5", "relocates": "no"}


def test_what_somebody_writes_is_in_no_event(store: MemoryProfiles, clock: FrozenClock, ana: Person) -> None:
    profile_fields.declare_field(store, clock, ADMIN, field("note", "text", matched=False))
    profile_fields.declare_field(store, clock, ADMIN, field("years", "number"))
    draft = Draft(answers={"note": "canary", "years": 3}, bio="canary")
    profiles.publish_profile(store, clock, Caller.person(ana.id), ana.id, None, draft)
    assert told(store) == {"years": "3"}
    assert "canary" not in str(store.held("outbox"))


def test_the_match_is_told_when_a_question_stops_or_starts_to_count(
    store: MemoryProfiles, clock: FrozenClock, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile_fields, "AT_ONCE", 2)
    years = field("years", "number", matched=False)
    profile_fields.declare_field(store, clock, ADMIN, years)
    everyone = [register(f"Person {number}") for number in range(5)]
    for person in everyone[:4]:
        me = Caller.person(person.id)
        profiles.publish_profile(store, clock, me, person.id, None, Draft(answers={"years": 1}))
    profiles.publish_profile(store, clock, Caller.person(everyone[4].id), everyone[4].id, None, Draft(bio="x"))

    def due() -> list[str]:
        return store.reading(lambda unit: unit.fields_to_retell())

    def known() -> list[dict[str, str]]:
        return [store.reading(lambda unit, one=one: unit.require(Profile, one.id)).attributes for one in everyone]

    assert due() == []
    profile_fields.change_field(store, clock, ADMIN, None, field("years", "number"))
    rounds = 0
    while due():
        profile_fields.retell_answers(store, clock, SYSTEM, "years")
        rounds += 1
    assert rounds == 3
    assert known() == [*[{"years": "1"}] * 4, {}]
    before = len(store.events())
    profile_fields.change_field(store, clock, ADMIN, None, field("years", "number", retired=True))
    while due():
        profile_fields.retell_answers(store, clock, SYSTEM, "years")
    assert known() == [{}] * 5
    assert store.events()[before:] == ["profile.changed"] * 4
    profile_fields.change_field(store, clock, ADMIN, None, field("years", "number", retired=True, order=3))
    assert due() == []


def test_the_use_cases_refuse_whoever_may_not(store: MemoryProfiles, clock: FrozenClock, ana: Person) -> None:
    me = Caller.person(ana.id)
    with pytest.raises(Forbidden):
        profile_fields.declare_field(store, clock, me, field("years", "number"))
    profile_fields.declare_field(store, clock, ADMIN, field("years", "number"))
    with pytest.raises(KeyTaken):
        profile_fields.declare_field(store, clock, ADMIN, field("years", "number"))
    with pytest.raises(Forbidden):
        profile_fields.change_field(store, clock, me, None, field("years", "number"))
    with pytest.raises(NotFound):
        profile_fields.read_field(store, me, "other")
    assert [row["subject"] for row in store.held("audit")] == ["years"]


def test_there_are_at_most_fifty_questions(store: MemoryProfiles, clock: FrozenClock) -> None:
    for number in range(50):
        profile_fields.declare_field(store, clock, ADMIN, field(f"q{number}", "yes_no"))
    with pytest.raises(InvalidInput):
        profile_fields.declare_field(store, clock, ADMIN, field("q50", "yes_no"))


def test_cards_of_people_without_a_profile_have_no_answers(store: MemoryProfiles, ana: Person) -> None:
    (card,) = people.show_cards(store, Caller.person(ana.id), [ana.id])
    assert card.answers == {}
