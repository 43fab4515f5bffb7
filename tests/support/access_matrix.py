"""Who may do what, for every operation of every service: worked out from the tables that the services ask themselves.

`python tests/support/access_matrix.py` writes docs/access.md again (`make access`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

import feedback.api
import feedback.permissions
import matching.api
import matching.permissions
import notifications.api
import notifications.permissions
import profiles.api
import profiles.permissions
from profiles.domain.client import SCOPES
from servicekit import web
from servicekit.caller import Caller
from servicekit.permissions import Permissions
from servicekit.store import Catalogue, Unit
from servicekit.testing import FrozenClock, MemoryStore
from servicekit.testing.web import Issuer

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
ROLES = ("employee", "program_manager", "people_admin", "auditor")
SERVICES: dict[str, tuple[Any, Permissions]] = {
    "profiles": (profiles.api.BLUEPRINTS, profiles.permissions.TABLE),
    "matching": (matching.api.BLUEPRINTS, matching.permissions.TABLE),
    "feedback": (feedback.api.BLUEPRINTS, feedback.permissions.TABLE),
    "notifications": (notifications.api.BLUEPRINTS, notifications.permissions.TABLE),
}
# Rows that no address names, since they are asked for within another operation.
WITHIN = {
    "answers.private": "reading answers to the organisation's own questions on no card (`answers=all`), audited",
    "person.change-any-fact": "changing facts that are not one's own to change, and finding people by address",
    "provisioning.use": "everything under `/scim/v2`, which describes itself; by clients with the scope `people:write`",
}
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation of one service's API."""

    service: str
    method: str
    path: str
    name: str

    @property
    def table(self) -> Permissions:
        return SERVICES[self.service][1]


def application(service: str, issuer: Issuer) -> Flask:
    """The service's own views and table, over an empty store."""
    blueprints, table = SERVICES[service]
    return web.create_app(
        service=service,
        store=MemoryStore(Unit, Catalogue(()), service),
        clock=FrozenClock(),
        blueprints=blueprints,
        permissions=table,
        verifier=issuer.verifier(),
        cursor_secret="c" * 32,
    )


def operations(service: str) -> list[Operation]:
    """What the service's OpenAPI document names, in its order."""
    document = application(service, Issuer()).test_client().get("/openapi.json").get_json()
    return [
        Operation(service, method.upper(), path, item[method]["x-operation"])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]


def callers() -> dict[str, Caller]:
    """One caller with each role, and one client with each scope."""
    people = {role: Caller.person("prs_caller", role) for role in ROLES}
    clients = {scope: Caller(id="cli_caller", kind="client", scopes=frozenset({scope})) for scope in SCOPES}
    return {**people, **clients}


def standing(operation: Operation, caller: Caller) -> tuple[str, ...] | None:
    """The relations in which the caller may; empty where none is needed, None where none helps."""
    table = operation.table
    if table.allows(caller, operation.name):
        return ()
    helping = tuple(
        one for one in sorted(table.relations(operation.name)) if table.allows(caller, operation.name, {one})
    )
    return helping or None


def page() -> str:
    """The whole matrix as Markdown."""
    parts = [_INTRODUCTION]
    for service in SERVICES:
        parts += [f"## {service}\n", *_rows(service), ""]
    parts += ["## Within other operations\n", *(f"- `{name}`: {what}." for name, what in WITHIN.items()), ""]
    parts += ["## What an employee sees of a colleague\n", *_card(), ""]
    return "\n".join(parts)


def _rows(service: str) -> Iterator[str]:
    yield f"| address | operation | {' | '.join(ROLES)} | clients |"
    yield "|---|---|" + "---|" * (len(ROLES) + 1)
    known = callers()
    for one in operations(service):
        if one.table.is_public(one.name):
            cells = ["yes"] * (len(ROLES) + 1)
        else:
            cells = [_cell(standing(one, known[role])) for role in ROLES]
            cells.append(_scopes(one, known))
        yield f"| `{one.method} {one.path}` | `{one.name}` | {' | '.join(cells)} |"
    system = sorted(name for name in SERVICES[service][1].operations if _is_nobodys(service, name))
    if system:
        yield f"\nNobody but the platform itself, by events and clocks: {', '.join(f'`{name}`' for name in system)}."


def _is_nobodys(service: str, name: str) -> bool:
    table = SERVICES[service][1]
    return not table.is_public(name) and not any(table.could_allow(caller, name) for caller in callers().values())


def _cell(found: tuple[str, ...] | None) -> str:
    if found is None:
        return "-"
    return "yes" if not found else "as " + ", ".join(found)


def _scopes(one: Operation, known: dict[str, Caller]) -> str:
    """The scopes that open something, with the relations in which they do; a client stands in none of people's."""
    bare = Caller(id="cli_caller", kind="client")
    told = []
    for scope in SCOPES:
        how = standing(one, known[scope])
        opened = [relation for relation in how or () if not one.table.allows(bare, one.name, {relation})]
        if how == () or opened:
            told.append(f"`{scope}`{' as ' + ', '.join(opened) if opened else ''}")
    return ", ".join(told) or "-"


def _card() -> Iterator[str]:
    document = application("profiles", Issuer()).test_client().get("/openapi.json").get_json()
    card = document["components"]["schemas"]["Card"]["properties"]
    yield "A card (`GET /v1/people?id=...`) and nothing else:\n"
    yield from (f"- `{name}`: {shape.get('description', '')}" for name, shape in card.items())


_INTRODUCTION = """# Who may do what

Written by `make access` from the permission tables of the services; a test fails where this page, a table and an API
differ. A role is a person's; everybody is an `employee` beside other roles. *yes* needs no relation; *as manager*
means that the caller must stand in that relation to the very object; *-* is refused with 403 before anything is looked
at, and audited. Whoever may not know of an object gets 404, as for one that is not there. Without a token everything
but the rows marked *yes* for all is refused with 401.
"""

if __name__ == "__main__":
    PAGE.write_text(page())
