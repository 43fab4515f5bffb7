"""No page for a German reader holds a sentence that is not in the catalogue: every page is walked with marked texts."""

import html
import re
from collections.abc import Callable, Iterator
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from flask.testing import FlaskClient

import portal
from portal.pages import language
from portal.pages.refusals import ADVICE
from portal.pages.runs.terms import WEIGHTS

from .conftest import PURPOSES, SignIn, go_through_sign_in, new_browser
from .fake_services import FakeServices, Refused
from .test_forms import PROFILE, send
from .test_pages import PLAIN, a_full_world
from .test_people import an_administered_world

GERMAN = Locale("de")
TEMPLATES = Path(portal.__file__).parent / "templates"
# Where a text that people read stands outside of what elements hold.
ATTRIBUTES = re.compile(r'\s(?:aria-label|title|placeholder|alt)="([^"]*)"')
FIELDS = re.compile(r"<(?:input|select|textarea)\b[^>]*\sname=\"([^\"]+)\"")


class Marked(NullTranslations):
    """A catalogue that marks each text as its own, so that whatever is left unmarked did not come through it."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of the catalogue in marks."""
    real = language.catalogue

    def catalogue(wanted: str) -> NullTranslations:
        return Marked() if wanted == "de" else real(wanted)

    monkeypatch.setattr(language, "catalogue", catalogue)


def unmarked(page: str, world: FakeServices) -> set[str]:
    """Words of the page that are neither in marks, nor data that people wrote, nor a date."""
    page = re.sub(r"<(script|style|datalist)\b.*?</\1>", " ", page, flags=re.S)
    page = re.sub(r'<span class="face[^>]*>[^<]*</span>', " ", page)
    shown = [*ATTRIBUTES.findall(page), re.sub(r"<[^>]*>", " ", page)]
    text = html.unescape(" ".join(shown))
    while "⟦" in text:
        inner = re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
        assert inner != text, "marks are not in pairs"
        text = inner
    return set(re.findall(r"[^\W\d_]{2,}", text)) - set(_known(world))


def _known(world: FakeServices) -> Iterator[str]:
    yield from ("MentorMesh", "GMT", "Europe", "Berlin", "UTC")
    held = (world.people, world.profiles, world.programs, world.requests, world.sessions, world.messages,
            world.questions, world.imports, world.rows, world.clients, world.erasures, world.histories,
            world.audited, world.terms)  # fmt: skip
    named = [str(run[part]) for run in world.runs.values() for part in ("name", "input_hash")]
    # Codes that are the same in every language, and a name of ours that is one of the browser's words for a file.
    yield from "CSV SCIM UTF HR Ids external_id email".replace("_", " ").split()
    for text in (*_texts([*held, PURPOSES]), *named,
                 "Kafka Public speaking Rust Leading people Finding focus Goals agreed"):  # fmt: skip
        yield from re.findall(r"[^\W\d_]{2,}", text)
    yield from (word for name in GERMAN.languages.values() for word in re.findall(r"[^\W\d_]{2,}", name))
    for width in ("wide", "abbreviated"):
        for names in (
            GERMAN.months["format"][width],
            GERMAN.months["stand-alone"][width],
            GERMAN.days["format"][width],
        ):
            yield from (name.strip(".") for name in names.values())
    yield from ("vor", "in", "Sekunden", "Minute", "Minuten", "Stunde", "Stunden", "Tag", "Tagen", "Tage", "Woche")
    yield from ("Wochen", "Monat", "Monaten", "Jahr", "Jahren", "und")


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        yield from _texts(list(data.values()))
    elif isinstance(data, list | tuple):
        for one in data:
            yield from _texts(one)
    elif isinstance(data, str):
        yield data


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("person", ["prs_ana", "prs_ben", "prs_cara", "prs_dora"])
def test_every_page_is_german(world: FakeServices, signed_in: SignIn, person: str, full: bool) -> None:
    paths = a_full_world(world) if full else {}
    browser = signed_in(person, accept_language="de")
    asked = ("/questions", "/questions/new", *(f"/questions/{key}" for key in world.questions))
    for path in (*PLAIN, "/programs/new", *asked, *paths.values(), *(f"/sessions/{id}" for id in world.sessions)):
        page = browser.get(path, follow_redirects=True).text
        assert '<html lang="de">' in page
        assert unmarked(page, world) == set(), path


@pytest.mark.usefixtures("marked")
def test_every_page_of_people_admins_is_german(world: FakeServices, signed_in: SignIn) -> None:
    paths = an_administered_world(world)
    browser = signed_in("prs_dora", accept_language="de")
    for path in paths.values():
        page = browser.get(path).text
        assert '<html lang="de">' in page
        # Codes stand as they are written in files and calls.
        assert unmarked(re.sub(r"<code.*?</code>", " ", page), world) == set(), path


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_holds_a_text_of_its_own(template: Path) -> None:
    source = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", template.read_text(), flags=re.S)
    # A macro may write attributes for the tag that it is called in.
    shown = [*ATTRIBUTES.findall(source), re.sub(r'<[^>]*>|\s[\w-]+="[^"]*"', " ", source)]
    assert set(re.findall(r"[^\W\d_]{2,}", html.unescape(" ".join(shown)))) <= {"MentorMesh"}


@pytest.mark.usefixtures("marked")
def test_what_stands_before_signing_in_is_german(world: FakeServices, app: Any) -> None:
    browser = new_browser(app, accept_language="de")
    pages = [browser.get(path).text for path in ("/welcome", "/welcome?left=yes", "/sign-in/back?code=x&state=y")]
    world.codes.clear()
    pages.append(go_through_sign_in(browser, world, "nobody@harbour.example").text)
    for page in pages:
        assert '<html lang="de">' in page
        assert unmarked(page, world) - {"nobody", "harbour", "example"} == set()


Sent = Callable[[FlaskClient, dict[str, str]], Any]

REFUSED: list[tuple[str, str, Sent]] = [
    ("POST", "/v1/requests", lambda browser, at: send(browser, at["mentor"], at["mentor"], message="May I?")),
    ("PUT", "/v1/people/prs_ana/profile", lambda browser, at: send(browser, "/profile", "/profile", **PROFILE)),
    (
        "POST",
        "/v1/mentorships/.*/sessions",
        lambda browser, at: send(
            browser, at["mentorship"], f"{at['mentorship']}/sessions", starts_at="2027-01-11T10:00", minutes="45"
        ),
    ),
    (
        "PUT",
        "/v1/sessions/.*/review",
        lambda browser, at: send(browser, at["session"], f"{at['session']}/review", rating="5", comment="Good"),
    ),
    (
        "POST",
        "/v1/mentorships/.*/end",
        lambda browser, at: send(browser, at["mentorship"], f"{at['mentorship']}/end", reason="completed"),
    ),
]


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(("method", "path", "sent"), REFUSED, ids=[path for _, path, _ in REFUSED])
@pytest.mark.parametrize(
    "refused",
    [
        Refused(409, "wrong-state", "The session is held already."),
        Refused(422, "invalid-input", "Some values are wrong.", dict.fromkeys(map("/{}".format, ADVICE), "Not so.")),
        Refused(422, "invalid-input", "Some values are wrong."),
        Refused(503, "store-unavailable", "The database does not answer."),
    ],
    ids=["state", "fields", "whole", "silent"],
)
def test_a_refusal_is_german(
    world: FakeServices, signed_in: SignIn, method: str, path: str, sent: Sent, refused: Refused
) -> None:
    at = a_full_world(world)
    browser = signed_in("prs_ana", accept_language="de")
    world.refuse(method, path, refused)
    reply = sent(browser, at)
    page = (browser.get(reply.location) if reply.location else reply).text
    assert '<html lang="de">' in page
    assert "⟦" in page
    assert unmarked(page, world) - {"Good", "May", "Hello", "you"} == set()


@pytest.mark.usefixtures("marked")
def test_the_check_finds_what_the_catalogue_does_not_have(world: FakeServices, signed_in: SignIn) -> None:
    at = a_full_world(world)
    world.recommended.clear()
    world.recommend("prs_ben", code="from_a_later_release")
    page = signed_in("prs_ana", accept_language="de").get(at["mentor"]).text
    assert {"service", "sentence"} <= unmarked(page, world)


def test_a_reason_of_a_later_release_is_shown_in_the_services_words(world: FakeServices, signed_in: SignIn) -> None:
    at = a_full_world(world)
    world.recommended.clear()
    world.recommend("prs_ben", code="from_a_later_release")
    assert "sentence for from_a_later_release." in signed_in("prs_ana").get(at["mentor"]).text


def test_reasons_are_worded_here(world: FakeServices, signed_in: SignIn) -> None:
    page = signed_in("prs_ana", accept_language="de").get(a_full_world(world)["mentor"]).text
    for words in (
        "Kann dir Kafka und Rust beibringen.",
        "Hilft bei dem, was du dir vorgenommen hast: Finding focus.",
        "Ihr habt beide 2,5 Stunden in der Woche frei.",
        "Bringt den Blick aus einer anderen Abteilung und einem anderen Standort mit.",
    ):
        assert words in page


def test_whoever_reads_the_services_language_reads_which_state_it_was(world: FakeServices, signed_in: SignIn) -> None:
    at = a_full_world(world)
    world.refuse("POST", "/v1/requests", Refused(409, "wrong-state", "The program is closing."), times=2)
    for header, words in (("en", "The program is closing."), ("de", "So, wie es jetzt steht, geht das nicht.")):
        page = send(signed_in("prs_ana", accept_language=header), at["mentor"], at["mentor"], message="May I?").text
        assert words in page


def test_every_field_that_a_service_may_refuse_has_advice(world: FakeServices, signed_in: SignIn) -> None:
    at = a_full_world(world) | an_administered_world(world)
    world.meet(at["mentorship"].rpartition("/")[2], 9)
    ours = {"csrf_token", "key", "etag", "verb", "enrolment", "link", "more", "step", "copy", "q", "with", "mentee",
            "mentee_id", "mentor_id", "certify", "status", "department", "site", "actor", "subject", "action",
            "from", "to", "service", "refused", "leavers", "file", "into",
            "purpose", "granted", "sure"}  # fmt: skip
    # Rows of the profile's lists are sent under the field of the list's items.
    sent_as = {"offer_skill": "skill", "offer_level": "level",
               **{f"weight_{part}": "weights" for part in WEIGHTS}}  # fmt: skip
    found: set[str] = set()
    for person in ("prs_ana", "prs_ben", "prs_cara", "prs_dora"):
        browser = signed_in(person)
        for path in (
            *PLAIN,
            "/programs/new",
            "/questions/new",
            "/questions/career_track",
            *at.values(),
            *(f"/sessions/{id}" for id in world.sessions),
        ):
            found |= set(FIELDS.findall(browser.get(path, follow_redirects=True).text))
    named = {sent_as.get(name, name.split("-")[0]) for name in found if "." not in name} - ours
    assert {"message", "capacity", "starts_at", "rating", "level", "fields", "label", "options", "until"} <= named
    assert named - ADVICE.keys() == set(), "give these advice in portal/pages/refusals.py"


def test_every_call_of_a_page_asks_in_its_language_and_belongs_to_one_story(
    world: FakeServices, signed_in: SignIn
) -> None:
    browser = signed_in("prs_cara", accept_language="de-AT")
    stories: list[str] = []
    for path in ("/", "/programs"):
        before = len(world.headers)
        browser.get(path)
        said = [(one["Accept-Language"], one["X-Correlation-Id"]) for one in world.headers[before:]]
        assert len(said) > 1
        assert len(set(said)) == 1
        assert said[0][0] == "de"
        stories.append(said[0][1])
    assert len(set(stories)) == 2
