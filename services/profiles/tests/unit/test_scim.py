"""Provisioning as identity providers really send it: bodies in the style of Entra's and Okta's recordings."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from profiles.domain.person import Person
from profiles.use_cases.clients import create_client, new_secret

from .conftest import CLOCK, SYSTEM, Api

Register = Callable[..., Person]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MENTORING = "urn:ietf:params:scim:schemas:extension:mentormesh:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def token_of_a_provider(api: Api, *scopes: str) -> str:
    """A token by client credentials, as a provider gets one."""
    secret = new_secret()
    client = create_client(api.store, CLOCK, SYSTEM, secret, "Identity provider", scopes or ("people:write",), ())
    reply = api.token(grant_type="client_credentials", client_id=client.id, client_secret=secret)
    assert reply.status_code == 200, reply.text
    return str(reply.get_json()["access_token"])


class Provider:
    """An identity provider with its token."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.token = token_of_a_provider(api)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        data = None if body is None else json.dumps(body)
        return self.api.http.open(f"/scim/v2{path}", method=method, data=data, headers=sent)

    def made(self, **said: Any) -> dict[str, Any]:
        """A user, by the least that a provider sends."""
        reply = self("POST", "/Users", {"schemas": [USER], "userName": "ana@example.com", **said})
        assert reply.status_code == 201, reply.text
        return dict(reply.get_json())

    def patched(self, id: str, *operations: dict[str, Any]) -> dict[str, Any]:
        """The user after a PATCH that must work."""
        reply = self("PATCH", f"/Users/{id}", {"schemas": [PATCH], "Operations": list(operations)})
        assert reply.status_code in (200, 204), reply.text
        return dict(self("GET", f"/Users/{id}").get_json())

    def found(self, filter: str, endpoint: str = "Users") -> list[str]:
        """The ids that a filter finds."""
        reply = self.api.http.get(
            f"/scim/v2/{endpoint}", query_string={"filter": filter}, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert reply.status_code == 200, reply.text
        return [one["id"] for one in reply.get_json()["Resources"]] if reply.get_json()["totalResults"] else []


@pytest.fixture
def entra(api: Api) -> Provider:
    return Provider(api)


okta = entra

# In the style of what Entra's provisioning service sends for a user with the default mappings.
ENTRA_USER = {
    "schemas": [USER, ENTERPRISE],
    "externalId": "ana.garcia",
    "userName": "Ana.Garcia@example.com",
    "active": True,
    "displayName": "Ana Garcia",
    "title": "Engineer",
    "preferredLanguage": "de-DE",
    "emails": [{"primary": True, "type": "work", "value": "ana.garcia@example.com"}],
    "name": {"givenName": "Ana", "familyName": "Garcia", "formatted": "Ana Garcia"},
    "addresses": [{"type": "work", "locality": "Berlin", "formatted": "Room 7"}],
    "phoneNumbers": [{"type": "work", "value": "+49 30 1234"}],
    "meta": {"resourceType": "User"},
    "roles": [],
    ENTERPRISE: {"employeeNumber": "E-1", "department": "Research"},
}
# And Okta's.
OKTA_USER = {
    "schemas": [USER],
    "userName": "ben@example.com",
    "name": {"givenName": "Ben", "familyName": "Okafor"},
    "emails": [{"primary": True, "value": "ben@example.com", "type": "work"}],
    "displayName": "Ben Okafor",
    "locale": "en-US",
    "externalId": "00u1a2b3c4",
    "groups": [],
    "password": "1mz050nq",
    "active": True,
}


def test_entra_s_user_becomes_a_person_and_reads_back(api: Api, entra: Provider) -> None:
    reply = entra("POST", "/Users", ENTRA_USER)
    assert reply.status_code == 201, reply.text
    made = reply.get_json()
    assert reply.headers["Location"].endswith(f"/scim/v2/Users/{made['id']}")
    assert reply.headers["ETag"] == 'W/"1"'
    assert made["userName"] == "Ana.Garcia@example.com"
    assert made[ENTERPRISE] == {"employeeNumber": "E-1", "department": "Research"}
    assert "addresses" not in made
    assert "phoneNumbers" not in made
    [person] = api.store.held("people")
    assert (person["facts"]["email"], person["facts"]["locale"]) == ("ana.garcia@example.com", "de-DE")
    assert "1234" not in json.dumps(person, default=str)
    assert api.store.events() == ["client.changed", "person.changed", "contact.changed"]


def test_okta_s_user_becomes_a_person_and_its_password_is_kept_nowhere(api: Api, okta: Provider) -> None:
    reply = okta("POST", "/Users", OKTA_USER)
    assert reply.status_code == 201, reply.text
    assert "1mz050nq" not in reply.text + json.dumps(api.store.held("people"), default=str)


def test_providers_ask_first_whether_somebody_is_there(okta: Provider, register: Register) -> None:
    ben = register("Ben Okafor", external_id="E-7")
    assert okta.found('userName eq "BEN.okafor@example.com"') == [ben.id]
    assert okta.found('userName eq "nobody@example.com"') == []
    assert okta.found('emails[type eq "work" and value eq "ben.okafor@example.com"]') == [ben.id]
    assert okta.found('externalId eq "E-7" and active eq true') == [ben.id]
    assert okta.found('externalId eq "e-7"') == []
    assert okta.found('not (displayName co "okaf")') == []
    assert okta.found('displayName sw "ben" or title pr') == [ben.id]


def test_a_filter_that_cannot_be_is_an_error_of_scim(entra: Provider) -> None:
    reply = entra("GET", "/Users?filter=userName%20like%20%22a%22")
    assert (reply.status_code, reply.get_json()["scimType"]) == (400, "invalidFilter")
    assert reply.mimetype == "application/scim+json"
    assert reply.get_json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


@pytest.mark.parametrize(
    ("operation", "read"),
    [
        ({"op": "Replace", "path": "displayName", "value": "Ana G."}, lambda user: user["displayName"] == "Ana G."),
        ({"op": "Add", "path": "name.givenName", "value": "Anna"}, lambda user: user["name"]["givenName"] == "Anna"),
        (
            {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Sales"},
            lambda user: user[ENTERPRISE]["department"] == "Sales",
        ),
        (
            {
                "op": "replace",
                "value": {"displayName": "Ana G.", "name.familyName": "Garcés", f"{ENTERPRISE}:department": "Law"},
            },
            lambda user: (
                (user["displayName"], user["name"]["familyName"], user[ENTERPRISE]["department"])
                == ("Ana G.", "Garcés", "Law")
            ),
        ),
        (
            {"op": "Add", "path": 'emails[type eq "home"].value', "value": "ana@home.example"},
            lambda user: {"type": "home", "value": "ana@home.example"} in user["emails"],
        ),
        (
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "a.garcia@example.com"},
            lambda user: user["emails"][0]["value"] == "a.garcia@example.com",
        ),
        ({"op": "Remove", "path": "title"}, lambda user: "title" not in user),
        ({"op": "Remove", "path": f"{ENTERPRISE}:department"}, lambda user: "department" not in user[ENTERPRISE]),
        # What is there already, and what is not there to be removed.
        ({"op": "Add", "path": "title", "value": "Engineer"}, lambda user: user["title"] == "Engineer"),
        ({"op": "Remove", "path": f"{ENTERPRISE}:manager"}, lambda user: "manager" not in user[ENTERPRISE]),
        (
            {
                "op": "Replace",
                "path": "emails",
                "value": [{"type": "work", "value": "a.g@example.com", "primary": "True"}],
            },
            lambda user: user["emails"][0]["value"] == "a.g@example.com",
        ),
        # As one object of objects, and with the schema's name before a core attribute.
        (
            {"op": "Replace", "value": {ENTERPRISE: {"department": "Law"}, "name": {"familyName": "Garcés"}}},
            lambda user: (user[ENTERPRISE]["department"], user["name"]["familyName"]) == ("Law", "Garcés"),
        ),
        ({"op": "Replace", "path": f"{USER}:title", "value": "Lead"}, lambda user: user["title"] == "Lead"),
        ({"op": "ADD", "path": "TITLE", "value": "Lead"}, lambda user: user["title"] == "Lead"),
        ({"op": "Replace", "path": 'phoneNumbers[type eq "work"].value', "value": "1"}, lambda user: True),
        ({"op": "Add", "path": f"{MENTORING}:level", "value": "4"}, lambda user: user[MENTORING] == {"level": "4"}),
    ],
)
def test_every_dialect_of_patch_works(
    entra: Provider, operation: dict[str, Any], read: Callable[[dict[str, Any]], bool]
) -> None:
    id = entra("POST", "/Users", ENTRA_USER).get_json()["id"]
    assert read(entra.patched(id, operation))


@pytest.mark.parametrize("said", [False, "False", "false"])
def test_active_false_is_a_leaver_and_true_again_the_same_person_back(api: Api, entra: Provider, said: object) -> None:
    id = entra.made()["id"]
    assert entra.patched(id, {"op": "Replace", "path": "active", "value": said})["active"] is False
    assert api.store.held("people")[0]["status"] == "left"
    assert entra.patched(id, {"op": "Replace", "path": "active", "value": "True"})["active"] is True
    assert api.store.held("people")[0]["status"] == "active"
    assert api.store.events().count("person.changed") == 3


def test_okta_deactivates_without_a_path(api: Api, okta: Provider) -> None:
    id = okta.made()["id"]
    assert okta.patched(id, {"op": "replace", "value": {"active": False}})["active"] is False


def test_okta_sends_the_whole_user_again_and_ends_them_so(api: Api, okta: Provider) -> None:
    made = okta("POST", "/Users", OKTA_USER).get_json()
    changed = {**OKTA_USER, "id": made["id"], "title": "Lead", "meta": made["meta"], "password": "2nz161or"}
    reply = okta("PUT", f"/Users/{made['id']}", changed)
    assert (reply.status_code, reply.get_json()["title"]) == (200, "Lead")
    reply = okta("PUT", f"/Users/{made['id']}", {**changed, "active": False})
    assert (reply.status_code, reply.get_json()["active"]) == (200, False)
    [person] = api.store.held("people")
    assert (person["status"], "2nz161or" in str(person)) == ("left", False)


def test_okta_pushes_a_group_by_its_id_and_all_its_members_anew(okta: Provider, register: Register) -> None:
    ana, ben = register("Ana"), register("Ben")
    schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"]
    members = [{"value": ana.id, "display": "ana@example.com"}]
    group = okta("POST", "/Groups", {"schemas": schemas, "displayName": "Leads", "members": members}).get_json()
    path = f"/Groups/{group['id']}"
    renamed = {"op": "replace", "value": {"id": group["id"], "displayName": "Mentoring leads"}}
    anew = {"op": "replace", "path": "members", "value": [{"value": ben.id, "display": "ben@example.com"}]}
    assert okta("PATCH", path, {"schemas": [PATCH], "Operations": [renamed]}).status_code in (200, 204)
    assert okta("PATCH", path, {"schemas": [PATCH], "Operations": [anew]}).status_code in (200, 204)
    read = okta("GET", path).get_json()
    assert (read["displayName"], [one["value"] for one in read["members"]]) == ("Mentoring leads", [ben.id])
    # Twice is once, and whoever is in it is not put in again.
    again = {"op": "add", "path": "members", "value": [{"value": ben.id}]}
    assert okta("PATCH", path, {"schemas": [PATCH], "Operations": [again]}).status_code in (200, 204)
    assert len(okta("GET", path).get_json()["members"]) == 1


def test_entra_looks_for_a_group_before_it_makes_one(entra: Provider) -> None:
    body = {
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:Group",
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
        ],
        "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
        "displayName": "Leads",
        "meta": {"resourceType": "Group"},
    }
    assert entra.found('displayName eq "Leads"', "Groups") == []
    reply = entra("POST", "/Groups", body)
    assert reply.status_code == 201, reply.text
    assert entra.found('externalId eq "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159"', "Groups") == [reply.get_json()["id"]]
    assert entra("DELETE", f"/Groups/{reply.get_json()['id']}").status_code == 204


def test_somebody_on_leave_is_active_for_a_provider_and_stays_on_leave(
    api: Api, entra: Provider, admin: Person
) -> None:
    id = entra.made()["id"]
    as_admin = api.as_person(admin)
    as_admin("PATCH", f"/v1/people/{id}", {"status": "on_leave"}, If_Match="*")
    assert entra.patched(id, {"op": "Replace", "path": "active", "value": True})["active"] is True
    assert as_admin("GET", f"/v1/people/{id}").get_json()["status"] == "on_leave"


@pytest.mark.parametrize("said", ["text", "object", "reference", "external id"])
def test_a_manager_may_be_named_in_many_ways(entra: Provider, register: Register, said: str) -> None:
    boss = register("Bea Boss", external_id="E-9")
    id = entra.made()["id"]
    value: Any = {
        "text": boss.id,
        "object": {"value": boss.id, "displayName": "Bea Boss"},
        "reference": {"$ref": f"https://profiles.example/scim/v2/Users/{boss.id}"},
        "external id": "E-9",
    }[said]
    user = entra.patched(id, {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": value})
    assert user[ENTERPRISE]["manager"]["value"] == boss.id
    assert user[ENTERPRISE]["manager"]["$ref"].endswith(f"/scim/v2/Users/{boss.id}")
    gone = entra.patched(id, {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": ""})
    assert ENTERPRISE not in gone


def test_a_manager_in_a_new_user_may_be_bare_text(entra: Provider, register: Register) -> None:
    boss = register("Bea Boss")
    user = entra.made(**{ENTERPRISE: {"manager": boss.id}})
    assert user[ENTERPRISE]["manager"]["value"] == boss.id


def test_an_unknown_manager_is_told_and_changes_nothing(api: Api, entra: Provider) -> None:
    id = entra.made()["id"]
    body = {"schemas": [PATCH], "Operations": [{"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "prs_nobody"}]}
    reply = entra("PATCH", f"/Users/{id}", body)
    assert (reply.status_code, reply.get_json()["scimType"]) == (400, "invalidValue")
    assert "provision them first" in reply.get_json()["detail"]
    assert api.store.held("people")[0]["version"] == 1


def test_a_deleted_user_left_is_gone_for_the_provider_and_comes_back_as_the_same_person(
    api: Api, entra: Provider
) -> None:
    id = entra.made(externalId="x")["id"]
    assert entra("DELETE", f"/Users/{id}").status_code == 204
    assert entra("GET", f"/Users/{id}").status_code == 404
    assert entra("DELETE", f"/Users/{id}").status_code == 404
    assert entra.found('userName eq "ana@example.com"') == []
    assert api.store.held("people")[0]["status"] == "left"
    again = entra.made(externalId="x", displayName="Ana")
    assert (again["id"], again["active"], again["displayName"]) == (id, True, "Ana")


def test_a_taken_account_name_is_a_conflict(entra: Provider) -> None:
    entra.made()
    reply = entra("POST", "/Users", {"schemas": [USER], "userName": "ANA@example.com"})
    assert (reply.status_code, reply.get_json()["scimType"]) == (409, "uniqueness")


def test_a_stale_version_is_refused_and_a_known_one_not_sent_again(entra: Provider) -> None:
    id = entra.made()["id"]
    entra.patched(id, {"op": "replace", "path": "title", "value": "Lead"})
    body = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "Head"}]}
    assert entra("PATCH", f"/Users/{id}", body, If_Match='W/"1"').status_code == 412
    assert entra("PATCH", f"/Users/{id}", body, If_Match='W/"2"').status_code in (200, 204)
    assert entra("GET", f"/Users/{id}", If_None_Match='W/"3"').status_code == 304


def test_a_patch_that_says_what_is_so_tells_nobody(api: Api, entra: Provider) -> None:
    id = entra("POST", "/Users", ENTRA_USER).get_json()["id"]
    entra.patched(id, {"op": "Replace", "path": "displayName", "value": "Ana Garcia"})
    assert api.store.held("people")[0]["version"] == 1


def test_many_operations_at_once_each_for_itself(entra: Provider) -> None:
    reply = entra(
        "POST",
        "/Bulk",
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [
                {
                    "method": "POST",
                    "path": "/Users",
                    "bulkId": "a",
                    "data": {"schemas": [USER], "userName": "a@b.example"},
                },
                {
                    "method": "POST",
                    "path": "/Users",
                    "bulkId": "b",
                    "data": {"schemas": [USER], "userName": "a@b.example"},
                },
                {
                    "method": "POST",
                    "path": "/Groups",
                    "bulkId": "g",
                    "data": {
                        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                        "displayName": "All",
                        "members": [{"value": "bulkId:a"}],
                    },
                },
            ],
        },
    )
    assert reply.status_code == 200, reply.text
    assert [one["status"] for one in reply.get_json()["Operations"]] == ["201", "409", "201"]
    assert len(entra.found('displayName eq "all"', "Groups")) == 1


def test_users_are_sorted_and_paged(entra: Provider, register: Register) -> None:
    for name in ("Cara", "Ana", "Ben"):
        register(name)
    page = entra("GET", "/Users?sortBy=displayName&startIndex=2&count=1").get_json()
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 1)
    assert page["Resources"][0]["displayName"] == "Ben"
    down = entra("GET", "/Users?sortBy=userName&sortOrder=descending&attributes=userName").get_json()
    assert [one["userName"] for one in down["Resources"]] == ["cara@example.com", "ben@example.com", "ana@example.com"]
    assert "displayName" not in down["Resources"][0]


def test_a_group_of_the_configuration_gives_its_members_roles(api: Api, entra: Provider, register: Register) -> None:
    ana, ben = register("Ana"), register("Ben")
    api.app.extensions["mentormesh"].extras["roles_by_group"] = {"mentoring leads": ("program_manager",)}
    group = entra(
        "POST",
        "/Groups",
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Mentoring Leads"},
    ).get_json()
    path = f"/Groups/{group['id']}"

    def roles(person: Person) -> list[str]:
        return list(api.as_person(person)("GET", "/v1/me").get_json()["roles"])

    assert roles(ana) == ["employee"]
    add = {"op": "Add", "path": "members", "value": [{"value": ana.id}, {"value": ben.id}]}
    assert entra("PATCH", path, {"schemas": [PATCH], "Operations": [add]}).status_code in (200, 204)
    assert roles(ana) == ["employee", "program_manager"]
    assert "members" not in entra("GET", f"{path}?excludedAttributes=members").get_json()
    # Entra names whom it removes by value, Okta by a filter.
    remove = {"op": "Remove", "path": "members", "value": [{"value": ana.id}]}
    assert entra("PATCH", path, {"schemas": [PATCH], "Operations": [remove]}).status_code in (200, 204)
    assert (roles(ana), roles(ben)) == (["employee"], ["employee", "program_manager"])
    by_filter = {"op": "remove", "path": f'members[value eq "{ben.id}"]'}
    assert entra("PATCH", path, {"schemas": [PATCH], "Operations": [by_filter]}).status_code in (200, 204)
    assert roles(ben) == ["employee"]
    audited = [row["subject"] for row in api.store.held("audit") if row["action"] == "roles.by-group"]
    assert sorted(audited) == sorted([ana.id, ben.id, ana.id, ben.id])


def test_who_leaves_is_in_no_group(api: Api, entra: Provider) -> None:
    id = entra.made()["id"]
    group = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "All",
        "members": [{"value": id}],
    }
    made = entra("POST", "/Groups", group).get_json()
    entra.patched(id, {"op": "Replace", "path": "active", "value": "False"})
    assert "members" not in entra("GET", f"/Groups/{made['id']}").get_json()
    entra.patched(id, {"op": "Replace", "path": "active", "value": "True"})
    assert "groups" not in entra("GET", f"/Users/{id}").get_json()


def test_without_the_scope_or_a_token_the_refusal_is_scim_s(api: Api, entra: Provider, admin: Person) -> None:
    nobody = api.http.get("/scim/v2/Users")
    assert (nobody.status_code, nobody.mimetype) == (401, "application/scim+json")
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer")
    entra.token = token_of_a_provider(api, "people:read")
    for path in ("/Users", "/ServiceProviderConfig", "/Groups/x", "/nothing"):
        assert entra("GET", path).status_code == 403, path
    entra.token = api.sign_in(admin)["access_token"]
    assert entra("GET", "/Users").status_code == 403


@pytest.mark.parametrize("body", ["", "[1]", "{", '"text"', '{"userName": {"a": 1}}', '{"Operations": "x"}', "\x00"])
@pytest.mark.parametrize("address", ["/Users", "/Groups", "/Bulk"])
def test_nonsense_is_refused_by_scim_s_words(entra: Provider, address: str, body: str) -> None:
    headers = {"Authorization": f"Bearer {entra.token}", "Content-Type": "application/scim+json"}
    reply = entra.api.http.post(f"/scim/v2{address}", data=body, headers=headers)
    assert reply.status_code == 400, reply.text
    assert reply.get_json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
