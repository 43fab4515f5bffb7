"""Forms: what was typed, what is wrong with it, and the key that makes sending it twice harmless."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import request, url_for

from portal.clients import ServiceProblem
from portal.pages.language import _
from portal.pages.refusals import advice, refusal


@dataclass
class Form:
    """A form as it is shown: `values` by field, `errors` by field, `trouble` for what concerns the whole."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        self.key = self.key or new_key()

    def value(self, name: str, otherwise: Any = "") -> Any:
        """What stands in a field."""
        return self.values.get(name, otherwise)

    def error(self, name: str) -> str:
        """What is wrong with a field; empty where nothing is."""
        return self.errors.get(name, "")

    @property
    def is_wrong(self) -> bool:
        """Whether it was sent and refused."""
        return bool(self.errors or self.trouble)


def new_key() -> str:
    """An idempotency key for one rendering of a form."""
    return str(uuid.uuid4())


def refused(problem: ServiceProblem, values: Mapping[str, Any], fields: Mapping[str, str] | None = None) -> Form:
    """The form again, with what was typed and what to write instead beside the fields that are wrong.

    `fields` maps pointers to names of fields where they differ. Where the service did not answer (5xx), nobody knows
    whether it was done: the form keeps its key, by which it is done once however often it is sent.
    """
    if problem.status >= 500:
        return Form(values=dict(values), trouble=refusal(problem), key=request.form.get("key") or new_key())
    errors: dict[str, str] = {}
    loose: list[str] = []
    for pointer, said in problem.errors.items():
        words = advice(pointer, said)
        name = (fields or {}).get(pointer, pointer.lstrip("/").split("/")[0])
        if name in values:
            errors.setdefault(name, words)
        else:
            loose.append(words)
    trouble = " ".join(loose)
    if not errors and not trouble:
        trouble = refusal(problem)
    elif not trouble:
        trouble = _("Please look at the marked fields again.")
    return Form(values=dict(values), errors=errors, trouble=trouble)


def typed(*names: str) -> dict[str, str]:
    """The named fields as they were sent, trimmed; a missing one is empty."""
    return {name: request.form.get(name, "").strip() for name in names}


def whole(text: str) -> int | str:
    """A whole number where it is one; else the text, for the service to refuse in its own words."""
    return int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 10 else text


def inside(address: str | None) -> str:
    """A path of ours, or home: nobody is sent to another site."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    # Browsers drop these before they read an address, which would make `/\t/host` another site's.
    if any(character in address for character in "\t\r\n\\"):
        return "/"
    return address


def where_from() -> str:
    """The page of ours that a form was sent from, or home."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc and parts.netloc != request.host:
        return url_for("home.page")
    return inside(parts.path + (f"?{parts.query}" if parts.query else ""))


def is_fragment() -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"
