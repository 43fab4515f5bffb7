"""The people admins' directory: finding anybody, and what happened to them."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from profiles.domain.person import Facts, Person
from profiles.domain.search import Sought, landmark_of, leading_prefix, name_prefixes, search_words, slices_behind
from profiles.repository import Unit
from profiles.use_cases.grants import grant_roles
from profiles.use_cases.people import change_person
from servicekit.store import Document, Order, Where
from servicekit.testing import FrozenClock
from servicekit.testing.store import MemorySession

from .conftest import SYSTEM, Api, MemoryProfiles, Session
from .test_imports import HEADER, Hr

Register = Callable[..., Person]


@pytest.fixture
def call(api: Api, admin: Person) -> Session:
    return api.as_person(admin)


def names(call: Session, query: str = "") -> list[str]:
    reply = call("GET", f"/v1/directory?{query}")
    assert reply.status_code == 200, reply.text
    return [one["name"] for one in reply.get_json()["items"]]


def test_anybody_is_found_by_name_address_external_id_or_id(call: Session, register: Register) -> None:
    ana = register("Ana Garcia", external_id="E-1", email="ana@example.com")
    register("Anatol Berg", external_id="E-2")
    assert names(call, "q=ana") == ["Ana Garcia", "Anatol Berg"]
    for query in ("Ana+Gar", "ANA@example.com", "E-1", ana.id):
        assert names(call, f"q={query}") == ["Ana Garcia"], query
    assert names(call, "q=nobody") == []
    assert names(call, "q=%40%40") == [], "a query without a word is not everybody"


def test_who_left_is_found_too_and_can_be_left_out(
    call: Session, register: Register, store: MemoryProfiles, clock: FrozenClock
) -> None:
    register("Ana")
    ben = register("Ben")
    change_person(store, clock, SYSTEM, ben.id, None, {}, "left")
    assert names(call) == ["Ana", "Ben", "Dora Admin"]
    assert names(call, "status=left") == ["Ben"]
    assert names(call, "status=active&q=ben") == []
    assert names(call, f"status=active&q={ben.id}") == [], "filters hold for whom an id names as well"


def test_departments_sites_and_roles_narrow_the_search_together(
    call: Session, register: Register, store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    ana = register("Ana", department="Sales", site="Porto")
    register("Ben", department="Sales", site="Berlin")
    register("Eve", department="Research", site="Porto")
    grant_roles(store, clock, SYSTEM, ana.id, None, ("auditor",))
    assert names(call, "department=Sales") == ["Ana", "Ben"]
    assert names(call, "department=Sales&site=Porto") == ["Ana"]
    assert names(call, "role=people_admin") == ["Dora Admin"]
    assert names(call, "role=auditor&department=Research") == []
    assert names(call, f"id={ana.id}&id={admin.id}&role=auditor") == ["Ana"]
    [record] = call("GET", "/v1/directory?role=auditor").get_json()["items"]
    assert (record["roles"], record["group_roles"], record["status"]) == (["auditor"], [], "active")
    assert call("GET", "/v1/directory/departments").get_json() == {"items": ["Research", "Sales"]}
    assert call("GET", "/v1/directory/sites").get_json() == {"items": ["Berlin", "Porto"]}


def test_pages_follow_one_another_without_a_gap(call: Session, register: Register) -> None:
    for name in ("Ana", "Ben", "Cara"):
        register(name)
    first = call("GET", "/v1/directory?limit=3").get_json()
    rest = call("GET", f"/v1/directory?limit=3&cursor={first['next']}").get_json()
    found = [one["name"] for page in (first, rest) for one in page["items"]]
    assert found == ["Ana", "Ben", "Cara", "Dora Admin"]
    assert rest["next"] is None


def test_more_people_of_one_name_than_a_page_has_room_for_are_all_shown(call: Session, register: Register) -> None:
    for number in range(7):
        register("Kim Lee", email=f"kim{number}@example.com")
    register("Kim Lund")
    register("Élodie Kim")
    register("Ωmega Kim")
    shown: list[str] = []
    page = call("GET", "/v1/directory?q=kim+k&limit=2").get_json()
    shown += [one["id"] for one in page["items"]]
    while page["next"]:
        page = call("GET", f"/v1/directory?q=kim+k&limit=2&cursor={page['next']}").get_json()
        shown += [one["id"] for one in page["items"]]
    assert len(shown) == len(set(shown)) == 10


@given(
    st.lists(st.text("abcé-", min_size=1, max_size=5), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), min_size=1, max_size=3),
    st.sampled_from([None, "Sales"]),
)
def test_whoever_is_named_by_all_words_is_found_by_what_leads(
    names: list[str], typed: list[tuple[int, int]], department: str | None
) -> None:
    words = search_words(" ".join(names))
    assume(words)
    query = search_words(" ".join(words[which % len(words)][:length] for which, length in typed))
    held = name_prefixes(" ".join(names), "Sales")
    assert all(word in held for word in query)
    assert leading_prefix(query, department) in held


@pytest.mark.parametrize(
    ("words", "department", "leading"),
    [
        (("mar", "linde"), None, "li ma"),
        (("mar", "linde"), "Sales", "li ma"),
        (("kim", "ki"), None, "kim"),
        (("m", "linde"), "Sales", "linde"),
        (("mar",), "Sales", "ma =Sales"),
        (("m",), "Sales", "m"),
    ],
)
def test_a_search_is_led_by_what_few_share(words: tuple[str, ...], department: str | None, leading: str) -> None:
    assert leading_prefix(words, department) == leading


@pytest.mark.parametrize("landmarks", [[], ["ana"], ["ana", "ana", "ben", "kim lee", "ωmega", "李"], list("abcdefgh")])
def test_slices_cover_the_whole_alphabet_from_any_name_on(landmarks: list[str]) -> None:
    for start in ("", "0", "a", "kim lee", "zz", "ωmega", "龙"):
        slices = list(slices_behind(start, landmarks))
        assert slices[0][0] == start
        assert [end for _, end in slices[:-1]] == [first for first, _ in slices[1:]]
        assert slices[-1][1] is None
        assert all(end is None or first < end for first, end in slices)


def test_slices_span_ever_more_landmarks() -> None:
    assert list(slices_behind("b", list("abcdefghi"))) == [("b", "c"), ("c", "e"), ("e", "i"), ("i", None)]


def test_some_are_landmarks_and_the_higher_the_fewer() -> None:
    heights = Counter(landmark_of(f"prs_{number}") for number in range(40_000))
    assert heights[1] > heights[2] > heights[3] > heights[4] > 0
    assert heights[0] > 40_000 * 0.95


def populate(store: MemoryProfiles, people: int, given: str = "Kim") -> None:
    """People of one given name; of all but the last few, each third is in another department."""

    def work(unit: Unit) -> None:
        for number in range(people):
            department = ("Audit", "Legal", "Sales")[number % 3] if number < people - 3 else f"Few {number}"
            facts = Facts(
                name=f"{given} {number:04}",
                email=f"p{number}@example.com",
                time_zone="Europe/Berlin",
                department=department,
            )
            unit.save(Person.registered(f"prs_{number * 7919}", facts, FrozenClock().now()))

    store.atomically(work)


def matches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many documents match each question from now on: so many does a server read that cuts off only then."""
    query, read = MemorySession.query, list[int]()

    def reading_all_that_match(
        session: MemorySession, collection: str, where: Where, order: Order, limit: int | None, skip: int = 0
    ) -> list[Document]:
        read.append(len(query(session, collection, where, order, None)))
        return query(session, collection, where, order, limit, skip)

    monkeypatch.setattr(MemorySession, "query", reading_all_that_match)
    return read


@pytest.mark.parametrize("given", ["Ada", "Юлия", "李"])
def test_a_page_reads_little_more_than_it_shows_in_any_alphabet(
    store: MemoryProfiles, admin: Person, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    populate(store, 2000, given)
    read = matches(monkeypatch)
    after = (f"{given} 1000".casefold(), "")
    for behind in (None, after):
        read.clear()
        assert len(store.reading(partial(Unit.people_sought, sought=Sought(), after=behind, limit=21))) == 21
        assert sum(read) < 400
        assert len(read) < 12
    read.clear()
    assert store.reading(partial(Unit.people_sought, sought=Sought(status="on_leave"), after=None, limit=21)) == []
    assert len(read) < 15


def test_departments_are_listed_without_reading_everybody_in_them(
    store: MemoryProfiles, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    populate(store, 2000)
    read = matches(monkeypatch)
    few = [f"Few {number}" for number in (1997, 1998, 1999)]
    listed = store.reading(partial(Unit.values_of, fact="department", limit=200))
    assert listed == ["Audit", *few, "Legal", "Sales"]
    assert sum(read) < 100
    assert store.reading(partial(Unit.values_of, fact="department", limit=2)) == ["Audit", few[0]]


def test_colleagues_have_cards_and_no_directory(api: Api, register: Register) -> None:
    ana, ben = register("Ana"), register("Ben")
    as_ana = api.as_person(ana)
    for path in ("/v1/directory", "/v1/directory/sites", f"/v1/people/{ben.id}/history"):
        assert as_ana("GET", path).status_code == 403, path
    assert as_ana("GET", f"/v1/people/{ana.id}/history").status_code == 200
    assert as_ana("GET", "/v1/directory/names").status_code == 404


def history(call: Session, person_id: str) -> list[dict[str, Any]]:
    return list(call("GET", f"/v1/people/{person_id}/history").get_json()["items"])


def test_a_history_says_who_did_what_with_the_values_of_a_move_only(call: Session, admin: Person) -> None:
    made = call("POST", "/v1/people", {"email": "ana@example.com", "name": "Ana Garcia", "department": "Sales"})
    id = made.get_json()["id"]
    call("PATCH", f"/v1/people/{id}", {"name": "Ana Berg", "department": "Research", "level": 4}, If_Match="*")
    for status in ("on_leave", "active", "left", "active"):
        call("PATCH", f"/v1/people/{id}", {"status": status}, If_Match="*")
    told = history(call, id)
    assert [one["act"] for one in told] == ["rehired", "left", "back", "on_leave", "changed", "registered"]
    assert {(one["by"], one["by_kind"], one["import_id"]) for one in told} == {(admin.id, "person", None)}
    assert told[4]["changes"] == [
        {"fact": "name", "before": "", "after": ""},
        {"fact": "department", "before": "Sales", "after": "Research"},
        {"fact": "level", "before": "", "after": "4"},
    ]


def test_what_changes_nothing_is_no_history(call: Session, register: Register) -> None:
    ana = register("Ana", department="Sales")
    call("PATCH", f"/v1/people/{ana.id}", {"department": "Sales", "status": "active"}, If_Match="*")
    assert [one["act"] for one in history(call, ana.id)] == ["registered"]


def test_a_history_keeps_the_last_fifty(
    call: Session, register: Register, store: MemoryProfiles, clock: FrozenClock
) -> None:
    ana = register("Ana")
    for number in range(60):
        change_person(store, clock, SYSTEM, ana.id, None, {"title": f"Title {number}"})
    told = history(call, ana.id)
    assert (len(told), told[0]["changes"][0]["after"]) == (50, "Title 59")


def test_an_import_is_named_by_what_it_did(api: Api, call: Session, admin: Person) -> None:
    hr = Hr(api, call)
    first = hr.done("E-1,ana@example.com,Ana,Engineer,Sales,3,Berlin,,active\n", HEADER)
    second = hr.done("E-1,ana@example.com,Ana,Engineer,Research,3,Berlin,,left\n", HEADER)
    told = history(call, hr.person("E-1").id)
    assert [(one["act"], one["import_id"], one["by"]) for one in told] == [
        ("left", second["id"], admin.id),
        ("registered", first["id"], admin.id),
    ]


def test_what_an_admin_does_by_hand_is_audited_in_codes(
    api: Api, call: Session, admin: Person, store: MemoryProfiles
) -> None:
    made = call("POST", "/v1/people", {"email": "ana@example.com", "name": "Ana"}).get_json()
    call("PATCH", f"/v1/people/{made['id']}", {"site": "Porto"}, If_Match="*")
    call("PATCH", f"/v1/people/{made['id']}", {"status": "left"}, If_Match="*")
    call("PATCH", f"/v1/people/{admin.id}", {"locale": "de"}, If_Match="*")
    rows = [row for row in store.held("audit") if row["action"].startswith("person.")]
    assert [(row["action"], row["subject"], list(row["codes"])) for row in rows] == [
        ("person.register", made["id"], ["registered"]),
        ("person.change", made["id"], ["site"]),
        ("person.change", made["id"], ["left"]),
    ]


def test_people_admins_read_the_audit_log_and_that_is_audited(api: Api, call: Session, register: Register) -> None:
    assert call("GET", "/v1/audit").status_code == 200
    looks = call("GET", "/v1/audit?action=audit.read").get_json()["items"]
    assert len(looks) == 1
    assert api.as_person(register("Eve"))("GET", "/v1/audit").status_code == 403
