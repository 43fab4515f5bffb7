"""Private answers to the organisation's own questions: who is led to them, who reads them, what is recorded of it."""

import re

import pytest

from .conftest import SignIn
from .fake_services import FakeServices, Refused
from .test_pages import a_full_world

LINK = "Show private answers (this is recorded)"
READ = "/people/prs_ben/answers"


@pytest.fixture
def at(world: FakeServices) -> dict[str, str]:
    return a_full_world(world)


def looks(world: FakeServices) -> int:
    """How often private answers were asked for."""
    return sum(query.get("answers") == ["all"] for query in world.queries)


@pytest.mark.parametrize("reader", ["prs_cara", "prs_dora"])
def test_managers_and_people_admins_read_each_kind_of_answer_in_words(
    signed_in: SignIn, world: FakeServices, at: dict[str, str], reader: str
) -> None:
    page = signed_in(reader).get(READ).text
    private, _, card = page.partition("On the card, for every colleague")
    for words in ("Expert, Lead", "7.25", "No", "&lt;b&gt;No&lt;/b&gt;", "That you looked is recorded"):
        assert words in private
    assert "Lead" in card
    assert "7.25" not in card
    assert "Your gone" not in page
    assert looks(world) == 1


def test_nobody_else_reads_them_and_nothing_is_asked(
    signed_in: SignIn, world: FakeServices, at: dict[str, str]
) -> None:
    world.add_person("prs_eve", "Eve Audit", ["employee", "auditor"])
    for reader in ("prs_ana", "prs_ben", "prs_eve"):
        assert signed_in(reader).get(READ).status_code == 403
    assert looks(world) == 0


def test_whoever_lost_the_role_meanwhile_is_told_so(signed_in: SignIn, world: FakeServices, at: dict[str, str]) -> None:
    cara = signed_in("prs_cara")
    world.people["prs_cara"]["roles"] = ["employee"]
    reply = cara.get(READ)
    assert reply.status_code == 403
    assert "7.25" not in reply.text


def test_a_page_without_its_questions_records_no_look(
    signed_in: SignIn, world: FakeServices, at: dict[str, str]
) -> None:
    world.refuse("GET", "/v1/profile-fields", Refused(503, "store-unavailable"))
    reply = signed_in("prs_cara").get(READ)
    assert reply.status_code == 503
    assert looks(world) == 0


def test_without_answers_the_page_says_so_and_a_stranger_has_none(
    signed_in: SignIn, world: FakeServices, at: dict[str, str]
) -> None:
    cara = signed_in("prs_cara")
    assert "Nothing private is answered." in cara.get("/people/prs_ana/answers").text
    assert cara.get("/people/prs_nobody/answers").status_code == 404


def test_the_way_back_leads_to_where_one_came_from(signed_in: SignIn, at: dict[str, str]) -> None:
    cara, dora = signed_in("prs_cara"), signed_in("prs_dora")
    assert f'href="{at["program"]}"' in cara.get(f"{READ}?program={at['program'].rpartition('/')[2]}").text
    assert 'class="back" href="/programs"' in cara.get(READ).text
    assert 'class="back" href="/people/prs_ben"' in dora.get(READ).text


def test_managers_are_led_there_wherever_they_see_somebody(
    signed_in: SignIn, world: FakeServices, at: dict[str, str]
) -> None:
    cara = signed_in("prs_cara")
    program = at["program"].rpartition("/")[2]
    led = {name: re.findall(r'href="/people/(prs_\w+)/answers\?program=(\w+)"', cara.get(at[name]).text)
           for name in ("program", "mentorship", "pair")}  # fmt: skip
    # Who applied and who waits; the two of a mentorship; the two of a pair.
    assert led["program"] == [("prs_eva", program), ("prs_cara", program)]
    assert sorted(led["mentorship"]) == sorted(led["pair"]) == [("prs_ana", program), ("prs_ben", program)]
    assert 'href="/people/prs_ben/answers"' in signed_in("prs_dora").get("/people/prs_ben").text
    assert looks(world) == 0


def test_nobody_is_led_to_what_is_not_theirs_or_not_there(
    signed_in: SignIn, world: FakeServices, at: dict[str, str]
) -> None:
    for path in (at["program"], at["mentorship"], at["mentor"]):
        assert LINK not in signed_in("prs_ana").get(path).text
    for one in world.questions.values():
        one["visible"] = "card"
    for path in (at["program"], at["mentorship"], at["pair"]):
        assert LINK not in signed_in("prs_cara").get(path).text
    assert LINK not in signed_in("prs_dora").get("/people/prs_ben").text


def test_nobody_who_is_to_be_forgotten_is_offered(signed_in: SignIn, world: FakeServices, at: dict[str, str]) -> None:
    world.add_erasure("prs_ben", "requested")
    assert LINK not in signed_in("prs_dora").get("/people/prs_ben").text


def test_a_look_is_told_among_the_looks_and_not_as_something_that_happened(
    signed_in: SignIn, world: FakeServices, at: dict[str, str]
) -> None:
    world.audit("profiles", "answers.private", "prs_ben", actor="prs_cara", codes=["note"])
    world.audit("profiles", "person.read", "prs_ben", actor="prs_eva", codes=["refused", "forbidden"])
    page = signed_in("prs_dora").get("/people/prs_ben").text
    story, _, after = page.partition('id="looks"')
    # The words stand in no other place than where looks are listed.
    assert "Read somebody&#39;s private answers" in after
    assert "Read somebody&#39;s private answers" not in story
    assert ">Cara " in after, "who looked is named"
    assert "Looked at somebody&#39;s facts" not in page, "who was refused saw nothing"


def test_what_is_on_the_card_is_read_where_somebody_may_be_asked(signed_in: SignIn, at: dict[str, str]) -> None:
    page = signed_in("prs_ana").get(at["mentor"]).text
    assert "Your career_track" in page
    assert "7.25" not in page
    assert "Your note" not in page
