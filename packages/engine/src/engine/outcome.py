"""A whole result as JSON's own types: what a child process hands to whoever started it."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.explain.reasons import reasons
from engine.explain.unmatched import unmatched
from engine.match.result import Match
from engine.program import COMPONENTS
from engine.record import record
from engine.score import MICRO, Score


def outcome(result: Match, hashed: str = "", problems: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """`{"figures", "proposals", "unmatched"}`, ready for `json.dumps`.

    `figures` is run.json without its `pairs` (`hashed` and `problems` as in `record`); `proposals` are the pairs by
    mentee then mentor: `mentee, mentor, score, percent` (0 to 100, wishes left out), `components` (raw, in [0, 1]),
    `wish_of_mentee, wish_of_mentor` (amounts), `locked, kept` (bool), `reasons` ({code, part, about}, strongest first;
    `mentor_wished` is for managers only); `unmatched` has one entry per mentee without a mentor: `person, candidates,
    reason, words, lost_to, by, removed` ({rule: count}).
    """
    alone = unmatched(result)
    figures = record(result, alone, hashed, problems)
    del figures["pairs"]
    return {"figures": figures, "proposals": proposals(result), "unmatched": [person.plain() for person in alone]}


def proposals(result: Match) -> list[dict[str, Any]]:
    """The chosen pairs with their parts and reasons."""
    cohort, scores = result.cohort, result.scores
    program, people = cohort.program, cohort.people
    rows = zip(
        result.pairs(), result.chosen.micro.tolist(), scores.components.tolist(), scores.wish_of_mentee.tolist(),
        scores.wish_of_mentor.tolist(), result.locked.tolist(), result.kept.tolist(), strict=True,
    )  # fmt: skip
    found = []
    for (mentee, mentor), micro, raw, by_mentee, by_mentor, locked, kept in rows:
        score = Score(micro / MICRO, dict(zip(COMPONENTS, raw, strict=True)), by_mentee, by_mentor)
        found.append(
            {
                "mentee": mentee,
                "mentor": mentor,
                "score": score.total,
                "percent": round(score.percent(program), 4),
                "components": {name: round(value, 6) for name, value in score.components.items()},
                "wish_of_mentee": round(by_mentee, 6),
                "wish_of_mentor": round(by_mentor, 6),
                "locked": locked,
                "kept": kept,
                "reasons": [
                    {"code": reason.code, "part": round(reason.part, 6), "about": list(reason.about)}
                    for reason in reasons(people[mentee], people[mentor], score, program)
                ],
            }
        )
    return sorted(found, key=lambda pair: (pair["mentee"], pair["mentor"]))
