"""The one next step."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.pages.steps import Standing, Step, next_step, stage

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PROGRAM: dict[str, Any] = {"id": "prg_1", "state": "running", "managers": ["prs_cara"]}
MENTORSHIP: dict[str, Any] = {
    "id": "mnt_1", "program_id": "prg_1", "mentor_id": "prs_ben", "mentee_ids": ["prs_ana"], "state": "active",
}  # fmt: skip


def standing(**parts: Any) -> Standing:
    return Standing(**{"person_id": "prs_ana", "has_profile": True, "programs": (PROGRAM,), **parts})


def place(state: str, role: str = "mentee") -> dict[str, Any]:
    return {"program_id": "prg_1", "role": role, "state": state}


def request(deadline: str = "2026-12-01T00:00:00Z") -> dict[str, Any]:
    return {"id": "req_1", "made_by": "mentee", "mentee_id": "prs_ana", "mentor_id": "prs_ben",
            "made_at": "2026-11-23T00:00:00Z", "deadline": deadline}  # fmt: skip


def session(days: float, state: str = "scheduled") -> dict[str, Any]:
    return {"id": f"ses_{days}", "mentorship_id": "mnt_1", "state": state, "minutes": 45,
            "starts_at": (NOW + timedelta(days=days)).isoformat()}  # fmt: skip


def paired(*sessions: dict[str, Any], reviews_due: tuple[dict[str, Any], ...] = ()) -> Standing:
    journey = {"sessions": list(sessions), "reviews_due": list(reviews_due)}
    return standing(places=(place("approved"),), mentorships=(MENTORSHIP,), journeys={"mnt_1": journey})


def proposed(*confirmed: str, asked: tuple[str, ...] = ("prs_ana", "prs_ben")) -> Standing:
    mentorship = {**MENTORSHIP, "state": "proposed", "asked": list(asked), "confirmed_by": list(confirmed),
                  "deadline": "2026-12-01T00:00:00Z"}  # fmt: skip
    return standing(places=(place("approved"),), mentorships=(mentorship,))


DUE = {"session_id": "ses_-3", "addressee_id": "prs_ben"}


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        (standing(has_profile=False), "publish"),
        (standing(programs=()), "nothing_open"),
        (standing(), "apply"),
        (standing(places=(place("applied"),)), "wait_approval"),
        (standing(places=(place("waitlisted"),)), "wait_list"),
        (standing(places=(place("approved"),)), "find"),
        (standing(places=(place("approved"),), outgoing=(request(),)), "wait_answer"),
        (standing(places=(place("approved", "mentor"),)), "be_found"),
        (standing(incoming=(request(),)), "answer"),
        (standing(has_profile=False, incoming=(request(),)), "answer"),
        (proposed(), "confirm"),
        (proposed("prs_ben"), "confirm"),
        (proposed("prs_ana"), "wait_confirm"),
        (proposed(asked=("prs_ben",)), "wait_confirm"),
        (paired(), "schedule"),
        (paired(session(2)), "prepare"),
        (paired(session(-1)), "tell"),
        (paired(session(2), session(-3, "held"), reviews_due=(DUE,)), "review"),
        (standing(person_id="prs_cara", has_profile=False, to_decide={"prg_1": 3}), "decide"),
        (standing(person_id="prs_cara", has_profile=False), "watch"),
        (standing(person_id="prs_cara", has_profile=False, programs=({**PROGRAM, "state": "draft"},)), "open_program"),
    ],
)
def test_the_next_step_is_what_helps_most(where: Standing, kind: str) -> None:
    assert next_step(where, NOW).kind == kind


def test_the_request_that_ends_first_is_answered_first() -> None:
    first = request("2026-11-25T00:00:00Z")
    step = next_step(standing(person_id="prs_ben", incoming=(request(), first)), NOW)
    assert step.request is first
    assert (step.person_id, step.count) == ("prs_ana", 2)


def test_a_session_that_is_going_on_is_not_over() -> None:
    assert next_step(paired(session(-0.01)), NOW).kind == "prepare"


@pytest.mark.parametrize(
    ("where", "passed"),
    [
        (standing(has_profile=False), 0),
        (standing(), 1),
        (standing(places=(place("approved"),)), 2),
        (proposed(), 2),
        (paired(), 3),
        (paired(session(-3, "held"), reviews_due=(DUE,)), 4),
        (paired(session(-3, "held")), 5),
    ],
)
def test_the_way_so_far_counts_the_stages_behind_one(where: Standing, passed: int) -> None:
    assert stage(where) == passed


def test_waiting_is_no_task() -> None:
    assert Step(kind="wait_answer").is_waiting
    assert not Step(kind="find").is_waiting
