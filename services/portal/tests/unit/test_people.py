"""The people admins' pages: finding, one person, imports, clients, erasures, the audit log; and for nobody else."""

import html
import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.pages.audit import page_of

from .conftest import SignIn
from .fake_services import FakeServices, Refused, moment
from .test_forms import send

ROW = {"line": 2, "action": "mover", "person_id": "prs_ben", "external_id": "E-2", "name": "Ben Okafor",
       "changes": ["department"], "manager_changes": True}  # fmt: skip


def an_administered_world(world: FakeServices) -> dict[str, str]:
    """Something to see on each of the people admins' pages; their paths by a name."""
    world.add_person("prs_eli", "Eli Left", ["employee"], status="left")
    world.add_person("prs_flo", "Flo Away", ["employee"], status="on_leave", manager_id="prs_ben")
    world.happened("prs_ben", "registered", import_id="imp_0000", by="profiles", by_kind="system")
    world.happened("prs_ben", "changed", ("department", "Sales", "Platform"), ("manager_id", "", "prs_cara"),
                   ("name", "", ""))  # fmt: skip
    requested = world.add_erasure("prs_ben", "requested")
    started = world.add_erasure(
        "prs_gone", "started", started_at=moment(-1), receipts_due=moment(-0.1), missing=["matching"], overdue=True,
        destroyed={"profiles": {"people": 1, "grants": 0}},
    )  # fmt: skip
    completed = world.add_erasure(
        "prs_gone", "completed", started_at=moment(-2), compacted_at=moment(-1), completed_at=moment(-1),
        destroyed={name: {"people": 2} for name in ("profiles", "matching", "feedback", "notifications")},
    )  # fmt: skip
    undone = world.add_erasure("prs_ana", "cancelled", cancelled_at=moment(-1))
    world.audit("profiles", "roles.grant", "prs_ben", codes=["auditor"])
    world.audit("profiles", "erasure.request", "prs_ben", codes=[requested["id"]])
    world.audit("profiles", "person.read", "prs_ben", number=None)
    world.audit("matching", "run.create", "prg_1", actor="prs_eva", codes=["refused", "forbidden"])
    world.audit("feedback", "erasure.start", "prs_gone", actor="feedback", actor_kind="system")
    ready = world.add_import("ready", [ROW], planned={"movers": 1, "leavers": 412, "manager_changes": 1, "refused": 2},
                             confirm_leavers=412, ignored_columns=["shoe size"])  # fmt: skip
    done = world.add_import("completed", done={"joiners": 3}, finished_at=moment())
    imports = {f"import {state}": world.add_import(state)["id"]
               for state in ("received", "reading", "applying", "cancelled", "failed")}  # fmt: skip
    client = world.add_client("HR system", two_secrets=True, rotated_at=moment(-1))
    revoked = world.add_client("Old bot", revoked_at=moment(-1), programs=["prg_1"])
    known = world.add_term("Rowing", synonyms=["Sculling"], category="Sport", standing="proposed")
    world.add_term("Cobol", category="Old", retired=True)
    gone = world.add_term("Rwing", merged_into=known["id"], retired=True)
    return {
        "words": "/vocabulary/skills", "no word": "/vocabulary/skills?q=zzz", "themes": "/vocabulary/themes",
        "retired words": "/vocabulary/skills?retired=yes", "no retired word": "/vocabulary/skills?retired=yes&q=zzz",
        "no retired theme": "/vocabulary/themes?retired=yes",
        "word": f"/vocabulary/skills/{known['id']}", "merged": f"/vocabulary/skills/{gone['id']}",
        "people": "/people", "nobody": "/people?q=zzz", "person": "/people/prs_ben", "left": "/people/prs_eli",
        "on leave": "/people/prs_flo", "oneself": "/people/prs_dora", "forgotten": "/people/prs_gone",
        "imports": "/imports", "ready": f"/imports/{ready['id']}", "movers": f"/imports/{ready['id']}?show=mover",
        "done": f"/imports/{done['id']}", **{name: f"/imports/{id}" for name, id in imports.items()},
        "clients": "/clients", "new client": "/clients/new", "client": f"/clients/{client['client_id']}",
        "change client": f"/clients/{client['client_id']}/change",
        "revoked": f"/clients/{revoked['client_id']}", "erasures": "/erasures", "asked": "/erasures?state=requested",
        "requested": f"/erasures/{requested['id']}", "started": f"/erasures/{started['id']}",
        "completed": f"/erasures/{completed['id']}", "undone": f"/erasures/{undone['id']}",
        "audit": "/audit", "audit of one": "/audit?subject=Ben", "audit of nobody": "/audit?actor=zzz&from=x",
    }  # fmt: skip


@pytest.fixture
def at(world: FakeServices) -> dict[str, str]:
    return an_administered_world(world)


@pytest.fixture
def dora(signed_in: SignIn, at: dict[str, str]) -> FlaskClient:
    return signed_in("prs_dora")


def rules(app: Flask) -> list[tuple[str, str]]:
    """Every method and path of the people admins' pages, with ids that are nobody's."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in ("people", "audit", "questions"):
            path = re.sub(r"<any\((\w+),[^>]*>", r"\1", rule.rule)
            path = re.sub(r"<[^>]*>", "prs_ben", path)
            found += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


@pytest.mark.parametrize("person", ["prs_ana", "prs_cara"])
def test_nobody_but_people_admins_comes_to_these_pages(
    app: Flask, world: FakeServices, signed_in: SignIn, person: str
) -> None:
    browser = signed_in(person)
    browser.get("/profile")
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/profile").text)
    assert token is not None
    every = rules(app)
    assert len(every) > 25
    before = len(world.calls)
    for method, path in every:
        reply = browser.open(path, method=method, data={"csrf_token": token[1]}, base_url="https://portal.test",
                             headers={"Referer": "https://portal.test/"} if method == "POST" else {})  # fmt: skip
        assert reply.status_code == 403, (method, path, reply.status_code)
    asked = {path for _, _, path in world.calls[before:]}
    assert asked <= {"/v1/inbox"}, "nothing is asked for whoever may not see it"


def test_the_menu_shows_people_admins_their_pages_and_nobody_else(signed_in: SignIn, world: FakeServices) -> None:
    world.add_person("prs_eve", "Eve Audit", ["employee", "auditor"])
    assert 'href="/people"' in signed_in("prs_dora").get("/").text
    for person in ("prs_ana", "prs_cara"):
        page = signed_in(person).get("/").text
        assert 'href="/people"' not in page
        assert 'href="/audit"' not in page
    page = signed_in("prs_eve").get("/").text
    assert 'href="/audit"' in page
    assert 'href="/people"' not in page


def test_every_page_can_be_seen(dora: FlaskClient, at: dict[str, str]) -> None:
    for name, path in at.items():
        reply = dora.get(path)
        assert reply.status_code == 200, (name, reply.text)
        assert reply.text.count("<h1") == 1, name
        assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|<script(?![^>]*\ssrc=)", reply.text), name


def test_every_page_has_its_empty_state(signed_in: SignIn) -> None:
    dora = signed_in("prs_dora")
    empty = {"/imports": "No file was imported yet", "/clients": "No client yet", "/erasures": "No erasure",
             "/audit": "Nothing was found", "/people?q=zzz": "Nobody was found"}  # fmt: skip
    for path, words in empty.items():
        assert words in dora.get(path).text, path
    assert dora.get("/people/prs_none").status_code == 404


def test_what_a_search_asks_is_what_was_typed(dora: FlaskClient, world: FakeServices) -> None:
    page = dora.get("/people?q=Ben&department=Platform&status=&role=auditor&nonsense=1").text
    assert "Ben Okafor" in page
    queries = zip(world.calls, world.queries, strict=True)
    asked = [query for (_, _, path), query in queries if path == "/v1/directory"]
    assert {name: value for name, value in asked[-1].items() if name != "limit"} == {
        "q": ["Ben"], "department": ["Platform"], "role": ["auditor"]}  # fmt: skip


def test_a_person_s_story_joins_history_and_log_and_names_who_did_it(dora: FlaskClient) -> None:
    page = dora.get("/people/prs_ben").text
    for words in ("Sales", "Platform", "Cara Lindqvist", "Gave or took roles", "by an import", "Auditor",
                  "Asked for somebody to be forgotten", "Who looked lately", "the platform itself"):  # fmt: skip
        assert words in page, words
    assert page.count("Looked at somebody") == 1, "looks are told apart from what happened"


def test_roles_are_given_with_the_version_that_was_shown(dora: FlaskClient, world: FakeServices) -> None:
    reply = send(dora, "/people/prs_ana", "/people/prs_ana/roles", role=["auditor", "emperor"], etag='"0"')
    assert reply.location == "/people/prs_ana"
    assert world.people["prs_ana"]["roles"] == ["employee", "auditor"]


@pytest.mark.parametrize(
    ("person", "move", "status"),
    [("prs_ana", "end", "left"), ("prs_ana", "leave", "on_leave"), ("prs_eli", "rehire", "active"),
     ("prs_flo", "back", "active")],
)  # fmt: skip
def test_employment_moves(dora: FlaskClient, world: FakeServices, person: str, move: str, status: str) -> None:
    send(dora, f"/people/{person}", f"/people/{person}/{move}")
    assert world.people[person]["status"] == status


def test_a_move_of_a_version_that_is_gone_changes_nothing(dora: FlaskClient, world: FakeServices) -> None:
    reply = send(dora, "/people/prs_ana", "/people/prs_ana/end", etag='"7"')
    assert "Somebody changed this meanwhile" in dora.get(reply.location).text
    assert "status" not in world.people["prs_ana"]


def test_nobody_ends_themselves_by_a_button(dora: FlaskClient) -> None:
    page = dora.get("/people/prs_dora").text
    assert "/people/prs_dora/end" not in page
    assert "/people/prs_ana/end" in dora.get("/people/prs_ana").text


def test_an_erasure_is_asked_for_and_undone(dora: FlaskClient, world: FakeServices) -> None:
    reply = send(dora, "/people/prs_ana", "/people/prs_ana/forget")
    id = reply.location.rpartition("/")[2]
    assert "Can be undone until" in dora.get(reply.location).text
    send(dora, reply.location, f"/erasures/{id}/cancel")
    assert world.erasures[id]["state"] == "cancelled"


def test_a_certificate_is_a_file_once_there_is_one(dora: FlaskClient, at: dict[str, str]) -> None:
    reply = dora.get(f"{at['completed']}/certificate.json")
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert reply.get_json()["destroyed"]["matching"] == {"people": 2}
    assert dora.get(f"{at['started']}/certificate.json").status_code == 404


def upload(browser: FlaskClient, content: bytes) -> Any:
    file = (io.BytesIO(content), "staff.csv")
    return send(browser, "/imports", "/imports", file=file, mode="full")


def test_a_file_goes_to_the_service_as_it_is_and_leads_to_its_preview(dora: FlaskClient, world: FakeServices) -> None:
    content = b"email,name\n" + b"ana@example.com,Ana\n" * 15_000
    assert len(content) > 262_144, "more than any other form may hold"
    reply = upload(dora, content)
    assert reply.status_code == 303, reply.text
    assert world.uploaded == [content]
    made = world.imports[reply.location.rpartition("/")[2]]
    assert (made["file_name"], made["mode"]) == ("staff.csv", "full")


def test_a_large_form_of_anybody_else_is_refused_unread(signed_in: SignIn, world: FakeServices) -> None:
    ana = signed_in("prs_ana")
    file = (io.BytesIO(b"email\n" * 50_000), "staff.csv")
    reply = ana.post("/imports", data={"file": file}, headers={"Referer": "https://portal.test/"})
    assert reply.status_code == 413
    assert world.uploaded == []


def test_a_file_that_cannot_be_read_or_is_none_says_what_to_do(dora: FlaskClient) -> None:
    assert "Save it as CSV in UTF-8" in upload(dora, b"\x00nonsense").text
    assert "Choose a CSV file." in send(dora, "/imports", "/imports", mode="full").text


def test_many_leavers_are_confirmed_by_their_number(dora: FlaskClient, at: dict[str, str], world: FakeServices) -> None:
    page = dora.get(at["ready"]).text
    assert "This would end 412 people." in page
    id = at["ready"].rpartition("/")[2]
    for typed in ("", "411", "many"):
        again = send(dora, at["ready"], f"{at['ready']}/apply", leavers=typed)
        assert (again.status_code, world.imports[id]["state"]) == (422, "ready")
        assert "Type exactly the number" in again.text
    send(dora, at["ready"], f"{at['ready']}/apply", leavers="412")
    assert world.imports[id]["state"] == "applying"


def test_a_preview_shows_who_and_what_changes(dora: FlaskClient, at: dict[str, str]) -> None:
    page = dora.get(at["movers"]).text
    assert "Ben Okafor" in page
    assert "2 rows are wrong" in page
    assert "shoe size" in page
    assert dora.get(f"{at['ready']}?show=nonsense").status_code == 404


def test_errors_come_as_a_file(dora: FlaskClient, at: dict[str, str]) -> None:
    reply = dora.get(f"{at['ready']}/errors.csv")
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert reply.text.startswith("line,column,reason")
    assert dora.get("/imports/imp_none/errors.csv").status_code == 404


def test_progress_is_a_part_of_the_page_and_loads_it_again_at_the_end(
    dora: FlaskClient, at: dict[str, str], world: FakeServices
) -> None:
    path = f"{at['import reading']}/progress"
    assert "5 of 10 lines are read." in dora.get(path, headers={"HX-Request": "true"}).text
    assert "2 of 8 people are done." in dora.get(f"{at['import applying']}/progress").text
    world.imports[at["import reading"].rpartition("/")[2]]["state"] = "ready"
    assert dora.get(path).headers["HX-Refresh"] == "true"


def test_a_secret_is_shown_once_and_a_second_time_only_that_it_was(dora: FlaskClient, world: FakeServices) -> None:
    made = send(dora, "/clients/new", "/clients/new", name="Bot", scopes=["people:read", "all"])
    assert "the-only-time" in made.text
    [id] = [id for id, one in world.clients.items() if one["name"] == "Bot"]
    assert world.clients[id]["scopes"] == ["people:read"]
    assert "the-only-time" not in dora.get(f"/clients/{id}").text
    again = send(dora, f"/clients/{id}", f"/clients/{id}/secrets")
    assert "another-secret" in again.text
    assert "The secret before it is still good" in again.text
    send(dora, f"/clients/{id}", f"/clients/{id}/retire")
    assert world.clients[id]["two_secrets"] is False
    send(dora, f"/clients/{id}", f"/clients/{id}/revoke")
    assert "Revoked" in dora.get(f"/clients/{id}").text


def test_what_a_client_may_do_is_changed_and_a_program_that_is_not_shown_stays(
    dora: FlaskClient, world: FakeServices
) -> None:
    id = world.add_client("Bot", programs=["prg_hidden"])["client_id"]
    path = f"/clients/{id}/change"
    form = dora.get(path).text
    assert re.search(r'value="people:read" checked', form)
    assert re.search(r'value="prg_hidden" checked', form)
    etag = re.search(r'name="etag" value="([^"]*)"', form)
    version = html.unescape(etag.group(1)) if etag else ""
    none = send(dora, path, path, name="Bot", etag=version)
    assert "Tick at least one." in none.text
    reply = send(dora, path, path, name="Reader", scopes=["events:read"], programs=["prg_hidden"], etag=version)
    assert reply.location == f"/clients/{id}"
    assert (world.clients[id]["name"], world.clients[id]["scopes"]) == ("Reader", ["events:read"])
    assert world.clients[id]["programs"] == ["prg_hidden"]
    assert path not in dora.get(f"/clients/{world.add_client('Old', revoked_at=moment())['client_id']}").text


def test_a_client_without_a_scope_is_not_made(dora: FlaskClient, world: FakeServices) -> None:
    before = len(world.clients)
    assert "Tick at least one." in send(dora, "/clients/new", "/clients/new", name="Bot").text
    assert len(world.clients) == before


def test_the_log_of_every_service_is_put_together_by_time(dora: FlaskClient, world: FakeServices) -> None:
    page = dora.get("/audit").text
    for words in ("Gave or took roles", "run.create", "Refused", "sealed as number 7", "sealed in a moment"):
        assert words in page, words
    refused = dora.get("/audit?refused=yes").text
    assert "run.create" in refused
    assert "roles.grant" not in re.sub(r"<datalist.*?</datalist>", "", refused, flags=re.S)
    assert world.sent("GET", "/v1/audit") >= 8


def test_one_service_alone_can_be_searched(dora: FlaskClient, world: FakeServices) -> None:
    before = len(world.calls)
    dora.get("/audit?service=matching&from=2026-01-01&to=2026-01-31")
    asked = [host for _, host, path in world.calls[before:] if path == "/v1/audit"]
    assert asked == ["matching"]
    query = world.queries[[path for _, _, path in world.calls].index("/v1/audit", before)]
    # Days begin at midnight of the reader, and the last is whole.
    assert query["since"] == ["2025-12-31T23:00:00+00:00"]
    assert query["until"] == ["2026-01-31T23:00:00+00:00"]


def test_a_service_that_is_silent_leaves_the_others_lines(dora: FlaskClient, world: FakeServices) -> None:
    world.silent.add("matching")
    page = dora.get("/audit").text
    assert "Gave or took roles" in page
    assert "does not answer right now" in page


def test_a_name_in_the_search_is_whoever_has_it_or_a_choice(dora: FlaskClient, world: FakeServices) -> None:
    world.add_person("prs_ben2", "Ben Adler", ["employee"])
    page = dora.get("/audit?subject=Ben").text
    assert "Several people fit." in page
    assert 'href="/audit?subject=prs_ben2"' in page
    assert "Gave or took roles" in dora.get("/audit?subject=Ben+Okafor").text
    assert "Nobody is known by this name" in dora.get("/audit?actor=zzz").text


def test_auditors_have_the_log_and_no_directory(world: FakeServices, signed_in: SignIn, at: dict[str, str]) -> None:
    world.add_person("prs_eve", "Eve Audit", ["employee", "auditor"])
    eve = signed_in("prs_eve")
    page = eve.get("/audit").text
    assert "Dora Achterberg" in page
    assert 'href="/people/' not in page
    assert world.sent("GET", "/v1/directory") == 0
    assert eve.get("/people").status_code == 403


def line(at: str, id: str) -> dict[str, str]:
    return {"at": at, "id": id}


def test_pages_of_the_log_are_cut_where_the_time_changes() -> None:
    rows = [line("3", "a"), line("2", "b"), line("2", "c"), line("1", "d")]
    first, before = page_of(rows, 2)
    assert ([row["id"] for row in first], before) == (["a"], "3")
    second, before = page_of([row for row in rows if row["at"] < before], 2)
    assert ([row["id"] for row in second], before) == (["c", "b"], "2")
    assert page_of([line("1", "d")], 2) == ([line("1", "d")], "")


def test_a_moment_with_more_lines_than_a_page_is_shown_whole() -> None:
    rows = [line("2", id) for id in "abc"] + [line("1", "d")]
    shown, before = page_of(rows, 2)
    assert ([row["id"] for row in shown], before) == (["c", "b", "a"], "2")


def test_a_word_is_added_changed_and_merged(dora: FlaskClient, at: dict[str, str], world: FakeServices) -> None:
    new = f"{at['words']}/new"
    send(dora, at["words"], new, name="Sailing", synonyms="Yachting\r\n\r\nBoats, small", category="Sport")
    made = list(world.terms.values())[-1]
    assert (made["name"], made["synonyms"]) == ("Sailing", ["Yachting", "Boats, small"])
    again = send(dora, at["words"], new, name="Sailing")
    assert (again.status_code, "There is one." in again.text) == (422, True)
    send(dora, at["word"], at["word"], name="Rowing", synonyms="", retired="yes")
    held = world.terms[at["word"].rpartition("/")[2]]
    assert (held["synonyms"], held["retired"]) == ([], True)
    page = send(dora, at["word"], f"{at['word']}/merge", into="Nothing").text
    assert "There is no other word of this name in use." in page
    assert "There is no other word" in send(dora, at["word"], f"{at['word']}/merge", into="rowing").text
    reply = send(dora, at["word"], f"{at['word']}/merge", into="sailing")
    assert (held["merged_into"], reply.location) == (made["id"], f"/vocabulary/skills/{made['id']}")
    assert "It was merged into another word." in dora.get(at["word"]).text


def test_a_retired_word_is_found_and_brought_back(dora: FlaskClient, world: FakeServices) -> None:
    [old] = [one for one in world.terms.values() if one["name"] == "Cobol"]
    page = dora.get("/vocabulary/skills?retired=yes").text
    assert "Cobol" in page
    assert "Rwing" not in page, "it was merged"
    reply = send(dora, "/vocabulary/skills?retired=yes", f"/vocabulary/skills/{old['id']}/offer")
    assert reply.location == "/vocabulary/skills?retired=yes"
    assert old["retired"] is False
    assert "Cobol" not in dora.get("/vocabulary/skills?retired=yes").text


def test_a_file_of_words_says_what_came_of_it(dora: FlaskClient, at: dict[str, str]) -> None:
    path = "/vocabulary/skills/import"
    page = send(dora, at["words"], path, file=(io.BytesIO(b"name\nSailing\n"), "words.csv")).text
    assert "2 added, 1 changed, 4 were there already." in page
    assert "One row was left out" in page
    bad = send(dora, at["words"], path, file=(io.BytesIO(b"x"), "words.csv"))
    assert (bad.status_code, "Save it as CSV in UTF-8" in bad.text) == (422, True)
    assert "Choose a CSV file." in send(dora, at["words"], path).text


def test_a_problem_of_the_service_is_told_where_the_button_was(dora: FlaskClient, world: FakeServices) -> None:
    world.refuse("PUT", "/v1/people/.*/roles", Refused(409, "last-people-admin", "This is the last people admin."))
    reply = send(dora, "/people/prs_dora", "/people/prs_dora/roles", etag='"0"')
    assert "This is the last people admin." in dora.get(reply.location).text
