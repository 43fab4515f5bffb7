"""The permission table against every operation that is served, and against every kind of caller."""

import pytest

from profiles.permissions import TABLE, relations_to_person
from servicekit.caller import Caller
from servicekit.testing.permissions import gaps

from .conftest import Api

CALLERS: dict[str, tuple[Caller | None, frozenset[str]]] = {
    "nobody": (None, frozenset()),
    "self": (Caller.person("prs_a"), relations_to_person("prs_a", "prs_a")),
    "employee": (Caller.person("prs_a"), frozenset()),
    "program_manager": (Caller.person("prs_a", "program_manager"), frozenset()),
    "auditor": (Caller.person("prs_a", "auditor"), frozenset()),
    "people_admin": (Caller.person("prs_a", "people_admin"), frozenset()),
    "people:read": (Caller(id="cli_a", kind="client", scopes=frozenset({"people:read"})), frozenset()),
    "people:write": (Caller(id="cli_a", kind="client", scopes=frozenset({"people:write"})), frozenset()),
    "other scopes": (
        Caller(id="cli_a", kind="client", scopes=frozenset({"programs:read", "events:read", "webhooks:manage"})),
        frozenset(),
    ),
}
PEOPLE = {"self", "employee", "program_manager", "auditor", "people_admin"}
READERS = {"people:read", "people:write"}
MAY: dict[str, set[str]] = {
    "me.read": PEOPLE,
    "person.register": {"people_admin", "people:write"},
    "person.card": PEOPLE | READERS,
    "person.read": {"self", "people_admin"} | READERS,
    "person.search": {"people_admin"} | READERS,
    "person.history": {"self", "people_admin", "auditor"},
    "person.change": {"self", "people_admin", "people:write"},
    "person.change-any-fact": {"people_admin", "people:write"},
    "import.create": {"people_admin", "people:write"},
    "import.read": {"people_admin", "people:write"},
    "import.apply": {"people_admin", "people:write"},
    "import.cancel": {"people_admin", "people:write"},
    "provisioning.use": {"people:write"},
    "roles.read": {"self", "people_admin", "auditor"},
    "roles.grant": {"people_admin"},
    "profile.read": {"self", "people_admin"},
    "profile.change": {"self", "people_admin"},
    "profile.pause": {"self", "people_admin"},
    "profile.resume": {"self", "people_admin"},
    "consent.read": {"self", "people_admin"},
    "consent.change": {"self", "people_admin"},
    "sessions.read": {"self", "people_admin"},
    "sessions.end": {"self", "people_admin"},
    "erasure.request": {"self", "people_admin"},
    "erasure.list": {"people_admin", "auditor"},
    "erasure.read": {"self", "people_admin", "auditor"},
    "erasure.cancel": {"self", "people_admin"},
    "erasure.advance": set(),
    "receipt.record": set(),
    "data.read": {"self", "people_admin"},
    "audit.read": {"auditor", "people_admin"},
    "field.read": PEOPLE | READERS,
    "field.declare": {"people_admin"},
    "answers.private": {"program_manager", "people_admin"},
    "vocabulary.read": PEOPLE | READERS,
    "vocabulary.add": {"people_admin"},
    "vocabulary.change": {"people_admin"},
    "vocabulary.merge": {"people_admin"},
    "vocabulary.import": {"people_admin"},
    "client.list": {"people_admin"},
    "client.read": {"people_admin"},
    "client.rotate": {"people_admin"},
    "client.change": {"people_admin"},
    "client.retire": {"people_admin"},
    "client.create": {"people_admin"},
    "client.revoke": {"people_admin"},
    "token.issue": set(CALLERS),
    "token.revoke": set(CALLERS),
    "token.introspect": set(CALLERS),
    "keys.read": set(CALLERS),
}


def test_every_operation_that_is_served_has_a_row(api: Api) -> None:
    assert gaps(api.app, TABLE) == []


def test_every_row_says_here_who_may() -> None:
    assert TABLE.operations == set(MAY)


@pytest.mark.parametrize("operation", sorted(MAY))
def test_exactly_those_may(operation: str) -> None:
    allowed = {name for name, (caller, relations) in CALLERS.items() if TABLE.allows(caller, operation, relations)}
    assert allowed == MAY[operation]


def test_without_a_token_nothing_but_tokens_and_keys_is_served(api: Api) -> None:
    document = api.http.get("/openapi.json").get_json()
    asked = 0
    for path, item in document["paths"].items():
        for method, entry in item.items():
            if isinstance(entry, dict) and entry.get("security"):
                address = (
                    path.replace("{person_id}", "prs_a")
                    .replace("{client_id}", "cli_a")
                    .replace("{erasure_id}", "era_a")
                    .replace("{key}", "a")
                    .replace("{import_id}", "imp_a")
                )
                assert api.http.open(address, method=method.upper()).status_code == 401, (method, path)
                asked += 1
    assert asked >= len(MAY) - 8  # four rows are public, four are no operations of their own
