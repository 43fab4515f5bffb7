"""Make the demonstration through the platform's APIs, each step once, in the name of the person who would do it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any, TypeVar

from mentormesh.seed.cast import email_of
from mentormesh.seed.diary import Diary
from mentormesh.seed.people import SKILLS, THEMES, Colleague
from mentormesh.seed.platform import Platform, Refused
from mentormesh.seed.story import WAITING, Offer, Stage, stages

ADMIN = email_of("people_admin")
MANAGER = email_of("program_manager")
NOTES = (
    "Your path from specialist to lead is the one I would like to take. Could we talk?",
    "I read your profile and would like to learn how you work with other departments.",
    "I am new to this subject and would be glad of somebody who asks me good questions.",
)
SIDE_BY_SIDE = 4
FRIDAY = 5
Tick = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Pair:
    """A mentorship's id, its two people, how far it shall come, and the name of its steps in the diary."""

    mentorship: str
    mentee: Colleague
    mentor: Colleague
    stage: Stage
    step: str


@dataclass(frozen=True)
class Garden:
    """The platform, what was done to it, who lives in it, and whom to tell of each step."""

    platform: Platform
    diary: Diary
    everybody: Sequence[Colleague]
    tick: Tick

    def id_of(self, one: Colleague) -> str:
        return str(self.diary.once(f"person {one.key}", lambda: self._register(one)))

    def post(self, who: str, service: str, path: str, body: dict[str, Any] | None, step: str) -> dict[str, Any]:
        """Send a creating or moving POST once, ever."""
        reply: dict[str, Any] = self.diary.once(
            step, lambda: self.platform.send(who, "POST", service, path, body or {}, key=f"seed {step}")
        )
        return reply

    def each(self, things: Sequence[T], do: Callable[[T], Any], what: str) -> None:
        """`do` for each of `things`, some side by side; the first failure is raised once all have ended."""
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for _ in pool.map(do, things):
                self.tick(what)

    def _register(self, one: Colleague) -> str:
        body = {**one.facts, "email": one.email}
        if one.manager:
            body["manager_id"] = self.diary.once(f"person {one.manager}", _unknown(one.manager))
        if one.email == ADMIN:
            # `init` made the first people admin with an address and no facts.
            mine = str(self.platform.send(ADMIN, "GET", "profiles", "/v1/me")["id"])
            etag = self.platform.etag(ADMIN, "profiles", f"/v1/people/{mine}")
            self.platform.send(ADMIN, "PATCH", "profiles", f"/v1/people/{mine}", body, etag=etag)
            return mine
        made = self.platform.send(ADMIN, "POST", "profiles", "/v1/people", body, key=f"seed person {one.key}")
        return str(made["id"])


def _unknown(key: str) -> Callable[[], Any]:
    def fail() -> Any:
        raise LookupError(f"{key} is registered after somebody who reports to them")

    return fail


def plant(garden: Garden, offers: Sequence[Offer], now: datetime) -> dict[str, int]:
    """Everything; how many people, programs, mentorships and waiting requests there are then."""
    _vocabulary(garden)
    for rank in _ranks(garden.everybody):
        garden.each(rank, garden.id_of, "people")
    garden.each(garden.everybody, partial(_publish, garden), "profiles")
    _appoint(garden)
    pairs = 0
    for offer in offers:
        program = _open(garden, offer)
        spread = stages(offer.pairs, pairs)
        pairs += _matches(garden, offer, program, spread, now)
    waiting = sum(1 for number in range(WAITING) if f"waiting {number}" in garden.diary)
    return {"people": len(garden.everybody), "programs": len(offers), "mentorships": pairs, "waiting": waiting}


def steps(everybody: Sequence[Colleague], offers: Sequence[Offer]) -> int:
    """How many times `plant` ticks."""
    places = sum(len(offer.mentors) + len(offer.mentees) for offer in offers)
    return 2 * len(everybody) + places + sum(offer.pairs for offer in offers)


def _ranks(everybody: Sequence[Colleague]) -> list[list[Colleague]]:
    """Everybody by their distance from the top: a manager is registered before those who report to them."""
    depth: dict[str | None, int] = {None: -1}
    ranks: list[list[Colleague]] = []
    for one in everybody:
        depth[one.key] = depth[one.manager] + 1
        if depth[one.key] == len(ranks):
            ranks.append([])
        ranks[depth[one.key]].append(one)
    return ranks


def _vocabulary(garden: Garden) -> None:
    for kind, names in (("skills", sorted({one for many in SKILLS.values() for one in many})), ("themes", THEMES)):
        for name in names:
            garden.post(ADMIN, "profiles", f"/v1/{kind}", {"name": name}, f"{kind} {name}")


def _publish(garden: Garden, one: Colleague) -> None:
    path = f"/v1/people/{garden.id_of(one)}/profile"

    def publish() -> bool:
        etag = garden.platform.etag(ADMIN, "profiles", path)
        garden.platform.send(ADMIN, "PUT", "profiles", path, one.profile, etag=etag)
        return True

    garden.diary.once(f"profile {one.key}", publish)


def _appoint(garden: Garden) -> None:
    manager = next(one for one in garden.everybody if one.email == MANAGER)
    path = f"/v1/people/{garden.id_of(manager)}/roles"

    def appoint() -> bool:
        etag = garden.platform.etag(ADMIN, "profiles", path)
        garden.platform.send(ADMIN, "PUT", "profiles", path, {"roles": ["program_manager"]}, etag=etag)
        return True

    garden.diary.once("program manager", appoint)


def _open(garden: Garden, offer: Offer) -> str:
    """The running program with everybody enrolled."""
    program = str(garden.post(MANAGER, "matching", "/v1/programs", offer.body, f"program {offer.key}")["id"])
    garden.post(MANAGER, "matching", f"/v1/programs/{program}/open", None, f"open {offer.key}")
    for role, people in (("mentor", offer.mentors), ("mentee", offer.mentees)):
        garden.each(people, partial(_enrol, garden, offer.key, program, role), "enrolments")
    garden.post(MANAGER, "matching", f"/v1/programs/{program}/start", None, f"start {offer.key}")
    return program


def _enrol(garden: Garden, offer: str, program: str, role: str, one: Colleague) -> None:
    body: dict[str, Any] = {"role": role, "person_id": garden.id_of(one)}
    if role == "mentor":
        body["capacity"] = one.profile["capacity"]
    path = f"/v1/programs/{program}/enrolments"
    garden.post(MANAGER, "matching", path, body, f"enrolment {offer} {role} {one.key}")


def _matches(garden: Garden, offer: Offer, program: str, spread: Sequence[Stage], now: datetime) -> int:
    """Bring pairs together until there are as many as the offer wants; how many there are.

    All agree before any meets: by then `feedback` knows of most, and few calls have to wait for it.
    """
    by_id = {garden.id_of(one): one for one in offer.mentors}
    pairs: list[Pair] = []
    left: list[Colleague] = []
    for number, mentee in enumerate(offer.mentees):
        is_ana = mentee.email == email_of("mentee")
        # In the second program Ana still looks for a mentor.
        if len(pairs) == offer.pairs or (is_ana and offer.key != "leaders"):
            left.append(mentee)
            continue
        step = f"{offer.key} {mentee.key}"
        agree = partial(_pair, garden, program, mentee, by_id, step, NOTES[number % len(NOTES)])
        agreed = garden.diary.once(f"pair {step}", agree)
        if agreed is None:
            left.append(mentee)
            continue
        stage: Stage = "reviewed" if is_ana else spread[len(pairs)]
        pairs.append(Pair(agreed["id"], mentee, by_id[agreed["mentor_id"]], stage, step))
    garden.each(pairs, partial(_advance, garden, now), "mentorships")
    if offer.key == "leaders":
        _ask_and_wait(garden, program, [one for one in left if one.email != email_of("mentee")], by_id)
    return len(pairs)


def _candidates(garden: Garden, program: str, mentee: Colleague) -> list[str]:
    path = f"/v1/programs/{program}/recommendations?limit=10"
    found = garden.platform.send(mentee.email, "GET", "matching", path)["items"]
    return [str(item["mentor_id"]) for item in found]


def _pair(
    garden: Garden, program: str, mentee: Colleague, mentors: dict[str, Colleague], step: str, note: str
) -> dict[str, str] | None:
    """Ask the recommended mentors in turn until one can say yes; None where nobody can."""
    candidates = _candidates(garden, program, mentee)
    if mentee.email == email_of("mentee"):
        ben = next(id for id, one in mentors.items() if one.email == email_of("mentor"))
        candidates = [ben, *(id for id in candidates if id != ben)]
    for mentor_id in candidates:
        mentor = mentors.get(mentor_id)
        if mentor is None:
            continue
        body = {"program_id": program, "mentor_id": mentor_id, "message": note}
        try:
            asked = garden.platform.send(
                mentee.email, "POST", "matching", "/v1/requests", body, key=f"seed ask {step} {mentor.key}"
            )
            path = f"/v1/requests/{asked['id']}/accept"
            agreed = garden.platform.send(
                mentor.email, "POST", "matching", path, {}, key=f"seed yes {step} {mentor.key}"
            )
        except Refused as refused:
            if refused.status != 409:
                raise
            continue  # the mentor's seats went to others meanwhile
        return {"id": str(agreed["mentorship_id"]), "mentor_id": mentor_id}
    return None


def _advance(garden: Garden, now: datetime, pair: Pair) -> None:
    """Bring a new mentorship to its stage."""
    step = pair.step
    if pair.stage == "new":
        return
    if pair.stage != "planned":
        _meet(garden, now, pair)
    if pair.stage in ("planned", "met", "reviewed"):
        _session(garden, pair, pair.mentee, now + timedelta(days=7), "What we want to reach", f"next {step}")
    if pair.stage == "paused":
        path = f"/v1/mentorships/{pair.mentorship}/pause"
        garden.post(pair.mentee.email, "matching", path, None, f"pause {step}")
    if pair.stage == "ended":
        path = f"/v1/mentorships/{pair.mentorship}/end"
        garden.post(MANAGER, "matching", path, {"reason": "completed"}, f"end {step}")


def _meet(garden: Garden, now: datetime, pair: Pair) -> None:
    step, before = pair.step, now - timedelta(days=5)
    session = _session(garden, pair, pair.mentor, before, "Getting to know each other", f"met {step}")
    garden.post(pair.mentor.email, "feedback", f"/v1/sessions/{session}/hold", None, f"hold {step}")
    if pair.stage in ("reviewed", "ended"):
        _review(garden, session, pair.mentee, 5, "I left with two things to try this week.", step)
        _review(garden, session, pair.mentor, 4, "Well prepared, and open about what is hard.", step)


def _review(garden: Garden, session: str, who: Colleague, rating: int, comment: str, step: str) -> None:
    def give() -> bool:
        body = {"rating": rating, "comment": comment}
        garden.platform.send(who.email, "PUT", "feedback", f"/v1/sessions/{session}/review", body)
        return True

    garden.diary.once(f"review {step} {who.key}", give)


def _session(garden: Garden, pair: Pair, who: Colleague, day: datetime, agenda: str, step: str) -> str:
    # Nobody meets on a weekend: then the Monday after it.
    working_day = day.date() + timedelta(days=8 - day.isoweekday() if day.isoweekday() > FRIDAY else 0)
    starts = datetime.combine(working_day, time(10, 0), UTC)
    body = {"starts_at": starts.isoformat(), "minutes": 45, "agenda": agenda, "place": "Video call"}
    made = garden.post(who.email, "feedback", f"/v1/mentorships/{pair.mentorship}/sessions", body, f"session {step}")
    return str(made["id"])


def _ask_and_wait(garden: Garden, program: str, mentees: Sequence[Colleague], mentors: dict[str, Colleague]) -> None:
    """Some requests that nobody has answered, for the inboxes and the program manager's page."""
    for number, mentee in enumerate(mentees[:WAITING]):

        def ask(mentee: Colleague = mentee, number: int = number) -> str | None:
            for mentor_id in _candidates(garden, program, mentee):
                if mentor_id not in mentors:
                    continue
                body = {"program_id": program, "mentor_id": mentor_id, "message": NOTES[number % len(NOTES)]}
                asked = garden.platform.send(
                    mentee.email, "POST", "matching", "/v1/requests", body, key=f"seed wait {mentee.key}"
                )
                return str(asked["id"])
            return None

        garden.diary.once(f"waiting {number}", ask)
