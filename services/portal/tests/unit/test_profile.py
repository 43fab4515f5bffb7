"""My profile: completeness, the week, the organisation's questions, capacity beside present mentees, and a pause."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from .conftest import SignIn
from .fake_services import FakeServices, Refused
from .test_forms import PROFILE, send

PLAIN: dict[str, Any] = {"capacity": "1", "step": "2", "languages": ["en"]}


def publish(browser: FlaskClient, **values: Any) -> Any:
    """Send the profile's form."""
    return send(browser, "/profile", "/profile", **{**PLAIN, **values})


def ticked(page: str) -> list[str]:
    """The cells of the week that are ticked."""
    return re.findall(r'name="free" value="([^"]+)"[^>]* checked', page)


def test_the_best_question_comes_first_and_leads_to_its_field(signed_in: SignIn, world: FakeServices) -> None:
    page = signed_in("prs_ana").get("/profile").text
    assert "0 %" in page
    assert '<a href="#wanted-1">What do you want to learn?</a>' in page
    world.publish("prs_ana")
    page = signed_in("prs_ana").get("/profile").text
    assert 'max="100" value="55"' in page
    assert '<a href="#goals">Which themes do you want help with?</a>' in page
    assert 'id="goals"' in page
    world.publish("prs_ana", completeness={"share": 1.0, "next": None})
    assert "It says all that the match looks at" in signed_in("prs_ana").get("/profile").text


def test_what_somebody_does_in_programs_says_what_is_missing(signed_in: SignIn, world: FakeServices) -> None:
    program = world.add_program()
    world.enrol(program["id"], "prs_ben", "mentor")
    signed_in("prs_ben").get("/profile")
    assert {"role": ["mentor"]} in world.queries


def test_an_own_question_of_the_organisation_may_be_the_best_one(signed_in: SignIn, world: FakeServices) -> None:
    world.question("years", "number", required=True)
    world.publish("prs_ana", completeness={"share": 0.9, "next": {"field": "fields/years", "why": "x"}})
    page = signed_in("prs_ana").get("/profile").text
    assert '<a href="#fields-years">Your years</a>. Your organisation asks everybody.' in page
    assert 'id="fields-years"' in page


def test_hours_are_ticked_and_come_back_as_intervals(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_ana")
    assert publish(browser, free=["mon-18", "mon-20", "fri-46"]).status_code == 303
    assert world.profiles["prs_ana"]["availability"] == [
        {"day": "mon", "start": "09:00", "end": "11:00"},
        {"day": "fri", "start": "23:00", "end": "24:00"},
    ]
    page = browser.get("/profile").text
    assert ticked(page) == ["mon-18", "mon-20", "fri-46"]
    assert '<details class="unfold" open>' in page


def test_half_hours_are_shown_where_some_are_chosen_or_on_request(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_ana")
    assert browser.get("/profile").text.count('name="free"') == 7 * 24
    finer = publish(browser, free=["mon-18"], more="halves")
    assert finer.text.count('name="free"') == 7 * 48
    assert ticked(finer.text) == ["mon-18", "mon-19"]
    world.publish("prs_ana", availability=[{"day": "tue", "start": "09:30", "end": "10:00"}])
    assert ticked(browser.get("/profile").text) == ["tue-19"]
    assert world.sent("PUT", ".*") == 0


@pytest.mark.parametrize(("button", "days"), [("workdays", 5), ("all", 7)])
def test_monday_is_copied_without_a_script_and_nothing_is_saved_by_it(
    signed_in: SignIn, world: FakeServices, button: str, days: int
) -> None:
    page = publish(signed_in("prs_ana"), free=["mon-18", "tue-30"], bio="Kept", copy=button)
    assert page.status_code == 200
    assert len(ticked(page.text)) == days
    assert "tue-30" not in ticked(page.text)
    assert "Kept" in page.text
    assert world.sent("PUT", ".*") == 0


def test_answers_go_with_the_profile_each_as_its_kind(signed_in: SignIn, world: FakeServices) -> None:
    for key, kind in (("track", "choice"), ("wishes", "choices"), ("years", "number"), ("moves", "yes_no"),
                      ("note", "text"), ("left", "yes_no")):  # fmt: skip
        world.question(key, kind)
    world.question("old", "text", retired=True)
    browser = signed_in("prs_ana")
    page = browser.get("/profile").text
    assert "Your track" in page
    assert "Your old" not in page
    answers = {"fields-track": "lead", "fields-wishes": ["expert", "lead"], "fields-years": "2,5", "fields-moves": "no",
               "fields-note": " Hello\r\nyou ", "fields-left": ""}  # fmt: skip
    assert publish(browser, **answers).status_code == 303
    assert world.profiles["prs_ana"]["fields"] == {
        "track": "lead", "wishes": ["expert", "lead"], "years": 2.5, "moves": False, "note": "Hello\nyou",
    }  # fmt: skip
    page = browser.get("/profile").text
    assert '<option value="lead" selected>' in page
    assert 'value="2.5"' in page
    assert 'name="fields-moves" value="no" checked' in page


def test_a_refused_answer_is_marked_where_it_stands_and_kept(signed_in: SignIn, world: FakeServices) -> None:
    world.question("years", "number", least=0, most=40)
    world.question("track", required=True)
    page = publish(signed_in("prs_ana"), **{"fields-years": "many", "bio": "Kept"})
    assert page.status_code == 422
    assert "Write a number from 0 to 40." in page.text
    assert 'value="many" aria-invalid="true" aria-describedby="fields-years-wrong"' in page.text
    assert "Your organisation asks everybody. Please answer this." in page.text
    assert "Kept" in page.text


def test_languages_are_the_person_s_and_only_sent_where_they_changed(signed_in: SignIn, world: FakeServices) -> None:
    world.people["prs_ana"]["languages"] = ["pt-BR", "en"]
    browser = signed_in("prs_ana")
    page = browser.get("/profile").text
    assert 'value="pt-BR" checked' in page
    publish(browser, languages=["pt-BR", "en"])
    assert world.sent("PATCH", ".*") == 0
    publish(browser, languages=["pt-BR", "de"])
    assert world.people["prs_ana"]["languages"] == ["pt-BR", "de"]


@pytest.mark.parametrize(
    ("capacity", "words"),
    [
        (5, "There is room for 3 more."),
        (2, "You are full"),
        (1, "somebody new can come once you have fewer than 1"),
        (0, "Nobody leaves you, and nobody new can come."),
    ],
)
def test_capacity_stands_beside_the_present_mentees(
    signed_in: SignIn, world: FakeServices, capacity: int, words: str
) -> None:
    program = world.add_program()
    for mentee in ("prs_ana", "prs_cara"):
        world.pair(program["id"], "prs_ben", mentee)
    world.publish("prs_ben", capacity=capacity)
    page = signed_in("prs_ben").get("/profile").text
    assert "You have 2 mentees now." in page
    assert words in page


def test_the_profile_can_be_filled_while_matching_is_away(signed_in: SignIn, world: FakeServices) -> None:
    world.silent.add("matching")
    browser = signed_in("prs_ana")
    assert "mentees now" not in browser.get("/profile").text
    assert publish(browser, bio="x").status_code == 303


def test_the_first_profile_leads_home_and_later_ones_stay(signed_in: SignIn) -> None:
    browser = signed_in("prs_ana")
    assert publish(browser).location == "/"
    again = publish(browser)
    assert again.location == "/profile"
    assert "Your profile is published" in browser.get("/profile").text


def test_a_pause_has_a_day_and_an_end(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_ana")
    assert 'id="pause"' not in browser.get("/profile").text
    world.publish("prs_ana")
    refused = send(browser, "/profile", "/profile/pause", until="2001-01-01")
    assert refused.status_code == 422
    assert 'id="until-wrong"' in refused.text
    assert 'value="2001-01-01"' in refused.text
    assert send(browser, "/profile", "/profile/pause", until="2099-01-11").status_code == 303
    page = browser.get("/profile").text
    assert page.count("You are paused until") == 2
    assert send(browser, "/profile", "/profile/resume").status_code == 303
    assert world.profiles["prs_ana"]["paused_until"] is None
    assert "Welcome back" in browser.get("/profile").text


def test_suggestions_bring_synonyms_along(signed_in: SignIn, world: FakeServices) -> None:
    page = signed_in("prs_ana").get("/suggestions/themes?goals=lead").text
    assert '<option value="Leading people">' in page
    assert "Finding focus" not in page


# Declaring questions


NEW = {"label-en": "Career track", "label-de": "Laufbahn", "kind": "choice", "options-key": ["", "", ""],
       "options-en": ["Expert", "Team lead", ""], "options-de": ["Fachkraft", "", ""], "visible": "card",
       "matched": "yes", "order": "2"}  # fmt: skip


def test_a_people_admin_asks_something_and_codes_make_themselves(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_dora")
    assert "Nothing is asked yet" in browser.get("/questions").text
    assert send(browser, "/questions/new", "/questions/new", **NEW).location == "/questions"
    asked = world.questions["career_track"]
    assert asked["label"] == {"en": "Career track", "de": "Laufbahn"}
    assert asked["options"] == [
        {"key": "expert", "label": {"en": "Expert", "de": "Fachkraft"}, "retired": False},
        {"key": "team_lead", "label": {"en": "Team lead"}, "retired": False},
    ]
    assert (asked["visible"], asked["matched"], asked["required"], asked["order"]) == ("card", True, False, 2)
    page = browser.get("/questions").text
    assert "The question is asked from now on" in page
    assert "Career track" in page


def test_what_does_not_belong_to_the_kind_is_not_sent(signed_in: SignIn, world: FakeServices) -> None:
    send(signed_in("prs_dora"), "/questions/new", "/questions/new", **{**NEW, "kind": "text", "least": "3"})
    asked = world.questions["career_track"]
    assert (asked["options"], asked["matched"], asked["least"]) == ([], False, None)


def test_a_question_is_changed_and_retired_with_its_options(signed_in: SignIn, world: FakeServices) -> None:
    world.question("track")
    browser = signed_in("prs_dora")
    changed = {"label-en": "Track", "options-key": ["expert", "lead", ""], "options-en": ["Expert", "Lead", "Other"],
               "options-de": ["", "", ""], "options-retired": ["lead"], "visible": "private", "order": "0",
               "retired": "yes"}  # fmt: skip
    assert send(browser, "/questions/track", "/questions/track", **changed).status_code == 303
    asked = world.questions["track"]
    assert [(one["key"], one["retired"]) for one in asked["options"]] == [
        ("expert", False),
        ("lead", True),
        ("other", False),
    ]
    assert asked["retired"] is True
    assert "No longer asked" in browser.get("/questions").text


def test_a_refused_question_keeps_what_was_typed(signed_in: SignIn, world: FakeServices) -> None:
    world.question("career_track")
    reply = send(signed_in("prs_dora"), "/questions/new", "/questions/new", **NEW)
    assert reply.status_code == 422
    assert 'id="label-en-wrong"' in reply.text
    assert 'value="Team lead"' in reply.text
    world.refuse("PUT", "/v1/profile-fields/.*", Refused(412, "stale"))
    values = {"label-en": "Newer words", "options-key": ["expert"], "options-en": ["Expert"], "options-de": [""]}
    reply = send(signed_in("prs_dora"), "/questions/career_track", "/questions/career_track", **values)
    assert reply.status_code == 422
    assert 'value="Newer words"' in reply.text


def test_more_rows_for_options_come_without_a_script(signed_in: SignIn, world: FakeServices) -> None:
    reply = send(signed_in("prs_dora"), "/questions/new", "/questions/new", **NEW, more="options")
    assert reply.text.count('name="options-key"') == 2 + 3
    assert world.questions == {}


@pytest.mark.parametrize("path", ["/questions", "/questions/new", "/questions/track"])
def test_nobody_else_declares_questions(signed_in: SignIn, world: FakeServices, path: str) -> None:
    world.question("track")
    for person in ("prs_ana", "prs_cara"):
        browser = signed_in(person)
        assert browser.get(path).status_code == 403
        assert "/questions" not in browser.get("/").text
    assert 'href="/questions"' in signed_in("prs_dora").get("/people").text


def test_the_form_sends_everything_that_it_shows(signed_in: SignIn, world: FakeServices) -> None:
    send(signed_in("prs_ana"), "/profile", "/profile", **PROFILE)
    assert world.profiles["prs_ana"]["availability"] == [{"day": "mon", "start": "09:00", "end": "12:30"}]
