"""Sign-ins that go on: who sees them, who ends them, and whether one still counts."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from profiles.domain.access import REFRESH_IDLE
from profiles.domain.person import Person
from profiles.use_cases import clients, people, sessions, tokens
from servicekit.caller import Caller
from servicekit.refusals import Forbidden
from servicekit.testing import FrozenClock

from .conftest import CLOCK, SYSTEM, Api, KnownIdentities, MemoryProfiles, Session
from .test_tokens import Unsigned

Register = Callable[..., Person]


def ask(api: Api, verb: str, token: str, **credentials: str) -> TestResponse:
    """The portal's question, or whoever's the credentials say."""
    portal = {"client_id": "portal", "client_secret": "the-portal-s-own-secret-of-this-test"}
    return api.http.post(f"/v1/oauth/{verb}", data={**portal, **credentials, "token": token})


def is_active(api: Api, token: str) -> bool:
    reply = ask(api, "introspect", token)
    assert reply.status_code == 200
    return bool(reply.get_json()["active"])


def test_a_person_sees_their_own_sign_ins_and_an_admin_theirs(api: Api, register: Register, admin: Person) -> None:
    ana = register("Ana")
    api.sign_in(ana)
    shown = api.as_person(ana)("GET", f"/v1/people/{ana.id}/sessions").get_json()["items"]
    assert len(shown) == 2
    assert shown[0].keys() == {"id", "started_at", "used_at", "expires_at"}
    assert len(api.as_person(admin)("GET", f"/v1/people/{ana.id}/sessions").get_json()["items"]) == 2
    assert api.as_person(ana)("GET", f"/v1/people/{admin.id}/sessions").status_code == 403


def test_a_people_admin_signs_somebody_out_everywhere_and_it_is_audited(
    api: Api, store: MemoryProfiles, register: Register, admin: Person
) -> None:
    ana = register("Ana")
    laptop, phone = api.sign_in(ana), api.sign_in(ana)
    call = api.as_person(admin)
    assert call("POST", f"/v1/people/{ana.id}/sessions/end", {}).get_json() == {"ended": 2}
    assert call("POST", f"/v1/people/{ana.id}/sessions/end", {}).get_json() == {"ended": 0}
    for one in (laptop, phone):
        assert not is_active(api, one["access_token"])
        assert api.token(grant_type="refresh_token", refresh_token=one["refresh_token"]).status_code == 400
    rows = [row for row in store.held("audit") if row["action"] == "sessions.end"]
    assert [(row["subject"], row["actor"]) for row in rows] == [(ana.id, admin.id)]
    assert is_active(api, api.sign_in(ana)["access_token"]), "she may sign in again"


def test_an_access_token_is_refused_here_as_soon_as_its_sign_in_ends_however_it_ends(
    api: Api, register: Register, admin: Person
) -> None:
    ana, dora = register("Ana"), api.as_person(admin)

    def ended_by(end: Callable[[dict[str, str]], TestResponse]) -> int:
        issued = api.sign_in(ana)
        call = Session(api, issued["access_token"])
        assert call("GET", "/v1/me").status_code == 200
        assert end(issued).status_code < 300
        return call("GET", "/v1/me").status_code

    # The portal revokes for a person who signs out, and for a provider that says so by the back channel.
    assert ended_by(lambda issued: ask(api, "revoke", issued["refresh_token"])) == 401
    assert ended_by(lambda issued: dora("POST", f"/v1/people/{ana.id}/sessions/end", {})) == 401
    other = api.as_person(ana)
    assert ended_by(lambda issued: ask(api, "revoke", issued["refresh_token"])) == 401
    assert other("GET", "/v1/me").status_code == 200, "another sign-in goes on"


def test_nobody_ends_a_colleague_s_sign_ins(
    store: MemoryProfiles, clock: FrozenClock, register: Register, admin: Person
) -> None:
    ana = register("Ana")
    with pytest.raises(Forbidden):
        sessions.end_sessions(store, clock, Caller.person(ana.id, "program_manager", "auditor"), admin.id)
    assert sessions.end_sessions(store, clock, Caller.person(ana.id), ana.id).ended == 0


@pytest.mark.parametrize("which", ["newest", "used up"])
def test_any_refresh_token_of_a_sign_in_ends_it_and_no_other(api: Api, admin: Person, which: str) -> None:
    first, other = api.sign_in(admin), api.sign_in(admin)
    newest = api.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).get_json()
    given = {"newest": newest, "used up": first}[which]["refresh_token"]
    assert ask(api, "revoke", given).status_code == 200
    assert ask(api, "revoke", given).status_code == 200
    assert not is_active(api, newest["access_token"])
    assert api.token(grant_type="refresh_token", refresh_token=newest["refresh_token"]).status_code == 400
    assert is_active(api, other["access_token"])


def test_a_token_that_nobody_gave_is_revoked_without_a_word(api: Api) -> None:
    for token in ("x", "rtf_nobody.x", "a.b.c"):
        assert ask(api, "revoke", token).status_code == 200


def test_only_the_portal_revokes_and_asks_whether_a_sign_in_goes_on(
    api: Api, store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    made = clients.create_client(store, clock, SYSTEM, "the secret", "x", ("people:write",), ())
    held = api.sign_in(admin)
    for verb, token in (("revoke", held["refresh_token"]), ("introspect", held["access_token"])):
        for id, secret in (("portal", "wrong"), (made.id, "the secret")):
            reply = ask(api, verb, token, client_id=id, client_secret=secret)
            assert (reply.status_code, reply.get_json()["error"]) == (401, "invalid_client")
        assert ask(api, verb, "").get_json()["error"] == "invalid_request"
    assert is_active(api, held["access_token"])


def test_a_renewed_and_a_former_token_of_a_live_sign_in_both_count(api: Api, admin: Person) -> None:
    first = api.sign_in(admin)
    newest = api.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).get_json()
    assert is_active(api, first["access_token"])
    assert is_active(api, newest["access_token"])


def test_no_token_of_another_kind_counts(api: Api, store: MemoryProfiles, clock: FrozenClock, admin: Person) -> None:
    made = clients.create_client(store, clock, SYSTEM, "the secret", "x", ("people:read",), ())
    client = api.token(grant_type="client_credentials", client_id=made.id, client_secret="the secret").get_json()
    for token in ("x", client["access_token"], api.sign_in(admin)["refresh_token"]):
        assert not is_active(api, token)


def test_who_left_is_signed_in_nowhere(api: Api, store: MemoryProfiles, register: Register) -> None:
    ana = register("Ana")
    held = api.sign_in(ana)
    people.change_person(store, CLOCK, SYSTEM, ana.id, None, {}, "left")
    assert not is_active(api, held["access_token"])
    people.change_person(store, CLOCK, SYSTEM, ana.id, None, {}, "active")
    assert not is_active(api, held["access_token"])
    assert Session(api, held["access_token"])("GET", "/v1/me").status_code == 401, "coming back reopens nothing"
    assert api.as_person(ana)("GET", "/v1/me").status_code == 200


def test_an_idle_sign_in_is_shown_to_nobody(store: MemoryProfiles, clock: FrozenClock, register: Register) -> None:
    ana = register("Ana")
    email = ana.facts.email
    tokens.exchange_id_token(store, clock, KnownIdentities({email: "s"}), Unsigned(), email)
    assert len(sessions.list_sessions(store, clock, Caller.person(ana.id), ana.id)) == 1
    clock.advance(seconds=REFRESH_IDLE.total_seconds())
    assert sessions.list_sessions(store, clock, Caller.person(ana.id), ana.id) == []
