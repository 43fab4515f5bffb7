"""What a profile does not say yet, in the reader's words: which question, why it helps, and where the form asks it."""

from typing import Any

from flask import Flask

from portal.pages.language import N_, _
from portal.pages.questions import worded

GAPS = {
    "skills_wanted": (
        N_("What do you want to learn?"),
        N_("Suggestions start from it. If you would rather help others, say what you can pass on."),
    ),
    "goals": (N_("Which themes do you want help with?"), N_("It shows which mentors know your situation.")),
    "skills_offered": (
        N_("What can you pass on?"),
        N_("It counts most when you are suggested to mentees."),
    ),
    "helps_with": (N_("Which themes do you help with?"), N_("It brings you mentees whose situation you know.")),
    "capacity": (N_("How many mentees do you take?"), N_("Without room for one you are suggested to nobody.")),
    "availability": (N_("When can you meet?"), N_("Two people who are free at the same time meet more easily.")),
    "languages": (
        N_("Which languages do you speak?"),
        N_("People who share no language are not suggested to each other."),
    ),
    "bio": (
        N_("Who are you, in a few words?"),
        N_("People say yes more easily to somebody they have read a few words of."),
    ),
}
PLACES = {
    "skills_wanted": "wanted-1",
    "goals": "goals",
    "skills_offered": "offer-1",
    "helps_with": "helps",
    "availability": "hours",
}
_REQUIRED = N_("Your organisation asks everybody.")
_MATCHED = N_("Programs may match by it.")
_FURTHER = N_("Your organisation would like to know.")


def register(app: Flask) -> None:
    """Give templates `question`, `reason_why` and `place_of`."""
    app.add_template_filter(question)
    app.add_template_filter(reason_why)
    app.add_template_filter(place_of)


def question(field: str, asked: list[dict[str, Any]]) -> str:
    """The question that a field of the profile answers."""
    own = _own(field, asked)
    words = GAPS[field][0] if field in GAPS else field
    return worded(own["label"]) if own else _(words)


def reason_why(gap: dict[str, Any], asked: list[dict[str, Any]]) -> str:
    """Why an answer would help; of what a later release may name, in the service's words."""
    own = _own(gap["field"], asked)
    if own:
        words = _REQUIRED if own["required"] else _MATCHED if own["matched"] else _FURTHER
    else:
        words = GAPS[gap["field"]][1] if gap["field"] in GAPS else gap["why"]
    return _(words)


def place_of(field: str) -> str:
    """The id of what asks for it on the page."""
    return PLACES.get(field, field.replace("/", "-"))


def _own(field: str, asked: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((one for one in asked if field == f"fields/{one['key']}"), None)
