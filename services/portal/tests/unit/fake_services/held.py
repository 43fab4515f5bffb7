"""What the fakes share: what every service holds, ids, moments, refusals, and the two shapes of an answer."""

import itertools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

URLS = {name: f"http://{name}.test" for name in ("profiles", "matching", "feedback", "notifications")}
Body = dict[str, Any]
Reply = tuple[int, Any, dict[str, str]]
Route = tuple[str, str, Callable[..., Reply]]
# An id within a path.
ONE = "/([a-z]+_[a-z0-9]+)"


def moment(days: float = 0) -> str:
    """A moment so many days from now, as the services write it."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Refused(Exception):
    """A problem document."""

    def __init__(self, status: int, slug: str, detail: str = "No.", errors: dict[str, str] | None = None) -> None:
        super().__init__(slug)
        self.reply = (
            status,
            {
                "type": f"https://mentormesh.example/problems/{slug}",
                "title": slug,
                "status": status,
                "detail": detail,
                "errors": [{"pointer": pointer, "detail": words} for pointer, words in (errors or {}).items()],
            },
        )


class Held:
    """What all services hold; who adds to it is in the files beside this one."""

    def __init__(self) -> None:
        self.people: dict[str, Body] = {}
        self.profiles: dict[str, Body] = {}
        self.questions: dict[str, Body] = {}
        self.programs: dict[str, Body] = {}
        self.enrolments: dict[str, Body] = {}
        self.requests: dict[str, Body] = {}
        self.mentorships: dict[str, Body] = {}
        self.sessions: dict[str, Body] = {}
        self.reviews: dict[str, Body] = {}
        self.messages: dict[str, Body] = {}
        self.health: dict[str, Body] = {}
        self.choices: dict[str, dict[str, bool]] = {
            kind: {"inbox": True, "email": True} for kind in ("request_received", "session_scheduled")
        }
        self.words: dict[str, list[Body]] = {}
        self.erasures: dict[str, Body] = {}
        self.ended_for: list[str] = []
        self.recommended: list[Body] = []
        self.runs: dict[str, Body] = {}
        self.proposals: dict[str, Body] = {}
        self.run_questions: dict[str, Body] = {}
        self.alone: dict[str, list[Body]] = {}
        self.rules: dict[tuple[str, str], str] = {}
        self.grants: dict[str, Body] = {}
        self.histories: dict[str, list[Body]] = {}
        self.imports: dict[str, Body] = {}
        self.rows: dict[str, list[Body]] = {}
        self.uploaded: list[bytes] = []
        self.clients: dict[str, Body] = {}
        self.terms: dict[str, Body] = {}
        self.erasures: dict[str, Body] = {}
        self.audited: dict[str, list[Body]] = {name: [] for name in URLS}
        self.silent: set[str] = set()
        self.refusals: dict[tuple[str, str], list[Refused]] = {}
        self.calls: list[tuple[str, str, str]] = []
        self.queries: list[dict[str, list[str]]] = []
        self.headers: list[dict[str, str]] = []
        self.codes: dict[str, Body] = {}
        self.granted: dict[str, str] = {}
        self.lifetime = 300
        self._numbers = itertools.count(1)

    def refuse(self, method: str, path: str, refused: Refused, times: int = 1) -> None:
        """Answer the next calls of this method and path (a regular expression) with a problem."""
        self.refusals.setdefault((method, path), []).extend([refused] * times)

    def new(self, kind: str) -> str:
        """The next id."""
        return f"{kind}_{next(self._numbers):04d}"

    def sent(self, method: str, path: str) -> int:
        """How many calls of this method and path (a regular expression) came."""
        return sum(1 for called, _, where in self.calls if called == method and re.fullmatch(path, where))

    def _page(self, items: list[Body]) -> tuple[int, Any, dict[str, str]]:
        return 200, {"items": items, "next": None}, {}

    def _one(self, held: dict[str, Body], id: str) -> tuple[int, Any, dict[str, str]]:
        if id not in held:
            raise Refused(404, "not-found")
        return 200, held[id], {"ETag": f'"{held[id].get("version", 1)}"'}
