"""Somebody's answers to private questions, for program managers and people admins; each look is audited."""

from typing import Any

from flask import Blueprint, abort, render_template, request

from portal.pages import calls, questions

blueprint = Blueprint("answers", __name__)


def may_read() -> bool:
    """Whether the person may read others' private answers."""
    return calls.is_manager() or calls.is_people_admin()


def are_there() -> bool:
    """Whether there is anything to lead the person to: they may read private answers, and some are asked for."""
    return may_read() and any(one["visible"] == "private" for one in questions.asked())


@blueprint.before_request
def _require_reader() -> None:
    if not may_read():
        abort(403)


@blueprint.get("/people/<person_id>/answers")
def private(person_id: str) -> str:
    """One person's private answers, and those on the card; `program` in the query is where the reader came from."""
    # The questions first: where they cannot be had nothing is shown, and so no look is recorded.
    asked = [one for one in calls.get("profiles", "/v1/profile-fields")["items"] if not one["retired"]]
    items: list[dict[str, Any]] = calls.get("profiles", "/v1/people", id=[person_id], answers="all")["items"]
    if not items:
        abort(404)
    said = questions.answered(asked, items[0])
    return render_template(
        "answers.html",
        card=items[0],
        program_id=request.args.get("program", "")[:64],
        kept=[(one, answer) for one, answer in said if one["visible"] == "private"],
        on_card=[(one, answer) for one, answer in said if one["visible"] == "card"],
    )
