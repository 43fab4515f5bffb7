"""Each absolute rule: a pair that breaks it alone is caught by its name, and the same pair just inside stands."""

import pytest

from .conftest import World, names


@pytest.mark.parametrize(
    ("rule", "mentee", "mentor"),
    [
        ("shared_language", {"languages": "de"}, {"languages": "en"}),
        ("shared_language", {"languages": ""}, {"languages": ""}),
        ("max_time_zone_hours", {"time_zone": "Europe/Berlin"}, {"time_zone": "America/New_York"}),
        ("meet", {"remote": "no", "site": "Rome"}, {"site": "Oslo"}),
        ("meet", {"remote": "no", "site": ""}, {"remote": "no", "site": ""}),
        ("opted_out", {"opted_out": "yes"}, {}),
        ("opted_out", {}, {"opted_out": "yes"}),
        ("reporting_line", {"manager_id": "ben"}, {}),
        ("reporting_line", {}, {"manager_id": "ana"}),
        ("avoid", {"avoid": "ben"}, {}),
        ("avoid", {}, {"avoid": "zed;ana"}),
        ("capacity", {}, {"capacity": "0"}),
    ],
)
def test_a_pair_that_breaks_one_rule_is_caught_by_its_name(
    world: World, rule: str, mentee: dict[str, str], mentor: dict[str, str]
) -> None:
    assert names(world.mentee("ana", **mentee).mentor("ben", **mentor).verify(("ana", "ben"))) == [rule]


@pytest.mark.parametrize(
    ("mentee", "mentor"),
    [
        ({"languages": "de-CH;EN"}, {"languages": "en-GB"}),
        ({"time_zone": "Europe/London"}, {"time_zone": "America/New_York"}),
        ({"time_zone": "Pacific/Auckland"}, {"time_zone": "Pacific/Honolulu"}),
        ({"remote": "no", "site": "Rome"}, {"site": "Rome", "remote": "no"}),
        ({"manager_id": "cleo"}, {"manager_id": "cleo"}),
        ({"avoid": "zed"}, {}),
    ],
)
def test_a_pair_just_inside_the_rules_stands(world: World, mentee: dict[str, str], mentor: dict[str, str]) -> None:
    assert world.mentee("ana", **mentee).mentor("ben", **mentor).verify(("ana", "ben")) == []


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"rules": {"max_time_zone_hours": 0}}, "max_time_zone_hours"),
        ({"rules": {"meet": "same_site"}}, "meet"),
        ({"rules": {"min_level_gap": 3}}, "min_level_gap"),
        ({"floor": 0.9}, "floor"),
        ({"forbidden": [["ana", "ben"]]}, "forbidden"),
    ],
)
def test_a_rule_of_the_program_is_kept(world: World, settings: dict[str, object], rule: str) -> None:
    world.mentee("ana").mentor("ben", time_zone="Europe/London")
    assert world.verify(("ana", "ben")) == []
    world.settings |= settings
    assert names(world.verify(("ana", "ben"))) == [rule]


@pytest.mark.parametrize(
    ("settings", "cells"),
    [
        ({"rules": {"shared_language": False}}, {"languages": ""}),
        ({"rules": {"max_time_zone_hours": None}}, {"time_zone": "Asia/Tokyo"}),
        ({"rules": {"meet": "any"}}, {"remote": "no"}),
        ({"rules": {"reporting_line": "allowed"}}, {"manager_id": "ana"}),
    ],
)
def test_a_rule_that_the_program_lifts_removes_nobody(
    world: World, settings: dict[str, object], cells: dict[str, str]
) -> None:
    world.mentee("ana").mentor("ben", **cells)
    assert len(world.verify(("ana", "ben"))) == 1
    world.settings |= settings
    assert world.verify(("ana", "ben")) == []


def test_the_reporting_line_runs_through_people_who_were_left_out(world: World) -> None:
    world.mentee("ana", manager_id="cleo").mentor("cleo", manager_id="ben", level="high").mentor("ben")
    assert names(world.verify(("ana", "ben"))) == ["reporting_line"]


def test_a_missing_level_refuses_a_pair_that_needs_a_gap(world: World) -> None:
    world.settings["rules"] = {"min_level_gap": -5}
    assert names(world.mentee("ana", level="").mentor("ben").verify(("ana", "ben"))) == ["min_level_gap"]


def test_a_score_exactly_at_the_floor_stands(world: World) -> None:
    world.settings |= {"floor": 0.35, "weights": {"goals": 0.2, "seniority": 0.15}}
    assert world.mentee("ana").mentor("ben").verify(("ana", "ben")) == []


def test_nobody_is_their_own_mentor(world: World) -> None:
    assert "oneself" in names(world.both("ana").verify(("ana", "ana")))


def test_of_two_who_could_each_mentor_the_other_the_better_direction_counts(world: World) -> None:
    world.both("ana", level="1").both("ben", level="3")
    assert world.verify(("ana", "ben")) == []
    assert names(world.verify(("ben", "ana"))) == ["direction"]


def test_of_equal_directions_the_more_senior_mentors_then_the_smaller_id(world: World) -> None:
    world.settings["weights"] = {"goals": 1.0}
    world.both("ana", level="3").both("ben", level="1").both("cleo", level="1")
    assert names(world.verify(("ana", "ben"))) == ["direction"]
    assert world.verify(("ben", "ana")) == []
    assert names(world.verify(("ben", "cleo"))) == ["direction"]
    assert world.verify(("cleo", "ben")) == []


def test_the_worse_direction_counts_where_a_rule_forbids_the_better(world: World) -> None:
    world.both("ana", level="1").both("ben", level="3", capacity="0")
    assert world.verify(("ben", "ana")) == []
