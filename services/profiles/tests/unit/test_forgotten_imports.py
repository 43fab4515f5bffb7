"""Whoever is forgotten is forgotten by HR files at work, by the identity provider's groups and by merged words too."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import jsonschema
import pytest

from profiles.domain.account import Account
from profiles.domain.erasure import Pace
from profiles.domain.group import Group
from profiles.domain.person import Person
from profiles.domain.profile import Profile
from profiles.domain.vocabulary import Skill
from profiles.timers import timers
from profiles.use_cases.erasures import advance_erasure, request_erasure
from profiles.use_cases.groups import GroupSaid, create_group
from profiles.use_cases.imports import receiving
from profiles.use_cases.imports.receiving import MOST_LINES
from profiles.use_cases.vocabularies import merge_terms
from servicekit.caller import Caller
from servicekit.clock import SystemClock
from servicekit.refusals import WrongState
from servicekit.testing import FrozenClock
from servicekit.timers import Timers

from .conftest import SIGNING_KEY, SYSTEM, Api, MemoryProfiles
from .test_imports import HEADER, THREE, Hr

Register = Callable[..., Person]
AT_ONCE = Pace(cool_off=timedelta(0))
ANA = "E-1,Ana@Example.com,Ana Garcia,Lead,Research,3,Berlin,E-3,active\n"
UNDER_ANA = "E-2,ben@example.com,Ben Okafor,Engineer,Research,5,Berlin,ANA@example.com,active\n"
CARA = "E-3,cara@example.com,Cara Lind,Head,Research,8,Berlin,,active\n"
TRACES = ("ana@", "ana garcia", "e-1")


@pytest.fixture
def hr(api: Api, admin: Person) -> Hr:
    return Hr(api, api.as_person(admin))


def forget(store: MemoryProfiles, person: Person) -> None:
    erasure = request_erasure(store, SystemClock(), Caller.person(person.id), person.id, AT_ONCE)
    advance_erasure(store, SystemClock(), SYSTEM, erasure.id, pace=AT_ONCE)


def held(store: MemoryProfiles) -> str:
    """Everything that is held now, lower case, but for events and what came of answered requests."""
    names = [entry.collection for entry in store.catalogue.documents if entry.collection != "outbox"]
    return str({name: store.held(name) for name in names}).lower()


def counts(held: dict[str, Any], name: str) -> dict[str, int]:
    return {key: count for key, count in held[name].items() if count}


def test_a_previewed_file_forgets_the_person_and_is_carried_out_for_the_others(hr: Hr) -> None:
    hr.done(THREE)
    ana = hr.person("E-1")
    preview = hr.preview(ANA + UNDER_ANA + CARA)
    assert preview["planned"]["movers"] == 1
    forget(hr.store, ana)
    assert not [trace for trace in TRACES if trace in held(hr.store)]
    assert hr.read(preview["id"])["planned"]["movers"] == 0
    done = hr.applied(preview["id"])
    assert (done["state"], counts(done, "done")) == ("completed", {"unchanged": 2})
    assert not [trace for trace in TRACES if trace in held(hr.store)]


def test_a_leaver_who_is_forgotten_before_the_file_is_carried_out_stops_nothing(hr: Hr) -> None:
    hr.done(THREE)
    ana = hr.person("E-1")
    preview = hr.preview(THREE.partition("\n")[2])
    assert preview["planned"]["leavers"] == 1
    forget(hr.store, ana)
    done = hr.applied(preview["id"])
    assert (done["state"], done["done"]["leavers"], done["planned"]["leavers"]) == ("completed", 0, 0)


def test_a_file_that_is_not_read_yet_is_given_up_with_a_reason(hr: Hr) -> None:
    hr.done(THREE)
    id = hr.upload(HEADER + ANA + CARA).get_json()["id"]
    forget(hr.store, hr.person("E-1"))
    assert not [trace for trace in TRACES if trace in held(hr.store)]
    told = hr.read(id)
    assert told["state"] == "cancelled"
    assert "forgotten" in told["reason"]


def test_a_file_that_is_still_coming_in_loses_its_lines_and_is_refused_at_its_end(hr: Hr) -> None:
    hr.done(THREE)
    many = "".join(f"E-9{n},n{n}@example.com,N,Engineer,Research,5,Berlin,,active\n" for n in range(MOST_LINES))

    def arriving() -> Iterator[bytes]:
        yield (HEADER + ANA + many).encode()
        assert "ana@" in held(hr.store), "her line is stored before she is forgotten"
        forget(hr.store, hr.person("E-1"))
        yield CARA.encode()

    clock = SystemClock()
    received = receiving.store_file(hr.store, clock, SYSTEM, "imp_1", arriving())
    assert not [trace for trace in TRACES if trace in held(hr.store)]
    wanted = receiving.Wanted(file_name="hr.csv", mode="changes", auto=False, most_leavers=10)
    with pytest.raises(WrongState, match="forgotten"):
        receiving.open_import(hr.store, clock, SYSTEM, "imp_1", received, wanted)


def test_what_was_left_of_an_upload_that_broke_off_is_forgotten(hr: Hr) -> None:
    hr.done(THREE)
    # A process that is killed tidies nothing up: the chunks stay without an import.
    receiving.store_file(hr.store, SystemClock(), SYSTEM, "imp_1", [(HEADER + ANA).encode()])
    forget(hr.store, hr.person("E-1"))
    assert not [trace for trace in TRACES if trace in held(hr.store)]


def test_a_file_that_names_nobody_forgotten_is_left_alone(hr: Hr) -> None:
    hr.done(THREE)
    id = hr.upload(HEADER + CARA).get_json()["id"]
    forget(hr.store, hr.person("E-1"))
    assert hr.read(id)["state"] == "received"


def test_a_later_file_registers_an_erased_person_as_somebody_new(hr: Hr) -> None:
    hr.done(THREE)
    ana = hr.person("E-1")
    forget(hr.store, ana)
    done = hr.done(THREE)
    assert counts(done, "done")["joiners"] == 1
    assert hr.person("E-1").id != ana.id


def test_groups_and_the_account_are_forgotten(store: MemoryProfiles, clock: FrozenClock, register: Register) -> None:
    ben = register("Ben")
    ana = register("Ana", account=Account(user_name="canary-account"))
    said = GroupSaid(name="Leads", members=(ana.id, ben.id))
    group = create_group(store, clock, SYSTEM, said, {"leads": ("program_manager",)})
    forget(store, ana)
    assert store.reading(lambda unit: unit.require(Group, group.id)).members == (ben.id,)
    assert "canary-account" not in held(store)


def test_one_s_groups_and_rows_of_hr_files_are_among_what_is_held_and_nobody_else_s(hr: Hr) -> None:
    hr.done(THREE)
    ana = hr.person("E-1")
    create_group(hr.store, SystemClock(), SYSTEM, GroupSaid(name="Leads", members=(ana.id,)), {})
    hr.preview(ANA + UNDER_ANA + CARA)
    told = hr.api.as_person(ana)("GET", f"/v1/people/{ana.id}/data").get_json()
    jsonschema.validate(told["data"], told["schema"])
    [batch] = told["data"]["import_rows"]
    assert [row["said"]["external_id"] for row in batch["rows"]] == ["E-1"]
    assert [group["name"] for group in told["data"]["groups"]] == ["Leads"]
    assert "members" not in told["data"]["groups"][0]


def test_a_merged_word_is_forgotten_with_its_proposer_and_still_leads_to_what_it_was_merged_into(
    api: Api, store: MemoryProfiles, admin: Person, register: Register
) -> None:
    ana, ben = register("Ana"), register("Ben")
    for person in (ana, ben):
        body = {"skills_wanted": ["Canary word"]}
        assert api.as_person(person)("PUT", f"/v1/people/{person.id}/profile", body, If_Match='"0"').status_code == 200
    kept = api.as_person(admin)("POST", "/v1/skills", {"name": "Kept", "synonyms": [], "category": ""}).get_json()["id"]
    [word] = store.reading(lambda unit: unit.terms_proposed_by(Skill, ana.id))
    merge_terms(store, SystemClock(), Caller.person(admin.id, "people_admin"), Skill, word.id, kept)
    Timers("profiles", store, SystemClock(), timers(Pace(), timedelta(days=36_500), lambda now: SIGNING_KEY)).step()
    forget(store, ana)
    gone = store.reading(lambda unit: unit.require(Skill, word.id))
    assert (gone.name, gone.merged_into, gone.proposed_by) == (word.id, kept, None)
    bens = store.reading(lambda unit: unit.require(Profile, ben.id)).statement
    assert bens.skills_wanted == (kept,)
    # An admin made it a word of the organisation by merging it.
    assert store.reading(lambda unit: unit.require(Skill, kept)).synonyms == ("Canary word",)
    for said in (word.id, "canary WORD"):
        body = {"skills_wanted": [said]}
        reply = api.as_person(ben)("PUT", f"/v1/people/{ben.id}/profile", body, If_Match="*").get_json()
        assert reply["skills_wanted"] == ["Kept"]
