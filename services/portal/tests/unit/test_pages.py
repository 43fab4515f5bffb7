"""Every page, for everybody it is for, with something to show and with nothing; and what every page promises."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from .conftest import SignIn
from .fake_services import FakeServices, Refused, moment
from .fake_services.runs import TERMS


def a_full_world(world: FakeServices) -> dict[str, str]:
    """Something to see on every page; its paths by a name."""
    world.publish("prs_ana", skills_wanted=["Kafka"], availability=[{"day": "mon", "start": "09:00", "end": "12:00"}])
    world.publish(
        "prs_ben", skills_offered=[{"skill": "Kafka", "level": 5}], helps_with=["Finding focus"], bio="<i>Hi</i>"
    )
    answers = {
        "career_track": "lead",
        "wishes": ["expert", "lead"],
        "years": 7.25,
        "relocates": False,
        "note": "<b>No</b>",
    }
    world.profiles["prs_ben"]["fields"] = answers
    world.profiles["prs_ben"]["paused_until"] = "2099-01-11"
    world.question("career_track", visible="card", matched=True)
    world.question("wishes", "choices")
    world.question("years", "number", least=0, required=True)
    world.question("relocates", "yes_no")
    world.question("note", "text", hint={"en": "Anything"})
    world.question("gone", "text", retired=True)
    world.add_person("prs_eva", "Eva Holm", ["employee"])
    program = world.add_program(description="Six months.")
    world.add_program("draft", name="Next year")
    world.enrol(program["id"], "prs_ana", "mentee")
    world.enrol(program["id"], "prs_eva", "mentee", "applied")
    world.enrol(program["id"], "prs_cara", "mentor", "waitlisted")
    world.recommend("prs_ben")
    world.ask(program["id"], "prs_ana", "prs_eva")
    world.ask(program["id"], "prs_eva", "prs_ben", "Please?")
    mentorship = world.pair(program["id"], "prs_ben", "prs_ana")
    world.pair(program["id"], "prs_ben", "prs_eva", level="silent")
    world.meet(mentorship["id"], 3, agenda="Goals", place="Room 1")
    held = world.meet(mentorship["id"], -3, "held")
    world.meet(mentorship["id"], -1)
    world.tell("Ben said yes")
    return a_matched_world(world, program["id"]) | {
        "program": f"/programs/{program['id']}",
        "mentor": f"/mentors/{program['id']}/prs_ben",
        "mentorship": f"/mentorships/{mentorship['id']}",
        "session": f"/sessions/{held['id']}",
        "answers": "/people/prs_ben/answers",
        "no answers": f"/people/prs_ana/answers?program={program['id']}",
    }


def a_matched_world(world: FakeServices, program_id: str) -> dict[str, str]:
    """Runs of a program in each of their states, and the paths of their pages."""
    first = world.add_run(
        program_id, name="As it is", terms={**TERMS, "fairness": {"group": "level", "tolerance": 0.02}}
    )
    world.match(first["id"], "prs_ana", "prs_ben", locked=True, by_hand=True, instead_of="prs_cara")
    world.match(first["id"], "prs_eva", "prs_ben", 31.0, state="forbidden", kept=True)
    world.leave_alone(first["id"], "prs_eva", closest_mentor_id="prs_ben", lost_to_id="prs_ana")
    world.ask_why(first["id"], "prs_cara", "prs_ben")
    world.ask_why(first["id"], "prs_ana", "prs_cara")
    world.answer_why(first["id"], "prs_ana", "prs_cara")
    other = world.add_run(program_id, "published", parent_id=first["id"], overrides=["fairness"])
    world.match(other["id"], "prs_ana", "prs_cara", state="published", mentorship_id="mnt_0000")
    world.match(other["id"], "prs_eva", "prs_ben", state="skipped", skipped="no_seat_left")
    moving = [world.add_run(program_id, state) for state in ("queued", "running", "publishing")]
    world.match(moving[2]["id"], "prs_ana", "prs_ben")
    over = [world.add_run(program_id, state) for state in ("discarded", "cancelled")]
    failed = world.add_run(program_id, "failed", failure="worker_died")
    at, two = f"/runs/{first['id']}", "mentee=prs_ana&mentor=prs_ben"
    return {
        "runs": f"/programs/{program_id}/runs", "run": at, "pairs": f"{at}/pairs", "pair": f"{at}/pair?{two}",
        "apart": f"{at}/pair?mentee=prs_eva&mentor=prs_cara", "asked": f"{at}/pair?mentee=prs_cara&mentor=prs_ben",
        "answered": f"{at}/pair?mentee=prs_ana&mentor=prs_cara", "unmatched": f"{at}/unmatched",
        "choose": f"{at}/choose?mentee=prs_eva", "publish": f"{at}/publish", "again": f"{at}/again",
        "comparison": f"{at}/comparison?with={other['id']}", "skipped": f"/runs/{other['id']}/pairs?show=skipped",
        **{f"run {run['state']}": f"/runs/{run['id']}" for run in (other, *moving, *over, failed)},
    }  # fmt: skip


PLAIN = (
    "/",
    "/profile",
    "/my-data",
    "/consent",
    "/my-sessions",
    "/mentors",
    "/requests",
    "/inbox",
    "/preferences",
    "/mentorships",
    "/programs",
    "/nothing",
)


@pytest.fixture(params=["full", "empty"])
def pages(request: pytest.FixtureRequest, world: FakeServices, signed_in: SignIn) -> list[str]:
    """Every page as HTML, for a mentee, a mentor and a manager."""
    paths = a_full_world(world) if request.param == "full" else {}
    found: list[str] = []
    for person in ("prs_ana", "prs_ben", "prs_cara"):
        browser = signed_in(person)
        manager = ("/programs/new",) if person == "prs_cara" else ()
        for path in (*PLAIN, *manager, *paths.values()):
            reply = browser.get(path, follow_redirects=True)
            assert reply.status_code in (200, 403, 404), (person, path, reply.text)
            found.append(reply.text)
    return found


def test_no_page_holds_a_script_a_style_or_anything_of_another_host(pages: list[str]) -> None:
    for page in pages:
        assert not re.search(r"\sstyle\s*=", page)
        assert not re.search(r"<style", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)
        assert not re.search(r"\son[a-z]+\s*=", page)
        assert not re.search(r'(?:src|href|action)="(?!/|#)[^"]', page)


def test_every_page_has_a_title_one_heading_landmarks_and_a_way_past_the_menu(pages: list[str]) -> None:
    for page in pages:
        assert page.count("<h1") == 1
        assert '<html lang="en">' in page
        assert page.index('class="skip-link"') < page.index("<header")
        assert "<main" in page
        assert not re.search(r"<title>\s*·", page)


def test_every_id_stands_once_on_its_page(pages: list[str]) -> None:
    for page in pages:
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert sorted(set(ids)) == sorted(ids)


def test_every_field_has_a_label(pages: list[str]) -> None:
    for page in pages:
        labelled = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', page))
        for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page):
            if re.search(r'type="(?:hidden|checkbox|radio)"', field):
                continue
            name = re.search(r'\sid="([^"]+)"', field)
            assert name, field
            assert name[1] in labelled, field


def test_what_people_wrote_is_shown_as_text(world: FakeServices, signed_in: SignIn) -> None:
    page = signed_in("prs_ana").get(a_full_world(world)["mentor"]).text
    assert "&lt;i&gt;Hi&lt;/i&gt;" in page
    assert "<i>Hi" not in page


def test_every_answer_keeps_the_browser_safe(signed_in: SignIn, browser: FlaskClient) -> None:
    style = browser.get("/assets/portal.css")
    style.close()
    for reply in (signed_in("prs_ana").get("/"), browser.get("/welcome"), style):
        policy = reply.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert signed_in("prs_ana").get("/").headers["Cache-Control"] == "no-store"


def test_names_come_from_one_call_a_page(world: FakeServices, signed_in: SignIn) -> None:
    paths = a_full_world(world)
    browser = signed_in("prs_cara")
    for path in (*paths.values(), "/"):
        before = world.sent("GET", "/v1/people")
        browser.get(path)
        assert world.sent("GET", "/v1/people") <= before + 1


@pytest.mark.parametrize("silent", ["profiles", "matching", "feedback", "notifications"])
def test_a_part_that_does_not_answer_is_named_and_home_still_stands(
    world: FakeServices, signed_in: SignIn, silent: str
) -> None:
    a_full_world(world)
    browser = signed_in("prs_ana")
    world.silent.add(silent)
    reply = browser.get("/")
    assert reply.status_code == 200
    assert "does not answer right now" in reply.text
    words = {"profiles": "people and profiles", "matching": "programs, requests", "feedback": "sessions and reviews",
             "notifications": "the inbox"}  # fmt: skip
    assert words[silent] in reply.text


def test_a_page_whose_own_part_is_silent_says_so(world: FakeServices, signed_in: SignIn) -> None:
    browser = signed_in("prs_ana")
    world.silent.add("matching")
    reply = browser.get("/programs")
    assert reply.status_code == 503
    assert "does not answer right now" in reply.text


def test_a_foreign_thing_is_not_there(world: FakeServices, signed_in: SignIn) -> None:
    assert signed_in("prs_ana").get("/mentorships/mnt_9999").status_code == 404


def test_only_who_may_create_programs_gets_the_form(signed_in: SignIn) -> None:
    assert signed_in("prs_ana").get("/programs/new").status_code == 403


Setting = Callable[[FakeServices], None]


def no_program(world: FakeServices) -> None:
    """Nothing is open."""


def not_enrolled(world: FakeServices) -> None:
    """A program is open."""
    world.add_program("open")


def applied(world: FakeServices) -> None:
    """The place is not approved."""
    world.enrol(world.add_program("open")["id"], "prs_ana", "mentee", "applied")


def nobody_fits(world: FakeServices) -> None:
    """There is no candidate."""
    world.publish("prs_ana")
    world.enrol(world.add_program()["id"], "prs_ana", "mentee")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (no_program, "No program is open right now"),
        (not_enrolled, "Take part in a program first"),
        (applied, "Your place is not approved yet"),
        (nobody_fits, "Nobody fits at the moment"),
    ],
)
def test_who_finds_no_mentor_reads_why(world: FakeServices, signed_in: SignIn, setting: Setting, words: str) -> None:
    setting(world)
    assert words in signed_in("prs_ana").get("/mentors").text


def test_a_mentorship_that_is_on_its_way_is_shown_as_such(world: FakeServices, signed_in: SignIn) -> None:
    mentorship = world.pair(world.add_program()["id"], "prs_ben", "prs_ana")
    world.refuse("GET", "/v1/mentorships/.*/journey", Refused(404, "not-found"))
    page = signed_in("prs_ana").get(f"/mentorships/{mentorship['id']}")
    assert "is being set up" in page.text


def test_a_manager_sees_states_and_reasons_and_who_waits_longest_first(world: FakeServices, signed_in: SignIn) -> None:
    page = signed_in("prs_cara").get(a_full_world(world)["program"]).text
    assert page.index("Silent") < page.index("They meet.")
    assert "No session for a while." in page
    assert "Eva Holm" in page


def test_a_manager_sees_whose_request_waits_longest_and_not_what_it_says(
    world: FakeServices, signed_in: SignIn
) -> None:
    world.people["prs_cara"]["time_zone"] = "Asia/Tokyo"
    program = world.add_program()
    old = world.ask(program["id"], "prs_ana", "prs_ben", "I am lost.", 5, reminded_at=moment(-1))
    old["deadline"] = "2030-03-05T20:30:00.000Z"
    world.ask(program["id"], "prs_cara", "prs_ana", "And me?", 0, made_by="mentor")
    page = signed_in("prs_cara").get(f"/programs/{program['id']}").text
    assert page.index("Ana Silva asks Ben Okafor") < page.index("Ana Silva offers to mentor Cara Lindqvist")
    for words in (
        "5 days ago",
        "To be answered by Wed, 6 Mar 2030, 05:30.",
        "Reminded 1 day ago.",
        "Not reminded yet.",
    ):
        assert words in page
    for words in ("I am lost.", "And me?"):
        assert words not in page


def test_a_manager_reads_that_no_request_waits(world: FakeServices, signed_in: SignIn) -> None:
    page = signed_in("prs_cara").get(f"/programs/{world.add_program()['id']}").text
    assert "Every request has its answer." in page


def test_of_many_requests_the_oldest_are_shown_and_everybody_has_a_name(world: FakeServices, signed_in: SignIn) -> None:
    program = world.add_program()
    for number in range(60):
        for name in ("Mentee", "Mentor"):
            world.add_person(f"prs_{name.lower()}{number}", f"{name} {number}", ["employee"])
        world.ask(program["id"], f"prs_mentee{number}", f"prs_mentor{number}")
        world.enrol(program["id"], f"prs_mentee{number}", "mentee", "applied")
        world.enrol(program["id"], f"prs_mentor{number}", "mentor", "waitlisted")
        world.pair(program["id"], f"prs_mentor{59 - number}", f"prs_mentee{59 - number}")
    page = signed_in("prs_cara").get(f"/programs/{program['id']}").text
    assert "The oldest 30 are shown; the others follow." in page
    assert "30+" in page
    assert "Mentee 29 asks Mentor 29" in page
    assert "Mentee 30 asks" not in page
    assert "olleague" not in page


def test_suggestions_come_from_the_vocabulary(world: FakeServices, signed_in: SignIn) -> None:
    reply = signed_in("prs_ana").get("/suggestions/skills?offer_skill=ka")
    assert re.findall(r'value="([^"]+)"', reply.text) == ["Kafka"]


def test_a_notice_leads_to_its_request(world: FakeServices, signed_in: SignIn) -> None:
    assert signed_in("prs_ana").get("/requests/req_0001").location == "/requests#req_0001"


def test_a_live_inbox_answers_only_what_changed(world: FakeServices, signed_in: SignIn) -> None:
    world.tell("Ben said yes")
    browser = signed_in("prs_ana")
    live = re.findall(r'hx-get="([^"]+)"', browser.get("/inbox").text)[0]
    assert browser.get(live).status_code == 204
    world.tell("Ben moved the session")
    reply = browser.get(live)
    assert "Ben moved the session" in reply.text
    assert "<html" not in reply.text
