"""Profiles, vocabularies and clients over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest

from profiles.domain.person import Person

from .conftest import Api, Session

Register = Callable[..., Person]
SAID: dict[str, Any] = {
    "skills_offered": [{"skill": "Python", "level": 4}],
    "skills_wanted": ["Public speaking"],
    "goals": ["Leading a team"],
    "helps_with": ["Starting out"],
    "availability": [
        {"day": "mon", "start": "09:00", "end": "12:30"},
        {"day": "thu", "start": "22:00", "end": "24:00"},
    ],
    "capacity": 2,
    "bio": "I like maps.",
    "opted_out": False,
    "avoid": [],
}


@pytest.fixture
def ana(register: Register) -> Person:
    return register("Ana Garcia")


@pytest.fixture
def call(api: Api, ana: Person) -> Session:
    return api.as_person(ana)


@pytest.fixture
def path(ana: Person) -> str:
    return f"/v1/people/{ana.id}/profile"


def test_the_first_profile_is_published_by_a_plain_put(call: Session, path: str) -> None:
    published = call("PUT", path, SAID)
    assert published.status_code == 200, published.text
    assert published.headers["ETag"] == '"1"'
    assert SAID.items() <= call("GET", path).get_json().items()


@pytest.mark.parametrize("header", [{"If_Match": '"0"'}, {"If_None_Match": "*"}, {"If_Match": "*"}])
def test_the_first_profile_may_say_that_it_is_the_first(call: Session, path: str, header: dict[str, str]) -> None:
    empty = call("GET", path)
    assert (empty.headers["ETag"], empty.get_json()["skills_offered"]) == ('"0"', [])
    assert call("PUT", path, SAID, **header).status_code == 200


def test_a_later_profile_needs_the_version_it_replaces(call: Session, path: str) -> None:
    call("PUT", path, SAID)
    assert call("PUT", path, {"capacity": 3}).status_code == 428
    assert call("PUT", path, {"capacity": 3}, If_None_Match="*").status_code == 412
    assert call("PUT", path, {"capacity": 3}, If_Match='"0"').status_code == 412
    changed = call("PUT", path, {"capacity": 3}, If_Match='"1"')
    assert (changed.get_json()["capacity"], changed.get_json()["skills_offered"]) == (3, [])


def test_what_was_read_can_be_changed_and_sent_back(call: Session, path: str) -> None:
    read = call("PUT", path, SAID).get_json()
    again = {name: read[name] for name in SAID} | {"bio": "I still like maps."}
    assert call("PUT", path, again, If_Match='"1"').get_json() == {**read, "bio": "I still like maps."}


def test_a_profile_says_how_complete_it_is_and_what_to_say_next(call: Session, path: str) -> None:
    assert call("GET", path).get_json()["completeness"]["next"]["field"] == "skills_wanted"
    as_mentor = call("GET", f"{path}?role=mentor").get_json()["completeness"]
    assert as_mentor["next"]["field"] == "skills_offered"
    assert as_mentor["next"]["why"].endswith("suggested to mentees.")
    said = call("PUT", path, SAID).get_json()["completeness"]
    assert said["next"]["field"] == "languages"
    assert 0.8 < said["share"] < 1
    assert call("GET", f"{path}?role=boss").status_code == 422
    refused = call("PUT", path, {"completeness": {"share": 1}}, If_Match='"1"')
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/completeness"]


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"capacity": 51}, "/capacity"),
        ({"capacity": "2"}, "/capacity"),
        ({"skills_offered": [{"skill": "Python", "level": 0}]}, "/skills_offered/0/level"),
        ({"skills_offered": [{"skill": "Python"}]}, "/skills_offered/0/level"),
        ({"skills_offered": [{"skill": " ", "level": 1}]}, "/skills_offered/0/skill"),
        ({"skills_offered": ["Python"]}, "/skills_offered/0"),
        ({"availability": [{"day": "Mon", "start": "09:00", "end": "10:00"}]}, "/availability/0/day"),
        ({"availability": [{"day": "mon", "start": "09:10", "end": "10:00"}]}, "/availability/0/start"),
        ({"availability": [{"day": "mon", "start": "10:00", "end": "09:00"}]}, "/availability/0"),
        ({"opted_out": "no"}, "/opted_out"),
        ({"avoid": ["prs_nobody"]}, "/avoid/0"),
        ({"bio": "x" * 4001}, "/bio"),
        ({"person_id": "prs_other"}, "/person_id"),
    ],
)
def test_bad_input_is_refused_by_its_pointer(call: Session, path: str, said: dict[str, Any], pointer: str) -> None:
    refused = call("PUT", path, said)
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.get_json()["errors"]] == [pointer]


def test_a_profile_is_paused_until_a_day_and_resumed(call: Session, path: str) -> None:
    assert call("POST", f"{path}/pause", {"until": "2099-01-01"}).status_code == 409
    call("PUT", path, SAID)
    assert call("POST", f"{path}/pause", {"until": "soon"}).status_code == 422
    assert call("POST", f"{path}/pause", {"until": "2001-01-01"}).status_code == 422
    assert call("POST", f"{path}/pause", {"until": "2099-01-01"}).get_json()["paused_until"] == "2099-01-01"
    assert call("POST", f"{path}/resume", {}).get_json()["paused_until"] is None
    assert call("POST", f"{path}/resume").status_code == 200


def test_a_colleague_s_profile_is_not_readable_or_writable(api: Api, register: Register, path: str) -> None:
    ben = api.as_person(register("Ben"))
    assert ben("GET", path).status_code == 403
    assert ben("PUT", path, SAID).status_code == 403


def test_what_somebody_offers_is_on_their_card(api: Api, call: Session, path: str, register: Register) -> None:
    call("PUT", path, SAID)
    (card,) = api.as_person(register("Ben"))("GET", "/v1/people?q=garcia").get_json()["items"]
    assert card["skills"] == [{"name": "Python", "level": 4}]
    assert (card["themes"], card["bio"]) == (["Starting out"], "I like maps.")


def test_a_vocabulary_suggests_what_people_admins_added_and_people_proposed(
    api: Api, admin: Person, call: Session, path: str
) -> None:
    dora = api.as_person(admin)
    added = dora("POST", "/v1/skills", {"name": "PyTorch", "synonyms": ["Torch"], "category": "Data"})
    assert (added.status_code, added.get_json()["standing"]) == (201, "approved")
    call("PUT", path, SAID)
    found = call("GET", "/v1/skills?q=py").get_json()["items"]
    assert [(term["name"], term["standing"]) for term in found] == [("Python", "proposed"), ("PyTorch", "approved")]
    assert [term["name"] for term in call("GET", "/v1/skills?q=torch").get_json()["items"]] == ["PyTorch"]
    assert len(call("GET", "/v1/themes").get_json()["items"]) == 2
    assert dora("POST", "/v1/skills", {"name": "torch"}).status_code == 409
    assert call("POST", "/v1/themes", {"name": "x"}).status_code == 403


def test_a_client_s_secret_is_shown_once_and_kept_nowhere(api: Api, admin: Person) -> None:
    dora = api.as_person(admin)
    body = {"name": "HR sync", "scopes": ["people:write"]}
    made = dora("POST", "/v1/clients", body, Idempotency_Key="k")
    assert made.status_code == 201
    secret = made.get_json()["client_secret"]
    again = dora("POST", "/v1/clients", body, Idempotency_Key="k")
    assert (again.status_code, "client_secret" in again.get_json()) == (201, False)
    assert again.get_json()["client_id"] == made.get_json()["client_id"]
    everything = [api.store.held(name) for name in ("clients", "replies", "outbox", "audit")]
    assert secret not in str(everything)
    assert "client_secret" not in dora("GET", made.headers["Location"]).text


def test_a_client_is_listed_and_revoked(api: Api, admin: Person, call: Session) -> None:
    dora = api.as_person(admin)
    made = dora("POST", "/v1/clients", {"name": "x", "scopes": ["events:read"], "programs": ["prg_1"]})
    assert [client["name"] for client in dora("GET", "/v1/clients").get_json()["items"]] == ["x"]
    revoked = dora("POST", made.headers["Location"] + "/revoke")
    assert revoked.get_json()["revoked_at"] is not None
    for bad in ({"name": "x", "scopes": []}, {"name": "x", "scopes": ["everything"]}, {"scopes": ["events:read"]}):
        assert dora("POST", "/v1/clients", bad).status_code == 422
    assert call("GET", "/v1/clients").status_code == 403
    assert call("POST", made.headers["Location"] + "/revoke").status_code == 403
