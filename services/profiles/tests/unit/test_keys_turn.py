"""Signing keys in their turn, so that no token is ever refused for it."""

from datetime import UTC, datetime, timedelta

import pytest

from profiles.domain.access import SigningKey
from profiles.use_cases.keys import PUBLISHED_BEFORE, SERVED_AFTER, keys_due, turn_key
from profiles.use_cases.setup import ensure_signing_key
from servicekit.testing import FrozenClock

from .conftest import SYSTEM, MemoryProfiles

LIFETIME = timedelta(days=90)


class Smith:
    """Makes keys with names that count."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, signs_from: datetime) -> SigningKey:
        self.made += 1
        return SigningKey(id=f"key-{self.made}", public={}, sealed="", signs_from=signs_from)


@pytest.fixture
def smith(store: MemoryProfiles, clock: FrozenClock) -> Smith:
    smith = Smith()
    ensure_signing_key(store, clock, smith)
    return smith


def tick(store: MemoryProfiles, clock: FrozenClock, smith: Smith) -> list[str]:
    due = store.reading(lambda unit: keys_due(unit, clock.now(), LIFETIME))
    for id in due:
        for _ in range(2):  # two workers that saw the same
            turn_key(store, clock, SYSTEM, id, lifetime=LIFETIME, make_key=smith)
    return due


def served(store: MemoryProfiles) -> list[datetime]:
    return sorted(row["signs_from"] for row in store.held("signing_keys"))


def test_a_key_s_successor_is_published_before_it_signs_and_the_key_served_until_its_tokens_are_over(
    store: MemoryProfiles, clock: FrozenClock, smith: Smith
) -> None:
    first = clock.now()
    clock.set(first + LIFETIME - timedelta(seconds=1))
    assert tick(store, clock, smith) == []
    clock.advance(seconds=1)
    assert tick(store, clock, smith) == ["key-1"]
    second = clock.now() + PUBLISHED_BEFORE
    assert served(store) == [first, second]
    clock.set(second + SERVED_AFTER - timedelta(seconds=1))
    assert tick(store, clock, smith) == []
    clock.advance(seconds=1)
    assert tick(store, clock, smith) == ["key-1"]
    assert served(store) == [second]
    assert [row["action"] for row in store.held("audit")] == ["keys.make", "keys.remove"]


def test_the_last_key_is_never_removed(store: MemoryProfiles, clock: FrozenClock, smith: Smith) -> None:
    clock.set(datetime(2040, 1, 1, tzinfo=UTC))
    tick(store, clock, smith)
    assert len(served(store)) == 2
    clock.set(datetime(2050, 1, 1, tzinfo=UTC))
    tick(store, clock, smith)
    assert served(store)[-1] == datetime(2050, 1, 1, tzinfo=UTC) + PUBLISHED_BEFORE
