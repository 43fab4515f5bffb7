"""Everybody of one run as arrays: two sides in the order of their ids, so that the order of input changes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.encode.codes import Codes
from engine.encode.columns import Columns
from engine.encode.lines import related_pairs
from engine.encode.terms import Terms
from engine.person import Person, fold
from engine.program import Program
from engine.score.formula import Rarity, mentee_wish, mentor_wish

Keys = NDArray[np.int64]
Rows = NDArray[np.int64]


@dataclass(slots=True)
class Amounts:
    """What is added to some pairs: sorted keys and amounts."""

    keys: Keys
    amounts: NDArray[np.float64]

    @classmethod
    def of(cls, by_key: Mapping[int, float]) -> "Amounts":
        keys = np.array(sorted(by_key), np.int64)
        return cls(keys, np.array([by_key[int(k)] for k in keys], np.float64))

    def at(self, keys: Keys) -> NDArray[np.float64]:
        """The amounts of those pairs, 0 where there is none."""
        if not len(self.keys):
            return np.zeros(len(keys))
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.amounts[at], 0.0)


@dataclass(slots=True)
class Cohort:
    """n mentees and m mentors; pair (i, j) has the key i·m + j.

    `twin_mentor` (n,) is a mentee's row among the mentors, -1 where they are none, `twin_mentee` (m,) likewise;
    `banned` holds the sorted keys of pairs that avoid lists, reporting lines, the program or identity forbid.
    """

    program: Program
    people: Mapping[str, Person]
    mentee_ids: list[str]
    mentor_ids: list[str]
    mentees: Columns
    mentors: Columns
    rarity: Rarity
    skills: Terms
    themes: Terms
    wishes_of_mentees: Amounts
    wishes_of_mentors: Amounts
    related: Keys
    avoiding: Keys
    forbidden: Keys
    themselves: Keys
    banned: Keys
    twin_mentor: Rows
    twin_mentee: Rows

    @classmethod
    def of(cls, program: Program, people: Iterable[Person], managers: Mapping[str, str] | None = None) -> "Cohort":
        """From accepted people; `managers` adds reporting lines of people who were left out."""
        by_id = {person.person_id: person for person in sorted(people, key=lambda p: p.person_id)}
        peers_only = program.kind == "peer"
        first = [p for p in by_id.values() if (p.role == "both" if peers_only else p.is_mentored)]
        second = [p for p in by_id.values() if (p.role == "both" if peers_only else p.mentors)]
        codes, rarity = Codes(), Rarity.among(by_id.values())
        rows_i = {p.person_id: i for i, p in enumerate(first)}
        rows_j = {p.person_id: j for j, p in enumerate(second)}
        pairs = _Pairs(rows_i, rows_j)
        lines = dict(managers or {}) | {p.person_id: p.manager_id for p in by_id.values()}
        related = related_pairs(lines, first, second) if not program.rules.reporting_line_allowed else pairs.none()
        avoiding = pairs.keys((p.person_id, other) for p in by_id.values() for other in p.avoid)
        avoiding = np.union1d(avoiding, pairs.keys((o, p.person_id) for p in by_id.values() for o in p.avoid))
        both_ways = ((b, a) for a, b in program.forbidden) if peers_only else ()
        forbidden = np.union1d(pairs.keys(program.forbidden), pairs.keys(both_ways))
        themselves = pairs.keys((p.person_id, p.person_id) for p in first)
        # A walk finds everybody in their own range, and nobody is above themselves.
        related = np.setdiff1d(related, themselves)
        return cls(
            program=program,
            people=by_id,
            mentee_ids=list(rows_i),
            mentor_ids=list(rows_j),
            mentees=_columns(first, program, codes),
            mentors=_columns(second, program, codes),
            rarity=rarity,
            skills=Terms.of(
                [{fold(s) for s in p.skills_wanted} for p in first],
                [{fold(s): level for s, level in p.skills_offered.items()} for p in second],
                rarity.of,
            ),
            themes=Terms.of(
                [{fold(g) for g in p.goals} for p in first],
                [dict.fromkeys((fold(h) for h in p.helps_with), 5) for p in second],
                lambda _: 1.0,
            ),
            wishes_of_mentees=pairs.amounts(
                (p.person_id, other, mentee_wish(p.wishes, other, program.wishes)) for p in first for other in p.wishes
            ),
            wishes_of_mentors=pairs.amounts(
                (other, p.person_id, mentor_wish(p.wishes_as_mentor, other, program.wishes))
                for p in second
                for other in p.wishes_as_mentor
            ),
            related=related,
            avoiding=avoiding,
            forbidden=forbidden,
            themselves=themselves,
            banned=np.unique(np.concatenate((related, avoiding, forbidden, themselves))),
            twin_mentor=np.array([rows_j.get(p.person_id, -1) for p in first], np.int64),
            twin_mentee=np.array([rows_i.get(p.person_id, -1) for p in second], np.int64),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """(n, m)."""
        return len(self.mentee_ids), len(self.mentor_ids)

    def keys(self, mentees: Rows, mentors: Rows) -> Keys:
        """The keys of pairs (k,)."""
        return mentees * len(self.mentor_ids) + mentors

    def rows(self, ids: Iterable[tuple[str, str]]) -> tuple[Rows, Rows]:
        """The rows of (mentee, mentor) ids that are both here; the others are left out."""
        i_of = {p: i for i, p in enumerate(self.mentee_ids)}
        j_of = {p: j for j, p in enumerate(self.mentor_ids)}
        found = sorted((i_of[a], j_of[b]) for a, b in ids if a in i_of and b in j_of)
        return np.array([f[0] for f in found], np.int64), np.array([f[1] for f in found], np.int64)


class _Pairs:
    def __init__(self, mentees: Mapping[str, int], mentors: Mapping[str, int]) -> None:
        self.mentees, self.mentors = mentees, mentors

    def none(self) -> Keys:
        return np.zeros(0, np.int64)

    def keys(self, ids: Iterable[tuple[str, str]]) -> Keys:
        i_of, j_of, width = self.mentees, self.mentors, len(self.mentors)
        return np.array(sorted({i_of[a] * width + j_of[b] for a, b in ids if a in i_of and b in j_of}), np.int64)

    def amounts(self, ids: Iterable[tuple[str, str, float]]) -> Amounts:
        i_of, j_of, width = self.mentees, self.mentors, len(self.mentors)
        return Amounts.of({i_of[a] * width + j_of[b]: x for a, b, x in ids if a in i_of and b in j_of and x > 0})


def _columns(people: list[Person], program: Program, codes: Codes) -> Columns:
    columns = Columns.of(len(people), len(program.diversity))
    for row, person in enumerate(people):
        columns.put(row, person, program, codes)
    return columns
