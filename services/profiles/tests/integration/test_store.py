"""The use cases on a real MongoDB: indexes, searches, and people who do the same thing at the same moment."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mentormesh.testing import Backing
from profiles import repository
from profiles.domain.errors import EmailTaken, InvalidGrant, LastPeopleAdmin
from profiles.domain.person import Facts, Person
from profiles.domain.search import Sought
from profiles.domain.vocabulary import Skill
from profiles.issuer.keys import new_signing_key
from profiles.ports import Identity
from profiles.use_cases import clients, directory, grants, people, profiles, setup, tokens, vocabularies
from profiles.use_cases.profiles import Draft
from servicekit.caller import Caller
from servicekit.clock import SystemClock
from servicekit.mongo import MongoSession, MongoStore, connect
from servicekit.refusals import InvalidInput, Refusal
from servicekit.store import Catalogue

pytestmark = pytest.mark.stack

SYSTEM = Caller.system("profiles")
ADMIN = Caller.person("prs_admin", "people_admin")
CLOCK = SystemClock()
MongoProfiles = MongoStore[repository.Unit]
AT_ONCE = 6


class Vouching:
    """An identity provider that vouches for any address."""

    def identify(self, id_token: str) -> Identity:
        return Identity(issuer="https://idp.test", subject=id_token, email=id_token, external_id=None)


class Unsigned:
    """A signer whose tokens are their claims."""

    def sign(self, claims: Mapping[str, Any]) -> str:
        return str(claims)


@pytest.fixture
def store(stack_backing: Backing, own_name: str) -> Iterator[MongoProfiles]:
    client = connect(stack_backing.mongodb)
    store = MongoStore(client[own_name], repository.Unit, Catalogue(repository.DOCUMENTS), "profiles")
    store.prepare()
    yield store
    client.drop_database(own_name)
    client.close()


def register(store: MongoProfiles, name: str, **facts: Any) -> Person:
    address = name.lower().replace(" ", ".") + "@example.com"
    return people.register_person(
        store, CLOCK, SYSTEM, Facts(**{"name": name, "email": address, "time_zone": "Europe/Berlin", **facts})
    )


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Do all actions at the same time; each gives its result or its refusal."""

    def outcome(action: Callable[[], object]) -> object:
        try:
            return action()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(outcome, actions))


def test_many_people_without_an_external_id_and_one_with_each(store: MongoProfiles) -> None:
    register(store, "Ana")
    register(store, "Ben")
    cara = register(store, "Cara", external_id="E-1", attributes={"team": "x"}, languages=("de",))
    found = store.reading(lambda unit: unit.person_by_external_id("E-1"))
    assert found == cara


def test_one_of_many_registrations_of_an_address_wins(store: MongoProfiles) -> None:
    outcomes = at_once(*[lambda: register(store, "Ana", email="ana@example.com")] * AT_ONCE)
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Refusal)] == [EmailTaken] * (AT_ONCE - 1)
    assert store.reading(lambda unit: unit.count(Person, {})) == 1


def test_a_skill_that_many_propose_at_once_is_proposed_once(store: MongoProfiles) -> None:
    everybody = [register(store, f"Person {number}") for number in range(AT_ONCE)]

    def publish(person: Person) -> Callable[[], object]:
        draft = Draft(skills_wanted=("Python",), skills_offered=((f"Skill of {person.id}", 3),))
        return lambda: profiles.publish_profile(store, CLOCK, Caller.person(person.id), person.id, 0, draft)

    outcomes = at_once(*[publish(person) for person in everybody])
    wanted = {
        outcome.profile.statement.skills_wanted for outcome in outcomes if isinstance(outcome, profiles.NamedProfile)
    }
    assert len(wanted) == 1
    assert store.reading(lambda unit: unit.count(Skill, {"name_key": "python"})) == 1
    assert store.reading(lambda unit: unit.count(Skill, {})) == 1 + AT_ONCE


def test_two_managers_never_come_to_manage_each_other(store: MongoProfiles) -> None:
    ana, ben = register(store, "Ana"), register(store, "Ben")
    for _ in range(5):
        outcomes = at_once(
            lambda: people.change_person(store, CLOCK, SYSTEM, ana.id, None, {"manager_id": ben.id}),
            lambda: people.change_person(store, CLOCK, SYSTEM, ben.id, None, {"manager_id": ana.id}),
        )
        assert [type(outcome) for outcome in outcomes if isinstance(outcome, Refusal)] == [InvalidInput]
        for person in (ana, ben):
            people.change_person(store, CLOCK, SYSTEM, person.id, None, {"manager_id": None})


def test_two_people_admins_never_take_the_role_from_each_other(store: MongoProfiles) -> None:
    admins = [register(store, "Ana"), register(store, "Ben")]
    for admin in admins:
        grants.grant_roles(store, CLOCK, SYSTEM, admin.id, None, ("people_admin",))
    outcomes = at_once(
        lambda: grants.grant_roles(store, CLOCK, SYSTEM, admins[0].id, None, ()),
        lambda: grants.grant_roles(store, CLOCK, SYSTEM, admins[1].id, None, ()),
    )
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Refusal)] == [LastPeopleAdmin]
    assert len(store.reading(lambda unit: unit.people_with_role("people_admin"))) == 1


def test_preparing_at_once_makes_one_key_and_one_people_admin(store: MongoProfiles) -> None:
    secret = "a-secret-that-seals-the-signing-key"
    at_once(*[lambda: setup.ensure_signing_key(store, CLOCK, lambda now: new_signing_key(secret, now))] * 3)
    at_once(*[lambda: setup.make_first_people_admin(store, CLOCK, "dora@example.com", "UTC")] * 3)
    assert len(store.reading(lambda unit: unit.signing_keys())) == 1
    assert len(store.reading(lambda unit: unit.people_with_role("people_admin"))) == 1


def test_of_two_refreshes_by_one_token_one_wins_and_the_family_ends(store: MongoProfiles) -> None:
    ana = register(store, "Ana")
    first = tokens.exchange_id_token(store, CLOCK, Vouching(), Unsigned(), ana.facts.email).refresh_token or ""
    outcomes = at_once(*[lambda: tokens.refresh_token(store, CLOCK, Unsigned(), first)] * 2)
    (won,) = [outcome for outcome in outcomes if isinstance(outcome, tokens.Issued)]
    with pytest.raises(InvalidGrant):
        tokens.refresh_token(store, CLOCK, Unsigned(), won.refresh_token or "")


def test_leaving_ends_every_session(store: MongoProfiles) -> None:
    ana = register(store, "Ana")
    for _ in range(3):
        tokens.exchange_id_token(store, CLOCK, Vouching(), Unsigned(), ana.facts.email)
    people.change_person(store, CLOCK, SYSTEM, ana.id, None, {}, "left")
    assert store.reading(lambda unit: unit.live_refresh_families(ana.id)) == []


def test_the_search_finds_and_pages_as_in_memory(store: MongoProfiles) -> None:
    for name in ("Jürgen Müller", "Ana Garcia", "Ana Gomez", "Bela Garcia"):
        register(store, name, email=f"{len(name)}{name[-2:]}{name[0]}@example.com")
    left = register(store, "Ana Left", external_id="E-9")
    people.change_person(store, CLOCK, SYSTEM, left.id, None, {}, "left")
    colleague, admin = Caller.person("prs_x"), Caller.person("prs_y", "people_admin")

    def names(caller: Caller, query: str) -> list[str]:
        seen: list[str] = []
        position = None
        while True:
            page = people.find_people(store, caller, query, position, 1)
            seen += [card.name for card in page.cards]
            if (position := page.following) is None:
                return seen

    assert names(colleague, "") == ["Ana Garcia", "Ana Gomez", "Bela Garcia", "Jürgen Müller"]
    assert names(colleague, "ana g") == ["Ana Garcia", "Ana Gomez"]
    assert names(colleague, "gar") == ["Ana Garcia", "Bela Garcia"]
    assert names(colleague, "MULL") == ["Jürgen Müller"]
    assert names(colleague, "E-9") == []
    assert names(admin, "E-9") == ["Ana Left"]


def test_the_directory_finds_and_pages_as_in_memory(store: MongoProfiles) -> None:
    for number in range(7):
        site = ("Berlin", "Porto")[number % 2]
        register(store, f"Ana {number}", site=site, department="Sales", external_id=f"E-{number}")
    gone = register(store, "Ben", department="Research", site="")
    people.change_person(store, CLOCK, SYSTEM, gone.id, None, {}, "left")
    grants.grant_roles(store, CLOCK, SYSTEM, register(store, "Dora").id, None, ("auditor",))

    def names(query: str = "", role: str | None = None, **sought: Any) -> list[str]:
        found: list[str] = []
        after: tuple[str, str] | None = None
        while True:
            page = directory.search_directory(store, ADMIN, query, Sought(**sought), role, after, 2)
            found += [one.person.facts.name for one in page.items]
            if page.following is None:
                return found
            after = page.following

    assert names() == [*(f"Ana {number}" for number in range(7)), "Ben", "Dora"]
    assert names("ana", department="Sales", site="Porto", status="active") == ["Ana 1", "Ana 3", "Ana 5"]
    assert names(status="left") == ["Ben"]
    assert names(role="auditor") == ["Dora"]
    assert names("E-4") == ["Ana 4"]
    assert names(gone.id) == ["Ben"]
    assert directory.list_values(store, ADMIN, "department") == ["Research", "Sales"]
    assert directory.list_values(store, ADMIN, "site") == ["Berlin", "Porto"]
    assert [one.act for one in directory.read_history(store, ADMIN, gone.id)] == ["left", "registered"]


def test_vocabularies_and_clients_page_as_in_memory(store: MongoProfiles) -> None:
    for name in ("Rust", "go", "Python"):
        vocabularies.add_term(store, SYSTEM, Skill, name, (f"{name} lang",), "")
    first = vocabularies.suggest_terms(store, SYSTEM, Skill, "lang", None, 2)
    rest = vocabularies.suggest_terms(store, SYSTEM, Skill, "lang", first.following, 2)
    assert [term.name for term in (*first.items, *rest.items)] == ["go", "Python", "Rust"]
    made = [
        clients.create_client(store, CLOCK, SYSTEM, clients.new_secret(), "x", ("people:read",), ()) for _ in range(3)
    ]
    page = clients.list_clients(store, SYSTEM, made[0].id, 5)
    assert [client.id for client in page.items] == [client.id for client in made[1:]]


def test_many_people_are_found_and_searched_by_indexes_alone(store: MongoProfiles) -> None:
    ana = register(store, "Ana Garcia", external_id="E-1", department="Sales")
    questions: list[tuple[dict[str, Any], Any]] = []
    query = MongoSession.query

    def noted(session: MongoSession, collection: str, where: Any, order: Any, *more: Any) -> Any:
        if collection == "people":
            questions.append((dict(where), order))
        return query(session, collection, where, order, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MongoSession, "query", noted)
        store.reading(lambda unit: unit.people_by_keys(["E-1", "E-2"], ["ana.garcia@example.com", "x@example.com"]))
        for key, value in (("user_name_key", ana.user_name_key), ("external_key", "E-1"), ("email_key", ana.email_key)):
            one = {key: value}
            assert store.reading(lambda unit, where=one: unit.provisioned(where, (("_id", 1),), 0, 5)) == [ana]
            assert store.reading(lambda unit, where=one: unit.count_provisioned(where)) == 1
        for words in ((), ("ana",), ("ana", "garcia")):
            assert store.reading(lambda unit, said=words: unit.people_named(said, "E-1", None, 5)) == [ana]
            for one in (Sought(words=words), Sought(words=words, department="Sales", status="active")):
                assert store.reading(lambda unit, sought=one: unit.people_sought(sought, None, 5)) == [ana]
    people = store.database["people"]
    for where, order in questions:
        plan = people.find(where, sort=list(order)).explain()["queryPlanner"]["winningPlan"]
        assert "COLLSCAN" not in str(plan), where
