"""The audit log: who did what to whom and when, searched in all services at once, for auditors and people admins."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint, abort, render_template, request

from portal.clients import ServiceProblem
from portal.pages import calls, times
from portal.pages.archives import HOLDERS
from portal.pages.forms import Form
from portal.pages.language import _
from portal.pages.people import asking
from portal.pages.people_words import AUDITED

blueprint = Blueprint("audit", __name__)

MOST_SHOWN = 50
# More of each service than is shown, so that a page can be cut where the time changes.
_ASKED = 2 * MOST_SHOWN
_MOST_NAMED = 8
_ID = re.compile(r"[a-z]{3}_[0-9A-Za-z-]{1,64}")
_ACTION = re.compile(r"[a-z-]{1,40}\.[a-z-]{1,40}")
_FIELDS = ("actor", "subject", "action", "from", "to", "service", "refused")


@dataclass(frozen=True)
class Someone:
    """Whom a field means: an `id`, nobody, or several people of whom one is to be chosen."""

    id: str = ""
    several: Sequence[dict[str, Any]] = ()
    is_unknown: bool = False


@blueprint.before_request
def _require_reader() -> None:
    if not calls.may_read_audit():
        abort(403)


@blueprint.get("/audit")
def search() -> str:
    """What was looked for, the newest first."""
    values = {name: request.args.get(name, "").strip()[:254] for name in _FIELDS}
    actor, subject = calls.together(lambda: _someone(values["actor"]), lambda: _someone(values["subject"]))
    form = Form(values=values, errors=_errors(values, actor, subject))
    rows: list[dict[str, Any]] = []
    before = ""
    if not form.errors:
        rows, before = page_of(_rows(_query(values, actor.id, subject.id), values["service"]))
    return render_template(
        "people/audit.html",
        form=form,
        actor=actor,
        subject=subject,
        rows=rows,
        before=before,
        narrowed={name: value for name, value in values.items() if value},
        services=HOLDERS,
        actions=AUDITED,
        people=_names(id for row in rows for id in (row["actor"], row["subject"])),
    )


def page_of(found: Iterable[dict[str, Any]], most: int = MOST_SHOWN) -> tuple[list[dict[str, Any]], str]:
    """The first rows by time, the newest first, and the moment before which the next page begins; empty on the last.

    Rows of one moment stay together, so that nothing is left out or shown twice between two pages.
    """
    rows = sorted(found, key=lambda row: (str(row["at"]), str(row["id"])), reverse=True)
    if len(rows) <= most:
        return rows, ""
    shown = [row for row in rows[:most] if row["at"] > rows[most]["at"]]
    # A moment with more rows than a page is a page of its own.
    shown = shown or [row for row in rows if row["at"] == rows[0]["at"]]
    return shown, str(shown[-1]["at"]) if len(shown) < len(rows) else ""


def _rows(query: dict[str, Any], service: str) -> list[dict[str, Any]]:
    def ask(one: str) -> list[dict[str, Any]]:
        found = calls.part(one, lambda: calls.get(one, "/v1/audit", limit=_ASKED, **query)["items"], [])
        return [{**row, "service": one} for row in found]

    return [
        row for rows in calls.together(*(partial(ask, one) for one in HOLDERS if service in ("", one))) for row in rows
    ]


def _query(values: dict[str, str], actor: str, subject: str) -> dict[str, Any]:
    until = request.args.get("before", "")
    last = times.typed_moment(values["to"])
    query = {
        "actor": actor,
        "subject": subject,
        "action": values["action"],
        "code": "refused" if values["refused"] else "",
        "since": _moment(values["from"]),
        "until": until or ((last + timedelta(days=1)).isoformat() if last else ""),
    }
    return {name: value for name, value in query.items() if value}


def _moment(day: str) -> str:
    found = times.typed_moment(day)
    return found.isoformat() if found else ""


def _errors(values: dict[str, str], actor: Someone, subject: Someone) -> dict[str, str]:
    errors: dict[str, str] = {}
    for name, someone in (("actor", actor), ("subject", subject)):
        if someone.is_unknown:
            errors[name] = _("Nobody is known by this name, address or id.")
        elif someone.several:
            errors[name] = _("Several people fit. Choose one below, or write more.")
    for name in ("from", "to"):
        if values[name] and times.typed_moment(values[name]) is None:
            errors[name] = _("Choose a day.")
    if values["action"] and not _ACTION.fullmatch(values["action"]):
        errors["action"] = _("Choose an action from the list, or write its code, such as roles.grant.")
    if values["service"] not in ("", *HOLDERS):
        errors["service"] = _("Choose one of what is offered.")
    return errors


def _someone(text: str) -> Someone:
    """Whom a text means: an id, a part of the platform, or a person by name or address."""
    if not text or _ID.fullmatch(text) or text in HOLDERS:
        return Someone(id=text)
    where = "/v1/directory" if calls.is_people_admin() else "/v1/people"
    try:
        found = calls.get("profiles", where, q=text, limit=_MOST_NAMED)["items"]
    except ServiceProblem as problem:
        if problem.status >= 500:
            raise
        found = []
    if len(found) == 1:
        return Someone(id=found[0]["id"])
    return Someone(several=found, is_unknown=not found)


def _names(ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    if calls.is_people_admin():
        return asking.records(ids)
    return calls.cards(id for id in ids if id.startswith("prs_"))
