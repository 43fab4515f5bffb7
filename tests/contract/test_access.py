"""The matrix of roles, operations and relations: complete, as docs/access.md tells it, and true over HTTP."""

import re

import pytest
from access_matrix import PAGE, ROLES, SERVICES, WITHIN, Operation, application, callers, operations, page

from servicekit.caller import Caller
from servicekit.testing.web import Issuer

ISSUER = Issuer()
EVERY = [operation for service in SERVICES for operation in operations(service)]
PROTECTED = [one for one in EVERY if not one.table.is_public(one.name)]


def call(operation: Operation, caller: Caller | None) -> int:
    """The status of the operation on an object that is not there."""
    headers = {"Idempotency-Key": "k", "If-Match": "*"}
    if caller is not None:
        scopes = {"scope": " ".join(caller.scopes)} if caller.scopes else {}
        headers |= ISSUER.bearer(caller.id, *sorted(caller.roles), **scopes)
    path = re.sub(r"\{(\w+)\}", "prs_foreign", operation.path)
    body = {} if operation.method in ("POST", "PUT", "PATCH") else None
    client = application(operation.service, ISSUER).test_client()
    return client.open(path, method=operation.method, json=body, headers=headers).status_code


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text() == page(), "run `make access`, and look at the difference"


@pytest.mark.parametrize("service", SERVICES)
def test_every_row_is_an_operation_s_or_said_to_be_no_address_s(service: str) -> None:
    table = SERVICES[service][1]
    served = {one.name for one in operations(service)}
    nobodys = {
        name
        for name in table.operations
        if not table.is_public(name) and not any(table.could_allow(caller, name) for caller in callers().values())
    }
    assert served <= table.operations
    assert table.operations - served - nobodys == WITHIN.keys() & table.operations
    assert not served & nobodys, "an operation that is served to nobody"


@pytest.mark.parametrize("operation", PROTECTED, ids=lambda one: f"{one.service} {one.method} {one.path}")
def test_whoever_may_in_no_relation_is_refused_before_anything_is_looked_at(operation: Operation) -> None:
    assert call(operation, None) == 401
    for caller in callers().values():
        if not operation.table.could_allow(caller, operation.name):
            assert call(operation, caller) == 403, caller


def test_an_operation_for_each_role_was_seen_refused() -> None:
    for role in ROLES:
        refused = [one for one in PROTECTED if not one.table.could_allow(callers()[role], one.name)]
        assert refused or role == "people_admin", role
