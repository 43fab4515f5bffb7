"""The right to be forgotten, as this service carries it out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contracts import feedback, matching, notifications
from contracts import profiles as own
from profiles.domain.erasure import GIVERS, Erasure, Pace
from profiles.domain.errors import ErasureUnderWay, LastPeopleAdmin
from profiles.domain.person import Person
from profiles.domain.profile import Profile
from profiles.domain.vocabulary import Skill, Theme
from profiles.use_cases.admission import is_admitted
from profiles.use_cases.erasures import (
    advance_erasure,
    cancel_erasure,
    list_erasures,
    read_erasure,
    record_receipt,
    request_erasure,
)
from profiles.use_cases.grants import grant_roles
from profiles.use_cases.people import find_people, show_cards
from profiles.use_cases.profiles import Draft, publish_profile
from servicekit.caller import Caller
from servicekit.documents import OutboxRow
from servicekit.refusals import Forbidden, Hidden, NotFound, WrongState
from servicekit.testing import FrozenClock

from .conftest import SYSTEM, Api, MemoryProfiles

PACE = Pace(cool_off=timedelta(days=14), receipts_within=timedelta(hours=24), compaction_lag=timedelta(hours=25))
CANARY = "canary-7f3a"
Register = Callable[..., Person]


def oneself(person: Person) -> Caller:
    return Caller.person(person.id)


def ask(store: MemoryProfiles, clock: FrozenClock, person: Person) -> Erasure:
    return request_erasure(store, clock, oneself(person), person.id, PACE)


def tick(store: MemoryProfiles, clock: FrozenClock) -> list[str]:
    """What the clock does now."""
    due = list(store.reading(lambda unit: unit.erasures_due(clock.now(), 10)))
    for id in due:
        advance_erasure(store, clock, SYSTEM, id, pace=PACE)
    return due


def give_receipts(store: MemoryProfiles, clock: FrozenClock, erasure: Erasure, *services: str) -> None:
    for service in services or sorted(GIVERS):
        record_receipt(
            store, clock, SYSTEM, service, erasure.id, erasure.person_id, {"things": 2}, pace=PACE
        )  # fmt: skip


def send_everything(store: MemoryProfiles, clock: FrozenClock) -> None:
    store.atomically(lambda unit: unit.amend(OutboxRow, {"sent_at": None}, {"sent_at": clock.now()}))


def now_at(store: MemoryProfiles, erasure: Erasure) -> Erasure:
    return store.reading(lambda unit: unit.require(Erasure, erasure.id))


@pytest.fixture
def ana(store: MemoryProfiles, clock: FrozenClock, register: Register) -> Person:
    person = register("Ana Garcia", title=CANARY, attributes={"note": CANARY}, external_id=CANARY)
    draft = Draft(bio=CANARY, skills_wanted=(f"{CANARY} skill",), goals=(f"{CANARY} goal",))
    publish_profile(store, clock, oneself(person), person.id, 0, draft)
    return person


def test_whoever_asked_to_be_forgotten_is_seen_by_nobody_but_themselves(
    store: MemoryProfiles, clock: FrozenClock, ana: Person, register: Register
) -> None:
    ben = register("Ben")
    assert [card.id for card in show_cards(store, oneself(ben), [ana.id])] == [ana.id]
    ask(store, clock, ana)
    assert show_cards(store, oneself(ben), [ana.id]) == []
    assert find_people(store, oneself(ben), "ana", None, 10).cards == []
    assert [card.id for card in show_cards(store, oneself(ana), [ana.id])] == [ana.id]
    assert is_admitted(store, clock, oneself(ana))


def test_an_erasure_is_undone_until_its_deadline_and_not_after(
    store: MemoryProfiles, clock: FrozenClock, ana: Person, register: Register
) -> None:
    first = ask(store, clock, ana)
    assert cancel_erasure(store, clock, oneself(ana), first.id).state == "cancelled"
    assert cancel_erasure(store, clock, oneself(ana), first.id).state == "cancelled"
    assert show_cards(store, oneself(register("Ben")), [ana.id])
    assert store.events()[-2:] == ["person.changed", "contact.changed"]
    assert "erasure.cancelled" in store.events()
    second = ask(store, clock, ana)
    clock.set(second.deadline)
    tick(store, clock)
    with pytest.raises(WrongState):
        cancel_erasure(store, clock, SYSTEM, second.id)


def test_nobody_is_asked_to_be_forgotten_twice_at_once(store: MemoryProfiles, clock: FrozenClock, ana: Person) -> None:
    ask(store, clock, ana)
    with pytest.raises(ErasureUnderWay):
        ask(store, clock, ana)


def test_the_last_people_admin_gives_the_role_away_first(
    store: MemoryProfiles, clock: FrozenClock, admin: Person, register: Register
) -> None:
    with pytest.raises(LastPeopleAdmin):
        ask(store, clock, admin)
    grant_roles(store, clock, SYSTEM, register("Eva").id, None, ("people_admin",))
    assert ask(store, clock, admin).state == "requested"


def test_nothing_of_the_person_is_left_once_the_deadline_has_passed(
    store: MemoryProfiles, clock: FrozenClock, ana: Person, register: Register
) -> None:
    ben = register("Ben")
    publish_profile(store, clock, oneself(ben), ben.id, 0, Draft(avoid=(ana.id,)))
    erasure = ask(store, clock, ana)
    clock.set(erasure.deadline - timedelta(milliseconds=1))
    assert tick(store, clock) == []
    clock.advance(milliseconds=1)
    assert tick(store, clock) == [erasure.id]
    collections = [entry.collection for entry in store.catalogue.documents if entry.collection != "outbox"]
    left = str({name: store.held(name) for name in collections})
    assert CANARY not in left
    assert "ana.garcia" not in left
    assert store.reading(lambda unit: (unit.get(Person, ana.id), unit.get(Profile, ana.id))) == (None, None)
    assert not is_admitted(store, clock, oneself(ana))
    told = store.events()
    assert {"person.erased", "contact.erased", "profile.erased", "erasure.started", "receipt.recorded"} <= set(told)
    newest = {(row["topic"], row["key"]): row for row in sorted(store.held("outbox"), key=lambda row: row["sequence"])}
    assert CANARY not in str(newest)
    bens = store.reading(lambda unit: unit.require(Profile, ben.id))
    assert bens.statement.avoid == ()


def test_answers_to_the_organisation_s_questions_go_with_the_person_and_so_does_what_travelled(
    api: Api, store: MemoryProfiles, clock: FrozenClock, register: Register, admin: Person
) -> None:
    secret = "dark-horse"
    asked = [
        {"key": "note", "kind": "text", "label": {"en": "What should we know?"}},
        {"key": "track", "kind": "choice", "label": {"en": "Track"}, "matched": True,
         "options": [{"key": one, "label": {"en": one.title()}} for one in ("expert", "lead")]},
    ]  # fmt: skip
    for question in asked:
        assert api.as_person(admin)("POST", "/v1/profile-fields", question).status_code == 201
    eva = register("Eva")
    said = {"fields": {"note": secret, "track": "expert"}}
    assert api.as_person(eva)("PUT", f"/v1/people/{eva.id}/profile", said).status_code == 200
    assert secret in str(store.held("profiles"))
    assert store.reading(lambda unit: unit.require(Profile, eva.id)).attributes == {"track": "expert"}
    erasure = ask(store, clock, eva)
    clock.set(erasure.deadline)
    assert tick(store, clock) == [erasure.id]
    collections = [entry.collection for entry in store.catalogue.documents]
    assert secret not in str({name: store.held(name) for name in collections})
    assert store.reading(lambda unit: unit.profiles_answering("track", "", 10)) == []
    # The topic's last word on the person, which compaction leaves, says no answer.
    newest = {row["topic"]: row for row in sorted(store.held("outbox"), key=lambda row: row["sequence"])
              if row["key"] == eva.id}  # fmt: skip
    assert "expert" not in str(newest)


def test_a_word_that_somebody_else_took_up_stays(
    store: MemoryProfiles, clock: FrozenClock, ana: Person, register: Register
) -> None:
    ben = register("Ben")
    publish_profile(store, clock, oneself(ben), ben.id, 0, Draft(goals=(f"{CANARY} goal",)))
    clock.set(ask(store, clock, ana).deadline)
    tick(store, clock)
    (theme,) = store.reading(lambda unit: unit.find(Theme, {}))
    (skill,) = store.reading(lambda unit: unit.find(Skill, {}))
    assert (theme.name, theme.retired) == (f"{CANARY} goal", False)
    assert (skill.name, skill.retired) == (skill.id, True)


def test_the_certificate_waits_for_every_receipt_and_for_the_topics(
    store: MemoryProfiles, clock: FrozenClock, ana: Person
) -> None:
    erasure = ask(store, clock, ana)
    clock.set(erasure.deadline)
    tick(store, clock)
    assert now_at(store, erasure).missing == tuple(sorted(GIVERS))
    *some, last = sorted(GIVERS)
    give_receipts(store, clock, erasure, *some, *some)
    assert now_at(store, erasure).missing == (last,)
    give_receipts(store, clock, erasure, last)
    assert tick(store, clock) == []
    clock.advance(minutes=65)
    assert tick(store, clock) == [erasure.id]
    send_everything(store, clock)
    assert tick(store, clock) == []
    clock.advance(hours=25)
    assert tick(store, clock) == [erasure.id]
    done = now_at(store, erasure)
    assert (done.state, done.due_at) == ("completed", None)
    assert done.destroyed == {service: {"things": 2} for service in GIVERS}
    assert store.events()[-1] == "erasure.completed"


def test_the_end_of_each_topic_s_story_is_told_twice_so_that_the_first_can_be_compacted(
    store: MemoryProfiles, clock: FrozenClock, ana: Person
) -> None:
    erasure = ask(store, clock, ana)
    clock.set(erasure.deadline)
    tick(store, clock)
    clock.advance(minutes=65)
    assert tick(store, clock) == [erasure.id]
    assert tick(store, clock) == []
    for topic in ("person", "contact", "profile"):
        rows = [row for row in store.held("outbox") if row["topic"] == f"mentormesh.profiles.{topic}"]
        told = sorted((row["sequence"], row["type"].split(".")[3]) for row in rows if row["key"] == ana.id)
        assert [action for _, action in told][-2:] == ["erased", "erased"]
        assert [number for number, _ in told] == list(range(1, len(told) + 1))
    for collection, prefix in (("skills", "skl_"), ("themes", "thm_")):
        (term,) = store.held(collection)
        ends = [row["sequence"] for row in store.held("outbox") if row["key"] == term["_id"] and row["data"]["retired"]]
        assert term["_id"].startswith(prefix)
        assert ends == [2, 3]


def test_an_unsent_end_of_a_topic_s_story_postpones_the_certificate(
    store: MemoryProfiles, clock: FrozenClock, ana: Person
) -> None:
    erasure = ask(store, clock, ana)
    clock.set(erasure.deadline)
    tick(store, clock)
    give_receipts(store, clock, erasure)
    clock.advance(minutes=65)
    tick(store, clock)
    clock.advance(hours=25)
    tick(store, clock)
    assert now_at(store, erasure).state == "started"
    send_everything(store, clock)
    clock.advance(hours=25)
    tick(store, clock)
    assert now_at(store, erasure).state == "completed"


def test_a_missing_receipt_is_told_and_still_taken_when_it_comes(
    store: MemoryProfiles, clock: FrozenClock, ana: Person
) -> None:
    erasure = ask(store, clock, ana)
    clock.set(erasure.deadline)
    tick(store, clock)
    give_receipts(store, clock, erasure, "profiles", "matching", "notifications")
    clock.advance(hours=2)
    tick(store, clock)
    clock.advance(hours=22)
    assert tick(store, clock) == [erasure.id]
    late = now_at(store, erasure)
    assert (late.overdue, late.missing) == (True, ("feedback",))
    assert tick(store, clock) == []
    give_receipts(store, clock, erasure, "feedback")
    assert not now_at(store, erasure).overdue


def test_a_person_who_came_back_with_a_backup_is_destroyed_again_by_the_receipts(
    store: MemoryProfiles, clock: FrozenClock, ana: Person
) -> None:
    record_receipt(store, clock, SYSTEM, "matching", "era_lost", ana.id, {}, pace=PACE)
    assert store.reading(lambda unit: unit.get(Person, ana.id)) is None
    assert CANARY not in str([store.held(name) for name in ("people", "profiles", "skills", "themes")])


def test_strangers_learn_nothing_of_an_erasure_and_employees_ask_for_themselves_only(
    store: MemoryProfiles, clock: FrozenClock, ana: Person, register: Register
) -> None:
    eve = oneself(register("Eve"))
    with pytest.raises(Forbidden):
        request_erasure(store, clock, eve, ana.id, PACE)
    erasure = ask(store, clock, ana)
    for look in (read_erasure, lambda *given: cancel_erasure(given[0], clock, *given[1:])):
        with pytest.raises(Hidden):
            look(store, eve, erasure.id)
    with pytest.raises(NotFound):
        read_erasure(store, eve, "era_none")
    with pytest.raises(Forbidden):
        list_erasures(store, eve, None, None, None, 10)
    auditor = Caller.person("prs_audit", "auditor")
    assert list_erasures(store, auditor, "requested", None, None, 10).items == [erasure]
    assert list_erasures(store, auditor, None, ana.id, None, 10).items == [erasure]
    assert list_erasures(store, auditor, None, auditor.id, None, 10).items == []
    with pytest.raises(Forbidden):
        cancel_erasure(store, clock, auditor, erasure.id)


def test_every_step_is_audited_in_ids_and_codes(store: MemoryProfiles, clock: FrozenClock, ana: Person) -> None:
    erasure = ask(store, clock, ana)
    clock.set(erasure.deadline)
    tick(store, clock)
    steps = [(row["actor"], row["action"], row["subject"]) for row in store.held("audit")]
    assert steps == [(ana.id, "erasure.request", ana.id), ("profiles", "erasure.start", ana.id)]


def test_every_service_that_tells_receipts_is_waited_for() -> None:
    told = (own.ReceiptRecorded, matching.ReceiptRecorded, feedback.ReceiptRecorded, notifications.ReceiptRecorded)
    assert {event.contract.service for event in told} == GIVERS


def test_an_erasure_through_the_api(api: Api, register: Register, admin: Person) -> None:
    ana, eve = register("Ana"), register("Eve")
    as_ana, as_admin, as_eve = api.as_person(ana), api.as_person(admin), api.as_person(eve)
    made = as_ana("POST", "/v1/erasures", {})
    assert (made.status_code, made.get_json()["state"], made.get_json()["missing"]) == (201, "requested", [])
    assert made.headers["Location"] == f"/v1/erasures/{made.get_json()['id']}"
    assert as_ana("POST", "/v1/erasures", {}).status_code == 409
    place = made.headers["Location"]
    assert as_eve("GET", place).status_code == 404
    assert as_eve("POST", "/v1/erasures", {"person_id": ana.id}).status_code == 403
    assert as_eve("POST", f"{place}/cancel", {}).status_code == 404
    assert as_ana("POST", f"{place}/cancel", {}, If_Match='"9"').status_code == 412
    assert as_ana("POST", f"{place}/cancel", {}).get_json()["state"] == "cancelled"
    assert as_admin("POST", "/v1/erasures", {"person_id": ana.id}).status_code == 201
    listed = as_admin("GET", "/v1/erasures?state=requested&limit=1").get_json()
    assert [one["requested_by"] for one in listed["items"]] == [admin.id]
    assert as_admin("POST", "/v1/erasures", {"person_id": "prs_none"}).status_code == 404


def test_a_refusal_is_audited_with_the_operation_and_without_words(
    api: Api, register: Register, admin: Person, store: MemoryProfiles
) -> None:
    ana, eve = register("Ana"), register("Eve")
    as_eve = api.as_person(eve)
    assert as_eve("GET", f"/v1/people/{ana.id}").status_code == 403
    assert as_eve("GET", "/v1/audit").status_code == 403
    refused: list[Any] = [row for row in store.held("audit") if "refused" in row["codes"]]
    assert [(row["actor"], row["action"], row["subject"], row["codes"]) for row in refused] == [
        (eve.id, "person.read", ana.id, ("refused", "forbidden")),
        (eve.id, "audit.read", "", ("refused", "forbidden")),
    ]


def test_reading_somebody_else_s_facts_is_audited_and_reading_one_s_own_is_not(
    api: Api, register: Register, admin: Person, store: MemoryProfiles, clock: FrozenClock
) -> None:
    ana = register("Ana")
    grant_roles(store, clock, SYSTEM, ana.id, None, ("auditor",))
    api.as_person(ana)("GET", f"/v1/people/{ana.id}")
    api.as_person(admin)("GET", f"/v1/people/{ana.id}")
    api.as_person(admin)("GET", f"/v1/people/{ana.id}/profile")
    log = api.as_person(ana)("GET", f"/v1/audit?subject={ana.id}&actor={admin.id}").get_json()
    assert [row["action"] for row in log["items"]] == ["profile.read", "person.read"]
    assert log["next"] is None
    looks = api.as_person(ana)("GET", "/v1/audit?action=audit.read&limit=5").get_json()["items"]
    assert [row["actor"] for row in looks] == [ana.id]
