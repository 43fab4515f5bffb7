"""Two runs of a program side by side: what the other would change, for whom."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.pages import calls
from portal.pages.runs import asking, terms
from portal.pages.runs.blueprint import blueprint

# Three people each, all of whose names come from one call.
MOST_MOVED = 30


@blueprint.get("/runs/<run_id>/comparison")
def compare(run_id: str) -> str | Response:
    """What another run changes against this one."""
    other = request.args.get("with", "")
    if not other or other == run_id:
        return redirect(url_for("runs.page", run_id=run_id, _anchor="compare"))
    first, second, told = calls.together(
        lambda: asking.run(run_id),
        lambda: asking.run(other),
        lambda: calls.get("matching", f"/v1/runs/{run_id}/comparison", **{"with": other}),
    )
    start = _start(request.args.get("from", "0"), len(told["moved"]))
    moved = told["moved"][start : start + MOST_MOVED]
    following = start + MOST_MOVED
    return render_template(
        "runs/comparison.html",
        program=asking.program_of(first),
        run=first,
        other=second,
        told=told,
        figures={one["name"]: (one["before"], one["after"]) for one in told["figures"]},
        groups=side_by_side(told["before"], told["after"]),
        differing=differing(first["terms"], second["terms"]),
        attribute=terms.attribute,
        moved=moved,
        start=start,
        following=following if following < len(told["moved"]) else None,
        changed=told["other_mentor"] + told["gained"] + told["lost"],
        cards=calls.cards(id for one in moved for id in (one["mentee_id"], one["before"], one["after"]) if id),
    )


def side_by_side(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> list[tuple[str, list[tuple[str, dict[str, Any] | None, dict[str, Any] | None]]]]:
    """By attribute its groups, each as it is in both runs; None where a run does not have it."""
    one, two = _by_name(before), _by_name(after)
    return [
        (attribute, [(group, one.get(attribute, {}).get(group), two.get(attribute, {}).get(group)) for group in names])
        for attribute in dict.fromkeys((*one, *two))
        if (names := dict.fromkeys((*one.get(attribute, {}), *two.get(attribute, {}))))
    ]


def differing(one: Mapping[str, Any], two: Mapping[str, Any]) -> list[str]:
    """The names of the terms by which two runs differ."""
    return [name for name in one if one[name] != two.get(name)]


def _by_name(breakdowns: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    return {one["attribute"]: {group["group"]: group for group in one["groups"]} for one in breakdowns}


def _start(text: str, most: int) -> int:
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 6 else 0
