"""Read pairs.csv as it was written, and judge each line by itself: form, people, rules, figures, order."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from engine.check.program import COMPONENTS
from engine.check.rules import Rules
from engine.check.scores import Score
from engine.check.violations import CannotCheck, Violation

HEADER = ["mentee", "mentor", "score", *COMPONENTS, "wish_of_mentee", "wish_of_mentor", "locked", "kept"]
FIGURES = HEADER[2:10]
SIX_DECIMALS = re.compile(r"-?[0-9]+\.[0-9]{6}")
# Figures are rounded once to 1e-6; the last digit of a sum taken in another order may fall the other way.
TOLERANCE = 1e-6 + 1e-9


@dataclass(frozen=True)
class Pair:
    """One line of pairs.csv."""

    line: int
    mentee: str
    mentor: str
    cells: dict[str, str]

    def breach(self, rule: str, words: str) -> Violation:
        return Violation(self.line, self.mentee, self.mentor, rule, words)


def read_result(path: Path) -> tuple[list[Pair], list[Violation]]:
    """The well-formed lines of pairs.csv and what is wrong with its form."""
    pairs, breaches = list[Pair](), list[Violation]()
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            if header != HEADER:
                return [], [Violation(1, "", "", "header", f"is {','.join(header)!r}; it must be {','.join(HEADER)!r}")]
            for cells in reader:
                line = reader.line_num
                if len(cells) != len(HEADER):
                    breaches.append(Violation(line, "", "", "form", f"has {len(cells)} cells instead of {len(HEADER)}"))
                    continue
                pair = Pair(line, cells[0], cells[1], dict(zip(HEADER, cells, strict=True)))
                malformed = list(breaches_of_form(pair))
                breaches += malformed
                if not malformed:
                    pairs.append(pair)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CannotCheck(f"{path}: cannot be read as UTF-8 CSV: {error}") from error
    return pairs, breaches


def breaches_of_form(pair: Pair) -> Iterator[Violation]:
    for name in FIGURES:
        if not SIX_DECIMALS.fullmatch(pair.cells[name]):
            yield pair.breach("form", f"{name} is {pair.cells[name]!r}, not a figure with six decimals")
    for name in ("locked", "kept"):
        if pair.cells[name] not in ("yes", "no"):
            yield pair.breach("form", f"{name} is {pair.cells[name]!r}, neither yes nor no")


def read_existing(path: Path) -> frozenset[tuple[str, str]]:
    """The (mentee, mentor) pairs of an earlier result; only those two columns matter."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if not {"mentee", "mentor"} <= set(reader.fieldnames or ()):
                raise CannotCheck(f"{path}: the header must name the columns mentee and mentor")
            return frozenset(((row["mentee"] or "").strip(), (row["mentor"] or "").strip()) for row in reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CannotCheck(f"{path}: cannot be read as UTF-8 CSV: {error}") from error


def breaches_of_order(pairs: list[Pair]) -> Iterator[Violation]:
    for earlier, later in pairwise(pairs):
        if (earlier.mentee, earlier.mentor) > (later.mentee, later.mentor):
            yield later.breach("order", "stands after a greater id: lines are sorted by mentee, then mentor")


def breaches_of_pair(pair: Pair, rules: Rules, existing: frozenset[tuple[str, str]]) -> Iterator[Violation]:
    """Everything that is wrong with one pair by itself."""
    accepted = rules.people.accepted
    unknown = [person_id for person_id in (pair.mentee, pair.mentor) if person_id not in accepted]
    for person_id in unknown:
        why = rules.people.left_out.get(person_id, "is not in the file")
        yield pair.breach("unknown_person", f"{person_id} {why}")
    if unknown:
        return
    mentee, mentor = accepted[pair.mentee], accepted[pair.mentor]
    if not rules.takes_part(mentee, mentor):
        yield pair.breach("role", f"a person of role {mentee.role} cannot be matched with one of role {mentor.role}")
    score = rules.scores.of(mentee, mentor)
    for rule in rules.broken(mentee, mentor, score):
        yield pair.breach(rule, words_for(rule, score))
    if rules.better_the_other_way(mentee, mentor, score):
        yield pair.breach("direction", "the other direction of these two is the one that counts")
    yield from breaches_of_figures(pair, score)
    yield from breaches_of_marks(pair, rules, existing)


def words_for(rule: str, score: Score) -> str:
    return {
        "shared_language": "the two share no language",
        "max_time_zone_hours": "their clocks are too far apart",
        "meet": "they have no way to meet",
        "opted_out": "one of them opted out",
        "reporting_line": "one of them is above the other in the reporting line",
        "avoid": "one of them avoids the other",
        "capacity": "the mentor takes no mentee",
        "floor": f"the score {score.total:.6f} is below the floor",
        "min_level_gap": "the mentor is not senior enough",
        "forbidden": "the program forbids the pair",
        "oneself": "nobody is matched with themselves",
    }[rule]


def breaches_of_figures(pair: Pair, score: Score) -> Iterator[Violation]:
    true = {"score": score.total, **score.components}
    true |= {"wish_of_mentee": score.wish_of_mentee, "wish_of_mentor": score.wish_of_mentor}
    for name in FIGURES:
        if abs(float(pair.cells[name]) - true[name]) > TOLERANCE:
            yield pair.breach(name, f"is written as {pair.cells[name]}; by the formula it is {true[name]:.6f}")


def breaches_of_marks(pair: Pair, rules: Rules, existing: frozenset[tuple[str, str]]) -> Iterator[Violation]:
    either_way = rules.program.kind == "peer"
    for name, known in (("locked", rules.program.locked), ("kept", existing)):
        true = holds(known, pair.mentee, pair.mentor, either_way)
        if (pair.cells[name] == "yes") != true:
            yield pair.breach(name, f"says {pair.cells[name]}; it must say {'yes' if true else 'no'}")


def holds(known: frozenset[tuple[str, str]], mentee: str, mentor: str, either_way: bool) -> bool:
    return (mentee, mentor) in known or (either_way and (mentor, mentee) in known)
