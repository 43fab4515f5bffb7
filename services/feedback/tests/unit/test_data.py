"""Everything that this service holds about a person; reviews by others are for their own eyes."""

from typing import Any

import jsonschema
import pytest

from contracts.profiles import PersonChanged

from .conftest import Tell
from .test_api import BODY, Person, people  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("running")


def reviews(person: Person) -> set[str]:
    told: dict[str, Any] = person("GET", "/people/prs_ana/data").json
    jsonschema.validate(told["data"], told["schema"])
    return {review["comment"] for review in told["data"]["reviews"] if review["comment"]}


def test_a_review_by_another_is_in_one_s_own_archive_once_revealed_and_never_in_an_admin_s(
    people: dict[str, Person],  # noqa: F811 - a fixture
    tell: Tell,
) -> None:
    tell(PersonChanged(person_id="prs_ana", status="active", time_zone="Europe/Berlin"))
    session = people["ana"]("POST", "/mentorships/mnt_1/sessions", BODY, status=201).json
    people["ana"]("POST", f"/sessions/{session['id']}/hold", {})
    people["ben"]("PUT", f"/sessions/{session['id']}/review", {"rating": 3, "comment": "By Ben"})
    assert reviews(people["ana"]) == set()
    people["ana"]("PUT", f"/sessions/{session['id']}/review", {"rating": 5, "comment": "By Ana"})
    assert reviews(people["ana"]) == {"By Ana", "By Ben"}
    assert reviews(people["dora"]) == {"By Ana"}
    told = people["ana"]("GET", "/people/prs_ana/data").json["data"]
    assert told["sessions"][0]["agenda"] == "Hello"
    assert [row["action"] for row in told["audit"]] == ["data.read"]


def test_nobody_else_reads_it(people: dict[str, Person]) -> None:  # noqa: F811 - a fixture
    for name in ("ben", "cara", "dan", "eve"):
        people[name]("GET", "/people/prs_ana/data", status=403)
