"""Whether unmatched.csv names exactly the people without a pair, and counts what the rules removed."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from engine.check.people import Person
from engine.check.result import Pair
from engine.check.rules import RULES, Rules
from engine.check.stability import mentees_of
from engine.check.violations import CannotCheck, Violation

COLUMNS = ("person", "side", "candidates", "reason", "words", "lost_to", "by")


def breaches_of_unmatched(path: Path, pairs: list[Pair], rules: Rules, most_pairs: int) -> Iterator[Violation]:
    """Breaches of unmatched.csv; counts are recomputed for the first people by id, up to `most_pairs` pairs."""
    rows = read_unmatched(path)
    yield from breaches_of_presence(rows, pairs, rules)
    left = most_pairs
    for row in rows:
        person = rules.people.accepted.get(row["person"])
        if person is None:
            continue
        others = others_of(person, row["side"], rules)
        left -= len(others)
        if left < 0:
            return
        yield from breaches_of_counts(row, person, others, rules)


def read_unmatched(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise CannotCheck(f"{path}: missing column: {', '.join(missing)}")
            return list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CannotCheck(f"{path}: cannot be read as UTF-8 CSV: {error}") from error


def breaches_of_presence(rows: list[dict[str, str]], pairs: list[Pair], rules: Rules) -> Iterator[Violation]:
    """Every mentee without a mentor is listed once, and nobody else."""
    listed = Counter(row["person"] for row in rows if row["side"] == "mentee")
    matched = {pair.mentee for pair in pairs}
    waiting = {mentee.person_id for mentee in mentees_of(rules)}
    if rules.program.kind == "peer":
        matched |= {pair.mentor for pair in pairs}
        waiting = {person_id for person_id in waiting if rules.people.accepted[person_id].role == "both"}
    waiting -= matched
    for person_id in sorted(waiting - set(listed)):
        yield Violation(0, person_id, "", "unmatched", "has no mentor and is missing from unmatched.csv")
    for person_id, times in sorted(listed.items()):
        if times > 1:
            yield Violation(0, person_id, "", "unmatched", f"is listed {times} times in unmatched.csv")
        if person_id in matched:
            yield Violation(0, person_id, "", "unmatched", "has a mentor and is listed in unmatched.csv")


def others_of(person: Person, side: str, rules: Rules) -> list[Person]:
    """Everybody who could stand on the other side, whether or not a rule removes them."""
    others = [other for other in rules.people.accepted.values() if other.person_id != person.person_id]
    if side == "mentee":
        return [other for other in others if rules.takes_part(person, other)]
    return [other for other in others if rules.takes_part(other, person)]


def breaches_of_counts(row: dict[str, str], person: Person, others: list[Person], rules: Rules) -> Iterator[Violation]:
    removed, candidates = Counter[str](), 0
    for other in others:
        mentee, mentor = (person, other) if row["side"] == "mentee" else (other, person)
        score = rules.scores.of(mentee, mentor)
        broken = rules.broken(mentee, mentor, score)
        if broken:
            removed[broken[0]] += 1
        elif rules.program.kind != "peer" and rules.better_the_other_way(mentee, mentor, score):
            removed["direction"] += 1
        else:
            candidates += 1
    true = {"candidates": candidates, **{f"removed_{rule}": removed[rule] for rule in (*RULES, "direction")}}
    for column, count in true.items():
        if column in row and row[column] != str(count):
            words = f"unmatched.csv says {row[column]} in {column}; the raw data say {count}"
            yield Violation(0, person.person_id, "", column, words)
