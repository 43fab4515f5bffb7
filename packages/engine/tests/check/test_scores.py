"""The formula, against figures worked out by hand from its published text."""

import pytest

from engine.check.scores import Score

from .conftest import World


def score(world: World, mentee: str, mentor: str) -> Score:
    rules = world.rules()
    return rules.scores.of(rules.people.accepted[mentee], rules.people.accepted[mentor])


def a_full_world(world: World) -> World:
    world.mentee(
        "ana",
        department="Engineering",
        level="2",
        skills_wanted="Python; Law",
        goals="lead;write",
        availability="Mon 09:00-11:00",
        wishes="ben",
    )
    world.mentor(
        "ben",
        department="Sales",
        level="4",
        time_zone="Europe/London",
        skills_offered="python:4",
        helps_with="LEAD",
        availability="Mon 09:00-10:00",
        wishes_as_mentor="nobody;ana",
    )
    return world.mentor("cleo", skills_offered="python:5;law:1")


def test_skills_weigh_by_how_few_offer_them(world: World) -> None:
    # M = 2; python: ln(1 + 2/3) = 0.5108256, law: ln(1 + 2/2) = 0.6931472; 0.5108256 x 4/5 / 1.2039728
    assert score(a_full_world(world), "ana", "ben").components["skills"] == pytest.approx(0.3394267, abs=1e-7)


def test_every_component_of_the_pair_is_as_worked_out_by_hand(world: World) -> None:
    found = score(a_full_world(world), "ana", "ben")
    assert found.components["goals"] == 0.5
    assert found.components["seniority"] == 1.0
    assert found.components["availability"] == 0.5
    assert found.components["diversity"] == 1.0
    assert found.wish_of_mentee == pytest.approx(0.25)
    assert found.wish_of_mentor == pytest.approx(0.15 * 9 / 10)


def test_the_score_is_the_weighted_sum_with_wishes_on_top(world: World) -> None:
    # 0.4 x 0.3394267 + 0.2 x 0.5 + 0.15 x 1 + 0.2 x 0.5 + 0.05 x 1 + 0.25 + 0.135
    assert score(a_full_world(world), "ana", "ben").total == pytest.approx(0.9207707, abs=1e-7)


def test_nothing_asked_scores_nothing(world: World) -> None:
    world.mentee("ana", goals="", level="").mentor("ben", skills_offered="law:5", availability="Mon 09:00-10:00")
    assert score(world, "ana", "ben").total == 0.0


def test_seniority_falls_off_on_both_sides_of_the_ideal(world: World) -> None:
    world.mentee("ana", level="1").mentor("ben", level="2").mentor("cleo", level="4")
    # exp(-1 / (2 x 1.4142^2)) = exp(-0.25000...) = 0.7788
    assert score(world, "ana", "ben").components["seniority"] == pytest.approx(0.7788, abs=1e-4)
    assert score(world, "ana", "cleo").components["seniority"] == pytest.approx(0.7788, abs=1e-4)


def test_a_week_wraps_from_sunday_night_to_monday(world: World) -> None:
    # Auckland is 13 hours ahead in January: Monday 00:00-02:00 there is Sunday 11:00-13:00 in UTC
    world.mentee("ana", time_zone="Pacific/Auckland", availability="Mon 00:00-02:00")
    world.mentor("ben", time_zone="UTC", availability="Sun 12:00-13:00")
    assert score(world, "ana", "ben").components["availability"] == 0.5


def test_only_wholly_free_half_hours_count_in_a_zone_off_the_half_hour(world: World) -> None:
    # Kathmandu is 5:45 ahead: 09:00-10:30 is 03:15-04:45 UTC, of which 03:30-04:00 and 04:00-04:30 are wholly free
    world.mentee("ana", time_zone="Asia/Kathmandu", availability="Mon 09:00-10:30")
    world.mentor("ben", time_zone="UTC", availability="Mon 03:00-04:00")
    assert score(world, "ana", "ben").components["availability"] == 0.5


def test_the_offset_is_that_of_the_program_s_day(world: World) -> None:
    world.settings["as_of"] = "2027-07-11"
    world.mentee("ana", availability="Mon 09:00-10:00").mentor("ben", time_zone="UTC", availability="Mon 07:00-08:00")
    assert score(world, "ana", "ben").components["availability"] == 1.0


def test_overlapping_hours_count_once(world: World) -> None:
    world.mentee("ana", availability="Mon 09:00-11:00;Mon 10:00-11:00").mentor("ben", availability="Mon 09:00-10:00")
    assert score(world, "ana", "ben").components["availability"] == 0.5


def test_an_empty_attribute_does_not_differ(world: World) -> None:
    world.settings["diversity"] = ["department", "site"]
    world.mentee("ana", department="Law", site="Rome").mentor("ben", department="Sales", site="")
    assert score(world, "ana", "ben").components["diversity"] == 0.5


def test_peers_score_the_mean_of_both_directions(world: World) -> None:
    world.settings |= {"kind": "peer", "weights": {"goals": 0.5, "seniority": 0.5}}
    world.both("ana", goals="lead", helps_with="", level="4", wishes="ben").both(
        "ben", goals="", helps_with="lead", level="2"
    )
    found = score(world, "ana", "ben")
    assert found.components["goals"] == 0.5
    assert found.components["seniority"] == 1.0
    assert found.total == pytest.approx(0.5 * 0.5 + 0.5 * 1.0 + 0.25 / 2)


def test_an_opted_out_mentor_makes_no_skill_less_rare(world: World) -> None:
    world.mentee("ana", skills_wanted="law;tax").mentor("ben", skills_offered="law:5", capacity="0")
    world.mentor("cleo", skills_offered="tax:5;law:5", opted_out="yes")
    # M = 1, the full ben counts: law ln(1 + 1/2), tax ln(1 + 1/1)
    assert score(world, "ana", "ben").components["skills"] == pytest.approx(0.405465 / (0.405465 + 0.693147), abs=1e-6)
