"""A run tells how far it is, and its result can be handed over as JSON."""

import csv
import json
from io import StringIO

import pytest

from engine import Program
from engine.match import STAGES, match
from engine.outcome import outcome
from engine.write import pairs_csv

from .companies import company

PROGRAM = Program.read({"program": "p", "as_of": "2027-01-11"})


@pytest.mark.parametrize("settings", [{}, {"objective": "stable"}, {"kind": "peer"}, {"fairness": {"group": "level"}}])
def test_every_stage_begins_ends_and_never_goes_back(settings: dict[str, object]) -> None:
    told: list[tuple[str, float]] = []
    program = Program.read({"program": "p", "as_of": "2027-01-11"} | settings)

    match(program, company(30, 20, both=0.5), progress=lambda stage, share: told.append((stage, share)))

    assert list(dict.fromkeys(stage for stage, _ in told)) == list(STAGES)
    for stage in STAGES:
        shares = [share for name, share in told if name == stage]
        assert (shares[0], shares[-1]) == (0.0, 1.0)
        assert shares == sorted(shares)


def test_what_the_listener_raises_ends_the_run() -> None:
    def stop(stage: str, share: float) -> None:
        if stage == "solve":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        match(PROGRAM, company(10, 10), progress=stop)


def test_a_result_survives_json_with_every_figure_of_the_written_files() -> None:
    result = match(PROGRAM, company(60, 20, seed=3))

    read = json.loads(json.dumps(outcome(result, hashed="0" * 64), allow_nan=False))

    written = list(csv.DictReader(StringIO(pairs_csv(result))))
    assert [(p["mentee"], p["mentor"]) for p in read["proposals"]] == [(r["mentee"], r["mentor"]) for r in written]
    for proposal, row in zip(read["proposals"], written, strict=True):
        assert f"{proposal['score']:.6f}" == row["score"]
        assert f"{proposal['components']['skills']:.6f}" == row["skills"]
        parts = sum(reason["part"] for reason in proposal["reasons"])
        assert parts == pytest.approx(proposal["score"], abs=1e-5)
    assert len(read["unmatched"]) == read["figures"]["counts"]["unmatched"] > 0
    assert all(sum(person["removed"].values()) > 0 for person in read["unmatched"] if not person["candidates"])
