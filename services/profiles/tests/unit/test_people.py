"""People: what HR may say of them, who may change it, and what others are told."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from profiles.domain.errors import EmailTaken, ExternalIdTaken, NotYoursToChange
from profiles.domain.person import Facts, Person
from profiles.use_cases import people
from servicekit.caller import Caller
from servicekit.refusals import Forbidden, InvalidInput, NotFound, Stale, WrongState
from servicekit.testing import FrozenClock

from .conftest import CLOCK, SYSTEM, MemoryProfiles

Register = Callable[..., Person]
ADMIN = Caller.person("prs_admin", "people_admin")
GOOD = Facts(email="ana@example.com", name="Ana", time_zone="Europe/Berlin")


def pointers(refused: pytest.ExceptionInfo[Any]) -> list[str]:
    return [error.pointer for error in refused.value.errors]


@pytest.mark.parametrize(
    ("fact", "value", "pointer"),
    [
        ("email", "ana", "/email"),
        ("email", "ana@", "/email"),
        ("email", "a b@example.com", "/email"),
        ("email", "ana@example..com", "/email"),
        ("email", "x" * 65 + "@example.com", "/email"),
        ("name", "", "/name"),
        ("time_zone", "Berlin", "/time_zone"),
        ("time_zone", "../../etc/passwd", "/time_zone"),
        ("level", 1001, "/level"),
        ("languages", ("en", "german-ish-"), "/languages/1"),
        ("languages", ("e",), "/languages/0"),
        ("locale", "en_US", "/locale"),
        ("attributes", {"1st": "x"}, "/attributes/1st"),
    ],
)
def test_a_fact_that_cannot_be_is_named(fact: str, value: Any, pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        replace(GOOD, **{fact: value}).check()
    assert pointers(refused) == [pointer]


@pytest.mark.parametrize("tag", ["de", "pt-BR", "zh-Hant-TW", "sl-rozaj", "de-CH-1996", "en-x-team", "es-419"])
def test_languages_are_bcp_47_tags(tag: str) -> None:
    replace(GOOD, languages=(tag,)).check()


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        Facts(email="x", name="", time_zone="Nowhere", level=5000).check()
    assert pointers(refused) == ["/email", "/name", "/time_zone", "/level"]


def test_two_people_never_share_an_address_in_any_case(register: Register) -> None:
    register("Ana", email="Ana@Example.com")
    with pytest.raises(EmailTaken) as refused:
        register("Other", email="ana@example.COM")
    assert pointers(refused) == ["/email"]


def test_two_people_never_share_an_external_id_and_many_may_have_none(register: Register) -> None:
    register("Ana", external_id="E-1")
    register("Ben")
    register("Cara")
    with pytest.raises(ExternalIdTaken):
        register("Dan", external_id="E-1")


def test_a_manager_must_be_known(register: Register) -> None:
    with pytest.raises(InvalidInput, match="prs_nobody") as refused:
        register("Ana", manager_id="prs_nobody")
    assert pointers(refused) == ["/manager_id"]


def test_nobody_manages_themselves(store: MemoryProfiles, register: Register) -> None:
    ana = register("Ana")
    with pytest.raises(InvalidInput, match="their own manager"):
        people.change_person(store, CLOCK, ADMIN, ana.id, 1, {"manager_id": ana.id})


def test_a_reporting_line_is_never_a_circle(store: MemoryProfiles, register: Register) -> None:
    top = register("Top")
    middle = register("Middle", manager_id=top.id)
    low = register("Low", manager_id=middle.id)
    with pytest.raises(InvalidInput, match=f"{top.id} > {low.id} > {middle.id} > {top.id}"):
        people.change_person(store, CLOCK, ADMIN, top.id, 1, {"manager_id": low.id})


def test_two_changes_at_once_cannot_close_a_circle_together(store: MemoryProfiles, register: Register) -> None:
    ana, ben = register("Ana"), register("Ben")
    attempts: list[str] = []

    def ana_under_ben(unit: Any) -> None:
        from servicekit.store import JoinedStore

        people.change_person(JoinedStore(unit), CLOCK, ADMIN, ana.id, None, {"manager_id": ben.id})
        if not attempts:
            attempts.append("meanwhile")
            people.change_person(store, CLOCK, ADMIN, ben.id, None, {"manager_id": ana.id})

    with pytest.raises(InvalidInput, match="circle"):
        store.atomically(ana_under_ben)
    assert people.read_person(store, ADMIN, ana.id).facts.manager_id is None


def test_registering_tells_person_and_contact(store: MemoryProfiles, register: Register) -> None:
    register("Ana")
    assert store.events() == ["person.changed", "contact.changed"]
    assert "ana@example.com" not in str(store.held("outbox")[0]["data"])


def test_only_the_snapshot_that_changed_is_told(store: MemoryProfiles, register: Register) -> None:
    ana = register("Ana")
    people.change_person(store, CLOCK, ADMIN, ana.id, 1, {"title": "Lead"})
    assert store.events()[2:] == ["person.changed"]
    people.change_person(store, CLOCK, ADMIN, ana.id, 2, {"email": "ana.garcia@example.com"})
    assert store.events()[3:] == ["contact.changed"]


def test_a_change_that_changes_nothing_writes_nothing(store: MemoryProfiles, register: Register) -> None:
    ana = register("Ana", title="Lead")
    same = people.change_person(store, CLOCK, ADMIN, ana.id, 1, {"title": "Lead"}, "active")
    assert (same.version, len(store.events())) == (1, 2)


def test_a_change_of_a_version_that_is_gone_is_refused(store: MemoryProfiles, register: Register) -> None:
    ana = register("Ana")
    people.change_person(store, CLOCK, ADMIN, ana.id, 1, {"title": "Lead"})
    with pytest.raises(Stale):
        people.change_person(store, CLOCK, ADMIN, ana.id, 1, {"title": "Head"})


@pytest.mark.parametrize("moves", [["on_leave", "active"], ["left", "active"], ["on_leave", "left", "active"]])
def test_employment_moves_as_it_may(store: MemoryProfiles, register: Register, moves: list[Any]) -> None:
    ana = register("Ana")
    for status in moves:
        assert people.change_person(store, CLOCK, ADMIN, ana.id, None, {}, status).status == status


def test_who_left_does_not_go_on_leave(store: MemoryProfiles, register: Register) -> None:
    ana = register("Ana")
    people.change_person(store, CLOCK, ADMIN, ana.id, None, {}, "left")
    with pytest.raises(WrongState, match="`left`"):
        people.change_person(store, CLOCK, ADMIN, ana.id, None, {}, "on_leave")


def test_a_person_changes_their_own_time_zone_and_languages(store: MemoryProfiles, register: Register) -> None:
    ana = register("Ana")
    changes = {"time_zone": "America/Lima", "languages": ("es",), "locale": "es"}
    changed = people.change_person(store, CLOCK, Caller.person(ana.id), ana.id, 1, changes)
    assert changed.facts.time_zone == "America/Lima"


def test_a_person_does_not_change_what_hr_says(store: MemoryProfiles, register: Register) -> None:
    ana = register("Ana")
    with pytest.raises(NotYoursToChange) as refused:
        people.change_person(store, CLOCK, Caller.person(ana.id), ana.id, 1, {"level": 9, "locale": "es"}, "left")
    assert pointers(refused) == ["/level", "/status"]


def test_nobody_changes_or_reads_a_colleague(store: MemoryProfiles, register: Register) -> None:
    ana, ben = register("Ana"), register("Ben")
    with pytest.raises(Forbidden):
        people.change_person(store, CLOCK, Caller.person(ben.id), ana.id, 1, {"locale": "es"})
    with pytest.raises(Forbidden):
        people.read_person(store, Caller.person(ben.id, "program_manager"), ana.id)


def test_a_client_acts_by_its_scopes(store: MemoryProfiles, clock: FrozenClock, register: Register) -> None:
    reader = Caller(id="cli_1", kind="client", scopes=frozenset({"people:read"}))
    writer = Caller(id="cli_2", kind="client", scopes=frozenset({"people:write"}))
    ana = people.register_person(store, clock, writer, GOOD)
    assert people.read_person(store, reader, ana.id) == ana
    with pytest.raises(Forbidden):
        people.change_person(store, CLOCK, reader, ana.id, 1, {"title": "x"})
    with pytest.raises(Forbidden):
        people.read_me(store, reader)


def test_the_search_finds_beginnings_of_words_without_accents(store: MemoryProfiles, register: Register) -> None:
    register("Jürgen Müller-Lüdenscheidt", email="jm@example.com")
    register("Ana Garcia")
    for query in ("jur", "MÜL", "lüdenscheidt", "mul jur"):
        found = people.find_people(store, Caller.person("prs_x"), query, None, 10)
        assert [card.name for card in found.cards] == ["Jürgen Müller-Lüdenscheidt"], query
    assert people.find_people(store, Caller.person("prs_x"), "gar mul", None, 10).cards == []


def test_the_search_pages_through_everybody_once_by_name(store: MemoryProfiles, register: Register) -> None:
    names = ["Cara", "ana", "Ben", "Ben", "Émile", "Dan"]
    for place, name in enumerate(names):
        register(name, email=f"p{place}@example.com")
    seen: list[str] = []
    position: tuple[str, str] | None = None
    while True:
        page = people.find_people(store, Caller.person("prs_x"), "", position, 2)
        seen += [card.name for card in page.cards]
        if (position := page.following) is None:
            break
    assert seen == ["ana", "Ben", "Ben", "Cara", "Dan", "Émile"]


def test_the_search_never_finds_who_left_but_a_people_admin_finds_them_by_address(
    store: MemoryProfiles, register: Register
) -> None:
    ana = register("Ana", external_id="E-7")
    people.change_person(store, CLOCK, ADMIN, ana.id, None, {}, "left")
    colleague = Caller.person("prs_x")
    assert people.find_people(store, colleague, "ana", None, 10).cards == []
    assert people.find_people(store, colleague, "E-7", None, 10).cards == []
    assert [card.id for card in people.find_people(store, ADMIN, "ANA@example.com", None, 10).cards] == [ana.id]
    assert [card.id for card in people.find_people(store, ADMIN, "E-7", None, 10).cards] == [ana.id]


def test_cards_come_in_the_order_asked_and_leave_out_who_does_not_exist(
    store: MemoryProfiles, register: Register
) -> None:
    ana, ben = register("Ana"), register("Ben")
    cards = people.show_cards(store, Caller.person(ana.id), [ben.id, "prs_nobody", ana.id, ben.id])
    assert [card.name for card in cards] == ["Ben", "Ana"]


def test_more_than_a_hundred_cards_at_once_are_refused(store: MemoryProfiles) -> None:
    with pytest.raises(InvalidInput):
        people.show_cards(store, Caller.person("prs_x"), [f"prs_{n}" for n in range(101)])


def test_a_person_who_does_not_exist_is_not_found(store: MemoryProfiles) -> None:
    with pytest.raises(NotFound):
        people.read_person(store, SYSTEM, "prs_nobody")
