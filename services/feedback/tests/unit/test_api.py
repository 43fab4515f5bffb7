"""The HTTP API: shapes, preconditions, refusals, and a row in the table for every operation."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from contracts.profiles import PersonChanged
from feedback import repository
from feedback.app import assemble
from feedback.permissions import TABLE
from servicekit.testing import FrozenClock, MemoryStore
from servicekit.testing.permissions import gaps
from servicekit.testing.web import Issuer

from .conftest import NOW, Tell

TOMORROW = (NOW + timedelta(days=1)).isoformat()
BODY = {"starts_at": TOMORROW, "minutes": 45, "agenda": "Hello", "place": "Room 1"}
pytestmark = pytest.mark.usefixtures("running")


class Person:
    """Somebody who calls the API."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers
        self._calls = 0

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        self._calls += 1
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        every = {**self._headers, "Idempotency-Key": f"{id(self)}-{self._calls}", **named}
        reply = self._client.open("/v1" + path, method=method, json=body, headers=every)
        assert reply.status_code == status, reply.text
        return reply


@pytest.fixture
def people(store: MemoryStore[repository.Unit], clock: FrozenClock) -> dict[str, Person]:
    issuer = Issuer()
    app = assemble(store, clock, issuer.verifier(), "x" * 32)
    roles = {
        "ana": (),
        "ben": (),
        "cara": ("program_manager",),
        "dan": (),
        "eve": ("auditor",),
        "dora": ("people_admin",),
    }
    return {name: Person(app.test_client(), issuer.bearer(f"prs_{name}", *held)) for name, held in roles.items()}


def test_every_operation_has_its_row(store: MemoryStore[repository.Unit], clock: FrozenClock) -> None:
    app = assemble(store, clock, Issuer().verifier(), "x" * 32)
    assert gaps(app, TABLE) == []


def test_a_session_from_its_date_to_its_reviews(people: dict[str, Person]) -> None:
    ana, ben, cara = people["ana"], people["ben"], people["cara"]
    created = ana("POST", "/mentorships/mnt_1/sessions", BODY, 201)
    session = created.json
    assert created.headers["Location"] == f"/v1/sessions/{session['id']}"
    assert session["starts_at"] == "2027-01-12T09:00:00Z"
    noted = ben("PATCH", f"/sessions/{session['id']}", {"notes": "Bring the plan."}, If_Match=created.headers["ETag"])
    assert (noted.json["notes"], noted.json["agenda"]) == ("Bring the plan.", "Hello")
    assert ben("POST", f"/sessions/{session['id']}/hold").json["state"] == "held"
    assert [one["state"] for one in ana("GET", "/mentorships/mnt_1/journey").json["reviews_due"]] == ["due"]
    assert ana("PUT", f"/sessions/{session['id']}/review", {"rating": 5, "comment": "Good."}).json["state"] == "given"
    assert ben("GET", f"/sessions/{session['id']}/review").json["received"] == []
    own = ben("GET", f"/sessions/{session['id']}/review")
    etag = own.headers["ETag"]
    ben("PUT", f"/sessions/{session['id']}/review", {"rating": 4}, If_Match=etag)
    assert [one["comment"] for one in ben("GET", f"/sessions/{session['id']}/review").json["received"]] == ["Good."]
    (item,) = cara("GET", "/programs/prg_1/health").json["items"]
    assert (item["mentorship_id"], item["level"], item["reasons"]) == ("mnt_1", "steady", ["meeting"])
    assert item["mentor_id"] == "prs_ben"


def test_a_journey_shows_managers_no_words(people: dict[str, Person]) -> None:
    people["ana"]("POST", "/mentorships/mnt_1/sessions", BODY, 201)
    etag = people["ana"]("GET", "/mentorships/mnt_1/journey").headers["ETag"]
    people["ana"]("PUT", "/mentorships/mnt_1/agreement", {"aims": "Lead"}, If_Match=etag)
    agreed = people["ben"]("POST", "/mentorships/mnt_1/agreement/agree").json["agreement"]
    assert agreed["agreed_by"] == ["prs_ana", "prs_ben"]
    seen = people["cara"]("GET", "/mentorships/mnt_1/journey").json
    assert seen["agreement"] is None
    assert [(one["starts_at"], one["agenda"]) for one in seen["sessions"]] == [("2027-01-12T09:00:00Z", "")]
    assert seen["milestones"] == [{"key": "kick_off", "title": "First meeting", "due_on": "2027-01-25"}]
    people["dan"]("GET", "/mentorships/mnt_1/journey", status=404)
    people["eve"]("GET", "/mentorships/mnt_1/journey", status=404)


def test_creating_twice_with_one_key_creates_once(people: dict[str, Person]) -> None:
    ana = people["ana"]
    first = ana("POST", "/mentorships/mnt_1/sessions", BODY, 201, Idempotency_Key="k1")
    again = ana("POST", "/mentorships/mnt_1/sessions", BODY, 201, Idempotency_Key="k1")
    assert again.json == first.json
    assert len(ana("GET", "/mentorships/mnt_1/sessions").json["items"]) == 1


def test_a_list_continues_where_its_page_ended(people: dict[str, Person]) -> None:
    ana = people["ana"]
    for _ in range(3):
        ana("POST", "/mentorships/mnt_1/sessions", BODY, 201)
    page = ana("GET", "/mentorships/mnt_1/sessions?limit=2").json
    rest = ana("GET", f"/mentorships/mnt_1/sessions?limit=2&cursor={page['next']}").json
    assert len({one["id"] for one in page["items"] + rest["items"]}) == 3
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"minutes": 0}, "/minutes"),
        ({"minutes": "45"}, "/minutes"),
        ({"starts_at": "tomorrow"}, "/starts_at"),
        ({"starts_at": "2027-01-12T09:00:00"}, "/starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "/starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-14:00"}, "/starts_at"),
        ({"agenda": "x" * 4001}, "/agenda"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_bad_input_is_told_by_its_pointer_and_changes_nothing(
    people: dict[str, Person], store: MemoryStore[repository.Unit], change: dict[str, Any], pointer: str
) -> None:
    problem = people["ana"]("POST", "/mentorships/mnt_1/sessions", {**BODY, **change}, 422).json
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert store.held("sessions") == []


@pytest.mark.parametrize(
    ("who", "method", "path", "body", "status", "kind"),
    [
        ("ana", "POST", "/mentorships/mnt_9/sessions", BODY, 409, "not-yet-known"),
        ("ana", "GET", "/mentorships/mnt_9/journey", None, 404, "not-found"),
        ("dan", "POST", "/mentorships/mnt_1/sessions", BODY, 404, "not-found"),
        ("cara", "POST", "/mentorships/mnt_1/sessions", BODY, 403, "forbidden"),
        ("ana", "GET", "/sessions/ses_9", None, 404, "not-found"),
        ("ana", "PATCH", "/sessions/ses_9", {"notes": ""}, 428, "precondition-required"),
        ("ana", "PUT", "/mentorships/mnt_1/agreement", {"aims": "x"}, 428, "precondition-required"),
        ("ana", "GET", "/programs/prg_1/health", None, 403, "forbidden"),
        ("cara", "GET", "/programs/prg_9/health", None, 404, "not-found"),
        ("ana", "PUT", "/sessions/ses_9/review", {"rating": 6}, 422, "invalid-input"),
    ],
)
def test_a_refusal_says_what_is_wrong(
    people: dict[str, Person], who: str, method: str, path: str, body: Any, status: int, kind: str
) -> None:
    problem = people[who](method, path, body, status).json
    assert problem["type"].endswith(f"/{kind}")
    assert problem["detail"]


def test_a_cursor_of_another_list_is_refused(people: dict[str, Person]) -> None:
    app_cursor = people["cara"]("GET", "/programs/prg_1/health?limit=1").json["next"]
    assert app_cursor is None
    people["ana"]("GET", "/mentorships/mnt_1/sessions?cursor=forged", status=422)
    people["ana"]("GET", "/mentorships/mnt_1/sessions?limit=0", status=422)


def test_who_left_is_refused_at_the_door(people: dict[str, Person], tell: Tell) -> None:
    tell(PersonChanged(person_id="prs_ana", status="left", time_zone="UTC"))
    people["ana"]("GET", "/mentorships/mnt_1/journey", status=401)
    people["ben"]("GET", "/mentorships/mnt_1/journey")
