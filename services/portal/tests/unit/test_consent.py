"""Consent by purpose, as pages ask it and tell how it came."""

import re

from .conftest import SignIn
from .fake_services import FakeServices, moment
from .test_forms import send


def test_consent_is_given_and_taken_back_and_both_are_told(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_ana")
    page = browser.get("/consent").text
    assert "Figures about mentoring, without my name" in page
    assert "You said nothing, which is no" in page
    assert "You have agreed to nothing" in page
    for granted, words in (("yes", "Your consent is kept."), ("no", "Your consent is taken back.")):
        etag = f'"{len(world.words.get("prs_ana", []))}"'
        reply = send(browser, "/consent", "/consent", purpose="figures", granted=granted, etag=etag)
        assert words in browser.get(reply.location).text
    page = browser.get("/consent").text
    assert "You do not agree" in page
    history = page[page.index('id="history"') :]
    assert re.findall(r"Agreed|Taken back", history) == ["Taken back", "Agreed"]


def test_what_is_no_longer_asked_can_still_be_taken_back(signed_in: SignIn, world: FakeServices) -> None:
    world.words["prs_ana"] = [{"purpose": "old_study", "granted": True, "at": moment(-9), "by": "prs_dora"}]
    page = signed_in("prs_ana").get("/consent").text
    assert "Old study" in page
    assert "No longer asked." in page
    assert "entered by Dora Achterberg" in page


def test_a_form_that_is_out_of_date_changes_nothing(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_ana")
    world.words["prs_ana"] = [{"purpose": "figures", "granted": True, "at": moment(), "by": "prs_ana"}]
    send(browser, "/consent", "/consent", purpose="figures", granted="no", etag='"0"')
    assert len(world.words["prs_ana"]) == 1


def test_purposes_without_words_in_a_language_are_told_in_english(signed_in: SignIn) -> None:
    page = signed_in("prs_ana", accept_language="de").get("/consent").text
    assert "Zahlen zum Mentoring, ohne meinen Namen" in page
    assert "Being asked for a story" in page
