"""SCIM's filters and sort orders as questions to the documents of people and groups.

An attribute that is declared and has no place here is one that nobody has: it matches nothing, as RFC 7644 section
3.4.2.1 asks.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scim2_models import InvalidFilterException, InvalidValueException
from scim2_models.path import AttrPath, Comparison, FilterNode, LogicalExpr, Not, Present, ValuePath

from profiles.api.scim.people import ATTRIBUTES, USER_TYPE
from profiles.api.scim.resources import ENTERPRISE, MENTORING
from profiles.domain.search import folded
from servicekit.store import Order, Where

NOTHING: Where = {"_id": {"$exists": False}}
EVERYTHING: Where = {}
_ORDERS = {"gt": "$gt", "ge": "$gte", "lt": "$lt", "le": "$lte"}


@dataclass(frozen=True)
class Place:
    """Where an attribute is kept: a field, how what is asked becomes what is kept, and whether case counts."""

    field: str
    kept: Callable[[str], Any] = str
    exact: bool = False
    empty: Any = None


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidFilterException(detail=f"{text!r} is not a moment such as 2027-01-31T12:00:00Z") from None


_COMMON = {
    "id": Place("_id", exact=True),
    "externalid": Place("facts.external_id", exact=True),
    "meta.created": Place("registered_at", _moment, exact=True),
    "meta.lastmodified": Place("changed_at", _moment, exact=True),
}
PEOPLE: Mapping[str, Place] = {
    **_COMMON,
    "externalid": Place("external_key", exact=True),
    "username": Place("user_name_key", folded, exact=True),
    "displayname": Place("facts.name"),
    "name.formatted": Place("facts.account.formatted_name"),
    "name.givenname": Place("facts.account.given_name"),
    "name.familyname": Place("facts.account.family_name"),
    "title": Place("facts.title", empty=""),
    "usertype": Place(f"facts.attributes.{USER_TYPE}"),
    "preferredlanguage": Place("facts.locale"),
    "timezone": Place("facts.time_zone"),
    "emails": Place("email_key", folded, exact=True),
    "emails.value": Place("email_key", folded, exact=True),
    "department": Place("facts.department", empty=""),
    "manager": Place("facts.manager_id", exact=True),
    "manager.value": Place("facts.manager_id", exact=True),
    "site": Place("facts.site", empty=""),
    **{
        SCIM.casefold(): Place(f"facts.attributes.{ATTRIBUTES[name]}")
        for name, SCIM in (
            ("employee_number", "employeeNumber"),
            ("cost_center", "costCenter"),
            ("organization", "organization"),
            ("division", "division"),
        )
    },
}
GROUPS: Mapping[str, Place] = {
    **_COMMON,
    "externalid": Place("external_id", exact=True),
    "displayname": Place("name_key", folded, exact=True),
    "meta.created": Place("created_at", _moment, exact=True),
    "members": Place("members", exact=True),
    "members.value": Place("members", exact=True),
}
# What everybody's single address is, so that a filter such as `emails[type eq "work" and value eq "..."]` finds people.
_FIXED = {"emails.type": "work", "emails.primary": True}


def where_of(node: FilterNode, places: Mapping[str, Place]) -> Where:
    """The documents that a filter finds.

    Raises:
        InvalidFilterException: it compares what cannot be compared so.
    """
    return _where(node, places, "")


def order_of(sort_by: object, descending: bool, places: Mapping[str, Place]) -> Order:
    """The order of documents that a sort asks for; then by id, so that pages do not overlap.

    Raises:
        InvalidValueException: nothing is sorted by that.
    """
    if sort_by is None:
        return (("_id", 1),)
    name = _plain(str(sort_by))
    place = places.get(name) or (Place("status") if name == "active" else None)
    if place is None:
        raise InvalidValueException(detail=f"sortBy: results are not sorted by {sort_by}")
    direction = -1 if descending else 1
    return ((place.field, direction), ("_id", direction))


def _where(node: FilterNode, places: Mapping[str, Place], inside: str) -> Where:
    if isinstance(node, LogicalExpr):
        return {f"${node.op.value}": [_where(term, places, inside) for term in node.terms]}
    if isinstance(node, Not):
        return {"$nor": [_where(node.expr, places, inside)]}
    if isinstance(node, ValuePath):
        return _where(node.val_filter, places, f"{_name(node.attr_path)}.")
    if isinstance(node, Present):
        return _present(inside + _name(node.attr_path), places)
    if isinstance(node, Comparison):
        return _comparison(inside + _name(node.attr_path), node.op.value, node.value, places)
    raise InvalidFilterException(detail=f"{node} is not a filter that can be answered")


def _present(name: str, places: Mapping[str, Place]) -> Where:
    if name in _FIXED or name == "active" or (name == "name" and places is PEOPLE):
        return EVERYTHING
    place = places.get(name)
    if place is None:
        return NOTHING
    return {"$nor": [{place.field: None}, {place.field: place.empty}]}


def _comparison(name: str, op: str, value: Any, places: Mapping[str, Place]) -> Where:
    if name == "active" and places is PEOPLE:
        return _active(op, value)
    if name in _FIXED:
        same = str(value).casefold() == str(_FIXED[name]).casefold()
        return EVERYTHING if same == (op == "eq") else NOTHING
    if name == "level" and places is PEOPLE:
        return _level(op, value)
    place = places.get(name)
    if place is None:
        return EVERYTHING if op == "ne" else NOTHING
    if value is None:
        return {"$nor": [_present(name, places)]} if op == "eq" else _present(name, places)
    return _compared(place, op, value)


def _compared(place: Place, op: str, value: Any) -> Where:
    kept = place.kept(str(value))
    if op in _ORDERS:
        return {place.field: {_ORDERS[op]: kept}}
    if place.exact and op in ("eq", "ne"):
        return {place.field: kept} if op == "eq" else {"$nor": [{place.field: kept}]}
    text = re.escape(str(kept))
    pattern = {"co": text, "sw": f"^{text}", "ew": f"{text}$"}.get(op, f"^{text}$")
    found = {place.field: {"$regex": pattern if place.exact else f"(?i){pattern}"}}
    return {"$nor": [found]} if op == "ne" else found


def _active(op: str, value: Any) -> Where:
    if op not in ("eq", "ne") or not isinstance(value, bool):
        raise InvalidFilterException(detail="active: compare it by eq or ne with true or false")
    return {"status": {"$ne": "left"}} if value == (op == "eq") else {"status": "left"}


def _level(op: str, value: Any) -> Where:
    try:
        kept = int(value)
    except ValueError:
        raise InvalidFilterException(detail="level: compare it with a whole number") from None
    if op in _ORDERS:
        return {"facts.level": {_ORDERS[op]: kept}}
    if op not in ("eq", "ne"):
        raise InvalidFilterException(detail=f"level: it cannot be compared by {op}")
    return {"facts.level": kept} if op == "eq" else {"$nor": [{"facts.level": kept}]}


def _name(path: AttrPath) -> str:
    return _plain(f"{path.attr}.{path.sub_attr}" if path.sub_attr else path.attr)


def _plain(name: str) -> str:
    """An attribute's name without its schema."""
    lowered = name.casefold()
    for schema in (
        ENTERPRISE,
        MENTORING,
        "urn:ietf:params:scim:schemas:core:2.0:user",
        "urn:ietf:params:scim:schemas:core:2.0:group",
    ):
        lowered = lowered.removeprefix(f"{schema.casefold()}:")
    return lowered
