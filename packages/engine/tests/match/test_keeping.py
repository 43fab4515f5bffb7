"""What it costs to keep the pairs of before, as the report shows it."""

from dataclasses import replace

from engine import Program
from engine.match import match
from engine.record import record
from engine.report.gather import figures_of

from .companies import company


def test_the_dearer_the_pairs_of_before_the_more_of_them_stay_and_the_less_the_total() -> None:
    people = company(60, 20, seed=2)
    program = Program.read({"program": "x", "as_of": "2027-01-11", "stickiness": 0.03})
    before = match(program, people).pairs()
    moved = [replace(p, goals=(), helps_with=()) if k % 4 == 0 else p for k, p in enumerate(people)]
    result = match(program, moved, existing=before)

    variants = figures_of(result, [], record(result, [], "0" * 64, [])).keeping

    assert [variant.name for variant in variants] == ["0", "0.01", "0.02", "0.03", "0.05", "0.1"]
    assert [variant.name for variant in variants if variant.chosen] == ["0.03"]
    kept = [variant.kept or 0.0 for variant in variants]
    totals = [variant.total for variant in variants]
    assert kept == sorted(kept)
    assert kept[0] < kept[-1]
    assert totals == sorted(totals, reverse=True)
    assert totals[0] > totals[-1]
