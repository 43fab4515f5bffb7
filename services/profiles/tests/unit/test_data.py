"""Everything that this service holds about a person, to themselves and to a people admin."""

from collections.abc import Callable

import jsonschema

from profiles.domain.person import Person

from .conftest import Api

Register = Callable[..., Person]


def test_somebody_reads_everything_that_is_held_about_them(api: Api, register: Register) -> None:
    ana = register("Ana Garcia", title="Engineer")
    as_ana = api.as_person(ana)
    as_ana("PUT", f"/v1/people/{ana.id}/profile", {"bio": "Hello", "skills_wanted": ["Kafka"], "goals": ["Focus"]})
    told = as_ana("GET", f"/v1/people/{ana.id}/data").get_json()
    jsonschema.validate(told["data"], told["schema"])
    held = told["data"]
    assert held["person"][0]["facts"]["title"] == "Engineer"
    assert held["profile"][0]["statement"]["bio"] == "Hello"
    assert [word["name"] for word in (*held["skills"], *held["themes"])] == ["Kafka", "Focus"]
    assert len(held["sessions"]) == 1
    assert "token_hash" not in str(told)
    assert set(told["about"]) == set(held)
    # One's own reading is not audited.
    assert held["audit"] == []


def test_an_admin_s_reading_is_audited_and_the_person_sees_it(api: Api, register: Register, admin: Person) -> None:
    ana = register("Ana")
    assert api.as_person(admin)("GET", f"/v1/people/{ana.id}/data").status_code == 200
    (row,) = api.as_person(ana)("GET", f"/v1/people/{ana.id}/data").get_json()["data"]["audit"]
    assert (row["actor"], row["action"]) == (admin.id, "data.read")


def test_nobody_else_reads_it_and_nobody_s_is_not_found(api: Api, register: Register, admin: Person) -> None:
    ana, eve = register("Ana"), register("Eve")
    assert api.as_person(eve)("GET", f"/v1/people/{ana.id}/data").status_code == 403
    assert api.as_person(admin)("GET", "/v1/people/prs_none/data").status_code == 404


def test_the_answers_to_the_organisation_s_questions_are_among_it_with_what_was_asked(
    api: Api, register: Register, admin: Person
) -> None:
    for key in ("years_here", "never_answered"):
        asked = {"key": key, "kind": "number", "label": {"en": f"Your {key}"}, "matched": True}
        assert api.as_person(admin)("POST", "/v1/profile-fields", asked).status_code == 201
    as_ana = api.as_person(ana := register("Ana"))
    as_ana("PUT", f"/v1/people/{ana.id}/profile", {"fields": {"years_here": 7}})
    told = as_ana("GET", f"/v1/people/{ana.id}/data").get_json()
    jsonschema.validate(told["data"], told["schema"])
    held = told["data"]
    assert held["profile"][0]["statement"]["answers"] == {"years_here": 7}
    assert held["profile"][0]["attributes"] == {"years_here": "7"}
    assert [question["label"] for question in held["questions"]] == [{"en": "Your years_here"}]
