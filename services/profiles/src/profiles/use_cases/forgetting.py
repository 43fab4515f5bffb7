"""What forgetting a person destroys in this service."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from contracts.profiles import ContactErased, PersonErased, ProfileErased
from profiles.domain.access import Grant
from profiles.domain.consent import Consent
from profiles.domain.erasure import Gone
from profiles.domain.person import Person
from profiles.domain.profile import Profile
from profiles.domain.vocabulary import PREFIXES, Skill, Theme
from profiles.ports import Unit
from profiles.use_cases.imports.forgetting import forget_in_imports
from servicekit.forgetting import forget_traces

T = TypeVar("T", Skill, Theme)


def destroy_person(unit: Unit, erasure_id: str, person_id: str, now: datetime) -> dict[str, int]:
    """Destroy everything but the ids in others' records and in the audit log; returns how much of each kind.

    Whoever knows the person by events is told. Where nobody is there any more, nothing happens.
    """
    words = (*_blank_words(unit, Skill, person_id), *_blank_words(unit, Theme, person_id))
    return {
        "avoid_lists": _leave_avoid_lists(unit, person_id),
        "proposed_words": len(words),
        "groups": _leave_groups(unit, person_id, now),
        **_leave_imports(unit, person_id, now),
        **_destroy_access(unit, person_id),
        **_end_story(unit, erasure_id, person_id, words),
        **forget_traces(unit, "profiles", person_id),
    }


def retell_end(unit: Unit, person_id: str) -> None:
    """Tell the end of each topic's story of the person again, so that what it replaced can be compacted."""
    gone = unit.get(Gone, person_id)
    if gone is None:
        return
    unit.save(gone, *_ends(person_id))
    for id in gone.words:
        term = unit.require(Skill, id) if id.startswith(PREFIXES[Skill]) else unit.require(Theme, id)
        unit.save(term, term.snapshot)


def _ends(person_id: str) -> tuple[PersonErased, ContactErased, ProfileErased]:
    return PersonErased(person_id=person_id), ContactErased(person_id=person_id), ProfileErased(person_id=person_id)


def _end_story(unit: Unit, erasure_id: str, person_id: str, words: tuple[str, ...]) -> dict[str, int]:
    person, profile = unit.get(Person, person_id), unit.get(Profile, person_id)
    for held in (person, profile):
        if held is not None:
            unit.succeed(held, Gone)
    if person is not None:
        gone = unit.get(Gone, person_id) or Gone(id=person_id, erasure_id=erasure_id, words=words)
        unit.save(gone, *_ends(person_id))
    return {"people": 1 if person is not None else 0, "profiles": 1 if profile is not None else 0}


def _leave_avoid_lists(unit: Unit, person_id: str) -> int:
    avoiding = unit.profiles_avoiding(person_id)
    for profile in avoiding:
        avoid = tuple(id for id in profile.statement.avoid if id != person_id)
        cleared = replace(profile, statement=replace(profile.statement, avoid=avoid))
        unit.save(cleared, cleared.snapshot)
    return len(avoiding)


def _leave_groups(unit: Unit, person_id: str, now: datetime) -> int:
    groups = unit.groups_of([person_id])
    for group in groups:
        unit.save(group.without(person_id, now))
    return len(groups)


def _leave_imports(unit: Unit, person_id: str, now: datetime) -> dict[str, int]:
    person = unit.get(Person, person_id)
    return forget_in_imports(unit, person, now) if person is not None else {}


def _blank_words(unit: Unit, kind: type[T], person_id: str) -> list[str]:
    """Blank the words that the person proposed, unless somebody else took them up or an admin approved them."""
    own = [term for term in unit.terms_proposed_by(kind, person_id) if not unit.is_term_used(term, person_id)]
    for term in own:
        blank = term.blanked()
        unit.save(blank, blank.snapshot)
    return [term.id for term in own]


def _destroy_access(unit: Unit, person_id: str) -> dict[str, int]:
    grant, consent = unit.get(Grant, person_id), unit.get(Consent, person_id)
    for held in (grant, consent):
        if held is not None:
            unit.remove(held)
    return {
        "grants": 1 if grant is not None else 0,
        "consents": 1 if consent is not None else 0,
        "sign_in_links": unit.discard_links(person_id),
        "sessions": unit.discard_refresh_families(person_id),
    }
