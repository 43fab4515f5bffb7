"""What a second run changes against a first, from their records."""

import json
from pathlib import Path
from typing import Any

from engine.program import COMPONENTS
from engine.read import InputRefused

Record = dict[str, Any]


def compare(first: Path, second: Path, as_json: bool = False) -> str:
    """The comparison as a table, or as JSON; raises InputRefused where a file is no run record."""
    before, after = _read(first), _read(second)
    try:
        moved, compared = _moved(before, after), _figures(before, after)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputRefused([f"{first.name}, {second.name}: not both are whole records of this version"]) from error
    if as_json:
        figures = {name: list(pair) for name, pair in compared.items()}
        return json.dumps({"figures": figures, "moved": moved}, indent=2, ensure_ascii=False)
    rows = [("", first.name, second.name, "change")]
    rows += [(name, _shown(a), _shown(b), _change(a, b)) for name, (a, b) in compared.items()]
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += ["", f"people with another mentor: {moved['other_mentor']}; newly matched: {moved['gained']}; "
              f"no longer matched: {moved['lost']}; unchanged: {moved['same']}"]  # fmt: skip
    if before["program"].get("weights") != after["program"].get("weights"):
        lines.append("Each run's score is by its own weights; the means of the five components compare as they are.")
    if before["input_hash"] != after["input_hash"]:
        lines.append("The inputs differ: people or program are not the same in both runs.")
    return "\n".join(lines)


def _read(path: Path) -> Record:
    try:
        record = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputRefused([f"{path.name}: is no JSON ({error}); name a file written with --json"]) from error
    needed = {
        "counts", "rate", "percent", "components", "total", "coverage", "pairs", "input_hash", "objective", "program",
    }  # fmt: skip
    if not isinstance(record, dict) or needed - record.keys() or not isinstance(record["program"], dict):
        raise InputRefused([f"{path.name}: is no record of a run; name a file written with --json"])
    return record


def _figures(before: Record, after: Record) -> dict[str, tuple[Any, ...]]:
    names = {"objective": "objective", "coverage": "rate", "mean score (0-100)": "percent", "total": "total"}
    figures: dict[str, tuple[Any, ...]] = {shown: (before[key], after[key]) for shown, key in names.items()}
    figures["pairs"] = (before["counts"]["pairs"], after["counts"]["pairs"])
    for name in COMPONENTS:
        figures[f"mean {name} (0-1)"] = (before["components"][name], after["components"][name])
    rates = [_rates(record) for record in (before, after)]
    for attribute, group in sorted(rates[0].keys() & rates[1].keys(), key=_in_order):
        figures[f"coverage, {attribute} {group or 'unknown'}"] = tuple(some[attribute, group] for some in rates)
    return figures


def _rates(record: Record) -> dict[tuple[str, str], float | None]:
    return {(one["attribute"], g["group"]): g["rate"] for one in record["coverage"] for g in one["groups"]}


def _in_order(key: tuple[str, str]) -> tuple[str, int, str]:
    """Levels as numbers, so that 10 comes after 9."""
    attribute, group = key
    return attribute, int(group) if group.isdecimal() else -1, group


def _moved(before: Record, after: Record) -> dict[str, int]:
    first, second = dict(before["pairs"]), dict(after["pairs"])
    both = first.keys() & second.keys()
    return {
        "same": sum(first[person] == second[person] for person in both),
        "other_mentor": sum(first[person] != second[person] for person in both),
        "gained": len(second.keys() - first.keys()),
        "lost": len(first.keys() - second.keys()),
    }


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,.4f}" if isinstance(value, float) else str(value)


def _change(before: Any, after: Any) -> str:
    numbers = all(isinstance(value, int | float) for value in (before, after))
    return f"{after - before:+.4f}".rstrip("0").rstrip(".") if numbers else ""
