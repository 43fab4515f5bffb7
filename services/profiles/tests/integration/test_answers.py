"""Answers and pauses on a real MongoDB: what is kept of each kind, the retelling sweep and the clock's index."""

from datetime import timedelta
from typing import Any

import pytest

from profiles.domain.profile import Profile
from profiles.domain.profile_field import Kind, Option, ProfileField
from profiles.use_cases import profile_fields, profiles
from profiles.use_cases.profiles import Draft
from servicekit.caller import Caller

from .test_store import CLOCK, SYSTEM, MongoProfiles, register, store

__all__ = ["store"]
pytestmark = pytest.mark.stack
ADMIN = Caller.person("prs_admin", "people_admin")
OPTIONS = (Option(key="expert", label={"en": "Expert"}), Option(key="lead", label={"en": "Lead"}))


def ask(store: MongoProfiles, key: str, kind: Kind, **parts: Any) -> None:
    options = OPTIONS if kind in ("choice", "choices") else ()
    field = ProfileField(id=key, kind=kind, label={"en": key}, options=options, **parts)
    profile_fields.declare_field(store, CLOCK, ADMIN, field)


def held(store: MongoProfiles, person_id: str) -> Profile:
    return store.reading(lambda unit: unit.require(Profile, person_id))


def test_answers_of_every_kind_come_back_as_they_were_given(store: MongoProfiles) -> None:
    kinds: dict[str, Kind] = {"a": "text", "b": "choice", "c": "choices", "d": "number", "e": "number", "f": "yes_no"}
    for key, kind in kinds.items():
        ask(store, key, kind)
    ana = register(store, "Ana")
    answers = {"a": "words", "b": "lead", "c": ["lead", "expert"], "d": 3, "e": 2.5, "f": False}
    profiles.publish_profile(store, CLOCK, Caller.person(ana.id), ana.id, None, Draft(answers=answers))
    assert held(store, ana.id).statement.answers == {**answers, "c": ("lead", "expert")}
    assert held(store, ana.id).statement.answers["f"] is False


def test_a_sweep_tells_the_match_of_everybody_who_answered(
    store: MongoProfiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile_fields, "AT_ONCE", 2)
    ask(store, "years", "number")
    everybody = [register(store, f"Person {number}") for number in range(5)]
    for person in everybody:
        profiles.publish_profile(store, CLOCK, Caller.person(person.id), person.id, None, Draft(answers={"years": 1}))
    matched = ProfileField(id="years", kind="number", label={"en": "years"}, matched=True)
    profile_fields.change_field(store, CLOCK, ADMIN, None, matched)
    while store.reading(lambda unit: unit.fields_to_retell()):
        profile_fields.retell_answers(store, CLOCK, SYSTEM, "years")
    assert [held(store, person.id).attributes for person in everybody] == [{"years": "1"}] * 5


def test_a_pause_that_is_over_is_found_and_ended(store: MongoProfiles) -> None:
    ana, ben = register(store, "Ana"), register(store, "Ben")
    for person in (ana, ben):
        profiles.publish_profile(store, CLOCK, Caller.person(person.id), person.id, None, Draft())
    until = (CLOCK.now() + timedelta(days=3)).date()
    profiles.pause_profile(store, CLOCK, Caller.person(ana.id), ana.id, until)
    later = CLOCK.now() + timedelta(days=4)
    assert store.reading(lambda unit: unit.pauses_over(CLOCK.now(), 10)) == []
    assert store.reading(lambda unit: unit.pauses_over(later, 10)) == [ana.id]
    profiles.end_pause(store, CLOCK, SYSTEM, ana.id)
    assert held(store, ana.id).paused_until == until, "the clock looks at the time again"
