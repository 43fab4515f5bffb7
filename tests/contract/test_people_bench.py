"""The people bench keeps what it measured, whenever it is cut off."""

import json
from pathlib import Path

import pytest
from benchmarks.people.keeping import Kept

BARE = {"bulk": 4000.0, "single": 200.0}
IMPORTED = {"upload_s": 1.0, "preview_s": 4.0, "written_s": 50.0, "projected_s": 60.0}


def test_each_row_is_printed_once_and_kept_as_soon_as_it_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Kept(tmp_path / "results")
    kept.keep({"cores": 2, "load_before": 0.5, "server": "1", "people": 2000, "bare_before": BARE})
    assert "200 a transaction: 4000/s before" in capsys.readouterr().out
    kept.keep(IMPORTED)
    assert capsys.readouterr().out.splitlines()[-1] == (
        "2,000 people: upload to the last projection of matching: 60.0 s, 30.0 ms a person = 120.0 bare inserts"
    )
    text = (tmp_path / "results" / "people.txt").read_text()
    assert "not all measured" in text
    assert "upload to the last one written" in text
    assert json.loads((tmp_path / "results" / "people.json").read_text())["projected_s"] == 60.0
    # What the bare server did after changes a ratio, and prints no row again.
    kept.keep({"bare_after": {"bulk": 2000.0, "single": 100.0}}, whole=True)
    assert capsys.readouterr().out == ""
    text = (tmp_path / "results" / "people.txt").read_text()
    assert "not all measured" not in text
    assert "= 90.0 bare inserts" in text
