"""Why a pair is suggested: codes with what they are about, strongest first."""

from dataclasses import dataclass

from engine.person import Person, fold
from engine.program import COMPONENTS, Program
from engine.score import Score

CODES = {
    "skills": "offers_wanted_skill",
    "goals": "helps_with_goal",
    "seniority": "right_seniority",
    "availability": "free_at_the_same_time",
    "diversity": "sees_it_from_elsewhere",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its `code`, the `part` it adds to the score, and what it is `about`."""

    code: str
    part: float
    about: tuple[str, ...] = ()


def reasons(mentee: Person, mentor: Person, score: Score, program: Program) -> tuple[Reason, ...]:
    """The components and wishes that add something, strongest first.

    `mentor_wished` tells of a mentor's wish: show it to a program manager, never to a participant.
    """
    found = [
        Reason(CODES[c], getattr(program.weights, c) * score.components[c], _about(c, mentee, mentor, program))
        for c in COMPONENTS
    ]
    found += [Reason("you_wished", score.wish_of_mentee), Reason("mentor_wished", score.wish_of_mentor)]
    return tuple(sorted((r for r in found if r.part > 0), key=lambda r: -r.part))


def _about(component: str, mentee: Person, mentor: Person, program: Program) -> tuple[str, ...]:
    match component:
        case "skills":
            offered = {fold(s) for s in mentor.skills_offered}
            return tuple(s for s in mentee.skills_wanted if fold(s) in offered)
        case "goals":
            helped = {fold(h) for h in mentor.helps_with}
            return tuple(g for g in mentee.goals if fold(g) in helped)
        case "seniority":
            known = mentee.level is not None and mentor.level is not None
            return (str((mentor.level or 0) - (mentee.level or 0)),) if known else ()
        case "diversity":
            return tuple(name for name in program.diversity if "" != mentee.fact(name) != mentor.fact(name) != "")
        case _:
            return ()
