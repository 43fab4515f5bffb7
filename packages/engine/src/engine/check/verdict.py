"""Bring a result before every rule, and say which it breaks."""

import json
from collections.abc import Iterator
from pathlib import Path

from engine.check.fairness import Cut, breaches_of_fairness
from engine.check.people import read_people
from engine.check.program import read_program
from engine.check.result import Pair, breaches_of_order, breaches_of_pair, read_existing, read_result
from engine.check.rules import Rules
from engine.check.seats import breaches_of_seats
from engine.check.stability import blocking_pairs, mentees_of, mentors_of
from engine.check.unmatched import breaches_of_unmatched
from engine.check.violations import CannotCheck, Violation

# Questions about every possible pair are asked one pair at a time: about a minute for this many.
EXHAUSTIVE_PAIRS = 2_000_000


def verify(
    people_path: Path | str,
    program_path: Path | str,
    pairs_path: Path | str,
    existing_path: Path | str | None = None,
    *,
    unmatched_path: Path | str | None = None,
    run_path: Path | str | None = None,
) -> list[Violation]:
    """Every breach of the published rules in the result, by line; an empty list means that the result stands.

    `unmatched_path` is looked for beside the pairs as unmatched.csv when not given. `run_path` is the run's record:
    it tells the rate without fairness, by which the limits of the groups are drawn; without it they are not judged.
    What concerns every possible pair (blocking pairs, unavoidable excess, counts of the unmatched) is judged up to
    EXHAUSTIVE_PAIRS pairs. Raises CannotCheck when an input cannot be read.
    """
    program = read_program(Path(program_path))
    people = read_people(Path(people_path), program.attributes)
    existing = read_existing(Path(existing_path)) if existing_path else frozenset()
    pairs, breaches = read_result(Path(pairs_path))
    rules = Rules(people, program)
    for pair in pairs:
        breaches += breaches_of_pair(pair, rules, existing)
    breaches += breaches_of_order(pairs)
    breaches += breaches_of_seats(pairs, rules)
    breaches += breaches_of_the_whole(pairs, rules, read_record(run_path))
    beside = Path(unmatched_path) if unmatched_path else Path(pairs_path).with_name("unmatched.csv")
    if unmatched_path or beside.exists():
        breaches += breaches_of_unmatched(beside, pairs, rules, EXHAUSTIVE_PAIRS)
    return sorted(breaches)


def breaches_of_the_whole(
    pairs: list[Pair], rules: Rules, record: tuple[float | None, Cut | None]
) -> Iterator[Violation]:
    """What no single line shows: blocking pairs of a stable result, and groups left behind."""
    small = len(mentees_of(rules)) * len(mentors_of(rules)) <= EXHAUSTIVE_PAIRS
    if rules.program.objective == "stable" and small:
        yield from blocking_pairs(pairs, rules)
    rate, cut = record
    if rules.program.fairness and rate is not None:
        yield from breaches_of_fairness(pairs, rules, rate, cut, small)


def read_record(run_path: Path | str | None) -> tuple[float | None, Cut | None]:
    """The rate without fairness, and the proof of what was unavoidable, as run.json has them."""
    if run_path is None:
        return None, None
    try:
        record = json.loads(Path(run_path).read_text(encoding="utf-8"))
        rate = record.get("rate_without_fairness")
        proofs = [one["proof"] for one in record.get("unavoidable", [])]
        cut = Cut(frozenset(proofs[0]["mentees"]), frozenset(proofs[0]["mentors"])) if proofs else None
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise CannotCheck(f"{run_path}: cannot be read as the record of a run: {error}") from error
    if rate is None:
        return None, cut
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise CannotCheck(f"{run_path}: rate_without_fairness is {rate!r}; it must be a share")
    return float(rate), cut
