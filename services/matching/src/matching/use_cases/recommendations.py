"""What the match says to one mentee, or to a manager about a pair."""

from dataclasses import dataclass
from datetime import datetime

from matching import permissions
from matching.domain import pairing
from matching.domain.errors import NotEnrolled
from matching.domain.program import Program
from matching.domain.run import STANDING
from matching.permissions import TABLE
from matching.ports.matcher import Match, Matcher
from matching.ports.unit import Store, Unit
from matching.use_cases.programs import visible_program
from matching.use_cases.runs.explaining import Explained, explained
from matching.use_cases.words import HELPS, WORDS
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import NotFound


@dataclass(frozen=True, kw_only=True)
class Recommendations:
    """The best first; `known_at` is the moment up to which people, seats and enrolments were known."""

    items: tuple[Match, ...]
    known_at: datetime
    age_seconds: float


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a pair, or why not: `rule` and `words` as the reader may know them, `match` where the pair is possible.

    `would_help` is what would lift the rule. `in_run` is for managers: what the newest run
    says that is solved and not discarded.
    """

    mentee_id: str
    mentor_id: str
    available: bool
    rule: str | None
    words: str | None
    would_help: str | None
    match: Match | None
    in_run: Explained | None
    known_at: datetime


def recommend_mentors(
    store: Store, clock: Clock, caller: Caller, matcher: Matcher, program_id: str, mentee_id: str | None, limit: int
) -> Recommendations:
    """The mentors who fit the caller best; a manager may ask for `mentee_id`.

    Raises:
        NotEnrolled: that person has no approved place as a mentee.
    """

    def work(unit: Unit) -> Recommendations:
        program, subject = _about(unit, caller, "recommendation.list", program_id, mentee_id)
        found, known_at = matcher.recommend(program, subject, limit)
        if not found:
            # The match names nobody to somebody without a place, so only then it is asked for.
            _require_place(unit, program_id, subject)
        age = max((clock.now() - known_at).total_seconds(), 0.0)
        return Recommendations(items=tuple(found), known_at=known_at, age_seconds=age)

    return store.reading(work)


def explain_pair(
    store: Store, caller: Caller, matcher: Matcher, program_id: str, mentee_id: str, mentor_id: str
) -> Explanation:
    """Why this mentor for this mentee, or why not; a participant learns no reason that is private to another.

    Whoever is with a mentor, or proposed to one, reads why, though that mentor may have no seat for anybody else.
    """

    def work(unit: Unit) -> Explanation:
        program, subject = _about(unit, caller, "explanation.read", program_id, mentee_id)
        to_manager = "manager" in permissions.to_program(caller, program) and caller.id != subject
        verdict = matcher.explain(program, subject, mentor_id)
        rule = None if verdict.rule is None else pairing.shown(verdict.rule, to_manager)
        may_know = rule is None or to_manager or unit.live_between(program_id, subject, mentor_id) is not None
        return Explanation(
            mentee_id=subject,
            mentor_id=mentor_id,
            available=rule is None,
            rule=rule,
            words=None if rule is None else WORDS[rule],
            would_help=None if rule is None else HELPS.get(rule),
            match=verdict.match if may_know else None,
            in_run=_in_newest_run(unit, program, subject, mentor_id) if to_manager else None,
            known_at=verdict.known_at,
        )

    return store.reading(work)


def _in_newest_run(unit: Unit, program: Program, mentee_id: str, mentor_id: str) -> Explained | None:
    run = unit.newest_run(program.id, STANDING)
    if run is None:
        return None
    try:
        return explained(unit, run, program, mentee_id, mentor_id)
    except NotFound:  # who came later, or has left, is not part of it
        return None


def _about(unit: Unit, caller: Caller, operation: str, program_id: str, mentee_id: str | None) -> tuple[Program, str]:
    program = visible_program(unit, caller, program_id)
    subject = mentee_id or caller.id
    TABLE.require(caller, operation, permissions.to_person(caller, program, subject))
    return program, subject


def _require_place(unit: Unit, program_id: str, mentee_id: str) -> None:
    place = unit.live_enrolment(program_id, mentee_id, "mentee")
    if place is None or place.state != "approved":
        raise NotEnrolled("Recommendations are for mentees with an approved place in the program.")
