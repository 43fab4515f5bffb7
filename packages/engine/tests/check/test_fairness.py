"""Limits of unmatched mentees per group, and the excess that raw data make unavoidable."""

from engine.check.fairness import Cut, proven_by

from .conftest import World, names


def two_sites(world: World) -> World:
    world.settings |= {"fairness": {"group": "site", "tolerance": 0.0}}
    for name in ("ana", "bea", "cid", "dan"):
        world.mentee(name, site="Rome" if name in ("ana", "bea") else "Oslo")
    return world.mentor("tom", capacity="2")


def test_a_group_left_behind_is_caught(world: World) -> None:
    # r = 2/4: of two people in each site, at most ceil(2 x 0.5) = 1 may stay unmatched
    assert names(two_sites(world).verify(("ana", "tom"), ("bea", "tom"), rate=0.5)) == ["fairness"]
    assert world.verify(("ana", "tom"), ("cid", "tom"), rate=0.5) == []


def test_an_excess_that_the_raw_data_make_unavoidable_stands(world: World) -> None:
    two_sites(world)
    for row in world.rows[2:4]:
        row["languages"] = "fi"
    assert world.verify(("ana", "tom"), ("bea", "tom"), rate=0.5) == []


def test_an_excess_is_not_excused_when_a_longer_exchange_would_end_it(world: World) -> None:
    # una takes only cid: giving her cid frees nobody of Rome, but tom could then take dan as well as ana
    two_sites(world).mentor("una", capacity="1", avoid="ana;bea;dan")
    assert names(world.verify(("ana", "tom"), ("bea", "tom"), rate=0.75)) == ["fairness"]


def test_groups_may_be_combinations(world: World) -> None:
    two_sites(world).settings["fairness"] = {"group": "level+site", "tolerance": 0.0}
    assert names(world.verify(("ana", "tom"), ("bea", "tom"), rate=0.5)) == ["fairness"]


def test_without_the_record_of_the_run_limits_are_not_judged(world: World) -> None:
    assert two_sites(world).verify(("ana", "tom"), ("bea", "tom")) == []


def test_a_cut_proves_what_its_seats_cannot_hold(world: World) -> None:
    two_sites(world)
    for row in world.rows[2:4]:
        row["languages"] = "fi"
    # The two of Oslo reach nobody: one of them is beyond the limit of 1, whatever is done.
    limits = {"Rome": 1, "Oslo": 1}
    assert proven_by(Cut(frozenset({"cid", "dan"}), frozenset()), world.rules(), limits) == 1
    assert proven_by(None, world.rules(), limits) == 0


def test_a_cut_that_leaves_out_a_mentor_proves_nothing(world: World) -> None:
    assert proven_by(Cut(frozenset({"cid", "dan"}), frozenset()), two_sites(world).rules(), {"Rome": 1, "Oslo": 1}) == 0
