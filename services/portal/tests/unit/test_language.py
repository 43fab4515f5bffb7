"""The reader's language and clock."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask, session

import portal
from portal.pages import times
from portal.pages.language import LANGUAGES, WORDS

from .conftest import SignIn, new_browser
from .fake_services import FakeServices


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_text_is_there_in_every_language_and_no_other(language: str) -> None:
    found = extract_from_dir(
        Path(portal.__file__).parent,
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        options_map={"templates/**.html": {"newstyle_gettext": "true"}},
        keywords={"_": None, "N_": None, "ngettext": (1, 2)},
    )
    used = {message if isinstance(message, str) else tuple(message[:2]) for _, _, message, _, _ in found}
    with (WORDS / f"{language}.po").open("rb") as source:
        catalog = {entry.id: entry for entry in read_po(source, locale=language) if entry.id}
    assert used == set(catalog)
    for entry in catalog.values():
        assert all(entry.string if isinstance(entry.string, tuple) else (entry.string,)), entry.id
        assert not list(entry.check()), entry.id


@pytest.mark.parametrize(
    ("locale", "header", "shown"),
    [(None, "de-AT,en;q=0.5", "de"), ("de", "en", "de"), ("en", "de", "en"), (None, "fr", "en"), ("fr", "de", "de")],
)
def test_the_persons_own_language_comes_before_the_browsers(
    world: FakeServices, signed_in: SignIn, locale: str | None, header: str, shown: str
) -> None:
    world.people["prs_ana"]["locale"] = locale
    assert f'<html lang="{shown}">' in signed_in("prs_ana", accept_language=header).get("/").text


def test_a_page_is_german_down_to_its_dates(app: Flask, world: FakeServices, signed_in: SignIn) -> None:
    mentorship = world.pair(world.add_program()["id"], "prs_ben", "prs_ana")
    held = world.meet(mentorship["id"], 0, "held", starts_at="2024-03-05T09:30:00.000Z")
    page = signed_in("prs_ana", accept_language="de").get(f"/sessions/{held['id']}").text
    assert "Di., 5. März 2024, 10:30" in page
    assert "Wie war es mit Ben Okafor?" in page
    assert "Willkommen" in new_browser(app, accept_language="de").get("/welcome").text


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026-11-24T10:00", datetime(2026, 11, 24, 9, tzinfo=UTC)),
        ("2026-07-01T10:00", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-03-29T02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-11-24T10:00:30+00:00", datetime(2026, 11, 24, 10, 0, 30, tzinfo=UTC)),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_a_typed_time_is_meant_where_the_person_is(app: Flask, typed: str, moment: datetime | None) -> None:
    with app.test_request_context("/"):
        session["person"] = {"time_zone": "Europe/Berlin"}
        assert times.typed_moment(typed) == moment


def test_what_a_field_shows_is_what_typing_it_means(app: Flask) -> None:
    with app.test_request_context("/"):
        session["person"] = {"time_zone": "America/St_Johns"}
        then = datetime(2026, 11, 24, 9, 45, tzinfo=UTC)
        assert times.typed_moment(times.input_moment(then)) == then


def test_an_unknown_zone_shows_utc(app: Flask) -> None:
    with app.test_request_context("/"):
        session["person"] = {"time_zone": "Mars/Olympus"}
        assert times.clock("2026-11-24T09:45:00Z").startswith("09:45")
