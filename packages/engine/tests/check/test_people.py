"""Reading people.csv: what leaves a row out, what only loses a value, what refuses the file."""

import pytest

from engine.check import CannotCheck

from .conftest import World, names


@pytest.mark.parametrize(
    "cells",
    [
        {"role": "boss"},
        {"level": "2.5"},
        {"time_zone": "Mars/Base"},
        {"time_zone": ""},
        {"remote": "maybe"},
        {"languages": "english language"},
        {"skills_offered": "law"},
        {"skills_offered": "law:6"},
        {"skills_offered": "law:1;LAW:2"},
        {"availability": "Mon 09:15-10:00"},
        {"availability": "Mon 10:00-10:00"},
        {"availability": "Mon 22:00-24:30"},
        {"availability": "Someday 09:00-10:00"},
        {"capacity": "-1"},
        {"capacity": "many"},
        {"wishes": "a", "wishes_as_mentor": "b"},
        {"wishes_as_mentor": "a;b;c;d;e;f;g;h;i;j;k"},
        {"opted_out": "perhaps"},
    ],
)
def test_an_error_leaves_the_whole_row_out(world: World, cells: dict[str, str]) -> None:
    people = world.mentee("ana").mentor("ben").change("ben", **cells).rules().people
    assert set(people.accepted) == {"ana"}
    assert set(people.left_out) == {"ben"}


def test_the_first_row_of_an_id_stands(world: World) -> None:
    accepted = world.mentee("ana", level="1").mentor("ana", level="2").rules().people.accepted
    assert (accepted["ana"].role, accepted["ana"].level) == ("mentee", 1)


def test_everybody_in_a_cycle_of_managers_is_left_out_and_nobody_else(world: World) -> None:
    world.mentee("ana", manager_id="ben").mentor("ben", manager_id="cleo").mentor("cleo", manager_id="ben")
    assert set(world.rules().people.left_out) == {"ben", "cleo"}


def test_a_wish_keeps_its_rank_when_others_are_ignored(world: World) -> None:
    ana = world.mentee("ana", wishes="ana;ben;ben;cleo").mentor("ben").mentor("cleo").rules().people.accepted["ana"]
    assert ana.ranks_as_mentee == {"ben": 2, "cleo": 4}


def test_a_mentor_may_wish_in_either_column(world: World) -> None:
    accepted = world.mentor("ben", wishes="ana").mentor("cleo", wishes_as_mentor="ana").rules().people.accepted
    assert accepted["ben"].ranks_as_mentor == accepted["cleo"].ranks_as_mentor == {"ana": 1}


def test_skills_are_compared_after_normal_form_and_case_folding(world: World) -> None:
    world.mentee("ana", skills_wanted="Stra\u00dfe;Cafe\u0301").mentor("ben", skills_offered="STRASSE:5;caf\u00c9:5")
    rules = world.rules()
    assert rules.scores.of(rules.people.accepted["ana"], rules.people.accepted["ben"]).components["skills"] == 1.0


def test_a_bad_capacity_of_a_mentee_is_ignored(world: World) -> None:
    assert "ana" in world.mentee("ana", capacity="lots").rules().people.accepted


@pytest.mark.parametrize(
    "header", ["person_id,role", "person_id,role,time_zone,shoe_size", "person_id,role,role,time_zone", ""]
)
def test_a_header_that_is_not_the_format_s_refuses_the_file(world: World, header: str) -> None:
    world.write_inputs()
    world.people.write_text(header + "\n", encoding="utf-8")
    world.write([])
    with pytest.raises(CannotCheck, match="column"):
        world.verdict()


def test_a_byte_order_mark_and_quoted_line_breaks_are_read(world: World) -> None:
    world.write_inputs()
    text = '\ufeffperson_id,role,time_zone,department\r\nana,mentee,UTC,"Law,\r\nand order"\r\nben,mentor,UTC,Tax\r\n'
    world.people.write_bytes(text.encode())
    world.write([])
    assert world.verdict() == []


def test_a_person_who_was_left_out_cannot_be_matched(world: World) -> None:
    world.mentee("ana").mentor("ben")
    lines = world.lines(("ana", "ben"))
    world.rows[1]["level"] = "high"
    world.write_inputs()
    world.write(lines)
    assert names(world.verdict()) == ["unknown_person"]
