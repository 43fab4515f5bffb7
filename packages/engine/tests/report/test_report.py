"""The report: what it shows, what it withholds, and that it stands alone."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from engine.report import Figures, Group, Groups, Reason, Variant, Waiting, render
from engine.report.charts import LETTER, NARROW
from engine.report.figures import FOLDED, means_withheld, shown

FIGURES = Figures(
    program="leaders-2027",
    as_of="2027-01-11",
    objective="best_total",
    mentees=20,
    matched=14,
    mentors=8,
    mentors_used=7,
    seats=15,
    percents=[12.0, 55.0, 99.9, 100.0],
    wishes_met=3,
    groups=[Groups("site", (Group("Rome", 12, 9, 450.0), Group("Oslo", 6, 4, 200.0), Group("Lima", 2, 1, 40.0)))],
    reasons=[Reason("Lost to others", "Others scored higher.", 4), Reason("No candidate", "Rules left nobody.", 2)],
    waiting=[Waiting("ana", "mentee", "Others scored higher.", 7, "meet")],
    fairness=[Variant("none", 14, 50, 7.0, 0.5), Variant("2 %", 14, 49, 6.9, 0.7, chosen=True)],
    stability=[Variant("Best total", 14, 50, 7.0, chosen=True), Variant("Stable", 13, 49, 6.5)],
    record=[("Seed", "1")],
)


class Page(HTMLParser):
    """Collects tags that must close, and every attribute that could load something."""

    VOID = {"meta", "link", "img"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open = list[str]()
        self.addresses = list[tuple[str, str | None]]()
        self.tags = set[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [
            (name, value) for name, value in attrs if name in ("src", "href", "srcset", "action", "data")
        ]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [(name, value) for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_asks_for_nothing_outside() -> None:
    text = render(FIGURES)
    page = Page(text)
    assert page.open == []
    assert page.addresses == []
    assert not page.tags & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"url\(|@import|https?://", text)
    assert "default-src 'none'" in text


def test_every_picture_has_its_table() -> None:
    text = render(FIGURES)
    assert text.count('class="picture"') == 5
    # Each is drawn once more for a telephone, where it would be cut, and so nothing scrolls sideways there.
    assert text.count('<svg class="narrow"') == text.count('<svg class="wide"') == 5
    assert "min-width:600px" not in text
    assert text.count("<table") >= 5


@pytest.mark.parametrize("steps", [2, 5, 12])
def test_a_curve_keeps_its_words_on_a_telephone_s_screen(steps: int) -> None:
    fairness = [Variant(f"{number} %", 14, 49, 6.9, number / steps, chosen=number == 1) for number in range(steps)]
    text = render(replace(FIGURES, fairness=fairness))
    pictures = re.findall(r'<svg class="narrow".*?</svg>', text)
    (drawn,) = (one for one in pictures if 'aria-label="What fairness costs"' in one)
    told = re.findall(r'<text x="([0-9.]+)" y="[0-9.]+" class="note"( text-anchor="middle")?>([^<]*)<', drawn)
    assert len(told) > 5
    for x, middle, words in told:
        left = float(x) - (len(words) * LETTER / 2 if middle else 0)
        assert left >= -0.1
        assert left + len(words) * LETTER <= NARROW + 0.1
    assert {"0 %", "1 %", f"{steps - 1} %"} <= {words for _, _, words in told}


def test_what_people_wrote_cannot_become_markup() -> None:
    nasty = "<script>alert('x')</script>"
    text = render(
        replace(
            FIGURES,
            program=nasty,
            groups=[Groups(nasty, (Group(nasty, 20, 14, 700.0),))],
            waiting=[Waiting(nasty, nasty, nasty, 0, nasty)],
            reasons=[Reason(nasty, nasty, 1)],
            record=[(nasty, nasty)],
        )
    )
    assert "<script" not in text
    assert Page(text).open == []


def test_a_small_group_is_folded_with_enough_others_to_hide_it() -> None:
    names = [group.name for group in shown(FIGURES.groups[0].groups)]
    # Lima alone would follow from the total by subtraction, so Oslo, the smallest beside it, is folded in too.
    assert names == ["Rome", FOLDED]
    assert shown(FIGURES.groups[0].groups)[1].people == 8


@pytest.mark.parametrize("sizes", [(3,), (4, 2), (9, 1), (30, 5, 4), (1, 1, 1), (50, 40, 30)])
def test_no_row_speaks_of_fewer_than_five_people_and_a_folded_one_never_of_one_group(sizes: tuple[int, ...]) -> None:
    groups = [Group(f"g{number}", size, size // 2) for number, size in enumerate(sizes)]
    rows = shown(groups)
    assert all(row.people >= 5 for row in rows)
    for row in rows:
        if row.name == FOLDED:
            assert row.people not in sizes
    hidden = sum(sizes) - sum(row.people for row in rows)
    assert hidden == 0 or not rows


def test_a_mean_over_few_pairs_is_withheld_and_does_not_follow_by_subtraction() -> None:
    groups = [Group("Rome", 12, 9, 450.0), Group("Oslo", 9, 6, 300.0), Group("Lima", 8, 3, 120.0)]
    assert means_withheld(groups) == {"Lima", "Oslo"}
    assert means_withheld(groups[:2]) == set()
    assert render(replace(FIGURES, groups=[Groups("site", tuple(groups))])).count("withheld") == 2


def test_levels_stand_in_their_order() -> None:
    rows = shown([Group("10", 9, 1), Group("2", 90, 1), Group("1", 30, 1)])
    assert [row.name for row in rows] == ["1", "2", "10"]


def test_nobody_matched_and_nobody_there_are_pages_too() -> None:
    empty = replace(
        FIGURES, mentees=0, matched=0, percents=[], groups=[], reasons=[], waiting=[], fairness=[], stability=[]
    )
    assert "Everybody who takes part has one" in render(empty)
    assert Page(render(empty)).open == []
