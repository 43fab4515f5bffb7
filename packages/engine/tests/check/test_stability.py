"""Stable results: a pair that would both gain blocks, and a result by deferred acceptance has none."""

from .conftest import World, names


def two_by_two(world: World) -> World:
    world.settings |= {"objective": "stable", "weights": {"goals": 1.0}}
    world.mentee("ana", goals="law", wishes="tom").mentee("bea", goals="law")
    return world.mentor("tom", helps_with="law").mentor("una", helps_with="tax")


def test_a_pair_that_both_sides_prefer_blocks(world: World) -> None:
    two_by_two(world).rows[2]["wishes_as_mentor"] = "ana"
    violations = world.verify(("ana", "una"), ("bea", "tom"))
    assert [(found.mentee, found.mentor, found.rule) for found in violations] == [("ana", "tom", "blocking_pair")]
    assert world.verify(("ana", "tom"), ("bea", "una")) == []


def test_a_tie_does_not_block(world: World) -> None:
    # tom scores both alike by his own ranking: ana's wish moves only ana
    assert two_by_two(world).verify(("ana", "una"), ("bea", "tom")) == []


def test_a_free_seat_and_a_waiting_mentee_block(world: World) -> None:
    assert names(two_by_two(world).verify()) == ["blocking_pair", "blocking_pair"]


def test_locked_pairs_neither_block_nor_are_blocked(world: World) -> None:
    two_by_two(world).rows[2]["wishes_as_mentor"] = "ana"
    world.settings["locked"] = [["bea", "tom"]]
    assert world.verify(("ana", "una"), ("bea", "tom")) == []


def test_a_pair_that_a_rule_forbids_cannot_block(world: World) -> None:
    two_by_two(world).rows[2] |= {"wishes_as_mentor": "ana", "avoid": "ana"}
    assert world.verify(("ana", "una"), ("bea", "tom")) == []
