"""What a language brings: a title and a body for each kind of notice, and the words around them."""

from collections.abc import Mapping
from dataclasses import dataclass

from notifications.domain.message import Kind


@dataclass(frozen=True, kw_only=True)
class Words:
    """One language. `notices` holds (title, body) with `{other}`, `{program}`, `{when}`, `{minutes}`, `{deadline}`."""

    language: str
    greeting: str
    open_page: str
    why: str
    change: str
    session_with: str
    somebody: str
    some_program: str
    soon: str
    notices: Mapping[Kind, tuple[str, str]]
