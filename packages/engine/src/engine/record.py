"""The record of a run: everything that makes it repeatable, and its figures."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from engine.explain.unmatched import Unmatched
from engine.match.fairness import attributes_shown, groups_of
from engine.match.result import Match
from engine.program import COMPONENTS, Program
from engine.score import MICRO

WITHHELD_UNDER = 5


def input_hash(paths: Iterable[Path]) -> str:
    """SHA-256 over the contents of the input files, in order."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def schema() -> dict[str, Any]:
    """The JSON Schema of run.json."""
    text = files("engine").joinpath("run.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def engine_version() -> str:
    """The installed version of the engine."""
    try:
        return version("mentormesh-engine")
    except PackageNotFoundError:
        return "unknown"


def record(
    result: Match, unmatched: list[Unmatched], hashed: str, problems: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """run.json: nothing but `seconds` differs between equal runs. `total` is the objective that `bound` bounds."""
    cohort, program = result.cohort, result.cohort.program
    stable = program.objective == "stable"
    reasons: dict[str, int] = {}
    for person in unmatched:
        reasons[person.reason] = reasons.get(person.reason, 0) + 1
    return {
        "version": engine_version(),
        "program": plain(program.source),
        "input_hash": hashed,
        "seed": program.seed,
        "counts": {
            "people": len(cohort.people),
            "mentees": len(result.mentees),
            "mentors": int((~cohort.mentors.opted_out).sum()),
            "seats": int(cohort.mentors.capacity[~cohort.mentors.opted_out].sum()),
            "pairs": len(result.chosen),
            "unmatched": len(unmatched),
            "locked": int(result.locked.sum()),
            "existing": result.existing,
            "kept": int(result.kept.sum()),
            "candidates": len(result.candidates),
        },
        "objective": program.objective,
        "score": result.score,
        "percent": _percent(result),
        "components": _components(result),
        "total": result.objective,
        "bound": None if result.bound is None else round(result.bound, 6),
        "gap": None if result.gap is None else round(result.gap, 9),
        "blocking_pairs": result.blocking if stable else None,
        "rate": _share(len(result.mentees) - len(unmatched), len(result.mentees)),
        "rate_without_fairness": result.rate_without_fairness,
        "coverage": [_coverage(result, attributes) for attributes in attributes_shown(program)],
        "groups": [
            _counted(g.group, g.mentees, g.matched) | {"limit": g.limit, "beyond": g.beyond} for g in result.groups
        ],
        "unavoidable": result.unavoidable,
        "closed_groups": result.closed_groups,
        "unmatched_by_reason": dict(sorted(reasons.items())),
        "pairs": [list(pair) for pair in sorted(result.pairs())],
        "problems": list(problems),
        "seconds": {stage: round(seconds, 3) for stage, seconds in result.seconds.items()},
    }


def plain(value: Any) -> Any:
    """JSON's own types for what YAML may hold."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _coverage(result: Match, attributes: Sequence[str]) -> dict[str, Any]:
    """How many mentees of each group have somebody; peers count on both sides of their pair."""
    known, chosen = groups_of(result.cohort, attributes), result.chosen
    rows = np.concatenate((chosen.i, chosen.j)) if result.cohort.program.kind == "peer" else chosen.i
    sizes, matched = (np.bincount(known.code[some], minlength=len(known.names)) for some in (result.mentees, rows))
    counts = zip(known.names, sizes.tolist(), matched.tolist(), strict=True)
    groups = [_counted(name, size, got) for name, size, got in counts if size]
    return {"attribute": "+".join(attributes), "groups": groups}


def _counted(group: str, mentees: int, matched: int) -> dict[str, Any]:
    rate = _share(matched, mentees) if mentees >= WITHHELD_UNDER else None
    return {"group": group, "mentees": mentees, "matched": matched, "rate": rate}


def _components(result: Match) -> dict[str, float | None]:
    """The mean of each raw component, which says what pairs are like under whatever weights."""
    if not len(result.chosen):
        return dict.fromkeys(COMPONENTS)
    means = result.scores.components.mean(axis=0).tolist()
    return {name: round(mean, 6) for name, mean in zip(COMPONENTS, means, strict=True)}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(result: Match) -> float | None:
    """The mean score as people read it, wishes left out."""
    program: Program = result.cohort.program
    if not len(result.chosen):
        return None
    return round(float(np.rint(result.scores.base.mean() * MICRO)) / MICRO / program.weights.total * 100, 4)
