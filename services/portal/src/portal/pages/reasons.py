"""Why two people fit, in a reader's words: the match's own codes worded here."""

from collections.abc import Sequence
from typing import Any

from babel import lists, numbers
from flask import Flask

from portal.pages.language import N_, _, locale

_FACTS = {
    "department": N_("another department"),
    "level": N_("another level"),
    "site": N_("another site"),
    "remote": N_("another way of working"),
    "time_zone": N_("another time zone"),
}


def register(app: Flask) -> None:
    """Give templates `reasons` and `reasons_of_pair`."""
    app.add_template_filter(reasons)
    app.add_template_filter(reasons_of_pair)


def reasons(match: dict[str, Any]) -> list[str]:
    """Why a mentor fits, the strongest reason first; a code that is not known here in the service's own sentence."""
    codes: list[dict[str, Any]] = match.get("why", [])
    return [
        (_worded(codes[place]) if place < len(codes) else None) or sentence
        for place, sentence in enumerate(match["reasons"])
    ]


def reasons_of_pair(proposal: dict[str, Any]) -> list[str]:
    """Why a run proposes two people, for somebody who is neither; a code that is not known here is left out."""
    worded = (_of_pair(why["code"], why["about"]) for why in proposal["reasons"])
    return [sentence for sentence in worded if sentence is not None]


def _of_pair(code: str, about: Sequence[str]) -> str | None:
    match code:
        case "offers_wanted_skill" if about:
            return _("Offers %(skills)s, which the mentee wants to learn.", skills=_listed(about))
        case "offers_wanted_skill":
            return _("Offers what the mentee wants to learn.")
        case "helps_with_goal" if about:
            return _("Helps with what the mentee aims for: %(themes)s.", themes=_listed(about))
        case "helps_with_goal":
            return _("Helps with what the mentee aims for.")
        case "right_seniority":
            return _("Has about the experience that this program looks for.")
        case "free_at_the_same_time":
            return _("They are free at the same time.")
        case "sees_it_from_elsewhere":
            return _("Brings a view from %(elsewhere)s.", elsewhere=_listed([_fact(name) for name in about]))
        case "you_wished":
            return _("The mentee wished for this mentor.")
        case "mentor_wished":
            return _("The mentor wished for this mentee.")
        case _:
            return None


def _worded(why: dict[str, Any]) -> str | None:
    about, hours = why["about"], why["hours"]
    match why["code"]:
        case "offers_wanted_skill" if about:
            return _("Can help you learn %(skills)s.", skills=_listed(about))
        case "offers_wanted_skill":
            return _("Can help you learn something you look for.")
        case "helps_with_goal" if about:
            return _("Helps with what you aim for: %(themes)s.", themes=_listed(about))
        case "helps_with_goal":
            return _("Helps with what you aim for.")
        case "right_seniority":
            return _("Has about the experience that this program looks for.")
        case "free_at_the_same_time" if hours == 1:
            return _("You are both free for one hour a week.")
        case "free_at_the_same_time":
            return _(
                "You are both free for %(hours)s hours a week.", hours=numbers.format_decimal(hours, locale=locale())
            )
        case "sees_it_from_elsewhere":
            return _("Brings a view from %(elsewhere)s.", elsewhere=_listed([_fact(name) for name in about]))
        case "you_wished":
            return _("You named this mentor as a wish.")
        case _:
            return None


def _fact(name: str) -> str:
    known = _FACTS.get(name)
    return _(known) if known else _("another background (%(fact)s)", fact=name)


def _listed(names: Sequence[str]) -> str:
    return lists.format_list(list(dict.fromkeys(names)), locale=locale())
