"""The smallest changes that would make two people a pair: worked out from the price, then tried by matching again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.encode.week import HALF_HOURS, offset_seconds, shifted_week
from engine.match.result import Match
from engine.match.run import match
from engine.person import Interval, Person, fold

# Matching again costs about as much as the run itself, so beyond this many pairs changes are told and not tried.
MOST_PAIRS = 5_000_000
MOST_WISHES = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its `kind` (seat, wish, skill, hours), the `person` as they would be, and the words for it.

    What the words say stands beside them for whoever words it otherwise, where the kind has it: `seats` in all, the
    `rank` of the wish (1 is first), the `skill` and its `level`, further `hours` a week.
    """

    kind: str
    person: Person
    words: str
    seats: int | None = None
    rank: int | None = None
    skill: str | None = None
    level: int | None = None
    hours: float | None = None


def changes(result: Match, mentee: str, mentor: str, cost: float) -> Iterator[Change]:
    """One change of each kind, the smallest that made the pair when the match was run again with it.

    `cost` is what the pair would cost the objective now. Nothing is said of a kind where no change made the pair.
    """
    people = result.cohort.people
    one, other = people[mentee], people[mentor]
    for kind in (_seat(other), _wish(result, one, other, cost), _skill(result, one, other, cost),
                 _hours(result, one, other, cost)):  # fmt: skip
        found = next((change for change in kind if makes(result, change, mentee, mentor)), None)
        if found:
            yield found


def makes(result: Match, change: Change, mentee: str, mentor: str) -> bool:
    """Whether the match, run again with the change, pairs the two."""
    n, m = result.cohort.shape
    if n * m > MOST_PAIRS:
        return False
    people = {**result.cohort.people, change.person.person_id: change.person}
    again = match(result.cohort.program, people.values(), result.managers, result.existing_pairs())
    return (mentee, mentor) in again.pairs()


def _seat(mentor: Person) -> Iterable[Change]:
    seats = 2 if mentor.capacity is None else mentor.capacity + 1
    words = f"one more seat of {mentor.person_id}, {seats} in all"
    yield Change("seat", replace(mentor, capacity=seats), words, seats=seats)


def _wish(result: Match, mentee: Person, mentor: Person, cost: float) -> Iterable[Change]:
    """The lowest rank that brings enough first."""
    weight, now = result.cohort.program.wishes.mentee, mentee.wishes
    has = weight * (MOST_WISHES - now.index(mentor.person_id)) / MOST_WISHES if mentor.person_id in now else 0.0
    others = [wish for wish in now if wish != mentor.person_id]
    for rank in range(MOST_WISHES, 0, -1):
        if weight * (MOST_WISHES + 1 - rank) / MOST_WISHES - has > cost:
            before = (others + [""] * MOST_WISHES)[: rank - 1]
            wishes = (*before, mentor.person_id, *others[rank - 1 :])[:MOST_WISHES]
            words = f"{mentee.person_id} wishing for {mentor.person_id} at rank {rank} or higher"
            yield Change("wish", replace(mentee, wishes=wishes), words, rank=rank)


def _skill(result: Match, mentee: Person, mentor: Person, cost: float) -> Iterable[Change]:
    """The smallest raise of a wanted skill first; a skill that is new there is a little less rare for everybody."""
    rarity, weight = result.cohort.rarity, result.cohort.program.weights.skills
    levels = {fold(name): level for name, level in mentor.skills_offered.items()}
    whole = sum(rarity.of(name) for name in sorted({fold(name) for name in mentee.skills_wanted}))
    found = []
    for name in mentee.skills_wanted:
        has = levels.get(fold(name), 0)
        for level in range(has + 1, 6):
            if whole and weight * rarity.of(fold(name)) / whole * (level - has) / 5 > cost:
                found.append((level - has, name, level))
    for _, name, level in sorted(found):
        offered = {known: value for known, value in mentor.skills_offered.items() if fold(known) != fold(name)}
        words = f"{mentor.person_id} offering {name} at level {level}"
        changed = replace(mentor, skills_offered={**offered, name: level})
        yield Change("skill", changed, words, skill=name, level=level)


def _hours(result: Match, mentee: Person, mentor: Person, cost: float) -> Iterable[Change]:
    """The fewest further half hours of the mentor that lie in the mentee's free time."""
    program = result.cohort.program
    ahead = offset_seconds(mentor.time_zone, program.as_of)
    wanted = shifted_week(mentee.availability, offset_seconds(mentee.time_zone, program.as_of))
    missing = wanted & ~shifted_week(mentor.availability, ahead)
    if ahead % 1800 or not program.weights.availability:
        return
    bits = [bit for bit in range(HALF_HOURS) if missing >> bit & 1]
    fewest = int(max(cost, 0.0) * wanted.bit_count() / program.weights.availability) + 1
    for count in sorted({fewest, min(2 * fewest, len(bits)), len(bits)}):
        if fewest <= count <= len(bits):
            places = [(bit + ahead // 1800) % HALF_HOURS for bit in bits[:count]]
            more = tuple(Interval(place // 48, place % 48, place % 48 + 1) for place in places)
            words = f"{count / 2:g} more hours of {mentor.person_id} in {mentee.person_id}'s free time"
            changed = replace(mentor, availability=mentor.availability + more)
            yield Change("hours", changed, words, hours=count / 2)
