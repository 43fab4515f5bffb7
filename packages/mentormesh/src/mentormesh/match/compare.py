"""What a second run changes against a first, from their records."""

import json
from pathlib import Path
from typing import Any

from engine.program import COMPONENTS
from engine.read import InputRefused

GROUP = "coverage, "
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
    still = [name for name, (a, b) in compared.items() if name.startswith(GROUP) and a == b]
    rows += [
        (name, _shown(name, a), _shown(name, b), _change(name, a, b))
        for name, (a, b) in compared.items()
        if name not in still
    ]
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(row[k].rjust(widths[k]) for k in (1, 2, 3))]).rstrip() for row in rows
    ]
    if still:
        lines.append(f"{len(still)} {'group is' if len(still) == 1 else 'groups are'} covered as before.")
    lines += ["", f"another mentor: {moved['other_mentor']}; newly matched: {moved['gained']}; "
              f"no longer matched: {moved['lost']}; unchanged: {moved['same']}"]  # fmt: skip
    if before["program"].get("weights") != after["program"].get("weights"):
        lines.append("Each score is by its own weights; component means compare as they are.")
    asked = [key for key in (before["program"] | after["program"]) if _differs(key, before, after)]
    if asked:
        lines.append(f"The programs differ in: {', '.join(asked)}.")
    elif before["input_hash"] != after["input_hash"]:
        lines.append("The inputs differ: people or earlier pairs are not the same in both runs.")
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
        figures[f"{GROUP}{attribute} {group or 'unknown'}"] = tuple(some[attribute, group] for some in rates)
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


def _differs(key: str, before: Record, after: Record) -> bool:
    return bool(before["program"].get(key) != after["program"].get(key))


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "-"
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    return f"{value:.1%}" if name.startswith("coverage") else f"{value:,.{_places(name)}f}"


def _change(name: str, before: Any, after: Any) -> str:
    """Of a share in points of a hundred, as the shares are shown."""
    if not all(isinstance(value, int | float) for value in (before, after)):
        return ""
    by = after - before
    if all(isinstance(value, int) for value in (before, after)):
        return f"{by:+,}"
    return f"{100 * by:+.1f}" if name.startswith("coverage") else f"{by:+,.{_places(name)}f}"


def _places(name: str) -> int:
    return 3 if name.startswith("mean ") and name.endswith("(0-1)") else 1
