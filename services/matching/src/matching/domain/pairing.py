"""People and programs as the engine sees them, and the rules of a single pair, judged by that same engine."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

import engine
from contracts.profiles import WeeklySlot
from engine.person import DAYS
from engine.score import pair as pair_score
from matching.domain import calendar
from matching.domain.enrolment import Enrolment
from matching.domain.person import Person, Profile
from matching.domain.program import Program
from matching.domain.seats import Seats

PRIVATE_RULES = frozenset(
    {"avoid", "opted_out", "reporting_line", "min_level_gap", "floor", "forbidden", "unknown", "role"}
)


def engine_program(program: Program) -> engine.Program:
    """The program's part that the match reads."""
    return engine.Program.read(program.match_keys())


def candidate(
    program: Program,
    person: Person,
    profile: Profile | None,
    enrolments: Iterable[Enrolment],
    seats: Seats | None,
    now: datetime,
) -> engine.Person | None:
    """The person as the match sees them in this program now.

    None where they hold no approved place, are gone, or live in a time zone that nobody here knows.
    """
    approved = {one.role: one for one in enrolments if one.state == "approved"}
    if person.is_gone or not approved or not calendar.is_zone(person.time_zone):
        return None
    profile = profile or Profile(id=person.id, changed_at=person.changed_at)
    mentor, mentee = approved.get("mentor"), approved.get("mentee")
    seen = _seen(person, profile, "both" if len(approved) == 2 else "mentor" if mentor else "mentee")
    return replace(
        seen,
        capacity=seats.left(program.id, "mentor") if seats is not None else 0,
        wishes=mentee.wishes if mentee else (),
        wishes_as_mentor=mentor.wishes if mentor else (),
        opted_out=not is_willing(program, person, profile, now),
    )


def is_willing(program: Program, person: Person, profile: Profile | None, now: datetime) -> bool:
    """Whether the person is at work, wants to be matched today, and did not ask to be forgotten."""
    today = calendar.today(now, program.time_zone)
    return person.status == "active" and not person.hidden_by and (profile is None or profile.is_willing(today))


def broken_rule(
    program: Program,
    mentee: tuple[Person, Profile | None],
    mentor: tuple[Person, Profile | None],
    managers: Mapping[str, str],
    now: datetime,
) -> str | None:
    """The absolute rule of `engine.rules.ORDER` that refuses the pair, seats and the floor aside; None if none does.

    `managers` maps each person of both reporting lines to their manager. Seats are counted where they are taken, and a
    floor asks for the whole pool's scores. Whose time zone is not known here is `unknown`, as in the match.
    """
    if not all(calendar.is_zone(person.time_zone) for person in (mentee[0], mentor[0])):
        return "unknown"
    terms = replace(engine_program(program), floor=float("-inf"))
    pool = engine.Pool(terms)
    peer = program.kind == "peer"
    sides: tuple[tuple[Person, Profile | None, Literal["mentor", "mentee"]], ...] = (
        (*mentee, "mentee"),
        (*mentor, "mentor"),
    )
    for person, profile, role in sides:
        seen = _seen(person, profile or Profile(id=person.id, changed_at=person.changed_at), "both" if peer else role)
        pool.upsert(replace(seen, capacity=1, opted_out=not is_willing(program, person, profile, now)))
    for person_id, manager_id in managers.items():
        pool.reports_to(person_id, manager_id)
    return engine.refusal(pool, mentee[0].id, mentor[0].id)


def judged(
    program: Program,
    mentee: engine.Person,
    mentor: engine.Person,
    rarity: engine.Rarity,
    managers: Mapping[str, str],
) -> tuple[engine.Score, str | None]:
    """The score of two people of a run, and the rule of its terms that refuses them; `rarity` is of the whole run."""
    pool = engine.Pool(engine_program(program), (mentee, mentor))
    pool.rarity = rarity
    for person_id, manager_id in managers.items():
        pool.reports_to(person_id, manager_id)
    score = pair_score(mentee, mentor, pool.program, rarity)
    return score, engine.refusal(pool, mentee.person_id, mentor.person_id)


def shown(rule: str, to_manager: bool) -> str:
    """A rule's name as its reader may know it: `avoid` is private to all, what is personal to participants."""
    if to_manager:
        return "private" if rule == "avoid" else rule
    return "not_available" if rule in PRIVATE_RULES else rule


def _seen(person: Person, profile: Profile, role: Literal["mentor", "mentee", "both"]) -> engine.Person:
    return engine.Person(
        person_id=person.id,
        role=role,
        time_zone=person.time_zone,
        department=person.department,
        level=person.level,
        site=person.site,
        remote=person.remote,
        manager_id=person.manager_id or "",
        languages=person.languages,
        skills_offered={one.skill_id: one.level for one in profile.skills_offered},
        skills_wanted=profile.skills_wanted,
        goals=profile.goals,
        helps_with=profile.helps_with,
        availability=tuple(filter(None, map(_interval, profile.availability))),
        avoid=frozenset(profile.avoid),
        attributes=attributes_of(person, profile),
    )


def attributes_of(person: Person, profile: Profile | None) -> dict[str, str]:
    """What further is known of somebody: what they answered, and over it what HR says by the same name."""
    return {**(profile.attributes if profile else {}), **person.attributes}


def _interval(slot: WeeklySlot) -> engine.Interval | None:
    # Only half hours that are free as a whole count, so an uneven start is rounded up and an uneven end down.
    start, end = -(-_minutes(slot.start) // 30), _minutes(slot.end) // 30
    return engine.Interval(DAYS.index(slot.day), start, end) if start < end else None


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
