"""Turns the keys of program.yaml into a Program, or refuses every bad one by its name."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.person import FACTS
from engine.program.keys import (
    Keys,
    Problem,
    ProgramRefused,
    choice,
    day,
    number,
    or_none,
    pairs,
    shown,
    text,
    texts,
    truth,
    whole,
)
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


def read_program(mapping: Mapping[str, Any]) -> Program:
    """A checked Program from the keys of `program.yaml`; raises ProgramRefused naming every bad key."""
    problems: list[Problem] = []
    keys = Keys(mapping, "", problems)
    for key in ELSEWHERE:
        keys.left.pop(key, None)
    for key, write in (("program", "write the program's name as text"), ("as_of", "write a date such as 2027-01-11")):
        if key not in keys.left:
            keys.refuse(key, "missing", write)
    name = keys.take("program", "", text, "write the program's name as text")
    as_of = keys.take("as_of", date.min, day, "write a date such as 2027-01-11")
    kind, group = _kind(keys)
    attributes = keys.take("attributes", (), texts, "write a list of column names, each once, in quotes")
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
        floor=keys.take("floor", 0.0, number(), "write a number"),
        objective=keys.take(
            "objective",
            "best_total",
            choice("best_total", "most_people", "stable"),
            "write best_total, most_people or stable",
        ),
        fairness=_fairness(keys, facts),
        spread=keys.take("spread", 0.0, number(0), "write a number of 0 or more"),
        stickiness=keys.take("stickiness", 0.0, number(0), "write a number of 0 or more"),
        locked=keys.take("locked", frozenset(), pairs, "write [mentee, mentor] pairs, each once, ids in quotes"),
        forbidden=keys.take("forbidden", frozenset(), pairs, "write [mentee, mentor] pairs, each once, ids in quotes"),
        seed=keys.take("seed", 1, whole(0), "write a whole number of 0 or more"),
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


def _kind(keys: Keys) -> tuple[Kind, Group | None]:
    write = "write one_to_one, peer, reverse, flash or {group: {min: 3, max: 6}}"
    value = keys.left.get("kind")
    if not isinstance(value, Mapping):
        return keys.take("kind", "one_to_one", choice("one_to_one", "peer", "reverse", "flash"), write), None
    outer = keys.under("kind")
    inner = outer.under("group") if outer else None
    if outer is None or inner is None:
        keys.refuse("kind", f"{shown(value)} is not allowed", write)
        return "one_to_one", None
    for key in sorted({"min", "max"} - inner.left.keys()):
        inner.refuse(key, "missing", "write a whole number of 1 or more")
    group = Group(
        inner.take("min", 1, whole(1), "write a whole number of 1 or more"),
        inner.take("max", 1, whole(1), "write a whole number of 1 or more"),
    )
    if group.min > group.max:
        inner.refuse("min", f"{group.min} is more than max {group.max}", "write a min of at most max")
    inner.finish(("min", "max"))
    outer.finish(("group",))
    return "group", group


def _weights(keys: Keys) -> Weights:
    before = len(keys.problems)
    inner = keys.under("weights")
    if inner is None:
        return DEFAULT_WEIGHTS
    values = {c: inner.take(c, 0.0, number(0), "write a number of 0 or more") for c in COMPONENTS}
    inner.finish(COMPONENTS)
    weights = Weights(**values)
    # Of weights that were refused it is not known what they will be.
    if weights.total <= 0 and len(keys.problems) == before:
        keys.refuse("weights", "none is positive", "give at least one component a weight above 0")
    return weights


def _seniority(keys: Keys) -> Seniority:
    inner = keys.under("seniority")
    if inner is None:
        return Seniority()
    seniority = Seniority(
        inner.take("ideal_gap", 2.0, number(), "write a number of levels"),
        inner.take("width", 1.4142, number(positive=True), "write a number above 0"),
    )
    inner.finish(("ideal_gap", "width"))
    return seniority


def _wishes(keys: Keys) -> Wishes:
    inner = keys.under("wishes")
    if inner is None:
        return Wishes()
    wishes = Wishes(
        inner.take("mentee", 0.25, number(0), "write a number of 0 or more"),
        inner.take("mentor", 0.15, number(0), "write a number of 0 or more"),
    )
    inner.finish(("mentee", "mentor"))
    return wishes


def _rules(keys: Keys) -> Rules:
    inner = keys.under("rules")
    if inner is None:
        return Rules()
    rules = Rules(
        shared_language=inner.take("shared_language", True, truth, "write true or false"),
        max_time_zone_hours=inner.take(
            "max_time_zone_hours", 5.0, or_none(number(0)), "write a number of hours, or null for any"
        ),
        meet=inner.take(
            "meet",
            "remote_or_same_site",
            choice("remote_or_same_site", "same_site", "any"),
            "write remote_or_same_site, same_site or any",
        ),
        reporting_line_allowed=inner.take(
            "reporting_line", "forbidden", choice("forbidden", "allowed"), "write forbidden or allowed"
        )
        == "allowed",
        min_level_gap=inner.take("min_level_gap", None, or_none(whole()), "write a whole number, or null"),
    )
    inner.finish(("shared_language", "max_time_zone_hours", "meet", "reporting_line", "min_level_gap"))
    return rules


def _diversity(keys: Keys, facts: tuple[str, ...]) -> tuple[str, ...]:
    names = keys.take("diversity", ("department",), texts, "write a list of attributes, each once")
    for name in names:
        if name not in facts:
            keys.refuse("diversity", f"{name} is no attribute", f"write some of {', '.join(facts)}")
    return names


def _combination(keys: Keys, key: str, text: str, facts: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split("+"))
    for name in names:
        if name not in facts:
            keys.refuse(key, f"{name or 'an empty name'} is no attribute", f"write some of {', '.join(facts)}")
    return names


def _fairness(keys: Keys, facts: tuple[str, ...]) -> Fairness | None:
    if keys.left.get("fairness", ...) is None:
        keys.left.pop("fairness")
    inner = keys.under("fairness")
    if inner is None:
        return None
    group = inner.take("group", "", text, "write an attribute such as level, or level+site")
    if not group:
        inner.refuse("group", "missing", "write an attribute such as level, or level+site")
    report = inner.take("report", (), texts, "write a list of attributes, each once")
    fairness = Fairness(
        group=_combination(inner, "group", group, facts) if group else (),
        tolerance=inner.take("tolerance", 0.02, number(0), "write a number of 0 or more"),
        report=tuple(_combination(inner, "report", text, facts) for text in report),
    )
    inner.finish(("group", "tolerance", "report"))
    return fairness


def _refuse_contradictions(program: Program, keys: Keys) -> None:
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
