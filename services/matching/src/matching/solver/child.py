"""The child's side: reads people and program from its parent, matches them, and tells what it found."""

import hashlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import msgspec
import numpy as np

import engine
from engine.explain.seat import WhyNot, why_not
from engine.explain.unmatched import Unmatched, unmatched
from engine.match import Match, match
from engine.match.fairness import attributes_shown, groups_of
from engine.outcome import proposals
from engine.record import record
from matching.domain.figures import Breakdown, Figures, Group
from matching.domain.proposal import Alone, Proposal
from matching.domain.question import Counterfactual, Finding, Kind
from matching.domain.run import Problem
from matching.domain.snapshot import unpack_lines, unpack_people
from matching.ports.solver import Answer, Record
from matching.solver import talk
from matching.solver.talk import Header, Message, Say

AT_ONCE = 500
_NEXT = {"encode": "candidates", "candidates": "solve", "solve": "certify", "certify": "explain"}
_json = msgspec.json.Encoder(order="deterministic")


def main() -> None:
    """Answer the parent's question on what was standard output when the process began."""
    os.nice(5)
    # Whatever a library prints must not land among the answer.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    source = sys.stdin.buffer
    header, people, managers = _read(source)
    threading.Thread(target=_end_with_the_pipe, args=(source,), daemon=True).start()
    try:
        told = answers if header.why_not is None else findings
        for message in told(header, people, managers, lambda message: _say(out, message)):
            _say(out, message)
    except engine.ProgramRefused as refused:
        problems = tuple(Problem(key=one.key, reason=one.reason, write=one.write) for one in refused.problems)
        _say(out, Message(refused=problems))
    out.close()


def answers(header: Header, people: list[engine.Person], managers: dict[str, str], say: Say) -> Iterator[Message]:
    """The match as messages, how far it is being told by `say`; raises ProgramRefused."""
    result = _matched(header, people, managers, say)
    alone = unmatched(result)
    say(Message(stage="keep"))
    count = len(result.chosen)
    for start in range(0, count, AT_ONCE):
        yield Message(
            stage="keep", share=start / count, answer=Answer(pairs=tuple(_pairs(header, result, start, AT_ONCE)))
        )
    for start in range(0, len(alone), AT_ONCE):
        some = tuple(_alone(header, one) for one in alone[start : start + AT_ONCE])
        yield Message(stage="keep", share=1.0, answer=Answer(alone=some))
    yield Message(stage="keep", share=1.0, answer=Answer(record=_record(header, people, managers, result, alone)))


def findings(header: Header, people: list[engine.Person], managers: dict[str, str], say: Say) -> Iterator[Message]:
    """What the match says of the pair that is asked about, as a message; `say` and errors as in `answers`."""
    assert header.why_not is not None
    result = _matched(header, people, managers, say)
    say(Message(stage="explain"))
    if header.why_not in result.pairs():
        yield Message(finding=Finding(verdict="made"))
    else:
        yield Message(finding=_finding(why_not(result, *header.why_not), header.why_not[0]))


def _matched(header: Header, people: list[engine.Person], managers: dict[str, str], say: Say) -> Match:
    def progress(stage: str, share: float) -> None:
        # The engine names a stage when it is done, a manager wants to read what is being done.
        stage, share = (_NEXT[stage], 0.0) if share >= 1.0 else (stage, share)
        say(Message(stage=stage, share=share))

    program = engine.Program.read(header.terms)
    return match(program, people, managers, header.existing, header.certify, progress)


def _finding(told: WhyNot, mentee_id: str) -> Finding:
    if told.rule is not None:
        return Finding.of_rule(told.rule)
    found = tuple(
        Counterfactual(
            kind=cast(Kind, one.kind),
            words=one.words,
            tried=True,
            person_id=one.person.person_id,
            seats=one.seats,
            rank=one.rank,
            skill=one.skill,
            level=one.level,
            hours=one.hours,
        )
        for one in told.tried
    )
    cost = None if told.cost is None else round(told.cost, 6)
    return Finding(
        verdict=told.verdict, cost=cost, people=told.people, changes=(*found, *_without_trying(told, mentee_id))
    )


def _without_trying(told: WhyNot, mentee_id: str) -> Iterator[Counterfactual]:
    if told.verdict == "price":
        score, lock = told.changes[-2:]
        yield Counterfactual(kind="score", words=score, tried=False, score=round(max(told.cost or 0.0, 0.0), 6))
        # The price was found by locking it.
        yield Counterfactual(kind="lock", words=lock, tried=True)
    elif told.verdict == "locked":
        yield Counterfactual(kind="unlock", words=told.changes[0], tried=False, person_id=mentee_id)


def _read(source: BinaryIO) -> tuple[Header, list[engine.Person], dict[str, str]]:
    header: Header | None = None
    people: list[engine.Person] = []
    managers: dict[str, str] = {}
    for kind, payload in talk.frames(source):
        if kind == talk.HEADER:
            header = talk.read_header(payload)
        elif kind == talk.PEOPLE:
            people += unpack_people(payload)
        else:
            managers |= unpack_lines(payload)
    if header is None:
        raise EOFError
    gone = frozenset(header.left_out)
    return header, [one for one in people if one.person_id not in gone], managers


def _pairs(header: Header, result: Match, start: int, count: int) -> Iterator[Proposal]:
    for pair in proposals(result, start, start + count):
        mentee_id, mentor_id = pair.pop("mentee"), pair.pop("mentor")
        whose = {
            "id": Proposal.key(header.run_id, mentee_id, mentor_id),
            "run_id": header.run_id,
            "program_id": header.program_id,
            "mentee_id": mentee_id,
            "mentor_id": mentor_id,
        }
        yield msgspec.convert(whose | pair, Proposal)


def _alone(header: Header, one: Unmatched) -> Alone:
    return Alone(
        id=Alone.key(header.run_id, one.person),
        run_id=header.run_id,
        program_id=header.program_id,
        person_id=one.person,
        reason=one.reason,
        candidates=one.candidates,
        removed=one.removed,
        closest=one.closest or None,
        lost_to=one.lost_to or None,
        by=one.by,
    )


def _record(
    header: Header, people: list[engine.Person], managers: dict[str, str], result: Match, alone: list[Unmatched]
) -> Record:
    hashed = _input_hash(header, people, managers)
    told = record(result, alone, hashed, ())
    rarity = result.cohort.rarity
    return Record(
        figures=_figures(result, alone, told),
        input_hash=hashed,
        engine_version=told["version"],
        seconds=told["seconds"],
        mentors=rarity.mentors,
        offering={skill: count for skill, count in sorted(rarity.offering.items()) if count},
    )


def _figures(result: Match, alone: list[Unmatched], told: dict[str, Any]) -> Figures:
    counts, scores = told["counts"], result.scores
    named = ("objective", "total", "bound", "gap", "blocking_pairs", "percent", "rate", "rate_without_fairness")
    numbers = ("people", "mentees", "mentors", "seats", "pairs", "unmatched", "locked", "kept", "candidates")
    return Figures(
        **{name: counts[name] for name in numbers},
        **{name: told[name] for name in named},
        matched=len(result.mentees) - len(alone),
        wishes_met=int(((scores.wish_of_mentee > 0) | (scores.wish_of_mentor > 0)).sum()),
        breakdowns=tuple(_breakdown(result, attributes) for attributes in attributes_shown(result.cohort.program)),
        unmatched_by_reason=_by_reason(alone),
        closed_groups=len(result.closed_groups),
    )


def _by_reason(alone: list[Unmatched]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in alone:
        reason = "private" if one.reason == "avoid" else one.reason
        counts[reason] = counts.get(reason, 0) + 1
    return dict(sorted(counts.items()))


def _breakdown(result: Match, attributes: tuple[str, ...]) -> Breakdown:
    """Each group of mentees with what became of it; among peers both sides of a pair are matched."""
    cohort, program = result.cohort, result.cohort.program
    known = groups_of(cohort, attributes)
    rows, percents = result.chosen.i, 100 * result.scores.base / program.weights.total
    if program.kind == "peer":
        rows, percents = np.concatenate((rows, result.chosen.j)), np.concatenate((percents, percents))
    many = len(known.names)
    sizes = np.bincount(known.code[result.mentees], minlength=many).tolist()
    matched = np.bincount(known.code[rows], minlength=many).tolist()
    quality = np.bincount(known.code[rows], weights=percents, minlength=many).tolist()
    protected = program.fairness is not None and program.fairness.group == attributes
    limits = {one.group: one for one in result.groups} if protected else {}
    return Breakdown(
        attribute="+".join(attributes),
        groups=tuple(
            Group(
                group=name,
                mentees=sizes[code],
                matched=matched[code],
                percent=round(quality[code] / matched[code], 4) if matched[code] else None,
                limit=limits[name].limit if name in limits else None,
                beyond=limits[name].beyond if name in limits else None,
            )
            for code, name in enumerate(known.names)
            if sizes[code]
        ),
    )


def _input_hash(header: Header, people: list[engine.Person], managers: dict[str, str]) -> str:
    """SHA-256 over everything that the answer depends on; what the program is called is not among it."""
    whole = hashlib.sha256()
    terms = {name: held for name, held in header.terms.items() if name != "program"}
    whole.update(_json.encode([terms, sorted(header.existing), managers]))
    for person in sorted(people, key=lambda one: one.person_id):
        whole.update(_json.encode(person))
    return whole.hexdigest()


def _say(out: BinaryIO, message: Message) -> None:
    out.write(talk.as_bytes(message) + b"\n")
    out.flush()


def _end_with_the_pipe(source: BinaryIO) -> None:
    """Elsewhere the end of the pipe tells that the parent is gone."""
    source.read()
    os._exit(1)
