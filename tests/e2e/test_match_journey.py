"""The whole match through the portal on the running platform: started, watched, locked, published, confirmed."""

import re
import uuid

import pytest
from platform_client import eventually
from playwright.sync_api import expect
from staged import enrol, program

from .conftest import Hire, Portal, reloaded_until

pytestmark = [pytest.mark.stack, pytest.mark.browser]

MORNINGS = [{"day": day, "start": "09:00", "end": "12:00"} for day in ("mon", "tue", "wed")]


def test_a_manager_matches_everybody_and_the_two_confirm(portal: Portal, hire: Hire) -> None:
    skill = f"Rigging {uuid.uuid4().hex[:6]}"
    ben = hire(
        "Ben",
        profile={
            "skills_offered": [{"skill": skill, "level": 5}],
            "availability": MORNINGS,
            "capacity": 1,
            "bio": "Ask!",
        },
    )
    ana = hire("Ana", profile={"skills_wanted": [skill], "availability": MORNINGS})
    cara = hire("Cara", roles=["program_manager"])
    program_id = program(cara.player, name=f"Match {uuid.uuid4().hex[:8]}")
    enrol(cara.player, program_id, ben.player, "mentor")
    enrol(cara.player, program_id, ana.player, "mentee")
    cara.player.actor.post("matching", f"/programs/{program_id}/start")
    pair = f"/programs/{program_id}/explanation?mentee={ana.player.id}&mentor={ben.player.id}"
    eventually(lambda: (cara.player.actor.get("matching", pair)["match"] or {"reasons": []})["reasons"])

    manager = portal.sign_in(cara.email)
    manager.goto(f"/programs/{program_id}")
    manager.get_by_role("link", name="Match everybody …").click()
    manager.get_by_label("What to call it, if you like").fill("First match")
    manager.get_by_role("button", name="Match everybody", exact=True).click()
    # The page follows by itself until there is something to look at.
    expect(manager.get_by_role("heading", name="One pair is proposed")).to_be_visible(timeout=60_000)
    expect(manager.get_by_role("heading", name="First match", level=1)).to_be_visible()
    expect(manager.get_by_text("1 of 1").first).to_be_visible()

    manager.get_by_role("link", name="Look over the pairs").click()
    expect(manager.get_by_text(f"Offers {skill}, which the mentee wants to learn.")).to_be_visible()
    manager.get_by_role("link", name=f"Why {ana.name} with {ben.name}").click()
    expect(manager.get_by_text("With this pair the whole comes out best.")).to_be_visible()
    manager.go_back()
    manager.get_by_role("button", name=f"Lock {ana.name} with {ben.name}", exact=True).click()
    expect(manager.get_by_role("button", name=f"Unlock {ana.name} with {ben.name}")).to_be_visible()

    manager.get_by_role("link", name="Publish …").click()
    expect(manager.get_by_text("2 people are told and asked to confirm:")).to_be_visible()
    manager.get_by_role("button", name="Publish one pair").click()
    expect(manager.get_by_role("heading", name="One pair is published")).to_be_visible(timeout=60_000)

    mentee = portal.sign_in(ana.email)
    mentee.goto("/")
    reloaded_until(mentee, f"{ben.name} could be a good mentor for you")
    expect(mentee.get_by_text(f"Can help you learn {skill}.")).to_be_visible()
    mentee.get_by_role("link", name="Look and answer").click()
    expect(mentee.get_by_role("heading", name="Would you like to work together?")).to_be_visible()
    mentee.get_by_role("button", name="Yes, gladly").click()
    expect(mentee.get_by_text("You said yes.")).to_be_visible()

    mentor = portal.sign_in(ben.email)
    mentor.goto("/inbox")
    notice = mentor.get_by_role("button", name=re.compile(ana.name)).first
    notice.wait_for(timeout=40_000)
    notice.click()
    mentor.get_by_role("button", name="Yes, gladly").click()
    expect(mentor.get_by_text("your mentorship has begun")).to_be_visible()
    mentee.goto("/")
    reloaded_until(mentee, f"Find a date with {ben.name}")
