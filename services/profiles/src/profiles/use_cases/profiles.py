"""Reading, publishing, pausing and resuming a mentoring profile."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from profiles.domain.completeness import Completeness, Side, completeness
from profiles.domain.person import Person
from profiles.domain.profile import Interval, Offer, Profile, Statement
from profiles.domain.profile_field import Answer, given, shown
from profiles.domain.vocabulary import Skill, Theme
from profiles.permissions import TABLE, relations_to_person
from profiles.ports import Store, Unit
from profiles.use_cases.consents import consent_of, keep_consent
from profiles.use_cases.vocabularies import name_terms
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import FieldError, InvalidInput, Stale, WrongState


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody sends as their profile; skills and themes by name or id, offered skills as (skill, level).

    Of `consent`, purposes that are not named stay as they were. `answers` are as they came: what each may be is for its
    question to say.
    """

    skills_offered: tuple[tuple[str, int], ...] = ()
    skills_wanted: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    helps_with: tuple[str, ...] = ()
    availability: tuple[Interval, ...] = ()
    capacity: int = 1
    bio: str = ""
    opted_out: bool = False
    avoid: tuple[str, ...] = ()
    consent: dict[str, bool] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NamedProfile:
    """A profile with the names of its skills and themes by id; `version` 0 is a profile that nobody published yet.

    `answers` are those to what is asked now.
    """

    profile: Profile
    names: Mapping[str, str]
    answers: Mapping[str, Answer]
    completeness: Completeness

    @property
    def version(self) -> int:
        """The profile's."""
        return self.profile.version


def read_profile(store: Store, caller: Caller, person_id: str, sides: Iterable[Side] = ()) -> NamedProfile:
    """A person's profile, an empty one where they published none yet; complete for those sides and for what it says."""
    TABLE.require(caller, "profile.read", relations_to_person(caller.id, person_id))

    def work(unit: Unit) -> NamedProfile:
        unit.require(Person, person_id)
        return _named(unit, unit.get(Profile, person_id) or Profile(id=person_id), sides)

    return store.reading(work)


def publish_profile(
    store: Store, clock: Clock, caller: Caller, person_id: str, expected: int | None, draft: Draft
) -> NamedProfile:
    """Say everything anew; `expected` 0 publishes for the first time.

    Raises:
        InvalidInput: a part cannot be, with its pointer.
        WrongState: the person left.
        Stale: the profile is at another version than `expected`.
    """
    TABLE.require(caller, "profile.change", relations_to_person(caller.id, person_id))

    def work(unit: Unit) -> NamedProfile:
        person = _employed(unit, person_id)
        before = unit.get(Profile, person.id) or Profile(id=person.id)
        _expect(before, expected)
        _check_avoided(unit, person.id, draft.avoid)
        consent = keep_consent(unit, consent_of(unit, person.id), draft.consent, caller, clock.now())
        said = replace(_statement(unit, draft, person.id), consent=consent.purposes)
        after = before.stating(said, unit.profile_fields())
        if after == before and before.version:
            return _named(unit, before)
        _audit_foreign_hand(unit, clock, caller, "profile.change", person.id)
        return _named(unit, unit.save(after, after.snapshot))

    return store.atomically(work)


def pause_profile(
    store: Store, clock: Clock, caller: Caller, person_id: str, until: date, expected: int | None = None
) -> NamedProfile:
    """Keep a person out of all matching until that day in their time zone.

    Raises:
        InvalidInput: the day is not to come.
        WrongState: there is no profile yet, or the person left.
    """
    TABLE.require(caller, "profile.pause", relations_to_person(caller.id, person_id))

    def work(unit: Unit) -> NamedProfile:
        person = _employed(unit, person_id)
        before = _published(unit, person.id, expected)
        after = before.paused(until, clock.now(), ZoneInfo(person.facts.time_zone))
        return _pausing(unit, clock, caller, "profile.pause", before, after)

    return store.atomically(work)


def resume_profile(
    store: Store, clock: Clock, caller: Caller, person_id: str, expected: int | None = None
) -> NamedProfile:
    """End a pause now; without one, nothing changes."""
    TABLE.require(caller, "profile.resume", relations_to_person(caller.id, person_id))

    def work(unit: Unit) -> NamedProfile:
        before = _published(unit, _employed(unit, person_id).id, expected)
        return _pausing(unit, clock, caller, "profile.resume", before, before.resumed())

    return store.atomically(work)


def end_pause(store: Store, clock: Clock, caller: Caller, person_id: str) -> None:
    """End a pause whose day has come where the person is; one that was moved or ended meanwhile stays as it is."""

    def work(unit: Unit) -> None:
        before, person = unit.get(Profile, person_id), unit.get(Person, person_id)
        if before is None or person is None or before.resumes_at is None:
            return
        after = before.at_its_time(clock.now(), ZoneInfo(person.facts.time_zone))
        if after.paused_until is None:
            unit.save(after, after.snapshot)
        elif after != before:
            unit.save(after)

    store.atomically(work)


def _pausing(unit: Unit, clock: Clock, caller: Caller, operation: str, before: Profile, after: Profile) -> NamedProfile:
    if after != before:
        _audit_foreign_hand(unit, clock, caller, operation, after.id)
        after = unit.save(after, after.snapshot)
    return _named(unit, after)


def _employed(unit: Unit, person_id: str) -> Person:
    person = unit.require(Person, person_id)
    if person.status == "left":
        raise WrongState(f"{person_id} left the organisation, so their profile stands still.")
    return person


def _published(unit: Unit, person_id: str, expected: int | None) -> Profile:
    profile = unit.get(Profile, person_id)
    if profile is None:
        raise WrongState("There is no profile yet. Publish one first.")
    _expect(profile, expected)
    return profile


def _expect(profile: Profile, expected: int | None) -> None:
    if expected is not None and profile.version != expected:
        raise Stale(f"The profile is at version {profile.version}, not {expected}. Fetch it and repeat the change.")


def _check_avoided(unit: Unit, person_id: str, avoid: tuple[str, ...]) -> None:
    unit.prefetch(Person, avoid)
    wrong = [
        FieldError(f"/avoid/{place}", "This is the person themselves." if id == person_id else f"There is no {id}.")
        for place, id in enumerate(avoid)
        if id == person_id or unit.get(Person, id) is None
    ]
    wrong += [
        FieldError(f"/avoid/{place}", "This was named before; name each once.")
        for place, id in enumerate(avoid)
        if id in avoid[:place]
    ]
    if wrong:
        raise InvalidInput("Some people to avoid cannot be; see `errors`.", wrong)


def _statement(unit: Unit, draft: Draft, person_id: str) -> Statement:
    skills = name_terms(
        unit,
        Skill,
        [
            *((f"/skills_offered/{place}/skill", skill) for place, (skill, _) in enumerate(draft.skills_offered)),
            *_places("skills_wanted", draft.skills_wanted),
        ],
        person_id,
    )
    named = [*_places("goals", draft.goals), *_places("helps_with", draft.helps_with)]
    themes = name_terms(unit, Theme, named, person_id)
    offered, goals = len(draft.skills_offered), len(draft.goals)
    return Statement(
        skills_offered=tuple(
            Offer(skill_id=id, level=level)
            for id, (_, level) in zip(skills[:offered], draft.skills_offered, strict=True)
        ),
        skills_wanted=tuple(skills[offered:]),
        goals=tuple(themes[:goals]),
        helps_with=tuple(themes[goals:]),
        availability=draft.availability,
        capacity=draft.capacity,
        bio=draft.bio,
        opted_out=draft.opted_out,
        avoid=draft.avoid,
        answers=given(draft.answers),
    )


def _places(name: str, texts: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"/{name}/{place}", text) for place, text in enumerate(texts)]


def _named(unit: Unit, profile: Profile, sides: Iterable[Side] = ()) -> NamedProfile:
    said, asked = profile.statement, unit.profile_fields()
    skills = [*(offer.skill_id for offer in said.skills_offered), *said.skills_wanted]
    themes = [*said.goals, *said.helps_with]
    unit.prefetch(Skill, skills)
    unit.prefetch(Theme, themes)
    names = {id: unit.require(Skill, id).name for id in skills}
    names |= {id: unit.require(Theme, id).name for id in themes}
    languages = unit.require(Person, profile.id).facts.languages
    return NamedProfile(
        profile=profile,
        names=names,
        answers=shown(asked, said.answers, private=True),
        completeness=completeness(said, languages, asked, sides),
    )


def _audit_foreign_hand(unit: Unit, clock: Clock, caller: Caller, operation: str, person_id: str) -> None:
    if caller.id != person_id:
        unit.save(audited(caller, operation, person_id, clock.now()))
