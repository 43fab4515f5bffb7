"""What would make two people of a run a pair, in a manager's words: the match's own codes and values worded here."""

from collections.abc import Mapping
from typing import Any

from babel import numbers
from flask import Flask

from portal.pages.language import _, locale
from portal.pages.numbers import number
from portal.pages.run_words import HELPS


def register(app: Flask) -> None:
    """Give templates `change_in_words` and `price_in_words`."""
    app.add_template_global(change_in_words)
    app.add_template_global(price_in_words)


def change_in_words(change: Mapping[str, Any], rule: str | None, mentee: str, mentor: str) -> str:
    """One change that would make the pair; one that is not known here in the service's own words."""
    match change["kind"]:
        case "seat":
            return _("One more place with %(mentor)s, %(seats)s in all.", mentor=mentor, seats=change["seats"])
        case "wish" if change["rank"] == 1:
            return _("%(mentee)s wishing for %(mentor)s before anybody else.", mentee=mentee, mentor=mentor)
        case "wish":
            return _(
                "%(mentee)s wishing for %(mentor)s, in place %(rank)s or higher.",
                mentee=mentee, mentor=mentor, rank=change["rank"],
            )  # fmt: skip
        case "skill":
            return _(
                "%(mentor)s offering %(skill)s at level %(level)s.",
                mentor=mentor, skill=change["skill"], level=change["level"],
            )  # fmt: skip
        case "hours":
            hours = numbers.format_decimal(change["hours"], locale=locale())
            return _(
                "%(mentor)s free for %(hours)s more hours a week while %(mentee)s is.",
                mentor=mentor, mentee=mentee, hours=hours,
            )  # fmt: skip
        case "score":
            return _("Anything else that is worth more than this price.")
        case "lock":
            return _("Choosing this mentor by hand, which locks the pair.")
        case "unlock":
            return _("Unlocking the pair that %(mentee)s is in.", mentee=mentee)
        case "rule" if rule in HELPS:
            return _(HELPS[rule])
        case _:
            return str(change["words"])


def price_in_words(question: Mapping[str, Any], weights: Mapping[str, float]) -> str:
    """What the pair would cost all pairs together, in points of a fit of 100."""
    points = 100 * question["cost"] / (sum(weights.values()) or 1.0)
    if points < 1e-6 and not question["people"]:
        return _("It would cost the whole nothing: another result is as good, and one of them had to be taken.")
    # A price is never rounded down to none.
    shown = number(points if points <= 0 else max(points, 0.01), 2)
    return _("It would cost all pairs together %(points)s points, where a fit has 100.", points=shown)
