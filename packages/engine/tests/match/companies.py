"""Small random companies as people in memory, seeded, for tests of whole runs."""

import random

from engine import Interval, Person

SLOTS = [Interval(day, start, start + 4) for day in range(5) for start in range(16, 36, 4)]


def company(mentees: int, mentors: int, seed: int = 1, both: float = 0.0) -> list[Person]:
    """`mentees` and `mentors` people whose ids are in no order of their roles."""
    dice = random.Random(seed)
    ids = [f"p{number:04}" for number in range(mentees + mentors)]
    dice.shuffle(ids)
    people = []
    for number, person_id in enumerate(ids):
        mentor = number >= mentees
        people.append(
            Person(
                person_id,
                "both" if dice.random() < both else "mentor" if mentor else "mentee",
                dice.choice(["Europe/Berlin", "Europe/London", "Asia/Kolkata"]),
                department=dice.choice(["Law", "Tax", "IT"]),
                level=dice.randrange(4, 9) if mentor else dice.randrange(1, 6),
                site=dice.choice(["Rome", "Oslo"]),
                remote=dice.random() < 0.6,
                languages=tuple(dice.sample(["en", "de", "fr"], 2)),
                skills_offered={f"s{dice.randrange(9)}": dice.randrange(1, 6) for _ in range(3)},
                skills_wanted=tuple(sorted({f"s{dice.randrange(9)}" for _ in range(3)})),
                goals=tuple(sorted({f"g{dice.randrange(5)}" for _ in range(2)})),
                helps_with=tuple(sorted({f"g{dice.randrange(5)}" for _ in range(2)})),
                availability=tuple(dice.sample(SLOTS, 6)),
                capacity=dice.randrange(1, 3),
                wishes=(dice.choice(ids),) if dice.random() < 0.2 else (),
            )
        )
    return people
