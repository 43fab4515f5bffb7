"""The HTTP API: the first journey, and what it does with bad input and foreign callers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from contracts.profiles import SkillOffered, WeeklySlot
from matching.domain.person import Client, Word
from matching.permissions import TABLE
from matching.use_cases import people
from servicekit.testing.permissions import gaps
from servicekit.testing.web import Issuer

from .world import World

PROGRAM = {"name": "Leaders 2027", "kind": "one_to_one", "starts_on": "2027-02-01", "ends_on": "2027-07-31"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    headers: Mapping[str, str]
    json: Any

    @staticmethod
    def of(response: TestResponse) -> "Answer":
        return Answer(response.status_code, dict(response.headers), response.get_json(silent=True))


class Browser:
    """Calls the API as one person."""

    def __init__(self, client: FlaskClient, issuer: Issuer, subject: str, *roles: str, **claims: Any) -> None:
        self._client = client
        self._headers = issuer.bearer(subject, *roles, **claims)

    def get(self, path: str) -> Answer:
        return Answer.of(self._client.get(f"/v1{path}", headers=self._headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {**self._headers, "Idempotency-Key": str(uuid4()), **headers}
        return Answer.of(self._client.post(f"/v1{path}", json={} if body is None else body, headers=sent))

    def put(self, path: str, body: Any, **headers: str) -> Answer:
        return Answer.of(self._client.put(f"/v1{path}", json=body, headers={**self._headers, **headers}))

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return Answer.of(self._client.patch(f"/v1{path}", json=body, headers={**self._headers, **headers}))


@pytest.fixture
def ana(client: FlaskClient, issuer: Issuer) -> Browser:
    return Browser(client, issuer, "prs_ana")


@pytest.fixture
def ben(client: FlaskClient, issuer: Issuer) -> Browser:
    return Browser(client, issuer, "prs_ben")


@pytest.fixture
def cara(client: FlaskClient, issuer: Issuer) -> Browser:
    return Browser(client, issuer, "prs_cara", "program_manager")


@pytest.fixture
def told(world: World) -> World:
    """Ana and Ben with their profiles, as the events have told."""
    for name, title in (("skl_python", "Python"), ("thm_lead", "leadership")):
        people.keep_word(world.store, Word(id=name, name=title, changed_at=world.clock.now()))
    slot = WeeklySlot(day="mon", start="09:00", end="12:00")
    world.person("cara")
    world.person("ana", level=3, department="Sales")
    world.profile("ana", skills_wanted=("skl_python",), goals=("thm_lead",), availability=(slot,))
    world.person("ben", level=5, department="IT")
    world.profile(
        "ben",
        skills_offered=(SkillOffered(skill_id="skl_python", level=5),),
        helps_with=("thm_lead",),
        availability=(slot,),
        capacity=2,
    )
    return world


def _enrolled(program_id: str, role: str, who: Browser, cara: Browser) -> str:
    applied = who.post(f"/programs/{program_id}/enrolments", {"role": role})
    assert applied.status_code == 201, applied.json
    approved = cara.post(f"/enrolments/{applied.json['id']}/approve")
    assert (approved.status_code, approved.json["state"]) == (200, "approved")
    return str(applied.json["id"])


def _opened(cara: Browser, **more: Any) -> str:
    created = cara.post("/programs", {**PROGRAM, **more})
    assert created.status_code == 201, created.json
    assert cara.post(f"/programs/{created.json['id']}/open").json["state"] == "open"
    return str(created.json["id"])


def test_the_first_journey(told: World, ana: Browser, ben: Browser, cara: Browser) -> None:
    program = _opened(cara)
    _enrolled(program, "mentee", ana, cara)
    _enrolled(program, "mentor", ben, cara)
    assert cara.post(f"/programs/{program}/start").json["state"] == "running"

    found = ana.get(f"/programs/{program}/recommendations?limit=10").json
    (best,) = found["items"]
    assert (best["mentor_id"], best["score"]) == ("prs_ben", 100.0)
    assert set(best["components"]) == {"skills", "goals", "seniority", "availability", "diversity"}
    assert best["reasons"] == [
        "Can help you learn Python.",
        "Helps with your goal leadership.",
        "You are both free for 3 hours a week.",
        "Has about the seniority that this program looks for.",
        "Brings a view from another department.",
    ]
    assert best["why"] == [
        {"code": "offers_wanted_skill", "about": ["Python"], "hours": None},
        {"code": "helps_with_goal", "about": ["leadership"], "hours": None},
        {"code": "free_at_the_same_time", "about": [], "hours": 3.0},
        {"code": "right_seniority", "about": [], "hours": None},
        {"code": "sees_it_from_elsewhere", "about": ["department"], "hours": None},
    ]
    assert found["age_seconds"] == 0

    asked = ana.post("/requests", {"program_id": program, "mentor_id": "prs_ben", "message": "Hello"})
    assert (asked.status_code, asked.headers["Location"]) == (201, f"/v1/requests/{asked.json['id']}")
    assert ana.get(f"/programs/{program}/recommendations").json["items"] == []
    (waiting,) = ben.get("/requests?direction=incoming&state=pending").json["items"]
    assert (waiting["id"], waiting["message"]) == (asked.json["id"], "Hello")

    accepted = ben.post(f"/requests/{waiting['id']}/accept")
    assert (accepted.status_code, accepted.json["state"]) == (200, "accepted")
    mentorship = ana.get(f"/mentorships/{accepted.json['mentorship_id']}").json
    assert (mentorship["mentor_id"], mentorship["mentee_ids"], mentorship["state"]) == (
        "prs_ben",
        ["prs_ana"],
        "active",
    )
    listed = cara.get(f"/programs/{program}/enrolments?role=mentor&state=approved").json["items"]
    assert [(one["person_id"], one["taken"], one["left"]) for one in listed] == [("prs_ben", 1, 1)]
    (seen,) = cara.get(f"/mentorships?program_id={program}").json["items"]
    assert seen["id"] == mentorship["id"]


def test_every_operation_has_a_row_in_the_permission_table(app: Flask) -> None:
    assert gaps(app, TABLE) == []


def test_every_row_of_the_permission_table_guards_an_operation(app: Flask) -> None:
    document = app.test_client().get("/openapi.json").get_json()
    served = {
        entry["x-operation"] for item in document["paths"].values() for entry in item.values() if "x-operation" in entry
    }
    assert TABLE.operations == served


def test_everything_asks_for_a_token(app: Flask) -> None:
    client = app.test_client()
    document = client.get("/openapi.json").get_json()
    for path, item in document["paths"].items():
        for method in item.keys() & {"get", "post", "patch", "put", "delete"}:
            answer = client.open(path.replace("{", "x").replace("}", ""), method=method.upper())
            assert answer.status_code == 401, (method, path)


def test_a_foreign_object_is_not_there(
    told: World, ana: Browser, ben: Browser, cara: Browser, client: FlaskClient, issuer: Issuer
) -> None:
    program = _opened(cara)
    ana_place = _enrolled(program, "mentee", ana, cara)
    _enrolled(program, "mentor", ben, cara)
    asked = ana.post("/requests", {"program_id": program, "mentor_id": "prs_ben"}).json["id"]
    mentorship = ben.post(f"/requests/{asked}/accept").json["mentorship_id"]
    told.person("eve")
    eve = Browser(client, issuer, "prs_eve", "program_manager", "auditor")
    draft = cara.post("/programs", PROGRAM).json["id"]
    for path in (
        f"/programs/{draft}",
        f"/enrolments/{ana_place}",
        f"/requests/{asked}",
        f"/mentorships/{mentorship}",
        f"/programs/{draft}/requests",
        "/requests/req_none",
    ):
        assert eve.get(path).status_code == 404, path
    for path in (
        *(f"/enrolments/{ana_place}/{verb}" for verb in ("approve", "reject", "waitlist", "pause", "withdraw")),
        *(f"/requests/{asked}/{verb}" for verb in ("accept", "decline", "withdraw")),
        *(f"/mentorships/{mentorship}/{verb}" for verb in ("pause", "resume")),
        f"/programs/{draft}/open",
    ):
        assert eve.post(path).status_code == 404, path
    assert eve.post(f"/mentorships/{mentorship}/end", {"reason": "completed"}).status_code == 404
    for path in (f"/programs/{program}/close", f"/programs/{program}/open"):
        assert eve.post(path).status_code == 403, path
    assert eve.get(f"/programs/{program}/recommendations?mentee=prs_ana").status_code == 403
    assert eve.get(f"/programs/{program}/explanation?mentee=prs_ana&mentor=prs_ben").status_code == 403
    assert eve.get(f"/programs/{program}/requests").status_code == 403
    assert eve.get(f"/programs/{program}/enrolments").json["items"] == []
    assert eve.get(f"/programs/{program}/enrolments?person_id=prs_ana").json["items"] == []
    (place,) = cara.get(f"/programs/{program}/enrolments?person_id=prs_ana").json["items"]
    assert place == ana.get(f"/programs/{program}/enrolments?person_id=prs_ana").json["items"][0]
    assert place["id"] == ana_place
    assert eve.get("/mentorships").json["items"] == []
    assert eve.get(f"/mentorships?program_id={program}").json["items"] == []


def test_a_manager_sees_since_when_who_waits_for_whom_and_no_word_of_theirs(
    told: World, ana: Browser, ben: Browser, cara: Browser
) -> None:
    program = _opened(cara)
    path = f"/programs/{program}/requests"
    assert cara.get(path).json == {"items": [], "next": None}
    _enrolled(program, "mentee", ana, cara)
    _enrolled(program, "mentor", ben, cara)
    asked = ana.post("/requests", {"program_id": program, "mentor_id": "prs_ben", "message": "I am lost."}).json
    (seen,) = cara.get(f"{path}?state=pending").json["items"]
    assert seen == {name: value for name, value in asked.items() if name not in ("message", "reason")}
    assert (seen["made_at"], seen["reminded_at"]) == ("2027-01-11T09:00:00Z", None)
    ben.post(f"/requests/{asked['id']}/decline", {"reason": "not_a_fit"})
    assert cara.get(f"{path}?state=pending").json["items"] == []
    (seen,) = cara.get(f"{path}?state=declined").json["items"]
    assert (seen["state"], "reason" in seen) == ("declined", False)
    assert ana.get(path).status_code == 403


@pytest.mark.parametrize("query", ["state=gone", "limit=0", "limit=many", "cursor=nonsense", "sort=age"])
def test_a_programs_requests_are_not_listed_by_nonsense(told: World, cara: Browser, query: str) -> None:
    refused = cara.get(f"/programs/{_opened(cara)}/requests?{query}")
    assert refused.status_code == 422
    assert refused.json["type"].endswith("/invalid-input")


def test_only_a_program_manager_creates_programs(told: World, ana: Browser) -> None:
    refused = ana.post("/programs", PROGRAM)
    assert (refused.status_code, refused.json["title"]) == (403, "Forbidden")


def test_a_program_has_the_keys_of_program_yaml(told: World, cara: Browser) -> None:
    created = cara.post(
        "/programs",
        {
            "program": "leaders-2027",
            "kind": {"group": {"min": 2, "max": 4}},
            "starts_on": "2027-02-01",
            "ends_on": "2027-07-31",
            "as_of": "2027-01-11",
            "attributes": ["team"],
            "weights": {"skills": 0.5, "goals": 0.5},
            "seniority": {"ideal_gap": 2, "width": 1.4142},
            "diversity": ["department", "team"],
            "wishes": {"mentee": 0.25, "mentor": 0.15},
            "rules": {"max_time_zone_hours": None, "min_level_gap": 1},
            "floor": 0.1,
            "objective": "most_people",
            "fairness": {"group": "level", "tolerance": 0.02, "report": ["department", "site"]},
            "spread": 0.01,
            "stickiness": 0.02,
            "locked": [],
            "forbidden": [["prs_ana", "prs_ben"]],
            "seed": 7,
            "requests": {"answer_within": "P10D", "remind_after": "P5D", "on_no_answer": "next_choice"},
            "journey": {"milestones": [{"key": "first_goal", "title": "First goal", "due_after": "P30D"}]},
        },
    )
    assert created.status_code == 201, created.json
    body = created.json
    assert (body["name"], body["kind"], body["group"]) == ("leaders-2027", "group", {"min": 2, "max": 4})
    assert body["rules"]["max_time_zone_hours"] is None
    assert (body["rules"]["shared_language"], body["weights"]["diversity"]) == (True, 0)
    assert body["forbidden"] == [["prs_ana", "prs_ben"]]
    assert body["managers"] == ["prs_cara"]
    assert cara.get(f"/programs/{body['id']}").json == body


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "speed"}, "/kind"),
        ({"ends_on": "2026-01-01"}, "/ends_on"),
        ({"starts_on": "soon"}, "/starts_on"),
        ({"starts_on": "0001-01-01"}, "/starts_on"),
        ({"ends_on": "9999-12-31"}, "/ends_on"),
        ({"name": "  "}, "/name"),
        ({"wieghts": {}}, "/wieghts"),
        ({"weights": {"skills": 0}}, "/weights"),
        ({"weights": {"skills": -1}}, "/weights/skills"),
        ({"weights": {"skills": "1"}}, "/weights/skills"),
        ({"rules": {"meet": "online"}}, "/rules/meet"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"diversity": ["hat"]}, "/diversity"),
        ({"objective": "stable", "spread": 0.1}, "/spread"),
        ({"kind": "group"}, "/group"),
        ({"requests": {"answer_within": "P0D"}}, "/requests/answer_within"),
        ({"requests": {"answer_within": "P3D"}}, "/requests/remind_after"),
        ({"fairness": {"tolerance": 0.1}}, "/fairness/group"),
        ({"forbidden": [["prs_a"]]}, "/forbidden/0"),
        ({"journey": {"milestones": [{"key": "A b", "title": "x", "due_after": "P1D"}]}}, "/journey/milestones/0/key"),
    ],
)
def test_a_bad_value_of_a_program_is_named(told: World, cara: Browser, change: dict[str, Any], pointer: str) -> None:
    refused = cara.post("/programs", {**PROGRAM, **change})
    assert refused.status_code == 422, refused.json
    assert pointer in [error["pointer"] for error in refused.json["errors"]]
    assert told.store.held("programs") == []


def test_a_manager_nobody_has_told_of_is_not_yet_known(told: World, cara: Browser) -> None:
    refused = cara.post("/programs", {**PROGRAM, "managers": ["prs_nobody"]})
    assert (refused.status_code, refused.headers["Retry-After"]) == (409, "1")
    assert refused.json["type"].endswith("/not-yet-known")


def test_a_program_is_changed_by_the_version_that_was_read(told: World, cara: Browser) -> None:
    created = cara.post("/programs", PROGRAM)
    path = f"/programs/{created.json['id']}"
    assert cara.patch(path, {"name": "Other"}).status_code == 428
    changed = cara.patch(path, {"name": "Other"}, **{"If-Match": created.headers["ETag"]})
    assert (changed.status_code, changed.json["name"], changed.json["ends_on"]) == (200, "Other", PROGRAM["ends_on"])
    assert cara.patch(path, {"name": "Third"}, **{"If-Match": created.headers["ETag"]}).status_code == 412
    refused = cara.patch(path, {"fairness": {}}, **{"If-Match": changed.headers["ETag"]})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/fairness/group")


def test_a_people_admin_appoints_managers_where_none_is_left(
    told: World, ana: Browser, cara: Browser, client: FlaskClient, issuer: Issuer
) -> None:
    program = _opened(cara)
    dora = Browser(client, issuer, "prs_dora", "people_admin")
    etag = {"If-Match": dora.get(f"/programs/{program}").headers["ETag"]}
    path, body = f"/programs/{program}/managers", {"managers": ["prs_ana"]}
    assert ana.put(path, body, **etag).status_code == 403
    assert dora.put(path, {"managers": []}, **etag).status_code == 422
    assert dora.put(path, body, **etag).json["managers"] == ["prs_ana"]
    assert ana.post(f"/programs/{program}/start").status_code == 200
    assert cara.post(f"/programs/{program}/close").status_code == 403
    assert dora.post(f"/programs/{program}/close").status_code == 403


def test_a_request_names_the_one_or_the_other_side(told: World, ana: Browser) -> None:
    for body in ({}, {"mentor_id": "prs_ben", "mentee_id": "prs_ben"}):
        refused = ana.post("/requests", {"program_id": "prg_x", **body})
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/mentor_id")


def test_a_creating_call_repeated_with_its_key_creates_once(told: World, cara: Browser) -> None:
    first = cara.post("/programs", PROGRAM, **{"Idempotency-Key": "k"})
    again = cara.post("/programs", PROGRAM, **{"Idempotency-Key": "k"})
    assert first.json == again.json
    assert len(told.store.held("programs")) == 1


def test_a_program_is_listed_for_employees_once_it_is_open(told: World, ana: Browser, cara: Browser) -> None:
    draft = cara.post("/programs", PROGRAM).json["id"]
    opened = _opened(cara)
    assert [one["id"] for one in ana.get("/programs").json["items"]] == [opened]
    assert [one["id"] for one in cara.get("/programs").json["items"]] == [draft, opened]
    first = cara.get("/programs?limit=1").json
    assert [one["id"] for one in cara.get(f"/programs?limit=1&cursor={first['next']}").json["items"]] == [opened]
    assert cara.get("/programs?limit=1&cursor=nonsense").status_code == 422


def test_a_participant_reads_no_private_rule_and_a_manager_does(
    told: World, ana: Browser, ben: Browser, cara: Browser
) -> None:
    program = _opened(cara)
    _enrolled(program, "mentee", ana, cara)
    _enrolled(program, "mentor", ben, cara)
    path = f"/programs/{program}/explanation?mentee=prs_ana&mentor=prs_ben"
    assert ana.get(path).json["available"] is True
    assert ana.get(path).json["match"]["reasons"][0] == "Can help you learn Python."

    told.profile("ben", capacity=2, opted_out=True)
    assert [ana.get(path).json[key] for key in ("available", "rule", "match")] == [False, "not_available", None]
    assert cara.get(path).json["rule"] == "opted_out"

    told.profile("ben", capacity=2, avoid=("prs_ana",))
    assert ana.get(path).json["words"] == "This mentor is not available."
    assert cara.get(path).json["rule"] == "private"

    told.profile("ben", capacity=2)
    told.person("ana", level=3, manager_id="prs_ben")
    assert ana.get(path).json["rule"] == "not_available"
    assert cara.get(path).json["rule"] == "reporting_line"

    told.person("ana", level=3, languages=("fr",))
    assert ana.get(path).json["words"] == "They share no language."
    assert ben.get(path).status_code == 403


def test_pairs_and_wishes_are_for_managers(
    told: World, ana: Browser, cara: Browser, client: FlaskClient, issuer: Issuer
) -> None:
    program = _opened(cara, forbidden=[["prs_ana", "prs_ben"]], locked=[["prs_ana", "prs_cara"]])
    place = ana.post(f"/programs/{program}/enrolments", {"role": "mentee", "wishes": ["prs_ben"]}).json["id"]
    reader = Browser(client, issuer, "cli_hr", scope="programs:read")
    for who, pairs in ((cara, 1), (ana, 0), (reader, 0)):
        seen = who.get(f"/programs/{program}").json
        (listed,) = who.get("/programs").json["items"]
        assert listed == seen
        assert (len(seen["forbidden"]), len(seen["locked"])) == (pairs, pairs)
    for who, wishes in ((cara, ["prs_ben"]), (ana, ["prs_ben"]), (reader, [])):
        (listed,) = who.get(f"/programs/{program}/enrolments").json["items"]
        assert (who.get(f"/enrolments/{place}").json["wishes"], listed["wishes"]) == (wishes, wishes)


def test_a_client_reads_what_it_was_granted(told: World, cara: Browser, client: FlaskClient, issuer: Issuer) -> None:
    one, other = _opened(cara), _opened(cara)
    reader = Browser(client, issuer, "cli_hr", scope="programs:read", programs=[one])
    assert [found["id"] for found in reader.get("/programs").json["items"]] == [one]
    assert reader.get(f"/programs/{one}/enrolments").status_code == 200
    assert reader.get(f"/programs/{other}").status_code == 404
    assert reader.get(f"/mentorships?program_id={other}").status_code == 404
    assert reader.post("/programs", PROGRAM).status_code == 403
    assert Browser(client, issuer, "cli_hr", scope="events:read").get("/programs").status_code == 403
    people.keep_client(told.store, Client(id="cli_hr", revoked=True))
    assert reader.get("/programs").status_code == 401


def test_a_person_who_left_is_refused(told: World, ana: Browser) -> None:
    assert ana.get("/programs").status_code == 200
    told.person("ana", status="left")
    assert ana.get("/programs").status_code == 401


def test_the_api_document_is_valid_and_every_field_is_described(app: Flask) -> None:
    document = app.test_client().get("/openapi.json").get_json()
    OpenAPIV31SpecValidator(document).validate()
    undescribed = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        if name not in ("Problem", "Error", "PaginationMetadata")
        for field, entry in schema.get("properties", {}).items()
        if not (entry.get("description") or "$ref" in entry)
    ]
    assert undescribed == []


def test_one_sees_how_many_one_mentors_and_when_a_lower_capacity_takes_effect(
    told: World, ana: Browser, ben: Browser, cara: Browser, client: FlaskClient, issuer: Issuer
) -> None:
    assert ana.get("/people/prs_ana/seats").json["places"] == []
    program = _opened(cara)
    _enrolled(program, "mentee", ana, cara)
    _enrolled(program, "mentor", ben, cara)
    asked = ana.post("/requests", {"program_id": program, "mentor_id": "prs_ben"}).json["id"]
    assert ben.post(f"/requests/{asked}/accept").status_code == 200
    told.profile("ben", capacity=0)
    seats = ben.get("/people/prs_ben/seats").json
    assert (seats["person_id"], seats["capacity"], seats["mentees"]) == ("prs_ben", 0, 1)
    assert (seats["takes_new"], seats["over_by"]) == (False, 1)
    assert [(one["role"], one["taken"]) for one in seats["places"]] == [("mentor", 1)]
    told.profile("ben", capacity=2)
    seats = ben.get("/people/prs_ben/seats").json
    assert (seats["takes_new"], seats["over_by"]) == (True, 0)
    assert ana.get("/people/prs_ben/seats").status_code == 403
    assert cara.get("/people/prs_ben/seats").status_code == 403
    admin = Browser(client, issuer, "prs_dora", "people_admin")
    assert admin.get("/people/prs_ben/seats").json["mentees"] == 1
    assert admin.get("/people/prs_nobody/seats").status_code == 404
    nobody_told_of = Browser(client, issuer, "prs_new")
    assert nobody_told_of.get("/people/prs_new/seats").json["mentees"] == 0


def test_a_program_may_name_the_answers_that_it_is_for(cara: Browser) -> None:
    body = {**PROGRAM, "eligibility": {"attributes": {"career_track": ["expert", "lead"]}}}
    made = cara.post("/programs", body)
    assert made.json["eligibility"]["attributes"] == {"career_track": ["expert", "lead"]}
    refused = cara.post("/programs", {**PROGRAM, "eligibility": {"attributes": {"$where": ["x"]}}})
    assert refused.status_code == 422


def test_a_place_says_whether_it_follows_the_profile_and_can_be_told_to(
    ben: Browser, cara: Browser, told: World
) -> None:
    told.person("cara")
    program = cara.post("/programs", PROGRAM).json["id"]
    cara.post(f"/programs/{program}/open")
    place = ben.post(f"/programs/{program}/enrolments", {"role": "mentor", "capacity": 2})
    path = f"/enrolments/{place.json['id']}"
    assert (place.json["capacity"], place.json["as_profile"]) == (2, False)
    etag = {"If-Match": place.headers["ETag"]}
    both = ben.patch(path, {"capacity": 2, "as_profile": True}, **etag)
    assert (both.status_code, both.json["errors"][0]["pointer"]) == (422, "/as_profile")
    assert ben.patch(path, {"as_profile": "yes"}, **etag).status_code == 422
    told.profile("ben", capacity=4)
    followed = ben.patch(path, {"as_profile": True}, **etag).json
    assert (followed["capacity"], followed["as_profile"]) == (4, True)
    (listed,) = cara.get(f"/programs/{program}/enrolments").json["items"]
    assert (listed["capacity"], listed["as_profile"]) == (4, True)
