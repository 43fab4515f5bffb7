"""HR files: what a preview says, what comes of it, and what survives a death in the middle."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from profiles.domain.imports.course import ROWS_AT_ONCE
from profiles.domain.person import Person
from profiles.imports.work import work_through
from profiles.use_cases.imports import applying, reading
from servicekit.clock import SystemClock

from .conftest import Api, Session
from .test_scim import Provider

Register = Callable[..., Person]
HEADER = "external_id,email,name,title,department,level,site,manager,status\n"


class Hr:
    """Somebody who uploads HR files, and the worker that reads them."""

    def __init__(self, api: Api, call: Session) -> None:
        self.api, self.call, self.store = api, call, api.store
        self.uploads = 0

    def upload(self, text: str | bytes, query: str = "", **headers: str) -> TestResponse:
        self.uploads += 1
        return self.api.http.post(
            f"/v1/imports?{query}",
            data=text,
            headers={
                "Authorization": f"Bearer {self.call.access_token}",
                "Content-Type": "text/csv",
                "Idempotency-Key": headers.pop("key", f"upload-{self.uploads}"),
                **headers,
            },
        )

    def work(self) -> None:
        work_through("UTC")(self.store, SystemClock())

    def preview(self, rows: str, query: str = "", header: str = HEADER) -> dict[str, Any]:
        made = self.upload(header + rows, query)
        assert made.status_code == 201, made.text
        self.work()
        return self.read(made.get_json()["id"])

    def read(self, id: str) -> dict[str, Any]:
        return dict(self.call("GET", f"/v1/imports/{id}").get_json())

    def applied(self, id: str, **body: Any) -> dict[str, Any]:
        reply = self.call("POST", f"/v1/imports/{id}/apply", body)
        assert reply.status_code == 200, reply.text
        self.work()
        return self.read(id)

    def done(self, rows: str, header: str = HEADER) -> dict[str, Any]:
        return self.applied(self.preview(rows, header=header)["id"])

    def rows(self, id: str, action: str) -> list[dict[str, Any]]:
        return list(self.call("GET", f"/v1/imports/{id}/rows?action={action}").get_json()["items"])

    def errors(self, id: str) -> list[tuple[str, str]]:
        text = self.call("GET", f"/v1/imports/{id}/errors").text
        return [(row["line"], row["column"]) for row in csv.DictReader(io.StringIO(text))]

    def person(self, external_id: str) -> Person:
        found = self.store.reading(lambda unit: unit.person_by_external_id(external_id))
        assert found is not None
        return found


@pytest.fixture
def hr(api: Api, admin: Person) -> Hr:
    return Hr(api, api.as_person(admin))


def some(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


THREE = """E-1,ana@example.com,Ana Garcia,Engineer,Research,3,Berlin,E-3,active
E-2,ben@example.com,Ben Okafor,Engineer,Research,5,Berlin,cara@example.com,active
E-3,cara@example.com,Cara Lind,Head,Research,8,Berlin,,active
"""


def test_a_preview_writes_nobody_and_says_what_would_come(hr: Hr) -> None:
    told = hr.store.events()
    held = hr.preview(THREE)
    assert (held["state"], some(held["planned"])) == ("ready", {"joiners": 3, "manager_changes": 2})
    assert held["progress"] == {"lines": 4, "lines_read": 4, "rows": 3, "rows_applied": 0}
    assert [row["name"] for row in hr.rows(held["id"], "joiner")] == ["Ana Garcia", "Ben Okafor", "Cara Lind"]
    assert len(hr.store.held("people")) == 1
    assert hr.store.events() == told


def test_people_join_with_managers_who_come_later_in_the_file(hr: Hr) -> None:
    held = hr.done(THREE)
    assert (held["state"], some(held["done"])) == ("completed", {"joiners": 3, "manager_changes": 2})
    cara = hr.person("E-3")
    assert {hr.person(id).facts.manager_id for id in ("E-1", "E-2")} == {cara.id}
    assert (cara.facts.level, cara.facts.site, cara.facts.time_zone) == (8, "Berlin", "UTC")
    assert hr.store.events()[-1] == "import.completed"
    assert [len(hr.store.held(name)) for name in ("import_chunks", "import_batches")] == [0, 0]


def test_movers_changes_leavers_and_rehires_are_told_apart(hr: Hr) -> None:
    hr.done(THREE + "E-4,dan@example.com,Dan Roe,Clerk,Sales,1,Oslo,,active\n")
    hr.done(THREE)
    assert hr.person("E-4").status == "left"
    dan = hr.person("E-4").id
    second = hr.preview(
        "E-1,ana@example.com,Ana Garcia,Lead,Research,3,Berlin,E-2,active\n"
        "E-2,ben@example.com,Benjamin Okafor,Engineer,Research,5,Berlin,E-3,on_leave\n"
        "E-4,dan@example.com,Dan Roe,Clerk,Sales,1,Oslo,,active\n"
    )
    expected = {"movers": 1, "changed": 1, "leavers": 1, "rehires": 1, "manager_changes": 1}
    assert some(second["planned"]) == expected
    assert [(row["name"], row["changes"]) for row in hr.rows(second["id"], "mover")] == [("Ana Garcia", ["title"])]
    assert [row["name"] for row in hr.rows(second["id"], "leaver")] == ["Cara Lind"]
    assert [row["name"] for row in hr.rows(second["id"], "manager")] == ["Ana Garcia"]
    assert some(hr.applied(second["id"])["done"]) == expected
    assert (hr.person("E-4").id, hr.person("E-4").status) == (dan, "active")
    assert (hr.person("E-2").status, hr.person("E-3").status) == ("on_leave", "left")


def test_an_import_that_says_what_is_so_tells_nobody(hr: Hr) -> None:
    hr.done(THREE)
    told = hr.store.events()
    held = hr.done(THREE)
    assert some(held["done"]) == {"unchanged": 3}
    assert hr.store.events() == [*told, "import.completed"]


def test_many_leavers_are_ended_only_when_somebody_says_their_number(hr: Hr) -> None:
    crowd = "".join(f"E-{n},p{n}@example.com,Person {n},,,,,,\n" for n in range(1, 31))
    hr.done(crowd)
    held = hr.preview("E-1,p1@example.com,Person 1,,,,,,\n", "apply=true")
    assert (held["state"], held["confirm_leavers"]) == ("ready", 29)
    refused = hr.call("POST", f"/v1/imports/{held['id']}/apply", {"confirm_leavers": 28})
    assert (refused.status_code, refused.get_json()["type"].rpartition("/")[2]) == (409, "confirmation-needed")
    assert "29 people" in refused.get_json()["detail"]
    assert hr.person("E-2").status == "active"
    assert some(hr.applied(held["id"], confirm_leavers=29)["done"]) == {"unchanged": 1, "leavers": 29}


def test_an_import_told_to_apply_does_so_by_itself(hr: Hr) -> None:
    assert hr.preview(THREE, "apply=true")["state"] == "completed"


def test_a_file_of_changes_ends_nobody(hr: Hr) -> None:
    hr.done(THREE)
    held = hr.preview("E-1,ana@example.com,Ana Garcia,Lead,Research,3,Berlin,E-3,active\n", "mode=changes&apply=true")
    assert some(held["done"]) == {"movers": 1}


def test_who_was_never_hr_s_or_is_the_identity_provider_s_is_not_ended_by_absence(
    hr: Hr, api: Api, admin: Person
) -> None:
    provider = Provider(api)
    id = provider.made(externalId="00u1")["id"]
    held = hr.done(THREE.replace("ana@example.com", "anne@example.com"))
    assert some(held["done"]) == {"joiners": 3, "manager_changes": 2}
    people = {person["_id"]: person["status"] for person in hr.store.held("people")}
    assert (people[id], people[admin.id]) == ("active", "active")


def test_each_wrong_row_is_told_by_line_and_column_and_the_others_go_on(hr: Hr) -> None:
    held = hr.preview(
        "E-1,ana@example.com,Ana Garcia,,,high,,,active\n"
        "E-2,no address,Ben,,,,,,\n"
        "E-3,cara@example.com,,,,,,,\n"
        "E-4,dora.admin@example.com,Not Dora,,,,,,retired\n"
        "E-5,eve@example.com,Eve,,,,,E-99,active\n"
        "E-5,eve2@example.com,Eve again,,,,,,\n"
        ',,"Nobody, at all",,,,,,\n'
        'E-6,fay@example.com,"Fay\nJones",,,,,E-6,\n'
        "E-7,gil@example.com,Gil,a,b,1,c,,active,surplus\n"
        "E-8,hal@example.com,Hal,,,,,,\n"
    )
    assert held["planned"]["refused"] == 8
    assert hr.errors(held["id"]) == [
        ("2", "level"),
        ("3", "email"),
        ("4", "name"),
        ("5", "status"),
        ("7", "external_id"),
        ("8", "external_id"),
        ("9", "name"),
        ("11", "row"),
    ]
    done = hr.applied(held["id"])
    assert some(done["done"]) == {"joiners": 2, "refused": 1}
    assert ("6", "manager") in hr.errors(held["id"])
    assert hr.person("E-8").status == "active"


def test_a_circle_of_managers_is_refused_and_the_rest_is_kept(hr: Hr) -> None:
    held = hr.done(
        "E-1,ana@example.com,Ana,,,,,E-2,\nE-2,ben@example.com,Ben,,,,,E-3,\nE-3,cara@example.com,Cara,,,,,E-1,\n"
    )
    assert some(held["done"])["joiners"] == 3
    lines = [hr.person(id).facts.manager_id for id in ("E-1", "E-2", "E-3")]
    assert lines.count(None) == 1
    assert [column for _, column in hr.errors(held["id"])] == ["manager_id"]


def test_an_address_of_somebody_else_is_refused(hr: Hr) -> None:
    held = hr.done("E-1,dora.admin@example.com,Dora,,,,,,\nE-2,dora.admin@example.com,Dora,,,,,,\n")
    assert some(held["done"]) == {"changed": 1, "refused": 1}
    assert hr.errors(held["id"]) == [("3", "email")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "empty"),
        ("external_id,email\nE-1,ä@example.com".encode("latin-1"), "UTF-8"),
        (b"external_id,email\n" + b"x" * 70_000, "longer than"),
        (b"external_id,email\nE-1\x00,a@b.example\n", "zero byte"),
    ],
)
def test_a_file_that_is_none_is_refused_at_once_and_not_kept(hr: Hr, text: bytes, words: str) -> None:
    reply = hr.upload(text)
    assert reply.status_code == 422, reply.text
    assert words in reply.get_json()["detail"]
    assert hr.store.held("import_chunks") == []
    assert hr.store.held("imports") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,title\nAna,Lead\n", "external_id"),
        ("email,mail\na@b.example,c@d.example\n", "two columns"),
        ('email,name\na@b.example,"Ana\n', "quotation mark"),
    ],
)
def test_a_file_that_cannot_be_read_fails_in_words(hr: Hr, text: str, words: str) -> None:
    held = hr.preview(text, header="")
    assert held["state"] == "failed"
    assert words in held["reason"]
    assert hr.call("POST", f"/v1/imports/{held['id']}/apply", {}).status_code == 409


def test_columns_may_be_called_as_hr_calls_them(hr: Hr) -> None:
    held = hr.done(
        "E-1;ana@example.com;Ana;García;Lead;Europe/Madrid;es en;yes;42\n",
        header="\ufeffEmployee ID;E-Mail;First Name;Last Name;Job Title;Time zone;Languages;Remote;"
        "attributes.cost_center\n",
    )
    assert held["state"] == "completed", held
    facts = hr.person("E-1").facts
    assert (facts.name, facts.title, facts.time_zone, facts.languages) == (
        "Ana García",
        "Lead",
        "Europe/Madrid",
        ("es", "en"),
    )
    assert (facts.remote, facts.attributes) == (True, {"cost_center": "42"})
    # Unknown columns are told, not guessed at.
    other = hr.preview("E-1,Ana,1980\n", header="external_id,name,birthday\n")
    assert other["ignored_columns"] == ["birthday"]


def test_an_upload_repeated_with_its_key_is_one_import(hr: Hr) -> None:
    first = hr.upload(HEADER + THREE, key="k")
    again = hr.upload(HEADER + THREE, key="k")
    assert (again.status_code, again.get_json()["id"]) == (201, first.get_json()["id"])
    assert {chunk["import_id"] for chunk in hr.store.held("import_chunks")} == {first.get_json()["id"]}
    assert hr.upload(HEADER, key="k").status_code == 422


def test_a_cancelled_import_comes_to_nothing(hr: Hr) -> None:
    held = hr.preview(THREE)
    cancelled = hr.call("POST", f"/v1/imports/{held['id']}/cancel", {})
    assert cancelled.get_json()["state"] == "cancelled"
    assert hr.call("POST", f"/v1/imports/{held['id']}/cancel", {}).status_code == 200
    assert hr.call("POST", f"/v1/imports/{held['id']}/apply", {}).status_code == 409
    hr.work()
    assert hr.store.held("import_batches") == []
    assert len(hr.store.held("people")) == 1


def test_only_people_admins_and_clients_that_write_people_import(api: Api, register: Register) -> None:
    ana = Hr(api, api.as_person(register("Ana")))
    assert ana.upload(HEADER + THREE).status_code == 403
    for method, path in (("GET", ""), ("GET", "/imp_x"), ("GET", "/imp_x/rows"), ("GET", "/imp_x/errors")):
        assert ana.call(method, f"/v1/imports{path}").status_code == 403
    assert ana.call("POST", "/v1/imports/imp_x/apply", {}).status_code == 403
    assert api.store.held("import_chunks") == []


def test_what_is_not_there_is_404(hr: Hr) -> None:
    for method, path in (("GET", ""), ("GET", "/rows"), ("GET", "/errors"), ("POST", "/apply"), ("POST", "/cancel")):
        assert hr.call(method, f"/v1/imports/imp_x{path}", {} if method == "POST" else None).status_code == 404


def test_every_step_may_be_repeated_after_a_death(hr: Hr, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies in the middle of every transaction once; what comes out is as if it never had."""

    class Died(BaseException):
        pass

    rows = "".join(
        f"E-{n},p{n}@example.com,Person {n},,,,,E-{n + 1 if n % 10 else n},\n" for n in range(1, 2 * ROWS_AT_ONCE + 50)
    )
    made = hr.upload(HEADER + rows, "apply=true").get_json()
    real = hr.store.atomically
    deaths = 0

    def dying(work: Callable[[Any], Any]) -> Any:
        nonlocal deaths
        deaths += 1
        if deaths % 2:

            def half(unit: Any) -> Any:
                work(unit)
                unit.flush()
                raise Died

            return real(half)
        return real(work)

    monkeypatch.setattr(hr.store, "atomically", dying)
    for _ in range(100):
        try:
            hr.work()
        except Died:
            continue
        if hr.read(made["id"])["state"] == "completed":
            break
    held = hr.read(made["id"])
    assert held["state"] == "completed"
    assert held["done"]["joiners"] == 2 * ROWS_AT_ONCE + 49
    assert len(hr.store.held("people")) == 2 * ROWS_AT_ONCE + 50
    assert hr.store.events().count("import.completed") == 1
    assert deaths > 10


def test_a_defect_ends_one_import_and_not_the_worker(hr: Hr, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(reading, "_planned", broken)
    held = hr.preview(THREE)
    assert held["state"] == "failed"
    assert "Ask your operator" in held["reason"]


def test_what_nobody_applied_is_given_up_after_a_week(hr: Hr) -> None:
    held = hr.preview(THREE)
    [kept] = hr.store.held("imports")
    late = type("Late", (), {"now": lambda self: kept["expires_at"]})()
    work_through("UTC")(hr.store, late)
    assert hr.read(held["id"])["state"] == "cancelled"


def test_batches_that_have_nothing_left_to_do_are_passed_over(hr: Hr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "_TURNS_AT_ONCE", 1)
    rows = "".join(f"E-{n},p{n}@example.com,Person {n},,,,,\n" for n in range(2 * ROWS_AT_ONCE + 1))
    made = hr.upload(HEADER + rows, "apply=true").get_json()
    for _ in range(20):
        hr.work()
    held = hr.read(made["id"])
    assert (held["state"], held["done"]["joiners"]) == ("completed", 2 * ROWS_AT_ONCE + 1)
    assert hr.store.events().count("import.completed") == 1
