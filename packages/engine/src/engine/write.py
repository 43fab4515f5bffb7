"""Writes a result: pairs.csv, unmatched.csv and run.json, the same bytes for the same run."""

import csv
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from engine.match.result import Match
from engine.program import COMPONENTS
from engine.score import MICRO

PAIRS = ("mentee", "mentor", "score", *COMPONENTS, "wish_of_mentee", "wish_of_mentor", "locked", "kept")


def pairs_csv(result: Match) -> str:
    """The chosen pairs, sorted by mentee then mentor, figures with six decimals."""
    scores, chosen = result.scores, result.chosen
    figures = np.column_stack((chosen.micro / MICRO, scores.components, scores.wish_of_mentee, scores.wish_of_mentor))
    # Adding 0 turns a negative zero into the plain one.
    texts = [[f"{value:.6f}" for value in row] for row in (np.rint(figures * MICRO) / MICRO + 0.0).tolist()]
    marks = zip(result.locked.tolist(), result.kept.tolist(), strict=True)
    rows = [
        (*ids, *text, "yes" if locked else "no", "yes" if kept else "no")
        for ids, text, (locked, kept) in zip(result.pairs(), texts, marks, strict=True)
    ]
    return as_csv(PAIRS, sorted(rows))


def as_csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """RFC 4180 with plain line feeds."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def as_json(record: Mapping[str, Any]) -> str:
    """Readable JSON with its keys in the order given."""
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_all(files: Mapping[Path, str]) -> None:
    """Write every file whole or none: first beside their places, then each moved into its own; raises OSError."""
    waiting: list[tuple[str, Path]] = []
    try:
        for path, text in files.items():
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            waiting.append((name, path))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
                out.write(text)
            os.chmod(name, 0o644)
        for name, path in waiting:
            os.replace(name, path)
    finally:
        for name, _ in waiting:
            Path(name).unlink(missing_ok=True)
