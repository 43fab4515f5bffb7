"""What happens at Harbour: two programs, who takes part, and how far each of the 60 mentorships has come."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from mentormesh.seed.cast import CAST
from mentormesh.seed.people import SEED, Colleague

Stage = Literal["new", "planned", "met", "reviewed", "paused", "ended"]

# How many mentorships stand at which stage, over both programs: 60.
STAGES: Final[dict[Stage, int]] = {"new": 10, "planned": 14, "met": 14, "reviewed": 14, "paused": 4, "ended": 4}
WAITING: Final = 10


@dataclass(frozen=True)
class Offer:
    """One program: its body for the API, the mentors and mentees who take part, and how many pairs it shall have."""

    key: str
    body: dict[str, Any]
    mentors: tuple[Colleague, ...]
    mentees: tuple[Colleague, ...]
    pairs: int


def offers(everybody: Sequence[Colleague], today: date) -> list[Offer]:
    """The two programs. Ana is a mentee in both: she has a mentor in one and still looks for one in the other."""
    rng = random.Random(SEED)
    ana, ben = CAST[0].email, CAST[1].email
    seniors = [one for one in everybody if 5 <= one.level <= 9 and one.email != ben]
    juniors = [one for one in everybody if one.level <= 4 and one.email != ana]
    rng.shuffle(seniors)
    rng.shuffle(juniors)
    mentee, mentor = _of(everybody, ana), _of(everybody, ben)
    return [
        Offer(
            key="leaders",
            body=_program("Leaders of tomorrow", today, 180),
            mentors=(mentor, *seniors[:49]),
            mentees=(mentee, *juniors[:89]),
            pairs=45,
        ),
        Offer(
            key="crossing",
            body=_program("Crossing departments", today, 120),
            mentors=tuple(seniors[40:70]),
            mentees=(mentee, *juniors[89:139]),
            pairs=15,
        ),
    ]


def stages(count: int, offset: int) -> list[Stage]:
    """The stage of each of `count` mentorships, taken from the whole list of 60 from `offset` on."""
    spread: list[Stage] = [stage for stage, times in STAGES.items() for _ in range(times)]
    random.Random(SEED).shuffle(spread)
    return spread[offset : offset + count]


def _program(name: str, today: date, days: int) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "one_to_one",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=days)).isoformat(),
    }


def _of(everybody: Sequence[Colleague], email: str) -> Colleague:
    return next(one for one in everybody if one.email == email)
