"""Turns the keys of program.yaml into a Program, or refuses every bad one by its name."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from engine.person import FACTS
from engine.program.shape import (
    COMPONENTS,
    DEFAULT_WEIGHTS,
    Fairness,
    Group,
    Kind,
    Program,
    Rules,
    Seniority,
    Weights,
    Wishes,
)

T = TypeVar("T")
D = TypeVar("D")

# What else one file says about a program; the match reads past it.
ELSEWHERE = ("program_id", "name", "description", "starts_on", "ends_on", "dates", "managers", "journey")
COLUMNS = frozenset(
    [
        "person_id",
        "role",
        "department",
        "site",
        "level",
        "manager_id",
        "time_zone",
        "remote",
        "languages",
        "skills_offered",
        "skills_wanted",
        "goals",
        "helps_with",
        "availability",
        "capacity",
        "wishes",
        "wishes_as_mentor",
        "avoid",
        "opted_out",
    ]
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad key of a program, why, and what to write instead."""

    key: str
    reason: str
    write: str

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}; {self.write}"


class ProgramRefused(ValueError):
    """The program cannot be run; `problems` names each bad key."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class _Keys:
    """Takes values out of one mapping by name and remembers what was wrong with them."""

    def __init__(self, mapping: Any, path: str, problems: list[Problem], required: bool = True) -> None:
        self.path, self.problems = path, problems
        self.left: dict[str, Any] = {}
        if isinstance(mapping, Mapping):
            self.left = {str(key): value for key, value in mapping.items()}
        elif required:
            self.refuse("", f"{_shown(mapping)} is not a set of keys", "write `key: value` lines under it")

    def refuse(self, key: str, reason: str, write: str) -> None:
        self.problems.append(Problem(".".join(filter(None, (self.path, key))) or "program", reason, write))

    def take(self, key: str, default: D, check: Callable[[Any], T], write: str) -> T | D:
        if key not in self.left:
            return default
        value = self.left.pop(key)
        try:
            return check(value)
        except (ValueError, TypeError, OverflowError):
            self.refuse(key, f"{_shown(value)} is not allowed", write)
            return default

    def under(self, key: str) -> "_Keys | None":
        if key not in self.left:
            return None
        return _Keys(self.left.pop(key), f"{self.path}.{key}".lstrip("."), self.problems)

    def finish(self, known: Iterable[str]) -> None:
        for key in self.left:
            self.refuse(key, "unknown key", f"remove it or write one of {', '.join(known)}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _number(low: float | None = None, positive: bool = False) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(value)
        if (low is not None and value < low) or (positive and value <= 0) or abs(value) > 1e6:
            raise ValueError(value)
        return float(value)

    return check


def _whole(low: int | None = None) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or (low is not None and value < low):
            raise ValueError(value)
        if abs(value) > 2**53:
            raise ValueError(value)
        return value

    return check


def _or_none(check: Callable[[Any], T]) -> Callable[[Any], T | None]:
    return lambda value: None if value is None else check(value)


def _choice(*words: Any) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value not in words:
            raise ValueError(value)
        return value

    return check


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(value)
    return value.strip()


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(value)
    names = tuple(map(_text, value))
    if len(set(names)) != len(names):
        raise ValueError(value)
    return names


def _day(value: Any) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value.strip())
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(value)
    return value


def _pairs(value: Any) -> frozenset[tuple[str, str]]:
    if not isinstance(value, list | tuple):
        raise ValueError(value)
    pairs = []
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ValueError(pair)
        pairs.append((_text(pair[0]), _text(pair[1])))
    if len(set(pairs)) != len(pairs):
        raise ValueError(value)
    return frozenset(pairs)


def read_program(mapping: Mapping[str, Any]) -> Program:
    """A checked Program from the keys of `program.yaml`; raises ProgramRefused naming every bad key."""
    problems: list[Problem] = []
    keys = _Keys(mapping, "", problems)
    for key in ELSEWHERE:
        keys.left.pop(key, None)
    for key, write in (("program", "write the program's name as text"), ("as_of", "write a date such as 2027-01-11")):
        if key not in keys.left:
            keys.refuse(key, "missing", write)
    name = keys.take("program", "", _text, "write the program's name as text")
    as_of = keys.take("as_of", date.min, _day, "write a date such as 2027-01-11")
    kind, group = _kind(keys)
    attributes = keys.take("attributes", (), _texts, "write a list of column names, each once, in quotes")
    for column in attributes:
        if column in COLUMNS:
            keys.refuse("attributes", f"{column} is a column already", "list further columns only")
    facts = (*FACTS, *attributes)
    program = Program(
        name=name,
        as_of=as_of,
        kind=kind,
        group=group,
        attributes=attributes,
        weights=_weights(keys),
        seniority=_seniority(keys),
        diversity=_diversity(keys, facts),
        wishes=_wishes(keys),
        rules=_rules(keys),
        floor=keys.take("floor", 0.0, _number(), "write a number"),
        objective=keys.take(
            "objective",
            "best_total",
            _choice("best_total", "most_people", "stable"),
            "write best_total, most_people or stable",
        ),
        fairness=_fairness(keys, facts),
        spread=keys.take("spread", 0.0, _number(0), "write a number of 0 or more"),
        stickiness=keys.take("stickiness", 0.0, _number(0), "write a number of 0 or more"),
        locked=keys.take("locked", frozenset(), _pairs, "write [mentee, mentor] pairs, each once, ids in quotes"),
        forbidden=keys.take("forbidden", frozenset(), _pairs, "write [mentee, mentor] pairs, each once, ids in quotes"),
        seed=keys.take("seed", 1, _whole(0), "write a whole number of 0 or more"),
        source=dict(mapping) if isinstance(mapping, Mapping) else {},
    )
    keys.finish(
        (
            "program",
            "kind",
            "as_of",
            "attributes",
            "weights",
            "seniority",
            "diversity",
            "wishes",
            "rules",
            "floor",
            "objective",
            "fairness",
            "spread",
            "stickiness",
            "locked",
            "forbidden",
            "seed",
        )
    )
    _refuse_contradictions(program, keys)
    if problems:
        raise ProgramRefused(problems)
    return program


def _kind(keys: _Keys) -> tuple[Kind, Group | None]:
    write = "write one_to_one, peer, reverse, flash or {group: {min: 3, max: 6}}"
    value = keys.left.get("kind")
    if not isinstance(value, Mapping):
        return keys.take("kind", "one_to_one", _choice("one_to_one", "peer", "reverse", "flash"), write), None
    outer = keys.under("kind")
    inner = outer.under("group") if outer else None
    if outer is None or inner is None:
        keys.refuse("kind", f"{_shown(value)} is not allowed", write)
        return "one_to_one", None
    for key in sorted({"min", "max"} - inner.left.keys()):
        inner.refuse(key, "missing", "write a whole number of 1 or more")
    group = Group(
        inner.take("min", 1, _whole(1), "write a whole number of 1 or more"),
        inner.take("max", 1, _whole(1), "write a whole number of 1 or more"),
    )
    if group.min > group.max:
        inner.refuse("min", f"{group.min} is more than max {group.max}", "write a min of at most max")
    inner.finish(("min", "max"))
    outer.finish(("group",))
    return "group", group


def _weights(keys: _Keys) -> Weights:
    inner = keys.under("weights")
    if inner is None:
        return DEFAULT_WEIGHTS
    values = {c: inner.take(c, 0.0, _number(0), "write a number of 0 or more") for c in COMPONENTS}
    inner.finish(COMPONENTS)
    weights = Weights(**values)
    if weights.total <= 0:
        keys.refuse("weights", "none is positive", "give at least one component a weight above 0")
    return weights


def _seniority(keys: _Keys) -> Seniority:
    inner = keys.under("seniority")
    if inner is None:
        return Seniority()
    seniority = Seniority(
        inner.take("ideal_gap", 2.0, _number(), "write a number of levels"),
        inner.take("width", 1.4142, _number(positive=True), "write a number above 0"),
    )
    inner.finish(("ideal_gap", "width"))
    return seniority


def _wishes(keys: _Keys) -> Wishes:
    inner = keys.under("wishes")
    if inner is None:
        return Wishes()
    wishes = Wishes(
        inner.take("mentee", 0.25, _number(0), "write a number of 0 or more"),
        inner.take("mentor", 0.15, _number(0), "write a number of 0 or more"),
    )
    inner.finish(("mentee", "mentor"))
    return wishes


def _rules(keys: _Keys) -> Rules:
    inner = keys.under("rules")
    if inner is None:
        return Rules()
    rules = Rules(
        shared_language=inner.take("shared_language", True, _truth, "write true or false"),
        max_time_zone_hours=inner.take(
            "max_time_zone_hours", 5.0, _or_none(_number(0)), "write a number of hours, or null for any"
        ),
        meet=inner.take(
            "meet",
            "remote_or_same_site",
            _choice("remote_or_same_site", "same_site", "any"),
            "write remote_or_same_site, same_site or any",
        ),
        reporting_line_allowed=inner.take(
            "reporting_line", "forbidden", _choice("forbidden", "allowed"), "write forbidden or allowed"
        )
        == "allowed",
        min_level_gap=inner.take("min_level_gap", None, _or_none(_whole()), "write a whole number, or null"),
    )
    inner.finish(("shared_language", "max_time_zone_hours", "meet", "reporting_line", "min_level_gap"))
    return rules


def _diversity(keys: _Keys, facts: tuple[str, ...]) -> tuple[str, ...]:
    names = keys.take("diversity", ("department",), _texts, "write a list of attributes, each once")
    for name in names:
        if name not in facts:
            keys.refuse("diversity", f"{name} is no attribute", f"write some of {', '.join(facts)}")
    return names


def _combination(keys: _Keys, key: str, text: str, facts: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split("+"))
    for name in names:
        if name not in facts:
            keys.refuse(key, f"{name or 'an empty name'} is no attribute", f"write some of {', '.join(facts)}")
    return names


def _fairness(keys: _Keys, facts: tuple[str, ...]) -> Fairness | None:
    if keys.left.get("fairness", ...) is None:
        keys.left.pop("fairness")
    inner = keys.under("fairness")
    if inner is None:
        return None
    group = inner.take("group", "", _text, "write an attribute such as level, or level+site")
    if not group:
        inner.refuse("group", "missing", "write an attribute such as level, or level+site")
    report = inner.take("report", (), _texts, "write a list of attributes, each once")
    fairness = Fairness(
        group=_combination(inner, "group", group, facts) if group else (),
        tolerance=inner.take("tolerance", 0.02, _number(0), "write a number of 0 or more"),
        report=tuple(_combination(inner, "report", text, facts) for text in report),
    )
    inner.finish(("group", "tolerance", "report"))
    return fairness


def _refuse_contradictions(program: Program, keys: _Keys) -> None:
    for pair in sorted(program.locked & program.forbidden):
        keys.refuse("locked", f"{list(pair)} is forbidden too", "take it out of one of the two lists")
    if program.kind == "peer" and program.fairness:
        keys.refuse("fairness", "cannot be had with kind peer", "remove it or write kind: one_to_one")
    if program.objective == "stable":
        for key, used in (
            ("fairness", program.fairness is not None),
            ("spread", program.spread > 0),
            ("stickiness", program.stickiness > 0),
            ("kind", program.kind in ("group", "peer")),
        ):
            if used:
                keys.refuse(key, "cannot be had with objective stable", "remove it or write objective: best_total")
