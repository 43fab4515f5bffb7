"""A what-if as a form: what it shows of a run's terms, and the terms that it sends; pure but for the reader's words."""

import re
from collections.abc import Mapping
from typing import Any

from portal.pages.language import _
from portal.pages.words import in_words

WEIGHTS = ("skills", "goals", "seniority", "availability", "diversity")
GROUPS = ("level", "department", "site")
NAMES = (
    "name", "objective", "fairness", "tolerance", *(f"weight_{name}" for name in WEIGHTS), "spread", "stickiness",
    "floor", "certify",
)  # fmt: skip
# Where the service's names for what is wrong differ from the form's.
FIELDS = {
    "/weights": "weight_skills",
    **{f"/weights/{name}": f"weight_{name}" for name in WEIGHTS},
    "/fairness/group": "fairness",
    "/fairness/tolerance": "tolerance",
}
_DECIMAL = re.compile(r"-?\d{1,9}(?:[.,]\d{1,12})?")


def shown(terms: Mapping[str, Any], certify: bool = False) -> dict[str, str]:
    """The form's values for terms as a program or a run has them."""
    fairness = terms.get("fairness") or {}
    weights = terms.get("weights") or {}
    return {
        "name": "",
        "objective": str(terms.get("objective", "best_total")),
        "fairness": str(fairness.get("group", "")),
        "tolerance": _plain(fairness.get("tolerance", 0.02) * 100),
        **{f"weight_{name}": _plain(weights.get(name, 0)) for name in WEIGHTS},
        **{name: _plain(terms.get(name, 0)) for name in ("spread", "stickiness", "floor")},
        "certify": "yes" if certify else "",
    }


def sent(values: Mapping[str, str], terms: Mapping[str, Any]) -> dict[str, Any]:
    """The body for a run by the form's values; what the form does not show of `terms` stays as it is there."""
    tolerance = decimal(values["tolerance"])
    fairness: dict[str, Any] | None = None
    if values["fairness"]:
        held = terms.get("fairness") or {}
        percent = round(tolerance / 100, 6) if isinstance(tolerance, float) else tolerance
        fairness = {"group": values["fairness"], "tolerance": percent}
        if held.get("report"):
            fairness["report"] = held["report"]
    return {
        "name": values["name"],
        "objective": values["objective"],
        "fairness": fairness,
        "weights": {name: decimal(values[f"weight_{name}"]) for name in WEIGHTS},
        **{name: decimal(values[name]) for name in ("spread", "stickiness", "floor")},
        "certify": values["certify"] == "yes",
    }


def decimal(text: str) -> float | str:
    """The number where it is one, with a point or a comma; else the text, for the service to refuse."""
    return float(text.replace(",", ".")) if _DECIMAL.fullmatch(text) else text


def groups(terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The attributes by which a match can be fair, to choose from."""
    held = (terms.get("fairness") or {}).get("group")
    names = dict.fromkeys((*GROUPS, *(terms.get("attributes") or ()), *([held] if held else [])))
    return [("", _("nobody in particular")), *((name, attribute(name)) for name in names)]


def attribute(name: str) -> str:
    """An attribute in words; of several joined by `+`, each."""
    return " + ".join(in_words(part.strip(), "attribute") for part in name.split("+"))


def _plain(value: float) -> str:
    return f"{round(float(value), 6):g}"
