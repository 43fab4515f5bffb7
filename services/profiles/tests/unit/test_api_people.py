"""The people API as its users meet it."""

from collections.abc import Callable
from typing import Any

import pytest

from profiles.domain.person import Person

from .conftest import Api, Session

Register = Callable[..., Person]
ANA: dict[str, Any] = {
    "external_id": "E-1",
    "email": "ana@example.com",
    "name": "Ana Garcia",
    "title": "Engineer",
    "department": "Research",
    "level": 3,
    "site": "Berlin",
    "remote": True,
    "manager_id": None,
    "time_zone": "Europe/Berlin",
    "languages": ["de", "en"],
}


@pytest.fixture
def call(api: Api, admin: Person) -> Session:
    return api.as_person(admin)


def pointers(reply: Any) -> list[str]:
    return [error["pointer"] for error in reply.get_json()["errors"]]


def test_a_people_admin_registers_a_person_and_reads_them_back(api: Api, call: Session) -> None:
    made = call("POST", "/v1/people", ANA)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/v1/people/{made.get_json()['id']}"
    read = call("GET", made.headers["Location"])
    assert {name: read.get_json()[name] for name in ANA} == ANA
    assert read.get_json()["status"] == "active"
    assert read.headers["ETag"] == '"1"'
    assert api.store.events()[-2:] == ["person.changed", "contact.changed"]


def test_address_and_name_are_enough_to_register(call: Session) -> None:
    made = call("POST", "/v1/people", {"email": "ben@example.com", "name": "Ben"}).get_json()
    assert (made["time_zone"], made["languages"], made["level"]) == ("UTC", [], None)


def test_a_repeated_registration_with_one_key_registers_once(api: Api, call: Session) -> None:
    first = call("POST", "/v1/people", ANA, Idempotency_Key="k")
    again = call("POST", "/v1/people", ANA, Idempotency_Key="k")
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Idempotency-Replayed"] == "true"
    other = call("POST", "/v1/people", {**ANA, "name": "Eve"}, Idempotency_Key="k")
    assert (other.status_code, other.get_json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
    assert len(api.store.held("people")) == 2


def test_a_taken_address_is_a_conflict_that_names_its_field(call: Session) -> None:
    call("POST", "/v1/people", ANA)
    clash = call("POST", "/v1/people", {**ANA, "external_id": "E-2"})
    assert clash.status_code == 409
    assert clash.get_json()["type"].endswith("/email-taken")
    assert pointers(clash) == ["/email"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"email": None}, "/email"),
        ({"email": "nonsense"}, "/email"),
        ({"level": 2.5}, "/level"),
        ({"level": "3"}, "/level"),
        ({"level": True}, "/level"),
        ({"remote": "yes"}, "/remote"),
        ({"remote": 1}, "/remote"),
        ({"languages": "de"}, "/languages"),
        ({"languages": [7]}, "/languages/0"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"manager_id": "prs_nobody"}, "/manager_id"),
        ({"attributes": {"x": 1}}, "/attributes/x/value"),
        ({"shoe_size": 43}, "/shoe_size"),
        ({"status": "left"}, "/status"),
        ({"name": "a\u0000b"}, "/name"),
    ],
)
def test_bad_input_is_refused_by_its_pointer_and_changes_nothing(
    api: Api, call: Session, change: dict[str, Any], pointer: str
) -> None:
    before = len(api.store.held("people"))
    refused = call("POST", "/v1/people", {**ANA, **change})
    assert (refused.status_code, pointers(refused)) == (422, [pointer])
    assert refused.mimetype == "application/problem+json"
    assert len(api.store.held("people")) == before


def test_a_change_needs_the_version_it_is_based_on(call: Session) -> None:
    path = call("POST", "/v1/people", ANA).headers["Location"]
    assert call("PATCH", path, {"title": "Lead"}).status_code == 428
    changed = call("PATCH", path, {"title": "Lead"}, If_Match='"1"')
    assert (changed.status_code, changed.headers["ETag"], changed.get_json()["title"]) == (200, '"2"', "Lead")
    assert call("PATCH", path, {"title": "Head"}, If_Match='"1"').status_code == 412


def test_a_patch_changes_only_what_it_names_and_null_takes_away(call: Session) -> None:
    path = call("POST", "/v1/people", ANA).headers["Location"]
    changed = call("PATCH", path, {"level": None, "external_id": None}, If_Match='"1"').get_json()
    assert {**ANA, "level": None, "external_id": None}.items() <= changed.items()


def test_employment_ends_and_begins_again_by_patch(call: Session) -> None:
    path = call("POST", "/v1/people", ANA).headers["Location"]
    assert call("PATCH", path, {"status": "left"}, If_Match='"1"').get_json()["status"] == "left"
    refused = call("PATCH", path, {"status": "on_leave"}, If_Match='"2"')
    assert (refused.status_code, refused.get_json()["type"].rpartition("/")[2]) == (409, "wrong-state")
    assert call("PATCH", path, {"status": "active"}, If_Match='"2"').get_json()["status"] == "active"


def test_an_employee_sees_cards_and_not_facts(api: Api, call: Session, register: Register) -> None:
    made = call("POST", "/v1/people", ANA).get_json()
    ben = api.as_person(register("Ben"))
    card = ben("GET", f"/v1/people?id={made['id']}&id=prs_nobody").get_json()
    assert card["next"] is None
    assert set(card["items"][0]) == {"id", "name", "title", "department", "site", "skills", "themes", "bio", "fields"}
    assert ben("GET", f"/v1/people/{made['id']}").status_code == 403
    assert ben("GET", "/v1/people/prs_nobody").status_code == 403
    assert ben("POST", "/v1/people", {**ANA, "email": "x@example.com"}).status_code == 403


def test_who_one_is_here(api: Api, register: Register) -> None:
    ben = register("Ben")
    me = api.as_person(ben)("GET", "/v1/me").get_json()
    assert (me["id"], me["name"], me["roles"], me["has_profile"]) == (ben.id, "Ben", ["employee"], False)


def test_the_search_goes_on_by_its_cursor(call: Session, register: Register) -> None:
    for number in range(3):
        register(f"Ana {number}")
    first = call("GET", "/v1/people?q=ana&limit=2").get_json()
    rest = call("GET", f"/v1/people?q=ana&limit=2&cursor={first['next']}").get_json()
    assert [card["name"] for card in (*first["items"], *rest["items"])] == ["Ana 0", "Ana 1", "Ana 2"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "cursor=forged", "page=2", "id=a&q=b", "q=" + "x" * 101]
)
def test_a_bad_query_is_refused(call: Session, query: str) -> None:
    assert call("GET", f"/v1/people?{query}").status_code == 422


def test_a_hundred_cards_come_at_once_and_no_more(call: Session) -> None:
    many = "&".join(f"id=prs_{number}" for number in range(101))
    assert call("GET", f"/v1/people?{many}").status_code == 422
    assert call("GET", "/v1/people?" + many.rpartition("&")[0]).status_code == 200


def test_roles_are_given_at_the_version_that_was_read(api: Api, call: Session, register: Register) -> None:
    ben = register("Ben")
    path = f"/v1/people/{ben.id}/roles"
    before = call("GET", path)
    assert (before.get_json(), before.headers["ETag"]) == ({"roles": []}, '"0"')
    assert call("PUT", path, {"roles": ["program_manager"]}).status_code == 428
    given = call("PUT", path, {"roles": ["program_manager"]}, If_Match='"0"')
    assert (given.status_code, given.get_json()) == (200, {"roles": ["program_manager"]})
    assert api.as_person(ben)("GET", "/v1/me").get_json()["roles"] == ["employee", "program_manager"]
    assert call("PUT", path, {"roles": ["king"]}, If_Match='"1"').status_code == 422
    assert api.as_person(ben)("PUT", path, {"roles": ["people_admin"]}, If_Match='"1"').status_code == 403
