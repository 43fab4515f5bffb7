"""The pages of runs: starting, watching, looking over, comparing, publishing; and confirming what was proposed."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from .conftest import SignIn
from .fake_services import FakeServices, Refused
from .fake_services.runs import NOBODY, TERMS
from .test_forms import send
from .test_pages import a_full_world


@pytest.fixture
def program(world: FakeServices) -> dict[str, Any]:
    """A program that Cara manages, with Eva beside the usual three."""
    world.add_person("prs_eva", "Eva Holm", ["employee"])
    return world.add_program()


@pytest.fixture
def run(world: FakeServices, program: dict[str, Any]) -> dict[str, Any]:
    """A run that is ready, with two pairs."""
    held = world.add_run(program["id"])
    world.match(held["id"], "prs_ana", "prs_ben", 80.0)
    world.match(held["id"], "prs_eva", "prs_ben", 30.0)
    return held


@pytest.fixture
def cara(signed_in: SignIn) -> FlaskClient:
    """The manager's browser."""
    return signed_in("prs_cara")


def test_a_program_without_a_run_says_what_to_do(cara: FlaskClient, program: dict[str, Any]) -> None:
    assert "Match everybody …" in cara.get(f"/programs/{program['id']}").text
    assert "Nobody has been matched yet" in cara.get(f"/programs/{program['id']}/runs").text


def test_a_run_starts_by_the_programs_terms(world: FakeServices, cara: FlaskClient, program: dict[str, Any]) -> None:
    page = f"/programs/{program['id']}/runs"
    reply = send(cara, page, page, name="First try")
    started = next(iter(world.runs.values()))
    assert reply.location == f"/runs/{started['id']}"
    assert (started["name"], started["overrides"]) == ("First try", [])


def what_if(program: dict[str, Any], **changes: str) -> dict[str, str]:
    """The fields of a what-if as the page fills them, but for `changes`."""
    weights = {f"weight_{name}": str(value) for name, value in program["weights"].items()}
    return {"name": "", "objective": "best_total", "fairness": "", "tolerance": "2", **weights, "spread": "0",
            "stickiness": "0", "floor": "0", **changes}  # fmt: skip


def test_a_what_if_sends_its_terms_whole_and_reads_a_comma(
    world: FakeServices, cara: FlaskClient, program: dict[str, Any]
) -> None:
    program["fairness"] = {"group": "level", "tolerance": 0.02, "report": ["site"]}
    page = f"/programs/{program['id']}/runs"
    values = what_if(
        program, objective="most_people", fairness="level", tolerance="1,5", weight_skills="0,6", spread="0.1"
    )
    assert send(cara, page, f"{page}/what-if", **values, certify="yes").status_code == 303
    held = next(iter(world.runs.values()))
    assert held["terms"]["objective"] == "most_people"
    assert held["terms"]["fairness"] == {"group": "level", "tolerance": 0.015, "report": ["site"]}
    assert held["terms"]["weights"] == {**TERMS["weights"], "skills": 0.6}
    assert (held["terms"]["spread"], held["certify"]) == (0.1, True)


def test_a_wrong_weight_is_marked_and_what_was_typed_is_kept(
    world: FakeServices, cara: FlaskClient, program: dict[str, Any]
) -> None:
    page = f"/programs/{program['id']}/runs"
    errors = {"/weights/goals": "Not a valid number.", "/fairness/tolerance": "Too much."}
    world.refuse("POST", "/v1/programs/.*/runs", Refused(422, "invalid-input", "No.", errors))
    reply = send(cara, page, f"{page}/what-if", **what_if(program, weight_goals="many", tolerance="900"))
    assert reply.status_code == 422
    assert 'id="weight_goals-wrong"' in reply.text
    assert 'id="tolerance-wrong"' in reply.text
    assert 'value="many"' in reply.text
    assert re.search(r'<details class="unfold" open>', reply.text)
    assert not world.runs


def test_too_many_runs_say_what_to_do(world: FakeServices, cara: FlaskClient, program: dict[str, Any]) -> None:
    page = f"/programs/{program['id']}/runs"
    world.refuse("POST", "/v1/programs/.*/runs", Refused(409, "too-many-runs"))
    reply = send(cara, page, page, name="")
    assert reply.status_code == 422
    assert "Wait for one of them, or cancel one." in reply.text


def test_a_draft_offers_no_run(world: FakeServices, cara: FlaskClient) -> None:
    program = world.add_program("draft")
    assert "Match everybody …" not in cara.get(f"/programs/{program['id']}").text
    page = cara.get(f"/programs/{program['id']}/runs").text
    assert "while the program is open or running" in page
    assert "<form" not in page.split("<main")[1]


def test_a_run_under_way_shows_its_stage_and_follows_by_itself(
    world: FakeServices, cara: FlaskClient, program: dict[str, Any]
) -> None:
    run = world.add_run(program["id"], "running")
    page = cara.get(f"/runs/{run['id']}").text
    assert re.search(r'<progress[^>]* value="0.4"', page)
    assert "Choosing the best pairs for all" in page
    assert "Proving how good" not in page
    live = re.findall(r'hx-get="([^"]+)"', page)[0]
    assert f'href="/runs/{run["id"]}"' in page
    part = cara.get(live)
    assert "<html" not in part.text
    assert "hx-get" in part.text
    run.update(state="ready", figures=world.figures())
    done = cara.get(live)
    assert (done.status_code, done.headers["HX-Refresh"]) == (204, "true")


def test_a_notice_leads_to_its_run(cara: FlaskClient, run: dict[str, Any]) -> None:
    assert cara.get(f"/programs/{run['program_id']}/runs/{run['id']}").location == f"/runs/{run['id']}"


def test_a_run_under_way_is_cancelled(world: FakeServices, cara: FlaskClient, program: dict[str, Any]) -> None:
    run = world.add_run(program["id"], "queued")
    at = f"/runs/{run['id']}"
    assert send(cara, at, f"{at}/cancel").status_code == 303
    assert run["state"] == "cancelled"
    assert "Nothing was changed." in cara.get(at).text


def test_figures_are_told_in_words_and_small_groups_are_withheld(
    world: FakeServices, cara: FlaskClient, program: dict[str, Any]
) -> None:
    fair = {**TERMS, "fairness": {"group": "level", "tolerance": 0.02}}
    run = world.add_run(program["id"], terms=fair)
    page = cara.get(f"/runs/{run['id']}").text
    for words in ("51 of 62", "82%", "All places with people who would fit went to pairs that fit better.",
                  "A private reason", "2 more than allowed stay without", "withheld", "82.3%", "85.0%",
                  "Match without fairness to compare"):  # fmt: skip
        assert words in page
    assert page.count("withheld</td>") == 1
    send(cara, f"/runs/{run['id']}", f"/runs/{run['id']}/without-fairness")
    without = next(one for one in world.runs.values() if one["parent_id"] == run["id"])
    assert without["terms"]["fairness"] is None
    without.update(state="ready", figures=world.figures(percent=66.6))
    page = cara.get(f"/runs/{run['id']}").text
    assert "66.6" in page
    assert "Match without fairness to compare" not in page


def test_no_share_is_rounded_to_all_or_to_nothing(
    world: FakeServices, cara: FlaskClient, program: dict[str, Any]
) -> None:
    groups = [
        {**NOBODY, "group": "nearly", "mentees": 1000, "matched": 999, "rate": 0.999, "percent": 60.0},
        {**NOBODY, "group": "hardly", "mentees": 1000, "matched": 1, "rate": 0.001, "percent": 60.0},
    ]
    figures = world.figures(breakdowns=[{"attribute": "site", "groups": groups}])
    page = cara.get(f"/runs/{world.add_run(program['id'], figures=figures)['id']}").text
    assert "99%" in page
    assert "1%" in page
    assert "100%" not in page


def test_a_failed_run_says_why_and_what_to_write(
    world: FakeServices, cara: FlaskClient, program: dict[str, Any]
) -> None:
    problem = {"key": "fairness.group", "reason": "pay is no attribute", "write": "write level"}
    run = world.add_run(program["id"], "failed", failure="refused", problems=[problem])
    page = cara.get(f"/runs/{run['id']}").text
    assert "cannot be made by these terms" in page
    assert "pay is no attribute; write level" in page


def test_the_pairs_that_fit_least_come_first(cara: FlaskClient, run: dict[str, Any]) -> None:
    page = cara.get(f"/runs/{run['id']}/pairs").text
    assert page.index("Eva Holm") < page.index("Ana Silva")
    for words in ("Offers Kafka, which the mentee wants to learn.", "Has about the experience", "wished by the mentee"):
        assert words in page
    page = cara.get(f"/runs/{run['id']}/pairs?order=strongest").text
    assert page.index("Ana Silva") < page.index("Eva Holm")


def test_a_pair_is_locked_and_forbidden_with_one_click_each(
    world: FakeServices, cara: FlaskClient, run: dict[str, Any]
) -> None:
    at = f"/runs/{run['id']}/pairs"
    pair = next(one for one in world.proposals.values() if one["mentee_id"] == "prs_ana")
    two = {"mentee_id": "prs_ana", "mentor_id": "prs_ben"}
    reply = send(cara, f"{at}?order=strongest", f"{at}/lock", **two)
    assert reply.location == f"{at}?order=strongest#pair-prs_ana-prs_ben"
    assert pair["locked"]
    assert "Ana Silva" in cara.get(f"{at}?show=locked").text
    assert "Eva Holm" not in cara.get(f"{at}?show=locked").text
    send(cara, at, f"{at}/unlock", **two)
    assert not pair["locked"]
    send(cara, at, f"{at}/forbid", **two)
    assert pair["state"] == "forbidden"
    assert "Allow again" in cara.get(f"{at}?show=forbidden").text
    send(cara, f"{at}?show=forbidden", f"{at}/allow", **two)
    assert pair["state"] == "proposed"


def test_a_mark_that_comes_too_late_says_so(world: FakeServices, cara: FlaskClient, run: dict[str, Any]) -> None:
    at = f"/runs/{run['id']}/pairs"
    world.refuse("POST", "/v1/runs/.*/lock", Refused(409, "wrong-state", "The run is published."))
    send(cara, at, f"{at}/lock", mentee_id="prs_ana", mentor_id="prs_ben")
    assert "has moved on meanwhile" in cara.get(at).text


def test_what_is_not_open_to_changes_offers_none(world: FakeServices, cara: FlaskClient, run: dict[str, Any]) -> None:
    run["state"] = "published"
    page = cara.get(f"/runs/{run['id']}/pairs").text
    assert "can only be read" in page
    assert "<button" not in page.split("<main")[1].replace('<button class="btn btn-plain" type="submit">', "", 1)


def test_pairs_come_page_by_page_with_the_filter_kept(
    world: FakeServices, cara: FlaskClient, program: dict[str, Any]
) -> None:
    run = world.add_run(program["id"])
    for number in range(60):
        world.add_person(f"prs_m{number}", f"Mentee {number:02d}", ["employee"])
        world.match(run["id"], f"prs_m{number}", "prs_ben", float(number), locked=True)
    at = f"/runs/{run['id']}/pairs?show=locked"
    page = cara.get(at).text
    assert "Mentee 24" in page
    assert "Mentee 25" not in page
    following = re.findall(r'href="([^"]+)">Show more', page)[0].replace("&amp;", "&")
    assert "show=locked" in following
    page = cara.get(following).text
    assert "Mentee 25" in page
    assert "Back to the first" in page


def test_somebody_is_found_by_name(cara: FlaskClient, run: dict[str, Any]) -> None:
    page = cara.get(f"/runs/{run['id']}/pairs?q=eva").text
    assert "Eva Holm" in page
    assert "Ana Silva" not in page
    assert "Nobody of this name is in a pair" in cara.get(f"/runs/{run['id']}/pairs?q=zoe").text


@pytest.mark.parametrize("query", ["show=everything", "order=sideways"])
def test_a_filter_that_does_not_exist_is_no_page(cara: FlaskClient, run: dict[str, Any], query: str) -> None:
    assert cara.get(f"/runs/{run['id']}/pairs?{query}").status_code == 404


def test_why_and_why_not(world: FakeServices, cara: FlaskClient, run: dict[str, Any]) -> None:
    page = cara.get(f"/runs/{run['id']}/pair?mentee=prs_ana&mentor=prs_ben").text
    assert "With this pair the whole comes out best." in page
    assert "Offers Kafka" in page
    page = cara.get(f"/runs/{run['id']}/pair?mentee=prs_ana&mentor=prs_cara").text
    assert "The mentee got another mentor" in page
    assert "Ben Okafor" in page
    world.rules["prs_ana", "prs_cara"] = "private"
    page = cara.get(f"/runs/{run['id']}/pair?mentee=prs_ana&mentor=prs_cara").text
    assert "A private reason." in page
    assert "Choose this mentor by hand" not in page


def apart(run: dict[str, Any]) -> str:
    """The page of two who are no pair of the run."""
    return f"/runs/{run['id']}/pair?mentee=prs_ana&mentor=prs_cara"


def test_what_would_change_a_refusal_is_asked_and_read_after_a_while(
    world: FakeServices, cara: FlaskClient, run: dict[str, Any]
) -> None:
    address, asking = apart(run), f"/runs/{run['id']}/questions"
    reply = send(cara, address, asking)
    assert reply.location == f"{address}#change"
    page = cara.get(address).text
    assert "It is being worked out" in page
    (question,) = world.run_questions.values()
    progress = f"{asking}/{question['id']}/progress"
    assert f'hx-get="{progress}"' in page
    assert "It is being worked out" in cara.get(progress).text
    world.answer_why(run["id"], "prs_ana", "prs_cara")
    assert (cara.get(progress).status_code, cara.get(progress).headers["HX-Refresh"]) == (204, "true")
    page = cara.get(address).text
    for words in ("With this pair the whole comes out worse. It would cost all pairs together 12 points",
                  "One more place with Cara Lindqvist, 2 in all.",
                  "Ana Silva wishing for Cara Lindqvist, in place 3 or higher.",
                  "Cara Lindqvist offering Kafka at level 4.",
                  "Cara Lindqvist free for 1.5 more hours a week while Ana Silva is.",
                  "Anything else that is worth more than this price.",
                  "Choosing this mentor by hand, which locks the pair."):  # fmt: skip
        assert words in page
    assert page.count(">tried<") == 5
    assert "prs_" not in re.sub(r"<[^>]*>", " ", page)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            {"changes": [{"kind": "wish", "rank": 1, "tried": True}]},
            "Ana Silva wishing for Cara Lindqvist before anybody",
        ),
        ({"cost": 0.0}, "another result is as good"),
        ({"cost": 0.00001}, "together 0.01 points"),
        ({"people": 1}, "One person fewer would be matched."),
        ({"people": 2}, "2 people fewer would be matched."),
        ({"verdict": "rank", "cost": None}, "ranks higher there"),
        ({"verdict": "made", "cost": None, "changes": []}, "The match itself makes this pair"),
        ({"verdict": "no_room", "cost": None, "changes": []}, "There is no small change that can be told."),
        ({"state": "failed", "verdict": None}, "It could not be worked out. Ask again"),
    ],
)
def test_each_answer_reads_as_what_it_is(
    world: FakeServices, cara: FlaskClient, run: dict[str, Any], found: dict[str, Any], words: str
) -> None:
    send(cara, apart(run), f"/runs/{run['id']}/questions")
    world.answer_why(run["id"], "prs_ana", "prs_cara", **found)
    assert words in cara.get(apart(run)).text


def test_a_rule_is_told_with_what_would_lift_it_and_a_private_reason_is_not(
    world: FakeServices, cara: FlaskClient, run: dict[str, Any]
) -> None:
    world.rules["prs_ana", "prs_cara"] = "floor"
    page = cara.get(apart(run)).text
    assert "or a lower least fit of the program." in page
    assert "What would change it?" not in page
    world.rules["prs_ana", "prs_cara"] = "private"
    page = cara.get(apart(run)).text
    assert "A private reason." in page
    assert "would help" not in page


def test_what_the_run_proposes_has_no_such_question_and_a_refusal_is_said(
    world: FakeServices, cara: FlaskClient, run: dict[str, Any]
) -> None:
    assert "What would change it?" not in cara.get(f"/runs/{run['id']}/pair?mentee=prs_ana&mentor=prs_ben").text
    world.refuse("POST", "/v1/runs/.*/questions", Refused(409, "too-many-questions"))
    send(cara, apart(run), f"/runs/{run['id']}/questions")
    assert "Five questions about this program&#39;s matches wait" in cara.get(apart(run)).text


def test_a_mentor_is_chosen_by_hand(world: FakeServices, cara: FlaskClient, run: dict[str, Any]) -> None:
    world.enrol(run["program_id"], "prs_ana", "mentee")
    world.recommend("prs_cara")
    at = f"/runs/{run['id']}"
    page = f"{at}/choose?mentee=prs_ana"
    assert "The match proposes Ben Okafor." in cara.get(page).text
    reply = send(cara, page, f"{at}/replace", mentee_id="prs_ana", mentor_id="prs_cara")
    assert reply.location == f"{at}/pair?mentee=prs_ana&mentor=prs_cara"
    pairs = cara.get(f"{at}/pairs?show=by_hand").text
    assert "by hand" in pairs
    assert "instead of Ben Okafor" in pairs


def test_a_mentor_who_cannot_be_chosen_is_refused_by_the_rule(
    world: FakeServices, cara: FlaskClient, run: dict[str, Any]
) -> None:
    world.enrol(run["program_id"], "prs_ana", "mentee")
    world.recommend("prs_cara")
    world.rules["prs_ana", "prs_cara"] = "reporting_line"
    page = f"/runs/{run['id']}/choose?mentee=prs_ana"
    for refused, words in (
        (Refused(409, "not-available"), "One of them is in the other&#39;s reporting line."),
        (Refused(409, "no-seat-left"), "All places with this mentor are given in this run"),
    ):
        world.refuse("POST", "/v1/runs/.*/replace", refused)
        send(cara, page, f"/runs/{run['id']}/replace", mentee_id="prs_ana", mentor_id="prs_cara")
        assert words in cara.get(page).text


def test_who_got_nobody_reads_as_why(world: FakeServices, cara: FlaskClient, run: dict[str, Any]) -> None:
    world.leave_alone(run["id"], "prs_eva", "meet", closest_mentor_id="prs_ben", lost_to_id="prs_ana", by=0.0312)
    page = cara.get(f"/runs/{run['id']}/unmatched").text
    for words in ("Eva Holm", "is at another site, or does not meet remotely", "3 mentors would have fitted",
                  "12: another site, not remote", "1: private reasons", "Closest was Ben Okafor",
                  "That place went to Ana Silva", "Meeting remotely would help.",
                  "A fit better by more than 3.12 of 100 would win it."):  # fmt: skip
        assert words in page


def test_the_rest_is_matched_again_around_the_marks(
    world: FakeServices, cara: FlaskClient, program: dict[str, Any], run: dict[str, Any]
) -> None:
    at = f"/runs/{run['id']}"
    reply = send(cara, f"{at}/again", f"{at}/solve", **what_if(program, objective="most_people"))
    again = world.runs[reply.location.rpartition("/")[2]]
    assert (again["parent_id"], again["terms"]["objective"]) == (run["id"], "most_people")
    errors = {"/spread": "cannot be had with objective stable"}
    world.refuse("POST", "/v1/runs/.*/solve", Refused(422, "invalid-input", "No.", errors))
    reply = send(cara, f"{at}/again", f"{at}/solve", **what_if(program, objective="stable", spread="0.1"))
    assert reply.status_code == 422
    assert 'id="spread-wrong"' in reply.text


def test_two_runs_are_compared(
    world: FakeServices, cara: FlaskClient, program: dict[str, Any], run: dict[str, Any]
) -> None:
    other = world.add_run(program["id"], name="More people", terms={**TERMS, "objective": "most_people"},
                          figures=world.figures(rate=0.9, percent=60.0))  # fmt: skip
    world.match(other["id"], "prs_ana", "prs_cara")
    at = f"/runs/{run['id']}"
    assert "More people" in cara.get(at).text
    page = cara.get(f"{at}/comparison?with={other['id']}").text
    for words in ("+7.7 points", "\N{MINUS SIGN}4.2", "They differ in:", "what the match looks for",
                  "Ben Okafor → Cara Lindqvist", "Ben Okafor → nobody"):  # fmt: skip
        assert words in page
    assert cara.get(f"{at}/comparison").location == f"{at}#compare"


def test_before_publishing_it_is_said_what_will_happen(
    world: FakeServices, cara: FlaskClient, program: dict[str, Any], run: dict[str, Any]
) -> None:
    at = f"/runs/{run['id']}"
    page = cara.get(f"{at}/publish").text
    for words in ("2 mentorships are proposed.", "3 people are told and asked to confirm:", "within 7 days"):
        assert words in page
    program["confirmation"] = "mentor"
    assert "one mentor is asked to confirm" in cara.get(f"{at}/publish").text
    program["confirmation"] = "none"
    assert "2 mentorships start at once" in cara.get(f"{at}/publish").text
    program.update(confirmation="both", kind="group")
    assert "2 mentorships start at once" in cara.get(f"{at}/publish").text
    assert send(cara, f"{at}/publish", f"{at}/publish").location == at
    assert run["state"] == "publishing"
    assert "0 of 2 pairs are done." in cara.get(at).text
    assert cara.get(f"{at}/publish").location == at


def test_while_another_run_is_published_this_one_waits(
    world: FakeServices, cara: FlaskClient, run: dict[str, Any]
) -> None:
    at = f"/runs/{run['id']}"
    world.refuse("POST", "/v1/runs/.*/publish", Refused(409, "already-publishing"))
    send(cara, f"{at}/publish", f"{at}/publish")
    assert "Another match of this program is being published." in cara.get(at).text


def test_what_was_skipped_is_listed_with_why(world: FakeServices, cara: FlaskClient, run: dict[str, Any]) -> None:
    run["state"] = "published"
    for one, (state, skipped) in zip(
        world.proposals.values(), (("published", None), ("skipped", "already_paired")), strict=True
    ):
        one.update(state=state, skipped=skipped)
    assert "One pair had become impossible and was skipped." in cara.get(f"/runs/{run['id']}").text
    page = cara.get(f"/runs/{run['id']}/pairs?show=skipped").text
    assert "They work together already." in page
    assert "Ana Silva" not in page


def test_a_run_is_discarded(cara: FlaskClient, run: dict[str, Any]) -> None:
    at = f"/runs/{run['id']}"
    send(cara, at, f"{at}/discard")
    assert run["state"] == "discarded"
    assert "It can still be looked at and compared." in cara.get(at).text


def test_whoever_does_not_manage_the_program_finds_no_run(
    world: FakeServices, signed_in: SignIn, run: dict[str, Any], program: dict[str, Any]
) -> None:
    browser = signed_in("prs_ana")
    for path in (
        "",
        "/pairs",
        "/unmatched",
        "/publish",
        "/again",
        "/progress",
        "/choose?mentee=prs_ana",
        "/questions/qst_1/progress",
    ):
        assert browser.get(f"/runs/{run['id']}{path}").status_code == 404, path
    assert browser.get(f"/programs/{program['id']}/runs").status_code == 403
    assert "Match everybody" not in browser.get(f"/programs/{program['id']}").text


def test_a_mentee_sees_why_and_confirms(world: FakeServices, signed_in: SignIn, program: dict[str, Any]) -> None:
    world.publish("prs_ana")
    world.recommend("prs_ben")
    mentorship = world.propose(program["id"], "prs_ben", "prs_ana")
    at = f"/mentorships/{mentorship['id']}"
    ana = signed_in("prs_ana")
    home = ana.get("/").text
    for words in ("Ben Okafor could be a good mentor for you", "Can help you learn Kafka and Rust.", "Look and answer"):
        assert words in home
    page = ana.get(at).text
    assert "Would you like to work together?" in page
    assert "You are both free for 2.5 hours a week." in page
    assert "is being set up" not in page
    send(ana, at, f"{at}/confirm")
    assert mentorship["confirmed_by"] == ["prs_ana"]
    assert "You said yes. As soon as the other does too" in ana.get(at).text
    assert "Ben Okafor is being asked" in ana.get("/").text

    ben = signed_in("prs_ben")
    assert "Ana Silva could be a good match for you to mentor" in ben.get("/").text
    send(ben, at, f"{at}/confirm")
    assert mentorship["state"] == "active"
    assert "your mentorship has begun" in ben.get(at).text


def test_a_mentor_declines_and_the_mentee_reads_no_reason(
    world: FakeServices, signed_in: SignIn, program: dict[str, Any]
) -> None:
    mentorship = world.propose(program["id"], "prs_ben", "prs_ana")
    at = f"/mentorships/{mentorship['id']}"
    send(signed_in("prs_ben"), at, f"{at}/decline", reason="no_time")
    assert (mentorship["state"], mentorship["reason"]) == ("declined", "no_time")
    page = signed_in("prs_ana").get(at).text
    assert "This did not come about" in page
    assert "I have no time" not in page


def test_who_is_not_asked_has_nothing_to_answer(
    world: FakeServices, signed_in: SignIn, program: dict[str, Any]
) -> None:
    mentorship = world.propose(program["id"], "prs_ben", "prs_ana", ("prs_ben",))
    page = signed_in("prs_ana").get(f"/mentorships/{mentorship['id']}").text
    assert "You wait for an answer" in page
    assert "Yes, gladly" not in page


def test_too_late_is_said_in_words(world: FakeServices, signed_in: SignIn, program: dict[str, Any]) -> None:
    mentorship = world.propose(program["id"], "prs_ben", "prs_ana")
    at = f"/mentorships/{mentorship['id']}"
    browser = signed_in("prs_ana")
    world.refuse("POST", "/v1/mentorships/.*/confirm", Refused(409, "deadline-passed"))
    send(browser, at, f"{at}/confirm")
    assert "The time to answer is over." in browser.get(at).text


def test_a_new_program_says_who_confirms_and_by_when(world: FakeServices, cara: FlaskClient) -> None:
    terms = {"name": "Next", "kind": "one_to_one", "starts_on": "2027-01-01", "ends_on": "2027-05-01",
             "description": "", "approval": "manager"}  # fmt: skip
    send(cara, "/programs/new", "/programs/new", **terms, confirmation="mentor", confirm_within="10")
    program = next(iter(world.programs.values()))
    assert (program["confirmation"], program["confirm_within"]) == ("mentor", "P10D")


def test_the_pages_of_runs_stay_under_programs_in_the_menu(world: FakeServices, signed_in: SignIn) -> None:
    at = a_full_world(world)
    page = signed_in("prs_cara").get(at["run"]).text
    assert re.search(r'href="/programs" aria-current="page"', page)
