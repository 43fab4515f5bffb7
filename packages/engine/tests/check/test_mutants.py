"""A right result with one thing spoilt: each kind of breach is caught by name, on its line."""

from collections.abc import Callable

import pytest

from engine.check.result import HEADER

from .conftest import World, names

Lines = list[dict[str, str]]


def pool(world: World) -> World:
    for name in ("ana", "bea", "cid"):
        world.mentee(name, department="Law", availability="Mon 09:00-10:00", skills_wanted="tax")
    for name in ("tom", "una"):
        world.mentor(name, department="Tax", availability="Mon 09:00-11:00", skills_offered="tax:3", capacity="2")
    return world


def test_a_right_result_has_no_violation(world: World) -> None:
    assert pool(world).verify(("ana", "tom"), ("bea", "tom"), ("cid", "una")) == []


@pytest.mark.parametrize("figure", HEADER[2:10])
def test_a_figure_that_is_off_by_a_little_is_caught_by_its_name(world: World, figure: str) -> None:
    lines = pool(world).lines(("ana", "tom"), ("bea", "una"))
    lines[1][figure] = f"{float(lines[1][figure]) + 3e-6:.6f}"
    world.write(lines)
    assert [(found.line, found.rule) for found in world.verdict()] == [(3, figure)]


def swap(lines: Lines) -> None:
    lines.reverse()


def repeat_mentee(lines: Lines) -> None:
    lines[1]["mentee"] = "ana"


def overfill(lines: Lines) -> None:
    for line in lines:
        line["mentor"] = "tom"


def stranger(lines: Lines) -> None:
    lines[2]["mentor"] = "zed"


def mentor_as_mentee(lines: Lines) -> None:
    lines[2]["mentee"] = "tom"


def say_locked(lines: Lines) -> None:
    lines[0]["locked"] = "yes"


def say_kept(lines: Lines) -> None:
    lines[0]["kept"] = "yes"


def seven_decimals(lines: Lines) -> None:
    lines[0]["score"] += "0"


def not_a_number(lines: Lines) -> None:
    lines[0]["score"] = "nan"


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (swap, "order"),
        (repeat_mentee, "one_mentor"),
        (overfill, "capacity"),
        (stranger, "unknown_person"),
        (mentor_as_mentee, "role"),
        (say_locked, "locked"),
        (say_kept, "kept"),
        (seven_decimals, "form"),
        (not_a_number, "form"),
    ],
)
def test_each_kind_of_spoilt_line_is_caught_by_name(world: World, spoil: Callable[[Lines], None], rule: str) -> None:
    lines = pool(world).lines(("ana", "tom"), ("bea", "una"), ("cid", "una"))
    spoil(lines)
    world.write(lines)
    assert rule in names(world.verdict())


def test_another_header_is_caught(world: World) -> None:
    pool(world).write_inputs()
    world.write([], header=HEADER[::-1])
    assert names(world.verdict()) == ["header"]


def test_a_short_line_is_caught(world: World) -> None:
    pool(world).write_inputs()
    world.pairs.write_text(",".join(HEADER) + "\nana,tom\n", encoding="utf-8")
    assert names(world.verdict()) == ["form"]


def test_a_locked_pair_must_be_there(world: World) -> None:
    pool(world).settings["locked"] = [["ana", "una"]]
    assert names(world.verify(("ana", "tom"))) == ["locked"]
    assert world.verify(("ana", "una")) == []


def test_a_kept_pair_must_say_so(world: World) -> None:
    pool(world).existing.write_text("mentee,mentor\nana,tom\n", encoding="utf-8")
    assert names(world.verify(("ana", "tom"))) == ["kept"]
    lines = world.lines(("ana", "tom"))
    lines[0]["kept"] = "yes"
    world.write(lines)
    assert world.verdict() == []


def test_a_group_below_its_least_size_is_caught(world: World) -> None:
    pool(world).settings["kind"] = {"group": {"min": 2, "max": 3}}
    assert names(world.verify(("ana", "tom"), ("bea", "tom"), ("cid", "una"))) == ["group"]
    assert world.verify(("ana", "tom"), ("bea", "tom")) == []


def test_a_peer_has_one_peer(world: World) -> None:
    world.settings["kind"] = "peer"
    world.both("ana").both("ben").both("cleo")
    assert names(world.verify(("ana", "ben"), ("ben", "cleo"))) == ["one_peer"]
    assert names(world.verify(("ben", "ana"))) == ["direction"]
    assert world.verify(("ana", "ben")) == []


def test_people_of_one_role_have_no_place_among_peers(world: World) -> None:
    world.settings["kind"] = "peer"
    assert "role" in names(world.mentee("ana").mentor("ben").verify(("ana", "ben")))


def test_unmatched_people_must_be_named_with_the_true_counts(world: World) -> None:
    pool(world).mentee("dan", languages="fi", remote="no")
    head = "person,side,candidates,reason,words,lost_to,by,removed_shared_language,removed_meet\n"
    pairs = [("ana", "tom"), ("bea", "tom"), ("cid", "una")]
    world.unmatched.write_text(head + "dan,mentee,0,no_candidate,none,,,2,0\n", encoding="utf-8")
    assert world.verify(*pairs) == []
    world.unmatched.write_text(head + "dan,mentee,1,no_candidate,none,,,0,2\n", encoding="utf-8")
    assert names(world.verdict()) == ["candidates", "removed_meet", "removed_shared_language"]
    world.unmatched.write_text(head, encoding="utf-8")
    assert names(world.verdict()) == ["unmatched"]
    world.unmatched.write_text(head + "ana,mentee,0,,,,,0,0\ndan,mentee,0,,,,,2,0\n", encoding="utf-8")
    assert "unmatched" in names(world.verdict())


def test_a_peer_who_takes_nobody_has_no_peer(world: World) -> None:
    world.settings["kind"] = "peer"
    assert names(world.both("ana").both("ben", capacity="0").verify(("ana", "ben"))) == ["capacity"]
