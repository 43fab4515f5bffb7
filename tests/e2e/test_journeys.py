"""Journeys through the portal on the running platform: by keyboard alone, without JavaScript, and of two people."""

import re
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from staged import enrol, program

from .conftest import Hire, Person, Portal, reloaded_until

pytestmark = [pytest.mark.stack, pytest.mark.browser]

MORNINGS = [{"day": day, "start": "09:00", "end": "12:00"} for day in ("mon", "tue", "wed")]
MOST_STEPS = 200


def a_mentor(hire: Hire, skill: str) -> Person:
    profile = {"skills_offered": [{"skill": skill, "level": 5}], "availability": MORNINGS, "capacity": 3, "bio": "Ask!"}
    return hire("Ben", profile=profile)


def a_program(hire: Hire, mentor: Person, **terms: str) -> tuple[str, str]:
    """A running program with its mentor; its id and name."""
    name = f"Program {uuid.uuid4().hex[:8]}"
    cara = hire("Cara", roles=["program_manager"])
    program_id = program(cara.player, name=name, **terms)
    enrol(cara.player, program_id, mentor.player, "mentor")
    cara.player.actor.post("matching", f"/programs/{program_id}/start")
    return program_id, name


def step_to(page: Page, role: str, name: str) -> None:
    """Press Tab until the element with this role and name has the focus, which must be seen."""
    wanted = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    expect(wanted).to_be_attached()
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            style = wanted.evaluate("element => getComputedStyle(element).outlineStyle")
            hidden = wanted.evaluate("element => getComputedStyle(element).opacity === '0'")
            assert style != "none" or hidden, f"the focus on {name} cannot be seen"
            return
    raise AssertionError(f"no {role} {name!r} within {MOST_STEPS} steps of the keyboard")


def press(page: Page, role: str, name: str) -> None:
    step_to(page, role, name)
    page.keyboard.press("Enter")


def type_into(page: Page, role: str, name: str, words: str) -> None:
    step_to(page, role, name)
    page.keyboard.type(words)


def test_a_journey_by_keyboard_alone(portal: Portal, hire: Hire) -> None:
    skill = f"Sailing {uuid.uuid4().hex[:6]}"
    ben, ana = a_mentor(hire, skill), hire("Ana")
    _, name = a_program(hire, ben, approval="automatic")
    page = portal.visitor(viewport={"width": 1280, "height": 900})
    page.goto("/")
    press(page, "link", "Sign in with your work account")
    page.wait_for_selector("input[name=sub]:focus")
    page.keyboard.type(ana.email)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Ana")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main", "the first stop leads past the menu"
    press(page, "link", "Write my profile")
    type_into(page, "combobox", "A skill I want to learn", skill)
    step_to(page, "checkbox", "Monday, 08:00 to 09:00")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    press(page, "button", "Publish my profile")
    expect(page.get_by_role("status").filter(has_text="Your profile is published")).to_be_visible()

    press(page, "link", "See programs")
    press(page, "button", f"Apply as a mentee {name}")
    expect(page.get_by_text("You are in.")).to_be_visible()
    page.goto("/mentors")
    if page.get_by_role("link", name=name).count():
        press(page, "link", name)
    ask = f"See more and ask {ben.name}"
    reloaded_until(page, ben.name)
    press(page, "link", ask)
    type_into(page, "textbox", "A note", "May I sail with you?")
    press(page, "button", "Send my request")
    expect(page.get_by_role("status").filter(has_text=f"on its way to {ben.name}")).to_be_visible()
    expect(page.get_by_text("May I sail with you?")).to_be_visible()

    page.evaluate("window.scrollTo(0, 0)")
    summary = page.locator("details.menu > summary")
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if summary.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    press(page, "button", "Sign out")
    expect(page.get_by_text("You are signed out here")).to_be_visible()


def test_a_journey_without_a_script(portal: Portal, hire: Hire) -> None:
    skill, name = f"Knots {uuid.uuid4().hex[:6]}", f"Harbour {uuid.uuid4().hex[:8]}"
    ben, ana = a_mentor(hire, skill), hire("Ana")
    cara = hire("Cara", roles=["program_manager"])
    plain = {"java_script_enabled": False, "viewport": {"width": 320, "height": 700}}

    manager = portal.sign_in(cara.email, **plain)
    manager.goto("/programs/new")
    manager.get_by_label("Name", exact=True).fill(name)
    today = datetime.now(ZoneInfo("UTC")).date()
    manager.get_by_label("First day").fill(str(today))
    manager.get_by_label("Last day").fill(str(today - timedelta(days=3)))
    manager.get_by_role("button", name="Create the draft").click()
    expect(manager.locator("#ends_on-wrong")).to_be_visible()
    expect(manager.get_by_label("Name", exact=True)).to_have_value(name)
    manager.get_by_label("Last day").fill(str(today + timedelta(days=180)))
    manager.get_by_role("button", name="Create the draft").click()
    manager.get_by_role("button", name="Open for applications").click()
    expect(manager.get_by_text("The program is open")).to_be_visible()
    cockpit = manager.url
    enrol(cara.player, cockpit.rsplit("/", 1)[1], ben.player, "mentor")

    mentee = portal.sign_in(ana.email, **plain)
    mentee.get_by_role("link", name="Write my profile").click()
    wanted = mentee.get_by_label("A skill I want to learn")
    wanted.first.fill(skill)
    before = wanted.count()
    mentee.get_by_role("group", name="What I want to learn").get_by_role("button").click()
    expect(wanted.first).to_have_value(skill)
    assert wanted.count() > before
    mentee.get_by_label("Monday, 09:00 to 10:00").check()
    mentee.get_by_role("button", name="Copy Monday to Friday").click()
    expect(mentee.get_by_label("Friday, 09:00 to 10:00")).to_be_checked()
    expect(mentee.get_by_label("Saturday, 09:00 to 10:00")).not_to_be_checked()
    expect(wanted.first).to_have_value(skill)
    mentee.get_by_role("button", name="Publish my profile").click()
    expect(mentee.get_by_text("Your profile is published")).to_be_visible()
    mentee.goto("/programs")
    mentee.get_by_role("button", name=f"Apply as a mentee {name}").click()
    expect(mentee.get_by_role("heading", name="Your application is with the program's managers")).to_be_visible()

    manager.goto(cockpit)
    manager.get_by_role("button", name="Approve the ticked").click()
    expect(manager.get_by_text("Nobody waits for you")).to_be_visible()
    mentee.goto("/mentors")
    reloaded_until(mentee, ben.name)
    mentee.get_by_role("link", name=f"See more and ask {ben.name}").click()
    expect(mentee.get_by_text(f"Can help you learn {skill}.")).to_be_visible()
    mentee.get_by_label("A note").fill("Please.")
    mentee.get_by_role("button", name="Send my request").click()
    expect(mentee.get_by_text(f"on its way to {ben.name}")).to_be_visible()
    mentee.get_by_role("button", name=f"Withdraw {ben.name}").click()
    expect(mentee.get_by_text("Your request is withdrawn")).to_be_visible()


def test_two_people_find_each_other_and_meet(portal: Portal, hire: Hire) -> None:
    skill = f"Charts {uuid.uuid4().hex[:6]}"
    ben = a_mentor(hire, skill)
    ana = hire("Ana", profile={"skills_wanted": [skill], "availability": MORNINGS}, time_zone="Europe/Lisbon")
    program_id, _ = a_program(hire, ben, approval="automatic")
    ana.player.actor.post("matching", f"/programs/{program_id}/enrolments", {"role": "mentee"})
    mentor, mentee = portal.sign_in(ben.email), portal.sign_in(ana.email)

    mentor.goto("/inbox")
    mentee.goto(f"/mentors/{program_id}/{ben.player.id}")
    reloaded_until(mentee, "Why you two")
    mentee.get_by_label("A note").fill("Would you read charts with me?")
    mentee.get_by_role("button", name="Send my request").click()
    # His inbox is open, and tells him without being asked.
    notice = mentor.get_by_role("button", name=re.compile(ana.name)).first
    notice.wait_for(timeout=40_000)
    notice.click()
    expect(mentor.get_by_text("Would you read charts with me?")).to_be_visible()
    mentor.get_by_role("button", name=f"Accept {ana.name}").click()
    expect(mentor.get_by_text("You said yes")).to_be_visible()

    mentee.goto("/")
    reloaded_until(mentee, f"Find a date with {ben.name}")
    mentee.get_by_role("link", name="Plan a session").click()
    day = (datetime.now(ZoneInfo("Europe/Lisbon")) + timedelta(days=9)).date()
    mentee.get_by_label("Day and time").fill(f"{day}T10:00")
    mentee.get_by_label("What to talk about").fill("Tides")
    mentee.get_by_label("Where").fill("Pier 4")
    mentee.get_by_role("button", name="Plan it").click()
    expect(mentee.get_by_role("heading", name=re.compile("10:00.AM"))).to_be_visible()
    mentor.goto("/")
    expect(mentor.get_by_role("heading", name=re.compile("11:00.AM"))).to_be_visible()
    expect(mentor.get_by_text("Tides")).to_be_visible()

    mentor.get_by_role("region", name="Your next session").get_by_role("link", name=re.compile("11:00.AM")).click()
    mentor.get_by_label("Day and time").fill(f"{day}T14:30")
    mentor.get_by_role("button", name="Move the session").click()
    expect(mentor.get_by_role("heading", level=1)).to_have_text(re.compile("2:30.PM"))
    mentor.get_by_role("button", name="We met").click()
    for page, other, words in ((mentor, ana, "She asks well."), (mentee, ben, "He listens.")):
        page.goto("/")
        page.get_by_role("link", name="Write a review").click()
        page.get_by_label("5 ★").check()
        page.get_by_label("In your own words").fill(words)
        page.get_by_role("button", name="Give my review").click()
        expect(page.get_by_text("Thank you.")).to_be_visible()
        expect(page.get_by_text(other.name).first).to_be_visible()
    expect(mentee.get_by_text("She asks well.")).to_be_visible()
    mentor.goto("/mentorships")
    mentor.get_by_role("link", name=re.compile("2:30.PM")).click()
    expect(mentor.get_by_text("He listens.")).to_be_visible()
