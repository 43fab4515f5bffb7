"""What a careless or hostile client sends: each gets a problem document that says what to do, and changes nothing."""

import base64
import json
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from staged import Player, Stage, set_the_stage

pytestmark = pytest.mark.stack

SERVICES = ("profiles", "matching", "feedback", "notifications")
UNKNOWN = "01JZZZZZZZZZZZZZZZZZZZZZZZ"


@dataclass(frozen=True)
class Command:
    """One well-formed command that the tests spoil."""

    service: str
    actor: str
    method: str
    path: str
    good: dict[str, Any]
    if_match: str | None = None


@pytest.fixture(scope="module")
def stage(platform: dict[str, Any]) -> Stage:
    return set_the_stage(platform)


def commands(stage: Stage) -> list[Command]:
    """At least two of each service: one that creates or does, one that replaces."""
    days = {"starts_on": "2031-01-01", "ends_on": "2031-06-30"}
    soon = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    session = {"starts_at": soon, "minutes": 45, "agenda": "a", "place": "b"}
    offer = {"skill": "Go", "level": 3}
    profile = {
        "skills_offered": [offer], "skills_wanted": ["Rust"], "goals": ["Focus"], "helps_with": [], "capacity": 2,
        "availability": [{"day": "mon", "start": "09:00", "end": "10:00"}], "bio": "b", "opted_out": False,
        "avoid": [], "consent": {"photo": True},
    }  # fmt: skip
    person = {
        "external_id": "x", "email": "bad@example.org", "name": "Bad", "title": "t", "department": "d", "level": 3,
        "site": "s", "remote": True, "manager_id": None, "time_zone": "Europe/Berlin", "languages": ["en"],
        "attributes": {"team": "red"},
    }  # fmt: skip
    terms = {
        "name": "P", "kind": "one_to_one", **days, "time_zone": "Europe/Berlin", "managers": [], "floor": 1.5,
        "seed": 7, "requests": {"answer_within": "P7D"}, "places": {"mentor": 5}, "locked": [], "as_of": "2031-01-01",
    }  # fmt: skip
    return [
        Command("profiles", "admin", "POST", "/people", person),
        Command("profiles", "ana", "PUT", f"/people/{stage.ana.id}/profile", profile, "*"),
        Command("profiles", "admin", "POST", "/clients", {"name": "c", "scopes": ["events:read"]}),
        Command("profiles", "admin", "POST", "/skills", {"name": "n", "synonyms": ["m"], "category": "c"}),
        Command("matching", "cara", "POST", "/programs", terms),
        Command("matching", "cara", "PATCH", f"/programs/{stage.program_id}", terms, "*"),
        Command("matching", "eve", "POST", f"/programs/{stage.program_id}/enrolments", {"role": "mentee"}),
        Command("matching", "ana", "POST", "/requests",
                {"program_id": stage.program_id, "mentor_id": stage.ben.id, "message": "m"}),
        Command("matching", "ben", "POST", f"/mentorships/{stage.mentorship_id}/end", {"reason": "not_a_fit"}),
        Command("feedback", "ana", "POST", f"/mentorships/{stage.mentorship_id}/sessions", session),
        Command("feedback", "ana", "PATCH", f"/sessions/{stage.session_id}", {"agenda": "a", "notes": "n"}, "*"),
        Command("feedback", "ana", "POST", f"/sessions/{stage.session_id}/reschedule",
                {"starts_at": soon, "minutes": 30}),
        Command("feedback", "ana", "PUT", f"/sessions/{stage.session_id}/review", {"rating": 5, "comment": "c"}, "*"),
        Command("feedback", "ana", "PUT", f"/mentorships/{stage.mentorship_id}/agreement",
                {"aims": "a", "meeting": "m"}, "*"),
        Command("notifications", "ana", "PUT", "/preferences", {"kinds": {"request_received": {"email": True}}}, "*"),
        Command("notifications", "ana", "POST", f"/messages/{stage.message_id}/read", {}),
    ]  # fmt: skip


def of(stage: Stage, service: str) -> list[Command]:
    return [command for command in commands(stage) if command.service == service]


def state(stage: Stage, service: str) -> list[Any]:
    """What the service's people see of everything that the commands touch."""
    ana, cara, eve = stage.ana.actor, stage.cara.actor, stage.eve.actor
    seen = {
        "profiles": [
            (stage.admin, "/people?q=bad"), (stage.admin, "/clients?limit=100"), (ana, "/me"),
            (ana, f"/people/{stage.ana.id}/profile"), (ana, "/skills?limit=100"),
        ],
        "matching": [
            (cara, "/programs?limit=100"), (cara, f"/programs/{stage.program_id}"),
            (cara, f"/programs/{stage.program_id}/enrolments"), (eve, f"/programs/{stage.program_id}/enrolments"),
            (ana, "/requests?direction=outgoing"), (ana, f"/mentorships/{stage.mentorship_id}"),
        ],
        "feedback": [
            (ana, f"/mentorships/{stage.mentorship_id}/journey"), (ana, f"/sessions/{stage.session_id}/review"),
        ],
        "notifications": [(ana, "/preferences"), (ana, "/inbox"), (ana, "/deliveries")],
    }[service]  # fmt: skip
    return [actor.get(service, path) for actor, path in seen]


def send(stage: Stage, command: Command, body: bytes, **headers: str) -> requests.Response:
    """The command with another body, other headers."""
    player = getattr(stage, command.actor)
    actor = player.actor if isinstance(player, Player) else player
    told = {
        "Authorization": f"Bearer {actor.token()}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
        **({"If-Match": command.if_match} if command.if_match else {}),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    url = f"{actor.services[command.service]}/v1{command.path}"
    return requests.request(command.method, url, data=body, headers=told, timeout=15)


def said_what_to_do(reply: requests.Response, *statuses: int) -> dict[str, Any]:
    """The reply is a problem document in words, of one of these statuses (any of the client's faults if none)."""
    where = f"{reply.request.method} {reply.url} {str(reply.request.body)[:300]} -> {reply.status_code} {reply.text}"
    assert reply.status_code in statuses if statuses else 400 <= reply.status_code < 500, where
    assert reply.headers["Content-Type"] == "application/problem+json", where
    told: dict[str, Any] = reply.json()
    assert told["status"] == reply.status_code, where
    assert told["type"].startswith("https://"), where
    assert told["title"], where
    assert len(told["detail"].split()) >= 4, where
    assert "Traceback" not in reply.text, where
    assert len(reply.text) < 20_000, where
    return told


BODIES: dict[str, tuple[bytes, tuple[int, ...]]] = {
    "broken JSON": (b'{"name": ', (400,)),
    "two documents": (b"{}{}", (400,)),
    "not a number": (b'{"level": NaN}', (400,)),
    "infinity": (b'{"level": -Infinity}', (400,)),
    "a number beyond a float": (b'{"level": 1e999, "capacity": 1e999}', (400, 422)),
    "a number of 5000 digits": (b'{"level": %s}' % (b"1" * 5000), (400,)),
    "a lone surrogate": (b'{"name": "\\ud800", "bio": "\\udfff"}', (400,)),
    "bytes that are no UTF-8": (b'{"name": "\xff\xfe"}', (400,)),
    "another encoding": ('{"name": "x"}'.encode("utf-16"), (400,)),
    "nesting without end": (b"[" * 100_000, (400,)),
    "deep objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, (400,)),
    "a megabyte too much": (b'{"name": "' + b"x" * 1_100_000 + b'"}', (413,)),
    "a list": (b"[]", (422,)),
    "text": (b'"hello"', (422,)),
    "a number": (b"12", (422,)),
    "nothing but null": (b"null", (422,)),
    "a null byte in a name": (b'{"\\u0000": 1}', (422,)),
    "an operator of the database": (b'{"$where": "sleep(1000)"}', (422,)),
    "a field that nobody knows": (b'{"surprise": {"a": [1, 2]}}', (422,)),
}


def settled(stage: Stage, service: str) -> Any:
    """The state once what earlier tests told has arrived: three looks a second and a half apart see the same."""
    seen = [state(stage, service)]
    while len(seen) < 3 or seen[-1] != seen[-2] or seen[-2] != seen[-3]:
        time.sleep(1.5)
        seen.append(state(stage, service))
    return seen[-1]


@pytest.mark.parametrize("service", SERVICES)
def test_a_body_that_cannot_be_changes_nothing(stage: Stage, service: str) -> None:
    before = settled(stage, service)
    for command in of(stage, service):
        for body, statuses in BODIES.values():
            said_what_to_do(send(stage, command, body), *statuses)
        surprised = json.dumps({**command.good, "surprise": 1}).encode()
        told = said_what_to_do(send(stage, command, surprised), 422)
        assert any(error["pointer"] == "/surprise" for error in told["errors"])
        for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"):
            said_what_to_do(send(stage, command, json.dumps(command.good).encode(), Content_Type=kind), 415)
    assert state(stage, service) == before


VALUES: tuple[Any, ...] = (
    None, True, -1, 10**30, 1e308, "", "x" * 30_000, "\u0000", "\u202e\u2066", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "9999-12-31", "P999999999D", "$set", [None], [{}], {"$gt": ""}, ["x"] * 3000,
)  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
def test_a_value_of_the_wrong_kind_is_told_and_never_breaks_anything(stage: Stage, service: str) -> None:
    for command in of(stage, service):
        if command.path.endswith("/end"):
            continue  # a value that happens to be right would end the story
        for name in command.good:
            for value in VALUES:
                reply = send(stage, command, json.dumps({**command.good, name: value}).encode())
                if not reply.ok:
                    told = said_what_to_do(reply)
                    if reply.status_code == 422 and "errors" in told:
                        assert all(error["detail"] for error in told["errors"])


def foreign(stage: Stage) -> list[tuple[str, str, str, int]]:
    """What Eve, an employee without a part, may not touch; and how she is told."""
    s = stage
    verbs = [
        ("matching", "POST", f"/requests/{s.request_id}/{verb}", 404) for verb in ("accept", "decline", "withdraw")
    ]
    verbs += [("matching", "POST", f"/mentorships/{s.mentorship_id}/{verb}", 404) for verb in ("pause", "resume")]
    verbs += [("matching", "POST", f"/programs/{s.program_id}/{verb}", 403) for verb in ("open", "start", "close")]
    verbs += [("feedback", "POST", f"/sessions/{s.session_id}/{verb}", 404) for verb in ("hold", "miss", "cancel")]
    reads = [
        ("profiles", "GET", f"/people/{s.ana.id}/profile", 403),
        ("profiles", "GET", "/clients", 403),
        ("matching", "GET", f"/requests/{s.request_id}", 404),
        ("matching", "GET", f"/mentorships/{s.mentorship_id}", 404),
        ("feedback", "GET", f"/mentorships/{s.mentorship_id}/journey", 404),
        ("feedback", "GET", f"/mentorships/{s.mentorship_id}/sessions", 404),
        ("feedback", "GET", f"/sessions/{s.session_id}", 404),
        ("feedback", "GET", f"/sessions/{s.session_id}/review", 404),
        ("notifications", "POST", f"/messages/{s.message_id}/read", 404),
        ("notifications", "POST", f"/messages/{s.message_id}/archive", 404),
        ("notifications", "GET", "/events", 403),
    ]
    return [*verbs, *reads]


def test_a_stranger_is_told_of_nothing_that_is_not_theirs(stage: Stage) -> None:
    before = [settled(stage, service) for service in SERVICES]
    for service, method, path, status in foreign(stage):
        told = said_what_to_do(stage.eve.actor.call(method, service, path, {} if method == "POST" else None), status)
        assert "Ana" not in json.dumps(told)
    assert [state(stage, service) for service in SERVICES] == before


def test_what_is_not_there_looks_as_what_is_not_ones_own(stage: Stage) -> None:
    """404 for both, in the same words but for the id: nobody finds out what exists by asking."""
    for service, method, path, status in foreign(stage):
        real = next((one for one in vars(stage).values() if isinstance(one, str) and one in path), None)
        if status != 404 or real is None:
            continue
        prefix = real.partition("_")[0]
        missing = f"{prefix}_{UNKNOWN}"
        body: dict[str, Any] | None = {} if method == "POST" else None
        known = said_what_to_do(stage.eve.actor.call(method, service, path, body), 404)
        unknown = said_what_to_do(stage.eve.actor.call(method, service, path.replace(real, missing), body), 404)
        assert known["detail"].replace(real, "?") == unknown["detail"].replace(missing, "?")


@pytest.mark.parametrize(
    "id", ["%00", "prs_", "..%2f..", "%ff%fe", "x" * 3000, "%F0%9F%98%80", "$ne", "[object]", "-1"]
)
def test_an_id_of_another_kind_is_not_found(stage: Stage, id: str) -> None:
    ana, cara, admin = stage.ana.actor, stage.cara.actor, stage.admin
    for actor, service, path in (
        (admin, "profiles", f"/people/{id}"), (admin, "profiles", f"/clients/{id}"),
        (admin, "profiles", f"/people/{id}/profile"),
        (cara, "matching", f"/programs/{id}"), (cara, "matching", f"/enrolments/{id}"),
        (ana, "matching", f"/requests/{id}"), (ana, "matching", f"/mentorships/{id}"),
        (ana, "matching", f"/programs/{id}/recommendations"),
        (ana, "feedback", f"/mentorships/{id}/journey"), (ana, "feedback", f"/sessions/{id}"),
        (cara, "feedback", f"/programs/{id}/health"),
    ):  # fmt: skip
        said_what_to_do(actor.call("GET", service, path), 404, 405)
    for service, path in (("notifications", f"/messages/{id}/read"), ("feedback", f"/sessions/{id}/hold")):
        said_what_to_do(ana.call("POST", service, path, {}), 404, 405)
    # An id of another aggregate is no better.
    said_what_to_do(ana.call("GET", "matching", f"/mentorships/{stage.request_id}"), 404)
    said_what_to_do(ana.call("GET", "feedback", f"/sessions/{stage.mentorship_id}"), 404)


def bad_tokens(stage: Stage) -> Iterator[str]:
    """Forged, unsigned, re-signed, mangled."""
    good = stage.ana.actor.token()
    header, claims, signature = good.split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    said = json.loads(base64.urlsafe_b64decode(header + "=="))
    mine = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
    now = int(time.time())
    yield jwt.encode({**said}, {**told, "exp": now + 3600}, mine, algorithms=["ES256"])
    yield jwt.encode({**said, "kid": mine.kid}, told, mine, algorithms=["ES256"])
    yield jwt.encode({**said, "jwk": mine.as_dict(private=False)}, told, mine, algorithms=["ES256"])
    yield jwt.encode({**said, "alg": "HS256"}, told, OctKey.import_key("0" * 32), algorithms=["HS256"])

    def encode(part: bytes) -> str:
        return base64.urlsafe_b64encode(part).rstrip(b"=").decode()

    yield f"{encode(json.dumps({**said, 'alg': 'none'}).encode())}.{claims}."
    raised = encode(json.dumps({**told, "roles": ["people_admin", "program_manager"]}).encode())
    yield f"{header}.{raised}.{signature}"
    yield f"{header}.{encode(json.dumps({**told, 'exp': now + 99999}).encode())}.{signature}"
    yield f"{header}.{claims}.{encode(bytes(64))}"
    yield f"{encode(b'[' * 3000)}.{claims}.{signature}"
    yield f"{encode(b'[]')}.{claims}.{signature}"
    yield from ("x", "..", "a.b.c", "a.b.c.d.e", "x" * 7000, good[:-3], f"{good}.{good}", "\xe9\xff")


@pytest.mark.parametrize("service", SERVICES)
def test_a_token_that_was_not_issued_here_opens_nothing(stage: Stage, service: str) -> None:
    before = settled(stage, service)
    url = stage.admin.services[service]
    command = of(stage, service)[0]
    for token in bad_tokens(stage):
        bearer = {"Authorization": f"Bearer {token}".encode("latin-1")}
        headers: dict[str, str | bytes | None] = {**bearer, "Idempotency-Key": str(uuid.uuid4())}
        reply = requests.request(
            command.method, f"{url}/v1{command.path}", json=command.good, headers=headers, timeout=15
        )
        said_what_to_do(reply, 401)
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    for header in ("", "Bearer", "Bearer ", "Basic YTpi", "bearer\tx", "Digest x", stage.ana.actor.token()):
        reply = requests.get(f"{url}/v1{command.path}", headers={"Authorization": header}, timeout=15)
        said_what_to_do(reply, 401, 405)
    said_what_to_do(requests.post(f"{url}/v1{command.path}", json={}, timeout=15), 401, 405)
    assert state(stage, service) == before


def test_a_repeated_key_does_nothing_twice_and_serves_no_other_request(stage: Stage) -> None:
    for command in commands(stage):
        if command.method != "POST" or command.path.endswith(("/end", "/reschedule", "/requests")):
            continue
        key, good = str(uuid.uuid4()), dict(command.good)
        if "email" in good:
            good |= {"email": f"{key}@example.org", "external_id": key}
        if command.path in ("/skills", "/clients"):
            good["name"] = key
            good.pop("synonyms", None)
        body = json.dumps(good).encode()
        first = send(stage, command, body, Idempotency_Key=key)
        assert first.ok, first.text
        after = settled(stage, command.service)
        again = send(stage, command, body, Idempotency_Key=key)
        assert (again.status_code, again.headers["Idempotency-Replayed"]) == (first.status_code, "true")
        assert again.json() == {name: value for name, value in first.json().items() if name != "client_secret"}
        told = said_what_to_do(send(stage, command, body + b" ", Idempotency_Key=key), 422)
        assert told["type"].endswith("/idempotency-key-reused")
        assert state(stage, command.service) == after


@pytest.mark.parametrize("service", SERVICES)
def test_a_key_that_is_none_is_refused(stage: Stage, service: str) -> None:
    before = settled(stage, service)
    for command in of(stage, service):
        body = json.dumps(command.good).encode()
        for key in ("x" * 256, "\u00e9\u0085", "a\tb"):
            said_what_to_do(send(stage, command, body, Idempotency_Key=key), 400)
    assert state(stage, service) == before


@pytest.mark.parametrize("service", SERVICES)
def test_a_version_that_is_not_the_present_one_is_refused(stage: Stage, service: str) -> None:
    before = settled(stage, service)
    for command in of(stage, service):
        if command.if_match is None or command.path.endswith("/review"):
            continue  # there is no review to be stale yet
        body = json.dumps(command.good).encode()
        for match, status in (('"999"', 412), ('"0"', 412), ('W/"999"', 412), ("x", 400), ('"1", "2"', 400),
                              ('"' + "9" * 400 + '"', 400), ('"-1"', 400), ('"\u0661"', 400)):  # fmt: skip
            if service == "notifications" and match == '"0"':
                continue  # nothing was chosen yet: that is version 0
            said_what_to_do(send(stage, command, body, If_Match=match.encode()), status)  # type: ignore[arg-type]
        bare = Command(command.service, command.actor, command.method, command.path, command.good)
        said_what_to_do(send(stage, bare, body), 428)
    assert state(stage, service) == before


LISTS = {
    "profiles": ("admin", ("/people", "/clients", "/skills", "/themes")),
    "matching": ("ana", ("/programs", "/requests", "/programs/{program}/enrolments", "/mentorships")),
    "feedback": ("ana", ("/mentorships/{mentorship}/sessions",)),
    "notifications": ("ana", ("/inbox", "/deliveries")),
}


@pytest.mark.parametrize("service", SERVICES)
def test_a_page_that_cannot_be_is_refused(stage: Stage, service: str) -> None:
    name, paths = LISTS[service]
    player = getattr(stage, name)
    actor = player.actor if isinstance(player, Player) else player
    limits = ("-1", "0", "101", "x", "1.5", "", "1e2", "5_0", "\u0663", "9" * 5000, "000000001" + "9" * 20, "\x00")
    cursors = ("x", "e30.x", "..", "é", "\x00", "x" * 5000, "eyJpZCI6IngifQ.AAAA", "." * 50)
    for path in paths:
        path = path.format(program=stage.program_id, mentorship=stage.mentorship_id)
        for limit in limits:
            said_what_to_do(actor.call("GET", service, path, params={"limit": limit}), 422)
        for cursor in cursors:
            said_what_to_do(actor.call("GET", service, path, params={"cursor": cursor}), 422)
        said_what_to_do(actor.call("GET", service, path, params={"no-such": "1"}), 422)


def test_the_cursor_of_another_list_is_refused(stage: Stage) -> None:
    client = stage.admin.post("profiles", "/clients", {"name": "Reader", "scopes": ["events:read"]})
    grant = {"grant_type": "client_credentials", "client_id": client["client_id"],
             "client_secret": client["client_secret"]}  # fmt: skip
    reply = requests.post(f"{stage.admin.services['profiles']}/v1/oauth/token", data=grant, timeout=15)
    bearer = {"Authorization": f"Bearer {reply.json()['access_token']}"}
    feed = requests.get(f"{stage.admin.services['notifications']}/v1/events", headers=bearer, timeout=15).json()["next"]
    skills = stage.admin.get("profiles", "/skills", limit=1)["next"]
    for cursor in filter(None, (feed, skills)):
        for service, (name, paths) in LISTS.items():
            player = getattr(stage, name)
            actor = player.actor if isinstance(player, Player) else player
            for path in paths:
                path = path.format(program=stage.program_id, mentorship=stage.mentorship_id)
                if cursor != skills or path != "/skills":
                    said_what_to_do(actor.call("GET", service, path, params={"cursor": cursor}), 422)
        path = f"/programs/{stage.program_id}/health"
        said_what_to_do(stage.cara.actor.call("GET", "feedback", path, params={"cursor": cursor}), 422)


@pytest.mark.parametrize("service", SERVICES)
def test_a_method_that_nothing_takes_is_told_which_are(stage: Stage, service: str) -> None:
    for command in of(stage, service):
        wrong = Command(command.service, command.actor, "DELETE", command.path, {}, command.if_match)
        reply = send(stage, wrong, b"")
        said_what_to_do(reply, 405)
        assert command.method in reply.headers["Allow"]
    base = stage.admin.services[service]
    for path in ("/", "/v1", "/v1/", "/nothing", "/v1/nothing", "/static/x", "/metrics/x", "/admin"):
        said_what_to_do(requests.get(f"{base}{path}", timeout=15), 404)


def raw(url: str, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """What a server answers to these very bytes."""
    at = urlsplit(url)
    with socket.create_connection((at.hostname, at.port), timeout=15) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while more := connection.recv(65536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in rest)
    return int(first.split()[1]), headers, body


ODDITIES = {
    "a header of 20 kB": b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Long: %s\r\n\r\n" % (b"x" * 20_000),
    "200 headers": b"GET /v1/me HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n",
    "an address of 20 kB": b"GET /v1/%s HTTP/1.1\r\nHost: x\r\n\r\n" % (b"x" * 20_000),
    "a null byte in a header": b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Y: a\x00b\r\n\r\n",
    "a header without a name": b"GET /v1/me HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a version that is none": b"GET /v1/me HTTP/9.9\r\nHost: x\r\n\r\n",
    "a length that is none": b"POST /v1/me HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "two lengths": b"POST /v1/me HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a broken chunk": b"POST /v1/oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                      b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_hardly_http_is_answered_as_a_problem_too(platform: dict[str, Any], service: str) -> None:
    url = platform["services"][service]
    for name, request in ODDITIES.items():
        if "oauth" in request.decode("latin-1") and service != "profiles":
            continue
        status, headers, body = raw(url, request)
        assert 400 <= status < 500, (name, status, body)
        assert headers["content-type"] == "application/problem+json", (name, headers, body)
        told = json.loads(body)
        assert told["status"] == status, name
        assert len(told["detail"].split()) >= 4, (name, told)
        # Nothing of what was sent comes back, where a log or a page would show it.
        assert len(body) < 1000, name
    assert requests.get(f"{url}/livez", timeout=15).ok


def test_a_body_in_chunks_is_limited_and_typed_like_any_other(stage: Stage) -> None:
    actor = stage.admin
    headers = {"Authorization": f"Bearer {actor.token()}", "Idempotency-Key": str(uuid.uuid4())}
    url = f"{actor.services['profiles']}/v1/skills"

    def chunks() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(20):
            yield b"x" * 100_000
        yield b'"}'

    before = settled(stage, "profiles")
    kind = {"Content-Type": "application/json"}
    said_what_to_do(requests.post(url, data=chunks(), headers={**headers, **kind}, timeout=15), 413)
    plain = iter([b'{"name": "chunked"}'])
    said_what_to_do(requests.post(url, data=plain, headers={**headers, "Content-Type": "text/plain"}, timeout=15), 415)
    assert state(stage, "profiles") == before


def test_correlation_and_trace_headers_of_nonsense_do_no_harm(stage: Stage) -> None:
    for value in ("x" * 5000, "é", "a b", "", "00-zz-zz-zz", "${jndi:ldap://x}"):
        headers = {"X-Correlation-Id": value.encode("latin-1"), "traceparent": value.encode("latin-1")}
        reply = stage.ana.actor.call("GET", "profiles", "/me", headers=headers)
        assert reply.ok
        assert 0 < len(reply.headers["X-Correlation-Id"]) <= 64


def test_the_token_endpoint_answers_nonsense_as_oauth_has_it(platform: dict[str, Any]) -> None:
    url = f"{platform['services']['profiles']}/v1/oauth/token"
    forms: list[dict[str, Any]] = [
        {}, {"grant_type": "password"}, {"grant_type": "client_credentials"},
        {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"},
        {"grant_type": "client_credentials", "client_id": "é\x00", "client_secret": "ÿ\ud83d\ude00"
            .encode("utf-16", "surrogatepass").decode("utf-16")},
        {"grant_type": ["client_credentials", "client_credentials"]},
        {"grant_type": "refresh_token", "client_id": "portal", "client_secret": "é", "refresh_token": "x"},
        {"grant_type": "x" * 100_000},
        {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": "a.b.c"},
    ]  # fmt: skip
    for form in forms:
        reply = requests.post(url, data=form, timeout=15)
        assert reply.status_code in (400, 401, 403), (form, reply.status_code, reply.text)
        assert reply.json()["error"], form
        assert reply.json()["error_description"], form
    for headers in ({"Authorization": "Basic !!!"}, {"Authorization": "Basic w6k6w6k="}, {"Authorization": "Basic "}):
        reply = requests.post(url, data={"grant_type": "client_credentials"}, headers=headers, timeout=15)
        assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client"), (headers, reply.text)
    reply = requests.post(url, json={"grant_type": "client_credentials"}, timeout=15)
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_request")
