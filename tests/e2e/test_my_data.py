"""One's own data in a browser: consent given and taken back, a second session ended, an archive made and downloaded."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import Hire, Portal

pytestmark = [pytest.mark.stack, pytest.mark.browser]


def test_a_person_sees_what_is_kept_agrees_takes_it_back_and_ends_a_session(
    portal: Portal, hire: Hire, tmp_path: Path
) -> None:
    ana = hire("Ana", profile={"skills_wanted": ["Chart reading"], "bio": "I read charts."})
    laptop, phone = portal.sign_in(ana.email), portal.sign_in(ana.email)

    laptop.goto("/")
    laptop.get_by_label(re.compile("Your menu")).click()
    laptop.get_by_role("link", name="My data and sessions").click()
    expect(laptop.get_by_role("heading", name="What we know about you", level=1)).to_be_visible()
    profile = laptop.get_by_role("listitem").filter(has=laptop.get_by_role("heading", name="Your mentoring profile"))
    expect(profile.get_by_text("Who sees it")).to_be_visible()
    with laptop.expect_download() as download:
        laptop.get_by_role("link", name="Make and download my archive").click()
    archive = tmp_path / download.value.suggested_filename
    download.value.save_as(archive)
    with zipfile.ZipFile(archive) as zipped:
        assert "I read charts." in zipped.read("index.html").decode()
        assert json.loads(zipped.read("profiles.json"))["person"][0]["id"] == ana.player.id
        assert len(json.loads(zipped.read("portal.json"))["sessions"]) == 2

    laptop.get_by_role("navigation", name="Your data").get_by_role("link", name="Consent").click()
    purpose = "Figures about mentoring in which I cannot be recognised"
    laptop.get_by_role("button", name=f"Agree {purpose}").click()
    expect(laptop.get_by_text("Your consent is kept.")).to_be_visible()
    held = ana.player.actor.get("profiles", f"/people/{ana.player.id}/consent")
    assert held["purposes"] == {"figures": True}
    laptop.get_by_role("button", name=f"Take back {purpose}").click()
    expect(laptop.get_by_text("Your consent is taken back.")).to_be_visible()
    words = laptop.get_by_role("region", name="What you said so far").get_by_role("listitem")
    expect(words).to_have_count(2)
    expect(words.first).to_contain_text("Taken back")

    laptop.get_by_role("navigation", name="Your data").get_by_role("link", name="My sessions").click()
    expect(laptop.get_by_role("listitem").filter(has_text="This one")).to_contain_text("Chrome on Linux")
    laptop.get_by_role("button", name="End Chrome on Linux", exact=True).click()
    expect(laptop.get_by_text("That session is ended.")).to_be_visible()
    expect(laptop.get_by_text("You are signed in nowhere else.")).to_be_visible()
    phone.goto("/inbox")
    expect(phone.get_by_role("link", name="Sign in with your work account")).to_be_visible()
    laptop.goto("/inbox")
    expect(laptop.get_by_role("heading", name="Inbox", level=1)).to_be_visible()


def test_being_forgotten_is_asked_for_and_undone_in_time(portal: Portal, hire: Hire) -> None:
    ana = hire("Ana")
    page = portal.sign_in(ana.email)
    page.goto("/my-data")
    page.get_by_label("I want everything about me destroyed.").check()
    page.get_by_role("button", name="Ask to be forgotten").click()
    expect(page.get_by_text("You asked to be forgotten. Until")).to_be_visible()
    page.get_by_role("button", name="I want to stay").click()
    expect(page.get_by_text("You stay, and colleagues see you again.")).to_be_visible()
    assert ana.player.actor.get("profiles", "/me")["erasure_id"] is None
