"""The week's grid: what cells mean, and that nothing is lost between intervals and cells."""

import pytest

from portal.pages import week


def interval(day: str, start: str, end: str) -> dict[str, str]:
    return {"day": day, "start": start, "end": end}


MORNING = [interval("mon", "09:00", "12:30"), interval("mon", "14:00", "15:00"), interval("sun", "22:00", "24:00")]


def test_intervals_become_half_hours_and_the_same_intervals_again() -> None:
    held = week.halves(MORNING)
    assert len(held) == 7 + 2 + 4
    assert week.intervals(held) == MORNING


def test_neighbours_and_overlaps_become_one_interval() -> None:
    touching = [interval("tue", "09:00", "10:00"), interval("tue", "09:30", "11:00"), interval("tue", "11:00", "11:30")]
    assert week.intervals(week.halves(touching)) == [interval("tue", "09:00", "11:30")]


@pytest.mark.parametrize(
    ("availability", "step"),
    [([], 2), ([interval("mon", "09:00", "12:00")], 2), (MORNING, 1), ([interval("mon", "09:30", "10:30")], 1)],
)
def test_half_hours_are_shown_where_some_are_chosen(availability: list[dict[str, str]], step: int) -> None:
    assert week.step(week.halves(availability)) == step


def test_every_half_hour_has_one_row_of_the_grid() -> None:
    for step, count in ((1, 48), (2, 24)):
        working, around = week.rows(step)
        assert sorted(row.half for row in (*working, *around)) == list(range(0, 48, step))
        assert len(working) + len(around) == count
        assert (working[0].start, working[-1].end, around[-1].end) == ("08:00", "19:00", "24:00")


def test_a_cell_stands_for_its_whole_step() -> None:
    assert week.chosen(["mon-18", "mon-20"], 2) == {("mon", half) for half in (18, 19, 20, 21)}
    assert week.chosen(["mon-18"], 1) == {("mon", 18)}


@pytest.mark.parametrize(
    "cell", ["", "mon", "mon-", "day-18", "mon-48", "mon-47", "mon--1", "mon-1.5", "mon-²", "mon-999"]
)
def test_what_is_no_cell_is_left_out(cell: str) -> None:
    assert week.chosen([cell, "fri-0"], 2) == {("fri", 0), ("fri", 1)}


def test_monday_is_copied_over_what_the_other_days_held() -> None:
    held = {("mon", 18), ("tue", 30), ("sat", 40)}
    assert week.copied(held, week.TUESDAY_TO_FRIDAY) == {
        ("mon", 18), ("tue", 18), ("wed", 18), ("thu", 18), ("fri", 18), ("sat", 40),
    }  # fmt: skip
    assert week.copied(set(), week.DAYS[1:]) == set()
