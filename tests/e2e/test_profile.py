"""My profile in a browser: by keyboard alone, by mouse, in German, with a pause and the load of a mentor."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from platform_client import Actor, eventually
from playwright.sync_api import Page, expect
from staged import ask_everybody

from .conftest import Hire, Portal
from .test_journeys import a_program, press, step_to, type_into

pytestmark = [pytest.mark.stack, pytest.mark.browser]


def ticked(page: Page) -> list[str]:
    """The cells of the week that are ticked."""
    values: list[str] = page.eval_on_selector_all("input[name=free]:checked", "all => all.map(one => one.value)")
    return sorted(values)


def test_a_profile_is_filled_by_keyboard_alone(portal: Portal, hire: Hire, admin: Actor) -> None:
    ask_everybody(admin)
    ana = hire("Ana", languages=[])
    skill = f"Rowing {uuid.uuid4().hex[:6]}"
    page = portal.sign_in(ana.email, viewport={"width": 1280, "height": 900})
    page.goto("/profile")
    press(page, "link", "What do you want to learn?")
    assert page.url.endswith("#wanted-1")
    expect(page.locator("#wanted-1")).to_be_focused()
    page.keyboard.type(skill)
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    step_to(page, "checkbox", "Monday, 08:00 to 09:00")
    for key in ("ArrowRight", "ArrowDown", "Space", "Shift+ArrowDown", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert ticked(page) == ["tue-18", "tue-20", "wed-20"]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('input[name=free]')") is False, "the week is one stop"
    step_to(page, "checkbox", "+ English")
    page.keyboard.press("Space")
    step_to(page, "combobox", "Career track")
    page.keyboard.type("Lead")
    type_into(page, "textbox", "A few words for colleagues", "I row.")
    press(page, "button", "Publish my profile")
    expect(page.get_by_text("Your profile is published")).to_be_visible()

    held = ana.player.actor.get("profiles", f"/people/{ana.player.id}/profile")
    assert held["availability"] == [
        {"day": "tue", "start": "09:00", "end": "11:00"},
        {"day": "wed", "start": "10:00", "end": "11:00"},
    ]
    assert (held["skills_wanted"], held["fields"], held["bio"]) == ([skill], {"career_track": "lead"}, "I row.")
    assert held["completeness"]["next"]["field"] == "goals"
    assert ana.player.actor.get("profiles", "/me")["languages"] == ["en"]
    page.goto("/profile")
    assert ticked(page) == ["tue-18", "tue-20", "wed-20"]
    expect(page.get_by_role("link", name="Which themes do you want help with?")).to_be_visible()


def test_hours_are_drawn_with_the_mouse_and_copied(portal: Portal, hire: Hire) -> None:
    ana = hire("Ana")
    page = portal.sign_in(ana.email, viewport={"width": 1280, "height": 1400})
    page.goto("/profile")
    first, last = page.get_by_label("Monday, 09:00 to 10:00"), page.get_by_label("Monday, 11:00 to 12:00")
    first.scroll_into_view_if_needed()
    first.hover()
    page.mouse.down()
    page.get_by_label("Monday, 10:00 to 11:00").hover()
    last.hover()
    page.mouse.up()
    assert ticked(page) == ["mon-18", "mon-20", "mon-22"]
    page.get_by_label("Monday, 10:00 to 11:00").click()
    assert ticked(page) == ["mon-18", "mon-22"], "a click alone ticks or unticks one cell"
    page.get_by_role("button", name="Copy Monday to Friday").click()
    expect(page.get_by_text("Monday is copied.")).to_be_visible()
    assert len(ticked(page)) == 10
    page.get_by_role("button", name="Publish my profile").click()
    expect(page.get_by_text("Your profile is published")).to_be_visible()
    held = ana.player.actor.get("profiles", f"/people/{ana.player.id}/profile")
    assert len(held["availability"]) == 10


def test_typing_suggests_what_the_vocabulary_has(portal: Portal, hire: Hire, admin: Actor) -> None:
    skill = f"Zymurgy {uuid.uuid4().hex[:6]}"
    admin.post("profiles", "/skills", {"name": skill})
    page = portal.sign_in(hire("Ana").email)
    page.goto("/profile")
    page.locator("#wanted-1").press_sequentially("zymu")
    expect(page.locator(f"#skills option[value='{skill}']")).to_be_attached()


def test_a_lower_capacity_breaks_nothing_and_says_when_it_holds(portal: Portal, hire: Hire) -> None:
    skill = f"Knots {uuid.uuid4().hex[:6]}"
    profile = {"skills_offered": [{"skill": skill, "level": 5}], "capacity": 3}
    ben = hire("Ben", profile=profile)
    program_id, _ = a_program(hire, ben, approval="automatic")
    for name in ("Ana", "Eve"):
        mentee = hire(name, profile={"skills_wanted": [skill]})
        mentee.player.actor.post("matching", f"/programs/{program_id}/enrolments", {"role": "mentee"})
        asked = {"program_id": program_id, "mentor_id": ben.player.id, "message": "May I?"}
        request = mentee.player.actor.post("matching", "/requests", asked)
        ben.player.actor.post("matching", f"/requests/{request['id']}/accept")
    page = portal.sign_in(ben.email)
    page.goto("/profile")
    expect(page.get_by_text("There is room for 1 more.")).to_be_visible()
    page.get_by_label("How many mentees I take at once").fill("1")
    page.get_by_role("button", name="Publish my profile").first.click()
    expect(page.get_by_text("You have 2 mentees now.")).to_be_visible()
    expect(page.get_by_text("somebody new can come once you have fewer than 1")).to_be_visible()
    seats = f"/people/{ben.player.id}/seats"
    held = eventually(lambda: found if (found := ben.player.actor.get("matching", seats))["over_by"] else None)
    assert (held["capacity"], held["mentees"], held["takes_new"]) == (1, 2, False)


def test_a_pause_is_taken_and_ended_in_german(portal: Portal, hire: Hire) -> None:
    ana = hire("Ana", locale="de", profile={"bio": "Hallo"})
    page = portal.sign_in(ana.email)
    page.goto("/profile")
    page.get_by_label("Ich bin wieder da am").fill(str((datetime.now(UTC) + timedelta(days=30)).date()))
    page.get_by_role("button", name="Pause machen").click()
    expect(page.get_by_text("Du machst Pause bis").first).to_be_visible()
    page.get_by_role("button", name="Jetzt zurückkommen").click()
    expect(page.get_by_text("Willkommen zurück")).to_be_visible()
    expect(page.get_by_text("Du machst Pause bis")).to_have_count(0)
