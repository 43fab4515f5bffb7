"""A people admin's day in a browser: a file imported, somebody found, a client made, the log searched."""

import re
import uuid
from typing import Any

import pytest
from platform_client import Actor
from playwright.sync_api import Page, expect
from staged import program

from .conftest import Hire, Portal

pytestmark = [pytest.mark.stack, pytest.mark.browser]


def csv_of(*rows: str) -> dict[str, Any]:
    text = "external_id,email,name,title,department,site,level,status\n" + "".join(f"{row}\n" for row in rows)
    return {"name": "staff.csv", "mimeType": "text/csv", "buffer": text.encode()}


def follow(page: Page, words: str) -> None:
    """Reload by the page's own link until the words are there, as one does without a script."""
    for _ in range(60):
        if page.get_by_text(words).count():
            return
        page.get_by_role("link", name="Reload").click()
        page.wait_for_timeout(500)
    raise AssertionError(f"{words!r} never came")


def test_a_people_admin_imports_finds_lets_in_and_proves(portal: Portal, platform: dict[str, Any]) -> None:
    mark = uuid.uuid4().hex[:8]
    name = f"Quinn {mark.capitalize()}"
    admin = platform["people"]["people_admin"]

    page = portal.sign_in(admin, java_script_enabled=False)
    page.goto("/imports")
    page.get_by_label("CSV file").set_input_files(
        csv_of(
            f"E-{mark},quinn.{mark}@example.com,{name},Engineer,Research,Porto,3,active",
            f"F-{mark},wrong.{mark}@example.com,Wrong {mark},Engineer,Research,Porto,high,active",
        )
    )
    page.get_by_label("Only changes").check()
    page.get_by_role("button", name="Upload and look").click()
    follow(page, "This would come of it")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_role("heading", name="One row is wrong")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the errors").click()
    assert ",level," in download.value.path().read_text()
    page.get_by_role("button", name="Carry it out").click()
    follow(page, "What came of it")
    page.get_by_role("navigation", name="Looking after people").get_by_role("link", name="People").click()
    page.get_by_label("Name, e-mail address or staff number").fill(f"E-{mark}")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name="Became known here")).to_be_visible()
    expect(page.get_by_role("link", name="by an import")).to_be_visible()

    page = portal.sign_in(admin)
    page.goto("/people?" + f"q=quinn {mark}&site=Porto")
    page.get_by_role("link", name=name).click()
    page.get_by_label("Auditor").check()
    page.get_by_role("button", name="Save the roles").click()
    expect(page.get_by_role("heading", name="Gave or took roles")).to_be_visible()

    page.goto("/clients/new")
    page.get_by_label("What it is for").fill(f"Bot {mark}")
    page.get_by_label("Read people").check()
    page.get_by_role("button", name="Make it and show the secret").click()
    secret = page.get_by_label("Client secret").input_value()
    assert len(secret) > 30
    page.get_by_role("link", name="I have copied it").click()
    assert secret not in page.content()
    page.get_by_role("button", name="Make another secret").click()
    assert page.get_by_label("Client secret").input_value() != secret
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Retire it").click()
    expect(page.get_by_text("Only the newest secret is good now.")).to_be_visible()

    page.goto("/audit")
    page.get_by_label("To whom or what").fill(f"quinn.{mark}@example.com")
    page.get_by_role("button", name="Search").click()
    line = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Gave or took roles"))
    expect(line).to_contain_text("auditor")
    expect(line).to_contain_text(re.compile(name))


def test_a_manager_reads_private_answers_and_the_look_is_told(portal: Portal, admin: Actor, hire: Hire) -> None:
    key = f"note_{uuid.uuid4().hex[:8]}"
    question = {"kind": "text", "label": {"en": f"What about {key}?"}, "visible": "private"}
    admin.post("profiles", "/profile-fields", {**question, "key": key})
    ana, cara = hire("Ana", profile={"fields": {key: "Never on Fridays"}}), hire("Cara", roles=["program_manager"])
    program_id = program(cara.player)
    ana.player.actor.post("matching", f"/programs/{program_id}/enrolments", {"role": "mentee"})

    page = portal.sign_in(cara.email)
    page.goto(f"/programs/{program_id}")
    page.get_by_role("link", name=f"Show private answers (this is recorded) {ana.name}").click()
    expect(page.get_by_text("Never on Fridays")).to_be_visible()
    page.get_by_role("link", name="Back to the program").click()
    expect(page.get_by_role("heading", name="Waiting for your approval")).to_be_visible()

    page = portal.sign_in(admin.get("profiles", "/me")["email"])
    page.goto(f"/people/{ana.player.id}")
    looked = page.get_by_role("region", name="Who looked lately").get_by_role("listitem")
    expect(looked.filter(has_text="Read somebody's private answers")).to_contain_text(cara.name)
    admin.put("profiles", f"/profile-fields/{key}", {**question, "retired": True})


def test_the_pages_of_people_admins_are_theirs(portal: Portal, platform: dict[str, Any]) -> None:
    page = portal.sign_in(platform["people"]["mentee"])
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="People")).to_have_count(0)
    for path in ("/people", "/imports", "/clients", "/erasures", "/audit"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.get_by_role("navigation", name="Looking after people").count() == 0, path
