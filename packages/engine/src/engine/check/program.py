"""Read program.yaml: the weights, rules and objective that a result is judged by."""

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.check.violations import CannotCheck

KINDS = ("one_to_one", "group", "peer", "reverse", "flash")
COMPONENTS = ("skills", "goals", "seniority", "availability", "diversity")
DEFAULT_WEIGHTS = {"skills": 0.40, "goals": 0.20, "seniority": 0.15, "availability": 0.20, "diversity": 0.05}
MEETINGS = ("remote_or_same_site", "same_site", "any")
OBJECTIVES = ("best_total", "most_people", "stable")


@dataclass(frozen=True)
class Fairness:
    """The attribute whose groups are protected (`level+site` combines), and how far a group may fall behind."""

    group: tuple[str, ...]
    tolerance: float


@dataclass(frozen=True)
class Program:
    """The parts of program.yaml that decide whether a result stands."""

    kind: str
    group_min: int
    group_max: int
    as_of: datetime.date
    attributes: tuple[str, ...]
    weights: Mapping[str, float]
    ideal_gap: float
    width: float
    diversity: tuple[str, ...]
    wish_of_mentee: float
    wish_of_mentor: float
    shared_language: bool
    max_time_zone_hours: float | None
    meet: str
    reporting_line: str
    min_level_gap: float | None
    floor: float
    objective: str
    fairness: Fairness | None
    spread: float
    stickiness: float
    locked: frozenset[tuple[str, str]]
    forbidden: frozenset[tuple[str, str]]


def read_program(path: Path) -> Program:
    """The program of `path`. Raises CannotCheck where a value that matters is not what the format says."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CannotCheck(f"{path}: cannot be read as YAML: {error}") from error
    if not isinstance(document, dict):
        raise CannotCheck(f"{path}: is not a mapping of keys to values")
    try:
        return program_of(document)
    except CannotCheck as error:
        raise CannotCheck(f"{path}: {error}") from error


def program_of(document: Mapping[str, Any]) -> Program:
    kind, group_min, group_max = kind_of(document.get("kind", "one_to_one"))
    seniority = section(document, "seniority")
    wishes = section(document, "wishes")
    rules = section(document, "rules")
    return Program(
        kind=kind,
        group_min=group_min,
        group_max=group_max,
        as_of=date_of(document.get("as_of")),
        attributes=texts(document, "attributes", ()),
        weights=weights_of(document),
        ideal_gap=number(seniority, "ideal_gap", 2.0),
        width=number(seniority, "width", 1.4142),
        diversity=texts(document, "diversity", ("department",)),
        wish_of_mentee=number(wishes, "mentee", 0.25),
        wish_of_mentor=number(wishes, "mentor", 0.15),
        shared_language=flag(rules, "shared_language", True),
        max_time_zone_hours=number_or_none(rules, "max_time_zone_hours", 5.0),
        meet=choice(rules, "meet", MEETINGS, "remote_or_same_site"),
        reporting_line=choice(rules, "reporting_line", ("forbidden", "allowed"), "forbidden"),
        min_level_gap=number_or_none(rules, "min_level_gap", None),
        floor=number(document, "floor", 0.0),
        objective=choice(document, "objective", OBJECTIVES, "best_total"),
        fairness=fairness_of(document),
        spread=number(document, "spread", 0.0),
        stickiness=number(document, "stickiness", 0.0),
        locked=pairs(document, "locked"),
        forbidden=pairs(document, "forbidden"),
    )


def kind_of(value: object) -> tuple[str, int, int]:
    """`one_to_one`, or `{group: {min: 2, max: 5}}`."""
    if isinstance(value, dict) and list(value) == ["group"] and isinstance(value["group"], dict):
        least, most = value["group"].get("min"), value["group"].get("max")
        if isinstance(least, int) and isinstance(most, int) and 1 <= least <= most:
            return "group", least, most
    if value in KINDS and value != "group":
        return str(value), 0, 0
    raise CannotCheck(f"kind is {value!r}; write one of {', '.join(KINDS)} (a group as {{group: {{min: 2, max: 5}}}})")


def date_of(value: object) -> datetime.date:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError as error:
            raise CannotCheck(f"as_of is {value!r}; write a date such as 2027-01-11") from error
    raise CannotCheck(f"as_of is {value!r}; write a date such as 2027-01-11")


def weights_of(document: Mapping[str, Any]) -> dict[str, float]:
    if document.get("weights") is None:
        return dict(DEFAULT_WEIGHTS)
    given = section(document, "weights")
    unknown = [name for name in given if name not in COMPONENTS]
    if unknown:
        raise CannotCheck(
            f"weights: {unknown[0]} is not among the components that can be checked: {', '.join(COMPONENTS)}"
        )
    weights = {name: number(given, name, 0.0) for name in COMPONENTS}
    if min(weights.values()) < 0 or max(weights.values()) <= 0:
        raise CannotCheck("weights: none may be negative and at least one must be positive")
    return weights


def fairness_of(document: Mapping[str, Any]) -> Fairness | None:
    if document.get("fairness") is None:
        return None
    given = section(document, "fairness")
    group = given.get("group")
    if not isinstance(group, str) or not group:
        raise CannotCheck(f"fairness.group is {group!r}; write an attribute such as level")
    return Fairness(tuple(name.strip() for name in group.split("+")), number(given, "tolerance", 0.02))


def section(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise CannotCheck(f"{key} is {value!r}; write a mapping")
    return value


def number(document: Mapping[str, Any], key: str, default: float) -> float:
    value = document.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise CannotCheck(f"{key} is {value!r}; write a number")
    return float(value)


def number_or_none(document: Mapping[str, Any], key: str, default: float | None) -> float | None:
    if document.get(key, default) is None:
        return None
    return number(document, key, 0.0 if default is None else default)


def choice(document: Mapping[str, Any], key: str, values: tuple[str, ...], default: str) -> str:
    value = document.get(key, default)
    if value not in values:
        raise CannotCheck(f"{key} is {value!r}; write one of {', '.join(values)}")
    return str(value)


def flag(document: Mapping[str, Any], key: str, default: bool) -> bool:
    value = document.get(key, default)
    if not isinstance(value, bool):
        raise CannotCheck(f"{key} is {value!r}; write true or false")
    return value


def texts(document: Mapping[str, Any], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = document.get(key, list(default))
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise CannotCheck(f"{key} is {value!r}; write a list of names")
    return tuple(value)


def pairs(document: Mapping[str, Any], key: str) -> frozenset[tuple[str, str]]:
    value = document.get(key) or []
    if not isinstance(value, list):
        raise CannotCheck(f"{key} is {value!r}; write a list of [mentee, mentor]")
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(one, str) for one in pair):
            raise CannotCheck(f"{key} has {pair!r}; write [mentee, mentor], ids as text")
    return frozenset((mentee, mentor) for mentee, mentor in value)
