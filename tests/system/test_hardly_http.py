"""What is hardly HTTP, or asks for what nobody serves, is answered as a problem too."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from spoiling import SERVICES, Command, of, said_what_to_do, send
from staged import Stage

pytestmark = pytest.mark.stack


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


def test_correlation_and_trace_headers_of_nonsense_do_no_harm(stage: Stage) -> None:
    for value in ("x" * 5000, "é", "a b", "", "00-zz-zz-zz", "${jndi:ldap://x}"):
        headers = {"X-Correlation-Id": value.encode("latin-1"), "traceparent": value.encode("latin-1")}
        reply = stage.ana.actor.call("GET", "profiles", "/me", headers=headers)
        assert reply.ok
        assert 0 < len(reply.headers["X-Correlation-Id"]) <= 64
