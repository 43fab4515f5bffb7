"""Consent by purpose: what holds, how it came, and who is told."""

from collections.abc import Callable

import pytest

from profiles.domain.consent import MOST_PURPOSES, MOST_REMEMBERED, Consent
from profiles.domain.person import Person
from profiles.domain.profile import Profile
from profiles.use_cases.consents import change_consent, read_consent
from profiles.use_cases.profiles import Draft, publish_profile
from servicekit.caller import Caller
from servicekit.refusals import Forbidden, InvalidInput, NotFound, Stale
from servicekit.testing import FrozenClock

from .conftest import Api, MemoryProfiles

Register = Callable[..., Person]


def oneself(person: Person) -> Caller:
    return Caller.person(person.id)


def test_every_word_is_remembered_and_the_last_one_holds(
    store: MemoryProfiles, clock: FrozenClock, register: Register
) -> None:
    ana = register("Ana")
    assert read_consent(store, oneself(ana), ana.id).purposes == {}
    for said in ({"figures": True, "research": False}, {"figures": False}, {"figures": False}):
        change_consent(store, clock, oneself(ana), ana.id, None, said)
        clock.advance(days=1)
    held = read_consent(store, oneself(ana), ana.id)
    assert held.purposes == {"figures": False, "research": False}
    assert [(word.purpose, word.granted) for word in held.history] == [
        ("figures", True),
        ("research", False),
        ("figures", False),
    ]
    assert {word.by for word in held.history} == {ana.id}
    assert held.version == 2


def test_the_match_is_told_and_a_profile_published_later_keeps_what_was_said(
    store: MemoryProfiles, clock: FrozenClock, register: Register
) -> None:
    ana = register("Ana")
    change_consent(store, clock, oneself(ana), ana.id, 0, {"figures": True})
    publish_profile(store, clock, oneself(ana), ana.id, 0, Draft(bio="Hello"))
    assert store.reading(lambda unit: unit.require(Profile, ana.id)).statement.consent == {"figures": True}
    change_consent(store, clock, oneself(ana), ana.id, 1, {"figures": False})
    assert store.held("outbox")[-1]["data"]["consent"] == {"figures": False}
    publish_profile(store, clock, oneself(ana), ana.id, 2, Draft(consent={"research": True}))
    assert read_consent(store, oneself(ana), ana.id).purposes == {"figures": False, "research": True}


def test_an_admin_s_hand_is_named_and_audited(
    store: MemoryProfiles, clock: FrozenClock, register: Register, admin: Person
) -> None:
    ana = register("Ana")
    caller = Caller.person(admin.id, "people_admin")
    held = change_consent(store, clock, caller, ana.id, None, {"figures": True})
    assert [word.by for word in held.history] == [admin.id]
    row = store.held("audit")[-1]
    assert (row["action"], row["subject"], list(row["codes"])) == ("consent.change", ana.id, ["figures"])


def test_strangers_and_stale_changes_are_refused(store: MemoryProfiles, clock: FrozenClock, register: Register) -> None:
    ana, eve = register("Ana"), register("Eve")
    with pytest.raises(Forbidden):
        read_consent(store, oneself(eve), ana.id)
    with pytest.raises(Forbidden):
        change_consent(store, clock, oneself(eve), ana.id, None, {"figures": True})
    with pytest.raises(Stale):
        change_consent(store, clock, oneself(ana), ana.id, 3, {"figures": True})
    with pytest.raises(NotFound):
        read_consent(store, Caller.person("prs_x", "people_admin"), "prs_none")


def test_what_is_remembered_has_a_limit_that_loses_nothing_that_holds(clock: FrozenClock) -> None:
    consent = Consent(id="prs_ana").saying({"research": True}, "prs_ana", clock.now())
    for turn in range(MOST_REMEMBERED + 5):
        consent = consent.saying({"figures": turn % 2 == 0}, "prs_ana", clock.now())
    assert len(consent.history) <= MOST_REMEMBERED
    assert consent.purposes == {"research": True, "figures": True}
    with pytest.raises(InvalidInput):
        consent.saying({f"p{number}": True for number in range(MOST_PURPOSES)}, "prs_ana", clock.now())


def test_consent_through_the_api(api: Api, register: Register) -> None:
    ana = register("Ana")
    as_ana = api.as_person(ana)
    path = f"/v1/people/{ana.id}/consent"
    assert as_ana("GET", path).headers["ETag"] == '"0"'
    assert as_ana("PUT", path, {"purposes": {"figures": True}}).status_code == 428
    said = as_ana("PUT", path, {"purposes": {"figures": True}}, If_Match='"0"')
    assert (said.status_code, said.get_json()["purposes"]) == (200, {"figures": True})
    assert said.get_json()["history"][0]["by"] == ana.id
    for nonsense in ({"purposes": {"Dear diary": True}}, {"purposes": {"figures": "yes"}}, {}):
        assert as_ana("PUT", path, nonsense, If_Match='"1"').status_code == 422
