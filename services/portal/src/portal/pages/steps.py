"""The one next step of a person, decided from where they stand; pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Kind = Literal[
    "publish", "answer", "review", "tell", "prepare", "schedule", "find", "wait_answer", "wait_approval", "wait_list",
    "be_found", "apply", "nothing_open", "decide", "open_program", "watch", "confirm", "wait_confirm",
]  # fmt: skip
Stage = Literal["profile", "program", "pair", "session", "review"]
STAGES: tuple[Stage, ...] = ("profile", "program", "pair", "session", "review")


_WAITING: tuple[Kind, ...] = (
    "wait_answer",
    "wait_approval",
    "wait_list",
    "be_found",
    "prepare",
    "nothing_open",
    "watch",
    "wait_confirm",
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a person stands; everything as the services answer it.

    `to_decide` counts, by program that the person manages, the applications that wait.
    """

    person_id: str
    has_profile: bool
    programs: tuple[dict[str, Any], ...] = ()
    places: tuple[dict[str, Any], ...] = ()
    incoming: tuple[dict[str, Any], ...] = ()
    outgoing: tuple[dict[str, Any], ...] = ()
    mentorships: tuple[dict[str, Any], ...] = ()
    journeys: dict[str, dict[str, Any]] = field(default_factory=dict)
    to_decide: dict[str, int] = field(default_factory=dict)

    @property
    def managed(self) -> list[dict[str, Any]]:
        """The programs that the person manages and that are not over."""
        return [one for one in self.programs if self.person_id in one["managers"] and one["state"] != "closed"]

    @property
    def takes_part(self) -> bool:
        """Whether the person is somewhere a mentee or a mentor."""
        return bool(self.places or self.mentorships)

    def sessions(self, mentorship_id: str, state: str) -> list[dict[str, Any]]:
        """A mentorship's sessions in one state, the earliest first."""
        sessions = self.journeys.get(mentorship_id, {}).get("sessions", [])
        return sorted((one for one in sessions if one["state"] == state), key=lambda one: one["starts_at"])

    def places_in(self, state: str) -> list[dict[str, Any]]:
        """The person's enrolments in one state."""
        return [place for place in self.places if place["state"] == state]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What to do next, and what about."""

    kind: Kind
    person_id: str | None = None
    program: dict[str, Any] | None = None
    session: dict[str, Any] | None = None
    request: dict[str, Any] | None = None
    mentorship: dict[str, Any] | None = None
    count: int = 1

    @property
    def is_waiting(self) -> bool:
        """Whether nothing has to be done now."""
        return self.kind in _WAITING


def next_step(standing: Standing, now: datetime) -> Step:
    """The one thing that helps most now: first what others wait for, then what is one's own to do."""
    if standing.incoming:
        oldest = min(standing.incoming, key=lambda request: str(request["deadline"]))
        return Step(kind="answer", request=oldest, person_id=_asker(oldest), count=len(standing.incoming))
    if to_confirm := [one for one in standing.mentorships if awaits(one, standing.person_id)]:
        first = min(to_confirm, key=lambda one: str(one["deadline"]))
        return _step("confirm", first, None, standing, len(to_confirm))
    if step := _of_manager(standing):
        return step
    if not standing.has_profile:
        return Step(kind="publish")
    return _of_mentorships(standing, now) or _of_proposed(standing) or _of_places(standing)


def stage(standing: Standing) -> int:
    """How many of the stages are behind the person, from 0 to `len(STAGES)`."""
    reviewed = any(
        session["state"] == "held" and not _review_due(standing, session)
        for journey in standing.journeys.values()
        for session in journey.get("sessions", ())
    )
    met = any(session["state"] == "held" for j in standing.journeys.values() for session in j.get("sessions", ()))
    paired = any(one["state"] != "proposed" for one in standing.mentorships)
    passed = (standing.has_profile, bool(standing.places_in("approved")), paired, met, reviewed)
    if standing.mentorships and not standing.places:
        passed = (standing.has_profile, True, paired, met, reviewed)
    return next((place for place, done in enumerate(passed) if not done), len(passed))


def over(session: dict[str, Any], now: datetime) -> bool:
    """Whether a session's planned end has passed."""
    return datetime.fromisoformat(session["starts_at"]) + timedelta(minutes=session["minutes"]) <= now


def counterparts(mentorship: dict[str, Any], person_id: str) -> list[str]:
    """The others of a mentorship, as the person meets them: a mentee their mentor, a mentor their mentees."""
    if person_id == mentorship["mentor_id"]:
        return list(mentorship["mentee_ids"])
    return [mentorship["mentor_id"]]


def awaits(mentorship: dict[str, Any], person_id: str) -> bool:
    """Whether a proposed mentorship waits for the person to confirm or decline it."""
    asked = person_id in mentorship.get("asked", ()) and person_id not in mentorship.get("confirmed_by", ())
    return mentorship["state"] == "proposed" and asked


def _of_manager(standing: Standing) -> Step | None:
    """Applications that wait; for somebody who only manages, also what else their programs need."""
    for program in standing.managed:
        if count := standing.to_decide.get(program["id"], 0):
            return Step(kind="decide", program=program, count=count)
    if not standing.managed or standing.takes_part or standing.has_profile:
        return None
    draft = next((program for program in standing.managed if program["state"] == "draft"), None)
    return Step(kind="open_program", program=draft) if draft else Step(kind="watch", program=standing.managed[0])


def _of_mentorships(standing: Standing, now: datetime) -> Step | None:
    live = [one for one in standing.mentorships if one["state"] == "active" and one["id"] in standing.journeys]
    for mentorship in live:
        due = standing.journeys[mentorship["id"]].get("reviews_due", [])
        if due:
            about = {"id": due[0]["session_id"]}
            return Step(
                kind="review", session=about, mentorship=mentorship, person_id=due[0]["addressee_id"], count=len(due)
            )
    planned = [
        (mentorship, session) for mentorship in live for session in standing.sessions(mentorship["id"], "scheduled")
    ]
    planned.sort(key=lambda pair: pair[1]["starts_at"])
    for mentorship, session in planned:
        if over(session, now):
            return _step("tell", mentorship, session, standing)
    with_plan = {mentorship["id"] for mentorship, _ in planned}
    for mentorship in live:
        if mentorship["id"] not in with_plan:
            return _step("schedule", mentorship, None, standing)
    for mentorship, session in planned:
        return _step("prepare", mentorship, session, standing)
    return None


def _of_proposed(standing: Standing) -> Step | None:
    """A proposed mentorship that waits for the others."""
    proposed = next((one for one in standing.mentorships if one["state"] == "proposed"), None)
    return _step("wait_confirm", proposed, None, standing) if proposed else None


def _of_places(standing: Standing) -> Step:
    seeking = [place for place in standing.places_in("approved") if place["role"] == "mentee"]
    if standing.outgoing:
        newest = max(standing.outgoing, key=lambda request: request["made_at"])
        return Step(kind="wait_answer", request=newest, person_id=_answerer(newest), count=len(standing.outgoing))
    if seeking:
        return Step(kind="find", program=_program(standing, seeking[0]))
    if approved := standing.places_in("approved"):
        return Step(kind="be_found", program=_program(standing, approved[0]))
    if applied := standing.places_in("applied"):
        return Step(kind="wait_approval", program=_program(standing, applied[0]))
    if waiting := standing.places_in("waitlisted"):
        return Step(kind="wait_list", program=_program(standing, waiting[0]))
    if standing.programs:
        return Step(kind="apply", program=standing.programs[0], count=len(standing.programs))
    return Step(kind="nothing_open")


def _step(
    kind: Kind, mentorship: dict[str, Any], session: dict[str, Any] | None, standing: Standing, count: int = 1
) -> Step:
    other = counterparts(mentorship, standing.person_id)[0]
    return Step(kind=kind, mentorship=mentorship, session=session, person_id=other, count=count)


def _review_due(standing: Standing, session: dict[str, Any]) -> bool:
    due = standing.journeys.get(session["mentorship_id"], {}).get("reviews_due", [])
    return any(review["session_id"] == session["id"] for review in due)


def _program(standing: Standing, place: dict[str, Any]) -> dict[str, Any] | None:
    return next((program for program in standing.programs if program["id"] == place["program_id"]), None)


def _asker(request: dict[str, Any]) -> str:
    return str(request["mentee_id"] if request["made_by"] == "mentee" else request["mentor_id"])


def _answerer(request: dict[str, Any]) -> str:
    return str(request["mentor_id"] if request["made_by"] == "mentee" else request["mentee_id"])
