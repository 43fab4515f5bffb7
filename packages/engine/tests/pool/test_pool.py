"""The live pool recommends, refuses and forgets as the formula and the rules say."""

from collections import Counter
from dataclasses import replace

import pytest

from engine import Interval, Person, Pool, Program, ProgramRefused, recommend, refusal, score
from engine.score.formula import availability

PROGRAM = Program.read({"program": "leaders", "as_of": "2027-01-11"})
ANA = Person(
    "ana",
    "mentee",
    "Europe/Berlin",
    department="Sales",
    level=2,
    site="Berlin",
    languages=("en-GB",),
    skills_wanted=("Python", "SQL"),
    goals=("Leadership",),
    availability=(Interval.at("Mon", "09:00", "11:00"),),
)
BEN = Person(
    "ben",
    "mentor",
    "Europe/Berlin",
    department="IT",
    level=4,
    site="Berlin",
    languages=("EN",),
    skills_offered={"python": 5},
    helps_with=("leadership",),
    availability=(Interval.at("Mon", "10:00", "12:00"),),
)
IDA = replace(BEN, person_id="ida", skills_offered={}, availability=())


def pool_of(*people: Person, program: Program = PROGRAM) -> Pool:
    return Pool(program, people)


def test_a_score_follows_the_formula() -> None:
    result = score.pair(ANA, BEN, PROGRAM, pool_of(ANA, BEN).rarity)
    rare, rarer = score.Rarity(1, Counter({"python": 1})).of("python"), score.Rarity(1).of("sql")
    assert result.components == pytest.approx(
        {"skills": rare / (rare + rarer), "goals": 1, "seniority": 1, "availability": 0.5, "diversity": 1}
    )
    assert result.total == pytest.approx(0.4 * rare / (rare + rarer) + 0.2 + 0.15 + 0.1 + 0.05, abs=1e-6)


def test_the_best_mentor_comes_first_with_the_same_score_as_the_pair() -> None:
    pool = pool_of(ANA, IDA, BEN)
    found = recommend(pool, "ana", 10)
    assert [r.mentor_id for r in found] == ["ben", "ida"]
    assert found[0].score == score.pair(ANA, BEN, PROGRAM, pool.rarity).total
    assert {r.code for r in found[0].reasons} >= {"offers_wanted_skill", "helps_with_goal", "free_at_the_same_time"}


@pytest.mark.parametrize(
    ("rule", "mentor"),
    [
        ("shared_language", replace(BEN, languages=("de",))),
        ("shared_language", replace(BEN, languages=())),
        ("max_time_zone_hours", replace(BEN, time_zone="Asia/Tokyo")),
        ("meet", replace(BEN, site="Bonn")),
        ("opted_out", replace(BEN, opted_out=True)),
        ("reporting_line", replace(BEN, manager_id="ana")),
        ("avoid", replace(BEN, avoid=frozenset({"ana"}))),
        ("capacity", replace(BEN, capacity=0)),
        ("role", replace(BEN, role="mentee")),
    ],
)
def test_a_broken_rule_is_named_and_never_recommended(rule: str, mentor: Person) -> None:
    pool = pool_of(ANA, mentor)
    assert refusal(pool, "ana", "ben") == rule
    assert recommend(pool, "ana") == []


def test_a_manager_far_up_the_line_is_no_candidate_even_through_people_outside_the_pool() -> None:
    pool = pool_of(replace(ANA, manager_id="outside"), BEN)
    assert refusal(pool, "ana", "ben") is None
    pool.reports_to("outside", "ben")
    assert refusal(pool, "ana", "ben") == "reporting_line"
    assert recommend(pool, "ana") == []


def test_an_update_replaces_what_was_known() -> None:
    pool = pool_of(ANA, BEN)
    before = recommend(pool, "ana")[0].score
    pool.upsert(replace(BEN, skills_offered={}))
    assert recommend(pool, "ana")[0].score < before
    pool.upsert(BEN)
    assert recommend(pool, "ana")[0].score == before


def test_a_removed_person_is_unknown_and_counts_no_more() -> None:
    pool = pool_of(ANA, BEN, IDA)
    pool.remove("ben")
    assert refusal(pool, "ana", "ben") == "unknown"
    assert [r.mentor_id for r in recommend(pool, "ana")] == ["ida"]
    assert pool.rarity == score.Rarity.among([ANA, IDA])


def test_a_live_pool_equals_a_fresh_one_after_many_changes() -> None:
    pool = Pool(PROGRAM)
    crowd = [replace(BEN, person_id=f"m{n:03}", level=n % 9, skills_offered={"sql": 1 + n % 5}) for n in range(70)]
    for person in (ANA, *crowd, *(replace(p, capacity=0) for p in crowd[::3])):
        pool.upsert(person)
    for person in crowd[::5]:
        pool.remove(person.person_id)
    fresh = Pool(PROGRAM, pool.people.values())
    assert recommend(pool, "ana", 50) == recommend(fresh, "ana", 50)


def test_two_people_who_are_both_are_candidates_in_one_direction_only() -> None:
    first = replace(ANA, role="both", helps_with=("leadership",), skills_offered={"x": 1})
    second = replace(BEN, role="both")
    pool = pool_of(first, second)
    assert (refusal(pool, "ana", "ben"), refusal(pool, "ben", "ana")) == (None, "direction")
    assert recommend(pool, "ben") == []


def test_a_week_is_shifted_round_the_ring_and_partly_free_half_hours_do_not_count() -> None:
    late = replace(ANA, time_zone="Asia/Kathmandu", availability=(Interval.at("Mon", "05:30", "06:30"),))
    early = replace(BEN, time_zone="Etc/UTC", availability=(Interval.at("Sun", "23:30", "24:00"),))
    both = replace(BEN, time_zone="Etc/UTC", availability=(Interval.at("Mon", "00:00", "00:30"),))
    assert availability(late, early, PROGRAM) == 0
    assert availability(late, both, PROGRAM) == 1


def test_a_bad_program_is_refused_by_the_name_of_every_bad_key() -> None:
    with pytest.raises(ProgramRefused) as refused:
        Program.read({"program": "x", "as_of": "2027-01-11", "weights": {"skills": -1}, "objectiv": "stable"})
    assert [p.key for p in refused.value.problems] == ["weights.skills", "objectiv"]
