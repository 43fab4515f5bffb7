"""Platform tokens: who gets one, what it says, and which are refused."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from profiles.domain.access import REFRESH_ABSOLUTE, REFRESH_IDLE
from profiles.domain.errors import InvalidGrant, NotProvisioned
from profiles.domain.person import Person
from profiles.ports import Identity
from profiles.use_cases import clients, people, tokens
from servicekit.testing import FrozenClock

from .conftest import CLOCK, SYSTEM, Api, KnownIdentities, MemoryProfiles, Session

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
ISSUER = "https://profiles.test"


class Unsigned:
    """A signer whose tokens are their claims."""

    def sign(self, claims: Any) -> str:
        return json.dumps(dict(claims))


def exchange(store: MemoryProfiles, clock: FrozenClock, email: str, subject: str = "s-1") -> tokens.Issued:
    return tokens.exchange_id_token(store, clock, KnownIdentities({email: subject}), Unsigned(), email)


def published_keys(api: Api) -> KeySet:
    return KeySet.import_key_set(api.http.get("/.well-known/jwks.json").get_json())


# What a token says


def test_a_person_s_token_says_who_they_are_for_five_minutes(api: Api, admin: Person) -> None:
    reply = api.sign_in(admin)
    decoded = jwt.decode(reply["access_token"], published_keys(api), algorithms=["ES256"])
    claims = decoded.claims
    assert decoded.header["typ"] == "at+jwt"
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, "mentormesh", admin.id)
    assert (claims["kind"], claims["scope"], claims["programs"]) == ("person", "", [])
    assert sorted(claims["roles"]) == ["employee", "people_admin"]
    assert claims["exp"] - claims["iat"] == reply["expires_in"] == 300
    assert claims["nbf"] == claims["iat"]
    assert claims["jti"]
    assert reply["token_type"] == "Bearer"
    assert reply["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"


def test_the_published_keys_hold_nothing_private(api: Api) -> None:
    (key,) = api.http.get("/.well-known/jwks.json").get_json()["keys"]
    assert (key["kty"], key["crv"], key["use"], "d" in key) == ("EC", "P-256", "sig", False)


def test_a_client_gets_its_scopes_or_fewer(api: Api, store: MemoryProfiles, clock: FrozenClock) -> None:
    made = clients.create_client(store, clock, SYSTEM, "the secret", "x", ("people:read", "events:read"), ("prg_1",))
    form = {"grant_type": "client_credentials", "client_id": made.id, "client_secret": "the secret"}
    every = api.token(**form).get_json()
    fewer = api.token(**form, scope="events:read").get_json()
    assert (every["scope"], fewer["scope"]) == ("people:read events:read", "events:read")
    claims = jwt.decode(fewer["access_token"], published_keys(api), algorithms=["ES256"]).claims
    assert (claims["sub"], claims["kind"], claims["programs"]) == (made.id, "client", ["prg_1"])
    assert "refresh_token" not in every
    refused = api.token(**form, scope="people:write")
    assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_scope")


def test_a_client_s_token_opens_what_its_scope_opens(api: Api, store: MemoryProfiles, clock: FrozenClock) -> None:
    made = clients.create_client(store, clock, SYSTEM, "the secret", "x", ("people:read",), ())
    token = api.token(grant_type="client_credentials", client_id=made.id, client_secret="the secret")
    call = Session(api, token.get_json()["access_token"])
    assert call("GET", "/v1/people?q=a").status_code == 200
    assert call("POST", "/v1/people", {"email": "a@example.com", "name": "A"}).status_code == 403
    clients.revoke_client(store, clock, SYSTEM, made.id)
    assert call("GET", "/v1/people?q=a").status_code == 401


# Who gets one


def test_the_first_sign_in_links_the_subject_and_later_ones_follow_the_link(
    store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    exchange(store, clock, admin.facts.email, "s-1")
    people.change_person(store, CLOCK, SYSTEM, admin.id, None, {"email": "new@example.com"})
    issued = exchange(store, clock, admin.facts.email, "s-1")
    assert json.loads(issued.access_token)["sub"] == admin.id
    assert len(store.held("sign_in_links")) == 1
    assert "s-1" not in str(store.held("sign_in_links"))


def test_an_address_given_to_another_account_opens_nobody_s(
    store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    exchange(store, clock, admin.facts.email, "s-1")
    with pytest.raises(NotProvisioned, match="another account"):
        exchange(store, clock, admin.facts.email, "s-2")


def test_who_is_not_registered_is_not_provisioned(api: Api) -> None:
    api.provider.subjects["stranger@example.com"] = "s"
    reply = api.token(grant_type=EXCHANGE, subject_token="stranger@example.com", subject_token_type=ID_TOKEN)
    assert (reply.status_code, reply.get_json()["error"]) == (403, "not-provisioned")


def test_who_left_gets_no_token_and_loses_the_one_they_have(api: Api, store: MemoryProfiles, admin: Person) -> None:
    granted = api.sign_in(admin)
    call = Session(api, granted["access_token"])
    assert call("GET", "/v1/me").status_code == 200
    people.change_person(store, CLOCK, SYSTEM, admin.id, None, {}, "left")
    assert call("GET", "/v1/me").status_code == 401
    again = api.token(grant_type=EXCHANGE, subject_token=admin.facts.email, subject_token_type=ID_TOKEN)
    assert (again.status_code, again.get_json()["error"]) == (403, "not-provisioned")
    people.change_person(store, CLOCK, SYSTEM, admin.id, None, {}, "active")
    refreshed = api.token(grant_type="refresh_token", refresh_token=granted["refresh_token"])
    assert (refreshed.status_code, refreshed.get_json()["error"]) == (400, "invalid_grant")


def test_an_id_token_that_the_provider_did_not_sign_is_refused(api: Api) -> None:
    reply = api.token(grant_type=EXCHANGE, subject_token="forged", subject_token_type=ID_TOKEN)
    assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("secret", ["wrong", "", "ü"])
def test_only_the_portal_exchanges_and_refreshes(api: Api, admin: Person, secret: str) -> None:
    for form in (
        {"grant_type": EXCHANGE, "subject_token": admin.facts.email, "subject_token_type": ID_TOKEN},
        {"grant_type": "refresh_token", "refresh_token": api.sign_in(admin)["refresh_token"]},
    ):
        reply = api.token(**form, client_secret=secret)
        assert (reply.status_code, reply.get_json()["error"]) == (401, "invalid_client")
        assert reply.headers["WWW-Authenticate"].startswith("Basic")


def test_a_wrong_unknown_or_revoked_client_is_refused_alike(
    api: Api, store: MemoryProfiles, clock: FrozenClock
) -> None:
    made = clients.create_client(store, clock, SYSTEM, "the secret", "x", ("people:read",), ())
    gone = clients.create_client(store, clock, SYSTEM, "the secret", "y", ("people:read",), ())
    clients.revoke_client(store, clock, SYSTEM, gone.id)
    answers = {
        api.token(grant_type="client_credentials", client_id=id, client_secret=secret).text
        for id, secret in ((made.id, "wrong"), ("cli_nobody", "wrong"), (gone.id, "the secret"))
    }
    assert len(answers) == 1
    assert "invalid_client" in answers.pop()


def test_client_credentials_come_by_basic_authentication_too(
    api: Api, store: MemoryProfiles, clock: FrozenClock
) -> None:
    made = clients.create_client(store, clock, SYSTEM, "the secret", "x", ("people:read",), ())

    def ask(header: str, **form: str) -> tuple[int, str]:
        data = {"grant_type": "client_credentials", **form}
        reply = api.http.post("/v1/oauth/token", data=data, headers={"Authorization": header})
        return reply.status_code, reply.get_json().get("error", "")

    def basic(text: str) -> str:
        return "Basic " + base64.b64encode(text.encode()).decode()

    assert ask(basic(f"{made.id}:the secret")) == (200, "")
    assert ask(basic(f"{made.id}:the secret"), client_secret="the secret") == (400, "invalid_request")
    assert ask(basic("no colon")) == (401, "invalid_client")
    assert ask("Basic !!!") == (401, "invalid_client")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": EXCHANGE, "subject_token": "x"}, "invalid_request"),
        ({"grant_type": EXCHANGE, "subject_token": "x", "subject_token_type": "saml"}, "invalid_request"),
        ({"grant_type": EXCHANGE, "subject_token_type": ID_TOKEN}, "invalid_request"),
        (
            {
                "grant_type": EXCHANGE,
                "subject_token": "x",
                "subject_token_type": ID_TOKEN,
                "requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token",
            },
            "invalid_request",
        ),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "nonsense"}, "invalid_grant"),
    ],
)
def test_a_bad_token_request_gets_an_oauth_error(api: Api, form: dict[str, str], error: str) -> None:
    reply = api.token(**form)
    assert (reply.status_code, reply.get_json()["error"]) == (400, error)
    assert reply.get_json()["error_description"]
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_token_request_is_a_form_with_each_parameter_once(api: Api) -> None:
    as_json = api.http.post("/v1/oauth/token", json={"grant_type": "client_credentials"})
    twice = api.http.post("/v1/oauth/token", data={"grant_type": ["client_credentials", "refresh_token"]})
    assert [reply.get_json()["error"] for reply in (as_json, twice)] == ["invalid_request"] * 2


# Refresh tokens


def test_a_refresh_token_is_good_once_and_its_reuse_ends_the_family(api: Api, admin: Person) -> None:
    first = api.sign_in(admin)["refresh_token"]
    second = api.token(grant_type="refresh_token", refresh_token=first).get_json()["refresh_token"]
    third = api.token(grant_type="refresh_token", refresh_token=second).get_json()["refresh_token"]
    stolen = api.token(grant_type="refresh_token", refresh_token=first)
    assert (stolen.status_code, stolen.get_json()["error"]) == (400, "invalid_grant")
    assert api.token(grant_type="refresh_token", refresh_token=third).status_code == 400


def test_a_family_that_ended_leaves_the_person_s_other_sessions_alone(api: Api, admin: Person) -> None:
    laptop, phone = api.sign_in(admin)["refresh_token"], api.sign_in(admin)["refresh_token"]
    api.token(grant_type="refresh_token", refresh_token=laptop)
    api.token(grant_type="refresh_token", refresh_token=laptop)
    assert api.token(grant_type="refresh_token", refresh_token=phone).status_code == 200


def test_refresh_tokens_are_kept_as_hashes_only(api: Api, store: MemoryProfiles, admin: Person) -> None:
    secret = api.sign_in(admin)["refresh_token"].partition(".")[2]
    assert secret not in str(store.held("refresh_families"))


def test_an_idle_refresh_token_ends_after_eight_hours(store: MemoryProfiles, clock: FrozenClock, admin: Person) -> None:
    token = exchange(store, clock, admin.facts.email).refresh_token or ""
    clock.advance(seconds=REFRESH_IDLE.total_seconds())
    with pytest.raises(InvalidGrant):
        tokens.refresh_token(store, clock, Unsigned(), token)


def test_a_busy_refresh_token_ends_twelve_hours_after_the_sign_in(
    store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    issued = exchange(store, clock, admin.facts.email)
    remaining = []
    for _ in range(2):
        clock.advance(hours=5)
        issued = tokens.refresh_token(store, clock, Unsigned(), issued.refresh_token or "")
        remaining.append(issued.refresh_expires_in)
    assert remaining == [7 * 3600, 2 * 3600]
    clock.advance(seconds=REFRESH_ABSOLUTE.total_seconds() - 10 * 3600)
    with pytest.raises(InvalidGrant):
        tokens.refresh_token(store, clock, Unsigned(), issued.refresh_token or "")


def test_a_refreshed_token_has_the_roles_of_now(
    api: Api, store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    from profiles.use_cases.grants import grant_roles

    token = api.sign_in(admin)["refresh_token"]
    grant_roles(store, clock, SYSTEM, admin.id, None, ("people_admin", "auditor"))
    reply = api.token(grant_type="refresh_token", refresh_token=token).get_json()
    claims = jwt.decode(reply["access_token"], published_keys(api), algorithms=["ES256"]).claims
    assert sorted(claims["roles"]) == ["auditor", "employee", "people_admin"]


def test_a_client_exchanges_its_secret_by_itself_and_both_work_meanwhile(api: Api, admin: Person) -> None:
    made = api.as_person(admin)("POST", "/v1/clients", {"name": "HR sync", "scopes": ["people:read"]}).get_json()

    def token(secret: str) -> Any:
        return api.token(grant_type="client_credentials", client_id=made["client_id"], client_secret=secret)

    itself = Session(api, token(made["client_secret"]).get_json()["access_token"])
    place = f"/v1/clients/{made['client_id']}"
    rotated = itself("POST", f"{place}/secrets", {}, Idempotency_Key="once")
    assert (rotated.status_code, rotated.get_json()["two_secrets"]) == (201, True)
    assert "client_secret" not in itself("POST", f"{place}/secrets", {}, Idempotency_Key="once").get_json()
    secrets = (made["client_secret"], rotated.get_json()["client_secret"])
    assert [token(secret).status_code for secret in secrets] == [200, 200]
    assert itself("POST", f"{place}/secrets/retire", {}).get_json()["two_secrets"] is False
    assert [token(secret).status_code for secret in secrets] == [401, 200]


def test_roles_of_the_provider_join_those_granted_here_until_the_session_ends(
    store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    class Mapping(KnownIdentities):
        def identify(self, id_token: str) -> Identity:
            return replace(super().identify(id_token), roles=("auditor",))

    email = admin.facts.email
    issued = tokens.exchange_id_token(store, clock, Mapping({email: "s-1"}), Unsigned(), email)
    assert json.loads(issued.access_token)["roles"] == ["employee", "auditor", "people_admin"]
    again = tokens.refresh_token(store, clock, Unsigned(), str(issued.refresh_token))
    assert json.loads(again.access_token)["roles"] == ["employee", "auditor", "people_admin"]
    other = tokens.exchange_id_token(store, clock, KnownIdentities({email: "s-1"}), Unsigned(), email)
    assert json.loads(other.access_token)["roles"] == ["employee", "people_admin"]


def test_a_client_that_may_do_less_gets_tokens_that_say_so_and_its_older_ones_are_refused(
    api: Api, admin: Person
) -> None:
    dora = api.as_person(admin)
    made = dora("POST", "/v1/clients", {"name": "Bot", "scopes": ["people:read", "people:write"]})
    place, held = made.headers["Location"], made.get_json()

    def token() -> Session:
        form = {"client_id": held["client_id"], "client_secret": held["client_secret"]}
        return Session(api, api.token(grant_type="client_credentials", **form).get_json()["access_token"])

    before = token()
    assert before("GET", "/v1/people?q=dora").status_code == 200
    changed = dora("PATCH", place, {"scopes": ["people:read"]}, If_Match=made.headers["ETag"])
    assert (changed.status_code, changed.get_json()["scopes"]) == (200, ["people:read"])
    assert before("GET", "/v1/people?q=dora").status_code == 401
    assert token()("GET", "/v1/people?q=dora").status_code == 200
    assert token()("PATCH", place, {"scopes": ["people:write"]}, If_Match="*").status_code == 403
    assert dora("PATCH", place, {"scopes": []}, If_Match=changed.headers["ETag"]).status_code == 422
    assert dora("PATCH", place, {"name": "late"}, If_Match=made.headers["ETag"]).status_code == 412
    assert dora("PATCH", place, {"name": "blind"}).status_code == 428
