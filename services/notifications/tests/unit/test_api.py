"""The HTTP API: shapes, preconditions, refusals, and a row in the table for every operation."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from contracts.profiles import ClientChanged
from notifications.app import assemble
from notifications.domain.preferences import KINDS
from notifications.feed import number_rows
from notifications.permissions import TABLE
from servicekit.testing import FrozenClock
from servicekit.testing.permissions import gaps
from servicekit.testing.web import Issuer

from .conftest import ASKED, BEN_LEFT, SCHEDULED, Send, Store, Tell

pytestmark = pytest.mark.usefixtures("known")


class Actor:
    """Somebody who calls the API."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = self._client.open("/v1" + path, method=method, json=body, headers={**self._headers, **named})
        assert reply.status_code == status, reply.text
        return reply


@pytest.fixture
def actors(store: Store, clock: FrozenClock) -> dict[str, Actor]:
    issuer = Issuer()
    client = assemble(store, clock, issuer.verifier(), "x" * 32).test_client()
    return {
        "ana": Actor(client, issuer.bearer("prs_ana")),
        "ben": Actor(client, issuer.bearer("prs_ben")),
        "reader": Actor(client, issuer.bearer("cli_1", scope="events:read")),
    }


def test_every_operation_has_its_row(store: Store, clock: FrozenClock) -> None:
    assert gaps(assemble(store, clock, Issuer().verifier(), "x" * 32), TABLE) == []


@pytest.mark.parametrize(
    ("asked_for", "title"),
    [
        ("en-GB,de;q=0.5", "Ana Díaz would like to work with you"),
        ("fr,de-AT;q=0.8,en;q=0.5", "Ana Díaz möchte mit dir arbeiten"),
        ("*", "Ana Díaz möchte mit dir arbeiten"),
        ("fr", "Ana Díaz möchte mit dir arbeiten"),
    ],
)
def test_an_inbox_is_read_in_the_language_that_is_asked_for(
    actors: dict[str, Actor], tell: Tell, asked_for: str, title: str
) -> None:
    tell(ASKED)
    (item,) = actors["ben"]("GET", "/inbox", Accept_Language=asked_for).json["items"]
    read = actors["ben"]("POST", f"/messages/{item['id']}/read", Accept_Language=asked_for).json
    assert item["title"] == read["title"] == title


def test_an_inbox_is_read_and_put_away(actors: dict[str, Actor], tell: Tell) -> None:
    tell(ASKED)
    page = actors["ben"]("GET", "/inbox").json
    (item,) = page["items"]
    assert (page["unread"], page["next"]) == (1, None)
    assert (item["kind"], item["link"], item["read_at"]) == ("request_received", "/requests/req_1", None)
    assert item["title"] == "Ana Díaz möchte mit dir arbeiten"
    assert item["created_at"] == "2027-01-11T09:00:00Z"
    assert actors["ben"]("POST", f"/messages/{item['id']}/read").json["read_at"] == "2027-01-11T09:00:00Z"
    actors["ben"]("POST", f"/messages/{item['id']}/archive")
    assert actors["ben"]("GET", "/inbox").json == {"items": [], "next": None, "unread": 0}
    actors["ana"]("POST", f"/messages/{item['id']}/read", status=404)


def test_an_inbox_continues_where_its_page_ended(actors: dict[str, Actor], tell: Tell) -> None:
    tell(ASKED, SCHEDULED)
    first = actors["ben"]("GET", "/inbox?limit=1").json
    second = actors["ben"]("GET", f"/inbox?limit=1&cursor={first['next']}").json
    assert {one["kind"] for one in first["items"] + second["items"]} == {"request_received", "session_scheduled"}
    assert second["next"] is None


def test_preferences_show_every_kind_and_change_against_a_version(actors: dict[str, Actor]) -> None:
    ana = actors["ana"]
    read = ana("GET", "/preferences")
    assert set(read.json["kinds"]) == set(KINDS)
    assert read.json["kinds"]["review_due"] == {"inbox": True, "email": True}
    chosen = {"kinds": {"review_due": {"email": False}}}
    ana("PUT", "/preferences", chosen, status=428)
    changed = ana("PUT", "/preferences", chosen, If_Match=read.headers["ETag"])
    assert changed.json["kinds"]["review_due"] == {"inbox": True, "email": False}
    ana("PUT", "/preferences", chosen, status=412, If_Match=read.headers["ETag"])
    assert actors["ben"]("GET", "/preferences").json["kinds"]["review_due"]["email"] is True


@pytest.mark.parametrize(
    "kinds",
    [{"nonsense": {"email": True}}, {"review_due": {"pigeon": True}}, {"review_due": {"email": "yes"}}, []],
)
def test_preferences_that_cannot_be_are_told_and_change_nothing(actors: dict[str, Actor], kinds: Any) -> None:
    problem = actors["ana"]("PUT", "/preferences", {"kinds": kinds}, status=422, If_Match='"0"').json
    assert problem["errors"]
    assert actors["ana"]("GET", "/preferences").json["version"] == 0


def test_deliveries_are_ones_own(actors: dict[str, Actor], tell: Tell, send: Send) -> None:
    tell(ASKED)
    assert actors["ben"]("GET", "/deliveries").json["items"][0]["state"] == "pending"
    send()
    (item,) = actors["ben"]("GET", "/deliveries").json["items"]
    assert (item["state"], item["channel"], item["attempts"]) == ("sent", "email", 1)
    assert actors["ana"]("GET", "/deliveries").json["items"] == []


def test_the_feed_is_structured_cloudevents(
    actors: dict[str, Actor], store: Store, clock: FrozenClock, tell: Tell
) -> None:
    reader = actors["reader"]
    empty = reader("GET", "/events").json
    assert empty["items"] == []
    tell(ASKED)
    number_rows(store, clock)
    page = reader("GET", f"/events?after={empty['next']}&limit=10").json
    (event,) = page["items"]
    assert event["specversion"] == "1.0"
    assert event["type"] == "mentormesh.matching.request.made.v1"
    assert (event["subject"], event["source"], event["sequence"]) == ("req_1", "/matching", "4")
    assert event["data"]["mentor_id"] == "prs_ben"
    assert event["time"] == "2027-01-11T09:00:00Z"
    assert reader("GET", f"/events?after={page['next']}").json == {"items": [], "next": page["next"]}


def test_people_cannot_read_the_feed_and_clients_no_inbox(actors: dict[str, Actor]) -> None:
    actors["ana"]("GET", "/events", status=403)
    actors["reader"]("GET", "/inbox", status=403)


@pytest.mark.parametrize("query", ["after=forged", "limit=0", "limit=501", "type=nonsense", "colour=red"])
def test_a_feed_query_that_cannot_be_is_refused(actors: dict[str, Actor], query: str) -> None:
    actors["reader"]("GET", f"/events?{query}", status=422)


def test_a_cursor_of_another_list_is_refused(actors: dict[str, Actor], tell: Tell) -> None:
    cursor = actors["reader"]("GET", "/events").json["next"]
    actors["ana"]("GET", f"/inbox?cursor={cursor}", status=422)


def test_who_left_and_what_was_revoked_is_refused_at_the_door(actors: dict[str, Actor], tell: Tell) -> None:
    tell(BEN_LEFT, ClientChanged(client_id="cli_1", scopes=("events:read",), revoked=True))
    actors["ben"]("GET", "/inbox", status=401)
    actors["reader"]("GET", "/events", status=401)
    actors["ana"]("GET", "/inbox")
