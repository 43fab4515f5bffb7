"""What several pages ask of runs, and why a run says no, in a manager's words."""

from typing import Any

from portal.clients import ServiceProblem
from portal.pages import calls
from portal.pages.language import N_, _
from portal.pages.refusals import refusal

MOVING = ("queued", "running", "publishing")
SOLVED = ("ready", "publishing", "published", "discarded")
# To a manager who looks over a run these say something else than to somebody who asks for a mentor.
_WORDS = {
    "wrong-state": N_("This run has moved on meanwhile, or the pair has. Look at it as it is now."),
    "not-found": N_("The run does not propose this pair any more. Look at it as it is now."),
    "no-seat-left": N_(
        "All places with this mentor are given in this run, or the mentee has another mentor by now. "
        "Forbid one of those pairs first, or choose another mentor."
    ),
}


def run(run_id: str) -> dict[str, Any]:
    """One run."""
    held: dict[str, Any] = calls.get("matching", f"/v1/runs/{run_id}")
    return held


def runs_of(program_id: str, limit: int = 50) -> list[dict[str, Any]]:
    """A program's runs, the newest first."""
    items: list[dict[str, Any]] = calls.get("matching", f"/v1/programs/{program_id}/runs", limit=limit)["items"]
    return items


def program_of(held: dict[str, Any]) -> dict[str, Any]:
    """The program of a run."""
    program: dict[str, Any] = calls.get("matching", f"/v1/programs/{held['program_id']}")
    return program


def why_not(problem: ServiceProblem) -> str:
    """Why a run refused something, and what to do."""
    known = _WORDS.get(problem.slug)
    return _(known) if known else refusal(problem)
