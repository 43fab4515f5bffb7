"""Turns the snapshots of others into what matching keeps of them."""

from datetime import datetime

from contracts.profiles import ClientChanged, PersonChanged, ProfileChanged, SkillChanged, ThemeChanged
from matching.domain.person import Client, Person, Profile, Word


def person_of(event: PersonChanged, now: datetime) -> Person:
    """The employment facts that the match and the rules need."""
    return Person(
        id=event.person_id,
        status=event.status,
        department=event.department,
        level=event.level,
        site=event.site,
        remote=event.remote,
        manager_id=event.manager_id,
        time_zone=event.time_zone,
        languages=event.languages,
        attributes=event.attributes,
        changed_at=now,
    )


def profile_of(event: ProfileChanged, now: datetime) -> Profile:
    """What the person says of themselves for mentoring."""
    return Profile(
        id=event.person_id,
        skills_offered=event.skills_offered,
        skills_wanted=event.skills_wanted,
        goals=event.goals,
        helps_with=event.helps_with,
        availability=event.availability,
        capacity=event.capacity,
        opted_out=event.opted_out,
        avoid=event.avoid,
        paused_until=event.paused_until,
        attributes=event.attributes,
        changed_at=now,
    )


def skill_of(event: SkillChanged, now: datetime) -> Word:
    """A skill's name."""
    return Word(id=event.skill_id, name=event.name, changed_at=now)


def theme_of(event: ThemeChanged, now: datetime) -> Word:
    """A theme's name."""
    return Word(id=event.theme_id, name=event.name, changed_at=now)


def client_of(event: ClientChanged) -> Client:
    """What a client may do."""
    return Client(id=event.client_id, scopes=event.scopes, programs=event.programs, revoked=event.revoked)
