"""The archive of what is held about the signed-in person, as the portal hands it out."""

import io
import json
import zipfile

import jsonschema
from flask import Flask
from werkzeug.test import TestResponse

from .conftest import SignIn, new_browser
from .fake_services import FakeServices, Refused
from .test_forms import send


def test_the_archive_has_a_page_and_each_service_s_data_and_schema(signed_in: SignIn) -> None:
    reply = signed_in("prs_ana").get("/my-data/archive")
    assert (reply.status_code, reply.mimetype) == (200, "application/zip")
    assert "attachment" in reply.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(reply.data)) as zipped:
        assert "index.html" in zipped.namelist()
        page = zipped.read("index.html").decode()
    assert "&lt;b&gt;about me&lt;/b&gt;" in page
    assert "<b>" not in page


def test_the_portal_s_own_part_is_for_whoever_has_a_token_and_the_right(
    app: Flask, signed_in: SignIn, world: FakeServices
) -> None:
    signed_in("prs_ana")
    ben = signed_in("prs_ben")
    signed_in("prs_dora")
    path = "/v1/people/prs_ana/data"

    def asked_by(token: str) -> TestResponse:
        reply = new_browser(app).get(path, headers={"Authorization": token})
        assert reply.mimetype == "application/json"
        assert "Set-Cookie" not in reply.headers
        return reply

    def bearer(person: str) -> str:
        return "Bearer " + next(token for token, who in world.granted.items() if who == person)

    told = asked_by(bearer("prs_ana")).get_json()
    assert (told["service"], told["person_id"]) == ("portal", "prs_ana")
    jsonschema.validate(told["data"], told["schema"])
    [session] = told["data"]["sessions"]
    assert set(session) == {"browser", "system", "began", "last_used"}
    assert told["about"].keys() == told["data"].keys()
    assert asked_by(bearer("prs_dora")).status_code == 200, "a people admin"
    assert asked_by(bearer("prs_ben")).status_code == 403
    assert asked_by("Bearer forged").status_code == 401
    assert asked_by("").status_code == 401
    assert ben.get(path).status_code == 401, "a cookie opens no API"


def test_half_an_archive_is_none(signed_in: SignIn, world: FakeServices) -> None:
    world.refuse("GET", "/v1/people/prs_ana/data", Refused(503, "store-unavailable"))
    reply = signed_in("prs_ana").get("/my-data/archive")
    assert reply.status_code == 503
    assert reply.mimetype == "text/html"


def test_the_page_tells_every_kind_and_how_much_there_is(signed_in: SignIn, world: FakeServices) -> None:
    page = signed_in("prs_ana").get("/my-data").text
    for words in ("Your mentoring profile", "Reviews", "Messages to you", "What was done with your data"):
        assert words in page
    assert 'href="/my-data/archive"' in page
    assert "0 entries" in page
    assert "1 entry" in page, "the browser that asks"


def test_a_service_that_is_away_leaves_its_numbers_out_and_nothing_else(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_ana")
    world.silent.add("feedback")
    reply = browser.get("/my-data")
    assert reply.status_code == 200
    assert "sessions and reviews" in reply.text, "the page says what does not answer"
    assert "How you work together" in reply.text


def test_being_forgotten_is_asked_for_by_a_tick_and_undone_by_a_button(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_ana")
    reply = send(browser, "/my-data", "/my-data/erasure")
    assert "Please tick" in browser.get(reply.location).text
    assert world.erasures == {}
    reply = send(browser, "/my-data", "/my-data/erasure", sure="yes")
    page = browser.get(reply.location).text
    assert "You asked to be forgotten. Until" in page
    (id,) = world.erasures
    reply = send(browser, "/my-data", f"/my-data/erasure/{id}/cancel")
    assert "You stay, and colleagues see you again." in browser.get(reply.location).text
    assert "Ask to be forgotten" in browser.get("/my-data").text
    world.people["prs_ana"]["erasure_id"] = id
    world.erasures[id]["state"] = "started"
    assert "Your data is being destroyed." in browser.get("/my-data").text


def test_the_archive_has_the_portal_s_own_part(signed_in: SignIn) -> None:
    reply = signed_in("prs_ana", user_agent="Mozilla/5.0 (X11; Linux) Firefox/145.0").get("/my-data/archive")
    with zipfile.ZipFile(io.BytesIO(reply.data)) as zipped:
        (held,) = json.loads(zipped.read("portal.json"))["sessions"]
        assert json.loads(zipped.read("portal.schema.json"))["required"] == ["sessions"]
    assert (held["browser"], held["system"]) == ("Firefox", "Linux")


def test_a_people_admin_downloads_the_same_of_somebody_and_nobody_else_may(signed_in: SignIn) -> None:
    signed_in("prs_ana", user_agent="Mozilla/5.0 (X11; Linux) Firefox/145.0")
    reply = signed_in("prs_dora").get("/people/prs_ana/archive")
    with zipfile.ZipFile(io.BytesIO(reply.data)) as zipped:
        assert len(json.loads(zipped.read("portal.json"))["sessions"]) == 1
        assert "about me" in zipped.read("index.html").decode()
    assert signed_in("prs_ben").get("/people/prs_ana/archive").status_code == 403
