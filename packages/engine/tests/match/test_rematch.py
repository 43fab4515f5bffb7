"""A small change moves only those whom it concerns, and seats them as well as the free seats allow."""

import random
from dataclasses import replace

import pytest

from engine import Person, Pool, Program, recommend, refusal, rematch, score
from engine.match import match

from .companies import company

PROGRAM = Program.read({"program": "leaders", "as_of": "2027-01-11", "stickiness": 0.02})


def settled(seed: int) -> tuple[list[Person], Pool, dict[str, str]]:
    people = company(60, 25, seed, both=0.1)
    return people, Pool(PROGRAM, people), dict(match(PROGRAM, people).pairs())


def loads_fit(pool: Pool, pairs: dict[str, str]) -> bool:
    loads = [list(pairs.values()).count(mentor) for mentor in pool.rows]
    return all(load <= pool.columns.capacity[row] for load, row in zip(loads, pool.rows.values(), strict=True))


@pytest.mark.parametrize("seed", range(12))
def test_every_pair_after_a_change_keeps_the_rules_and_untouched_pairs_stay(seed: int) -> None:
    people, pool, pairs = settled(seed)
    dice = random.Random(seed)
    touched = dice.sample(people, 6)
    for person in touched[:2]:
        pool.remove(person.person_id)
    for person in touched[2:4]:
        pool.upsert(replace(person, capacity=0, avoid=frozenset(pairs)))
    for person in touched[4:]:
        pool.upsert(replace(person, availability=(), opted_out=dice.random() < 0.5))
    ids = {person.person_id for person in touched}
    after = rematch(pool, pairs, ids)
    for mentee, mentor in after.pairs.items():
        assert refusal(pool, mentee, mentor) is None
    assert loads_fit(pool, dict(after.pairs))
    untouched = {pair for pair in pairs.items() if not ids & set(pair)}
    assert untouched <= set(after.pairs.items())
    assert set(after.ended) == set(pairs.items()) - set(after.pairs.items())
    assert set(after.new) == set(after.pairs.items()) - set(pairs.items())


def best_total(pool: Pool, mentees: list[str], seats: dict[str, int], before: dict[str, str]) -> int:
    """The greatest sum in millionths, by trying everything."""
    if not mentees:
        return 0
    first, rest = mentees[0], mentees[1:]
    totals = [best_total(pool, rest, seats, before)]
    for mentor in [m for m, free in seats.items() if free and refusal(pool, first, m) is None]:
        gain = score.pair(pool.people[first], pool.people[mentor], PROGRAM, pool.rarity).total
        gain += PROGRAM.stickiness if before.get(first) == mentor else 0.0
        left = seats | {mentor: seats[mentor] - 1}
        totals.append(round(gain * 1_000_000) + best_total(pool, rest, left, before))
    return max(totals)


@pytest.mark.parametrize("seed", range(6))
def test_those_who_are_open_get_the_greatest_total_over_the_free_seats(seed: int) -> None:
    _, pool, pairs = settled(seed)
    changed = sorted(pairs)[:4]
    after = rematch(pool, pairs, changed)
    standing = [mentor for mentee, mentor in pairs.items() if mentee not in changed]
    seats = {m: int(pool.columns.capacity[row]) - standing.count(m) for m, row in pool.rows.items()}
    found = 0
    for mentee in set(changed) & after.pairs.keys():
        mentor = after.pairs[mentee]
        found += round(score.pair(pool.people[mentee], pool.people[mentor], PROGRAM, pool.rarity).total * 1_000_000)
        found += 20_000 * (pairs[mentee] == mentor)
    assert found == best_total(pool, changed, {m: free for m, free in seats.items() if free}, pairs)


def test_a_change_of_nothing_changes_nothing() -> None:
    _, pool, pairs = settled(1)
    assert rematch(pool, pairs, []).pairs == pairs


def test_a_newcomer_gets_the_best_free_mentor() -> None:
    people, pool, pairs = settled(2)
    for person in people:
        if person.mentors:
            pool.upsert(replace(person, capacity=(person.capacity or 1) + 1))
    newcomer = replace(next(p for p in people if p.role == "mentee"), person_id="zz")
    pool.upsert(newcomer)
    after = rematch(pool, pairs, ["zz"])
    assert after.pairs["zz"] == recommend(pool, "zz", 1)[0].mentor_id


def test_a_mentor_who_lowers_the_capacity_keeps_the_best() -> None:
    people, pool, pairs = settled(3)
    mentor = max(sorted(set(pairs.values())), key=lambda m: list(pairs.values()).count(m))
    mine = [mentee for mentee, other in pairs.items() if other == mentor]
    assert len(mine) > 1
    by_id = {p.person_id: p for p in people}
    pool.upsert(replace(by_id[mentor], capacity=1))
    best = max(mine, key=lambda m: score.pair(by_id[m], by_id[mentor], PROGRAM, pool.rarity).exact)
    assert [m for m, other in rematch(pool, pairs, [mentor]).pairs.items() if other == mentor] == [best]


def test_two_peers_are_one_pair() -> None:
    peers = [Person(person_id, "both", "Europe/Berlin", remote=True, languages=("en",)) for person_id in "ab"]
    pool = Pool(replace(PROGRAM, kind="peer"), peers)
    assert rematch(pool, {}, {"a", "b"}).pairs == {"a": "b"}
