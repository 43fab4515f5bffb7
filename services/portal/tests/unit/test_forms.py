"""Forms: one key each, nothing without its token, what was typed kept beside what is wrong with it."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from .conftest import SignIn
from .fake_services import FakeServices, Refused


def fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with this action."""
    form = page.split(f'action="{action}"', 1)[1].split("</form>")[0]
    found = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    return {name: value.replace("&#34;", '"') for name, value in found.items()}


def send(browser: FlaskClient, page: str, action: str, **values: Any) -> Any:
    """Fill a form of a page and send it as a browser does."""
    shown = browser.get(page).text
    return browser.post(
        action, data={**fields(shown, action), **values}, headers={"Referer": f"https://portal.test{page}"}
    )


PROFILE = {"offer_skill": ["Rust", "", "Kafka"], "offer_level": ["4", "3", "5"], "skills_wanted": ["Go", ""],
           "goals": ["Leading people", ""], "helps_with": [""], "step": "1", "languages": ["en"],
           "free": [f"mon-{half}" for half in range(18, 25)], "capacity": "2", "bio": "Hello\r\nyou"}  # fmt: skip


def test_a_profile_is_published_whole(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_ana")
    reply = send(browser, "/profile", "/profile", **PROFILE)
    assert reply.status_code == 303
    held = world.profiles["prs_ana"]
    assert held["skills_offered"] == [{"skill": "Rust", "level": 4}, {"skill": "Kafka", "level": 5}]
    assert held["skills_wanted"] == ["Go"]
    assert held["availability"] == [{"day": "mon", "start": "09:00", "end": "12:30"}]
    assert (held["capacity"], held["bio"], held["opted_out"]) == (2, "Hello\nyou", False)


def test_publishing_keeps_what_the_form_does_not_show(signed_in: SignIn, world: FakeServices) -> None:
    world.publish("prs_ana", avoid=["prs_ben"], consent={"figures": True})
    send(signed_in("prs_ana"), "/profile", "/profile", **PROFILE)
    assert world.profiles["prs_ana"]["avoid"] == ["prs_ben"]
    assert world.profiles["prs_ana"]["consent"] == {"figures": True}


def test_a_wrong_field_is_marked_and_everything_typed_is_kept(signed_in: SignIn, world: FakeServices) -> None:
    every_second = [f"{day}-{half}" for day in ("mon", "tue", "wed", "thu", "fri") for half in range(0, 48, 2)]
    wrong = {**PROFILE, "free": every_second, "capacity": "many"}
    reply = send(signed_in("prs_ana"), "/profile", "/profile", **wrong)
    assert reply.status_code == 422
    assert 'aria-describedby="capacity-hint capacity-wrong"' in reply.text
    assert len(re.findall(r'<input type="checkbox" name="free"[^>]* checked', reply.text)) == 5 * 24
    assert "as a whole number" in reply.text
    assert 'value="Kafka"' in reply.text
    assert 'value="many"' in reply.text
    assert "prs_ana" not in world.profiles


def test_a_profile_changed_elsewhere_is_not_overwritten(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_ana")
    shown = browser.get("/profile").text
    world.publish("prs_ana", bio="newer")
    reply = browser.post("/profile", data={**fields(shown, "/profile"), **PROFILE})
    assert reply.status_code == 422
    assert "Somebody changed this meanwhile" in reply.text
    assert world.profiles["prs_ana"]["bio"] == "newer"


def test_without_a_script_more_rows_come_from_the_server_with_what_was_typed(
    signed_in: SignIn, world: FakeServices
) -> None:
    reply = send(signed_in("prs_ana"), "/profile", "/profile", **{**PROFILE, "more": "offers"})
    assert reply.status_code == 200
    assert reply.text.count('name="offer_skill"') == 2 + 5
    assert 'value="Rust"' in reply.text
    assert world.sent("PUT", ".*") == 0


def test_a_post_without_its_token_changes_nothing(signed_in: SignIn, world: FakeServices) -> None:
    program = world.add_program()
    request = world.ask(program["id"], "prs_ana", "prs_ben")
    reply = signed_in("prs_ben").post(f"/requests/{request['id']}/accept")
    assert reply.status_code == 400
    assert "nothing was changed" in reply.text
    assert request["state"] == "pending"


def test_every_post_form_carries_a_token_and_a_key_of_its_own(signed_in: SignIn, world: FakeServices) -> None:
    program = world.add_program()
    for mentee in ("prs_ana", "prs_cara"):
        world.ask(program["id"], mentee, "prs_ben")
    page = signed_in("prs_ben").get("/requests").text
    forms = [form for form in re.findall(r"<form[^>]*>.*?</form>", page, re.S) if "/sign-out" not in form]
    keys = [re.findall(r'name="key" value="([^"]+)"', form) for form in forms]
    assert len(forms) == 4
    assert all(len(found) == 1 for found in keys)
    assert len({found[0] for found in keys}) == len(forms)
    assert all('name="csrf_token"' in form for form in forms)


def test_a_refused_button_goes_back_to_its_page_with_the_reason(signed_in: SignIn, world: FakeServices) -> None:
    program = world.add_program()
    request = world.ask(program["id"], "prs_ana", "prs_ben")
    browser = signed_in("prs_ben")
    world.refuse("POST", "/v1/requests/.*", Refused(409, "no-seat-left"))
    reply = send(browser, "/requests", f"/requests/{request['id']}/accept")
    assert (reply.status_code, reply.location) == (303, "/requests")
    assert "There is no free seat any more" in browser.get("/requests").text


def test_a_refused_button_pressed_elsewhere_leads_home_only(signed_in: SignIn, world: FakeServices) -> None:
    program = world.add_program()
    request = world.ask(program["id"], "prs_ana", "prs_ben")
    browser = signed_in("prs_ben")
    world.refuse("POST", "/v1/requests/.*", Refused(409, "no-seat-left"))
    action = f"/requests/{request['id']}/accept"
    data = fields(browser.get("/requests").text, action)
    reply = browser.post(action, data=data, headers={"Referer": "https://portal.test//evil.test/"})
    assert reply.location == "/"


def test_what_is_not_yet_known_is_asked_again(
    signed_in: SignIn, world: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.clients.time.sleep", lambda seconds: None)
    program = world.add_program()
    world.enrol(program["id"], "prs_ana", "mentee")
    world.recommend("prs_ben")
    world.refuse("POST", "/v1/requests", Refused(409, "not-yet-known"), times=3)
    page = f"/mentors/{program['id']}/prs_ben"
    assert send(signed_in("prs_ana"), page, page, message="May I?").status_code == 303
    assert world.sent("POST", "/v1/requests") == 4


def test_a_refused_request_keeps_the_note(signed_in: SignIn, world: FakeServices) -> None:
    program = world.add_program()
    world.enrol(program["id"], "prs_ana", "mentee")
    world.recommend("prs_ben")
    world.refuse("POST", "/v1/requests", Refused(409, "not-available"))
    page = f"/mentors/{program['id']}/prs_ben"
    reply = send(signed_in("prs_ana"), page, page, message="A <b>long</b> note")
    assert reply.status_code == 422
    assert "not available in this program" in reply.text
    assert "A &lt;b&gt;long&lt;/b&gt; note" in reply.text


def test_a_time_is_meant_in_the_persons_own_zone(signed_in: SignIn, world: FakeServices) -> None:
    world.people["prs_ana"]["time_zone"] = "Asia/Kolkata"
    mentorship = world.pair(world.add_program()["id"], "prs_ben", "prs_ana")
    page = f"/mentorships/{mentorship['id']}"
    browser = signed_in("prs_ana")
    reply = send(browser, page, f"{page}/sessions", starts_at="2027-01-15T10:00", minutes="45", agenda="", place="")
    assert reply.status_code == 303
    (session,) = world.sessions.values()
    assert session["starts_at"] == "2027-01-15T04:30:00+00:00"
    assert "10:00" in browser.get(f"/sessions/{session['id']}").text


def test_a_time_that_cannot_be_read_is_said_beside_its_field(signed_in: SignIn, world: FakeServices) -> None:
    mentorship = world.pair(world.add_program()["id"], "prs_ben", "prs_ana")
    page = f"/mentorships/{mentorship['id']}"
    reply = send(
        signed_in("prs_ana"), page, f"{page}/sessions", starts_at="soon", minutes="45", agenda="Goals", place=""
    )
    assert reply.status_code == 422
    assert 'id="starts_at-wrong"' in reply.text
    assert "Goals" in reply.text


def test_a_session_is_moved_held_and_reviewed(signed_in: SignIn, world: FakeServices) -> None:
    mentorship = world.pair(world.add_program()["id"], "prs_ben", "prs_ana")
    session = world.meet(mentorship["id"], 3)
    page = f"/sessions/{session['id']}"
    browser = signed_in("prs_ana")
    moved = send(browser, page, f"{page}/reschedule", starts_at="2027-01-15T10:00", minutes="60", place="Room 2")
    assert moved.status_code == 303
    assert (session["starts_at"], session["minutes"]) == ("2027-01-15T09:00:00+00:00", 60)
    assert send(browser, page, f"{page}/hold").status_code == 303
    assert session["state"] == "held"
    assert send(browser, page, f"{page}/review", rating="5", comment="He listens.").status_code == 303
    assert [one["rating"] for one in world.reviews.values() if one["author_id"] == "prs_ana"] == [5]
    assert "Change my review" in browser.get(page).text
    assert send(browser, page, f"{page}/review", rating="4", comment="Still.").status_code == 303


def test_a_review_without_stars_is_kept_and_marked(signed_in: SignIn, world: FakeServices) -> None:
    mentorship = world.pair(world.add_program()["id"], "prs_ben", "prs_ana")
    session = world.meet(mentorship["id"], -3, "held")
    page = f"/sessions/{session['id']}"
    reply = send(signed_in("prs_ana"), page, f"{page}/review", comment="He listens.")
    assert reply.status_code == 422
    assert "Choose one to five stars" in reply.text
    assert "He listens." in reply.text


def test_words_of_a_session_are_kept_only_over_what_was_shown(signed_in: SignIn, world: FakeServices) -> None:
    mentorship = world.pair(world.add_program()["id"], "prs_ben", "prs_ana")
    session = world.meet(mentorship["id"], 3)
    page = f"/sessions/{session['id']}"
    browser = signed_in("prs_ana")
    shown = browser.get(page).text
    session.update(agenda="Ben's", version=2)
    reply = browser.post(f"{page}/words", data={**fields(shown, f"{page}/words"), "agenda": "Ana's", "notes": ""})
    assert reply.status_code == 422
    assert session["agenda"] == "Ben's"
    assert send(browser, page, f"{page}/words", agenda="Both's", notes="").status_code == 303
    assert session["agenda"] == "Both's"


def test_a_manager_creates_opens_and_decides(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_cara")
    new = "/programs/new"
    values = {"name": "Leaders", "kind": "one_to_one", "starts_on": "2026-12-01", "ends_on": "2026-11-01"}
    refused = send(browser, new, new, **values)
    assert refused.status_code == 422
    assert "Choose a last day that is not before the first." in refused.text
    assert send(browser, new, new, **{**values, "ends_on": "2027-05-01"}).status_code == 303
    (program,) = world.programs.values()
    page = f"/programs/{program['id']}"
    assert send(browser, page, f"{page}/open").status_code == 303
    places = [world.enrol(program["id"], person, "mentee", "applied") for person in ("prs_ana", "prs_ben")]
    decided = send(browser, page, f"{page}/enrolments", enrolment=[one["id"] for one in places], verb="approve")
    assert decided.status_code == 303
    assert [one["state"] for one in places] == ["approved", "approved"]


def test_one_refused_decision_does_not_stop_the_others(signed_in: SignIn, world: FakeServices) -> None:
    program = world.add_program()
    places = [world.enrol(program["id"], person, "mentee", "applied") for person in ("prs_ana", "prs_ben")]
    world.refuse("POST", f"/v1/enrolments/{places[0]['id']}/approve", Refused(409, "program-full", "All given."))
    browser = signed_in("prs_cara")
    page = f"/programs/{program['id']}"
    send(browser, page, f"{page}/enrolments", enrolment=[one["id"] for one in places], verb="approve")
    assert [one["state"] for one in places] == ["applied", "approved"]
    assert "All places of this program are given" in browser.get(page).text


def test_the_inbox_is_read_and_put_away(signed_in: SignIn, world: FakeServices) -> None:
    notice = world.tell("Ben said yes", "/mentorships")
    browser = signed_in("prs_ana")
    action = f"/inbox/{notice['id']}/read"
    assert send(browser, "/inbox", action).location == "/mentorships"
    assert notice["read_at"]
    assert send(browser, "/inbox", f"/inbox/{notice['id']}/archive").status_code == 303
    assert "Ben said yes" not in browser.get("/inbox").text


def test_what_one_is_told_is_chosen(signed_in: SignIn, world: FakeServices) -> None:
    send(signed_in("prs_ana"), "/preferences", "/preferences", **{"request_received.inbox": "yes"})
    assert world.choices["request_received"] == {"inbox": True, "email": False}
    assert world.choices["session_scheduled"] == {"inbox": False, "email": False}
