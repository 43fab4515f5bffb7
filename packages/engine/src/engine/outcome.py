"""A whole result as JSON's own types: what a child process hands to whoever started it."""

from collections.abc import Iterator, Mapping, Sequence
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
    told = list(proposals(result, 0, len(result.chosen)))
    return {"figures": figures, "proposals": told, "unmatched": [person.plain() for person in alone]}


def proposals(result: Match, start: int, stop: int) -> Iterator[dict[str, Any]]:
    """The chosen pairs `start` to `stop`, in order, with their parts and reasons; a hundred thousand take a while."""
    cohort, scores, some = result.cohort, result.scores, slice(start, stop)
    program, people = cohort.program, cohort.people
    columns = (
        result.chosen.i, result.chosen.j, result.chosen.micro, scores.components, scores.wish_of_mentee,
        scores.wish_of_mentor, result.locked, result.kept,
    )  # fmt: skip
    for i, j, micro, raw, by_mentee, by_mentor, locked, kept in zip(
        *(column[some].tolist() for column in columns), strict=True
    ):
        mentee, mentor = cohort.mentee_ids[i], cohort.mentor_ids[j]
        score = Score(micro / MICRO, dict(zip(COMPONENTS, raw, strict=True)), by_mentee, by_mentor)
        yield {
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
