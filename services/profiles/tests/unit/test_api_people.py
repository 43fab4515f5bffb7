"""The people API as its users meet it."""

from collections.abc import Callable

from profiles.domain.person import Person

from .conftest import Api

ANA = {
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


def test_a_people_admin_registers_a_person_and_reads_them_back(api: Api, admin: Person) -> None:
    call = api.as_person(admin)
    made = call("POST", "/v1/people", ANA)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/v1/people/{made.get_json()['id']}"
    read = call("GET", made.headers["Location"])
    assert {name: read.get_json()[name] for name in ANA} == ANA
    assert read.headers["ETag"] == '"1"'
    assert api.store.events()[-2:] == ["person.changed", "contact.changed"]
