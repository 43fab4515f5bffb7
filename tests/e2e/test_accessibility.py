"""Every page: nothing for axe to find, nothing to scroll sideways; in light and dark, on a small and a large screen."""

from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from platform_client import eventually
from playwright.sync_api import Page
from staged import Player, Stage, ask_everybody, employ, enrol, publish, set_the_stage

from .conftest import Portal

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.long]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All that a scheme changes is colours.
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
EVERYBODY = ("/", "/mentors", "/requests", "/inbox", "/mentorships", "/programs")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Nothing but what is wrong travels back: a page with a week to draw in has a thousand nodes that are right.
VIOLATIONS = "async rules => (await axe.run({runOnly: rules, resultTypes: ['violations']})).violations"
WIDTHS = (320, 1280)


@pytest.fixture(scope="module")
def stage(platform: dict[str, Any]) -> Stage:
    return set_the_stage(platform)


def findings(page: Page, path: str) -> list[str]:
    """What is wrong with a page, in words."""
    page.goto(path)
    return findings_here(page, path)


def findings_here(page: Page, path: str) -> list[str]:
    """What is wrong with the page as it is; everything that unfolds is unfolded, but the menu over it."""
    page.evaluate(AXE_SCRIPT)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = !one.matches('.menu'); })")
    found = []
    for scheme in SCHEMES:
        for width in WIDTHS:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 900})
            where = f"{path} ({scheme}, {width} px)"
            found += [
                f"{where}: {violation['id']} at {node['target']}: {node.get('failureSummary', '')}"
                for violation in page.evaluate(VIOLATIONS, RULES if scheme == SCHEMES[0] else OF_COLOURS)
                for node in violation["nodes"]
            ]
            if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
                found.append(f"{where}: needs {needed} px")
    return found


def a_run(stage: Stage) -> str:
    """A run of the stage's program that is ready."""
    cara = stage.cara
    id = cara.actor.post("matching", f"/programs/{stage.program_id}/runs", {"fairness": {"group": "level"}})["id"]
    eventually(lambda: cara.actor.get("matching", f"/runs/{id}")["state"] == "ready", patience=60)
    return str(id)


def test_the_pages_of_a_match_can_be_used_by_everybody(portal: Portal, stage: Stage) -> None:
    # Eve looks for a mentor there too, and Ben has places left.
    publish(stage.eve, bio="Eve")
    enrol(stage.cara, stage.program_id, stage.eve, "mentee")
    first, other = a_run(stage), a_run(stage)
    two = f"mentee={stage.eve.id}&mentor={stage.ben.id}"
    page = portal.sign_in(stage.cara.actor.get("profiles", "/me")["email"])
    found = findings(page, f"/programs/{stage.program_id}/runs")
    for path in ("", "/pairs", "/unmatched", f"/pair?{two}", f"/choose?mentee={stage.eve.id}", "/publish", "/again",
                 f"/comparison?with={other}"):  # fmt: skip
        found += findings(page, f"/runs/{first}{path}")
    assert found == []


def test_a_question_about_a_pair_can_be_asked_and_read_by_everybody(
    portal: Portal, stage: Stage, platform: dict[str, Any]
) -> None:
    mia, lea = employ(platform, stage.admin, "Mia"), employ(platform, stage.admin, "Lea")
    skill = f"Knots {mia.id}"
    publish(mia, skills_offered=[{"skill": skill, "level": 5}], capacity=1)
    publish(lea, skills_wanted=[skill])
    enrol(stage.cara, stage.program_id, mia, "mentor")
    enrol(stage.cara, stage.program_id, lea, "mentee")
    run = a_run(stage)
    page = portal.sign_in(stage.cara.actor.get("profiles", "/me")["email"])
    found = findings(page, f"/runs/{run}/pair?mentee={lea.id}&mentor={stage.ben.id}")
    page.get_by_role("button", name="What would change it?").click()
    page.get_by_text("It would cost all pairs together").wait_for(timeout=60_000)
    found += findings_here(page, "the answer")
    assert found == []


def test_the_pages_of_people_admins_can_be_used_by_everybody(
    portal: Portal, stage: Stage, platform: dict[str, Any]
) -> None:
    dora, gone = stage.admin, employ(platform, stage.admin, "Gia").id
    client = dora.post("profiles", "/clients", {"name": "HR system", "scopes": ["people:read"]})["client_id"]
    erasure = dora.post("profiles", "/erasures", {"person_id": gone})["id"]
    word = dora.post("profiles", "/skills", {"name": f"Cobol {gone}", "category": "Old"})["id"]
    assert dora.call("PATCH", "profiles", f"/skills/{word}", {"retired": True}, headers={"If-Match": "*"}).ok
    page = portal.sign_in(dora.get("profiles", "/me")["email"])
    page.goto("/imports")
    # Nobody is in the file, so everybody would leave: a preview with all there can be to confirm. It is cancelled.
    page.get_by_label("CSV file").set_input_files(
        {"name": "staff.csv", "mimeType": "text/csv", "buffer": b"external_id,email,shoe size,level\nE-0,nobody,44,x\n"}
    )
    page.get_by_label("Everybody:").check()
    page.get_by_role("button", name="Upload and look").click()
    page.get_by_role("heading", name="Who it is about").wait_for(timeout=60_000)
    ready = page.url.removeprefix(portal.url).partition("#")[0]
    found: list[str] = []
    for path in ("/people?q=a", f"/people/{stage.ana.id}", "/imports", ready, "/clients", "/clients/new", "/erasures",
                 f"/clients/{client}", f"/clients/{client}/change", f"/erasures/{erasure}", "/audit",
                 "/vocabulary/skills", "/vocabulary/skills?retired=yes", f"/vocabulary/skills/{word}"):  # fmt: skip
        found += findings(page, path)
    dora.post("profiles", f"{ready}/cancel")
    dora.post("profiles", f"/erasures/{erasure}/cancel")
    assert found == []


def test_pages_can_be_used_by_everybody(portal: Portal, stage: Stage) -> None:
    shared = (f"/mentorships/{stage.mentorship_id}", f"/sessions/{stage.session_id}", f"/programs/{stage.program_id}")
    asked = Player(stage.admin.get("profiles", "/me")["id"], stage.admin)
    ask_everybody(stage.admin)
    publish(stage.ben, bio="Ben", capacity=3, fields={"career_track": "expert"})
    visitor = portal.visitor()
    found = findings(visitor, "/welcome") + findings(visitor, "/signed-out")
    for player, pages in (
        (
            stage.ana,
            (
                *EVERYBODY,
                *shared,
                f"/mentors/{stage.program_id}/{stage.ben.id}",
                f"/requests/{stage.request_id}",
                "/profile",
                "/preferences",
                "/my-data",
                "/consent",
                "/my-sessions",
            ),
        ),
        (stage.ben, ("/", "/requests")),
        (stage.cara, ("/", "/programs/new", f"/people/{stage.ben.id}/answers", *shared)),
        (stage.eve, (*EVERYBODY, "/gone")),
        (asked, ("/profile", "/questions", "/questions/new", "/questions/career_track")),
    ):
        page = portal.sign_in(player.actor.get("profiles", "/me")["email"])
        for path in pages:
            found += findings(page, path)
    assert found == []
