"""Reads the pairs of an earlier result; only the columns mentee and mentor matter."""

import csv
from io import StringIO
from pathlib import Path

from engine.read.refusals import InputRefused


def read_pairs(path: Path) -> frozenset[tuple[str, str]]:
    """(mentee, mentor) ids of `path`; raises InputRefused, OSError where it cannot be opened."""
    try:
        reader = csv.DictReader(StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), strict=True)
        if not {"mentee", "mentor"} <= set(reader.fieldnames or ()):
            raise InputRefused([f"{path.name}:1: row: mentee or mentor is missing; write a header with both"])
        return frozenset(((row["mentee"] or "").strip(), (row["mentor"] or "").strip()) for row in reader)
    except UnicodeDecodeError as error:
        raise InputRefused([f"{path.name}: is not UTF-8; save the file as UTF-8"]) from error
    except csv.Error as error:
        raise InputRefused([f"{path.name}: {error}; close every quote"]) from error
