"""Signing keys in their turn: published before they sign, served until the last token that they signed is over."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from profiles.domain.access import Guard, SigningKey
from profiles.ports import Store, Unit
from profiles.use_cases.setup import SIGNING_KEYS
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock

# Verifiers ask for the keys every five minutes, and at once for one they do not know.
PUBLISHED_BEFORE = timedelta(minutes=15)
# A token lives for five minutes; an hour leaves room for clocks that differ.
SERVED_AFTER = timedelta(hours=1)


def keys_due(unit: Unit, now: datetime, lifetime: timedelta) -> list[str]:
    """The newest key, once it has signed for its lifetime, and those whose successor has signed for an hour."""
    keys = unit.signing_keys()
    return [key.id for key in keys if _has_aged(key, keys, now, lifetime) or _is_over(key, keys, now)]


def turn_key(
    store: Store,
    clock: Clock,
    caller: Caller,
    key_id: str,
    *,
    lifetime: timedelta,
    make_key: Callable[[datetime], SigningKey],
) -> None:
    """Make a successor of a key that aged, or remove one that is over; nothing where that was done."""
    now = clock.now()
    fresh = make_key(now + PUBLISHED_BEFORE)

    def work(unit: Unit) -> None:
        # Two workers that look at once must not both make one.
        unit.save(unit.get(Guard, SIGNING_KEYS) or Guard(id=SIGNING_KEYS))
        keys = unit.signing_keys()
        for key in keys:
            if key.id == key_id and _has_aged(key, keys, now, lifetime):
                unit.save(audited(caller, "keys.make", fresh.id, now))
                unit.save(fresh)
            elif key.id == key_id and _is_over(key, keys, now):
                unit.save(audited(caller, "keys.remove", key.id, now))
                unit.remove(key)

    store.atomically(work)


def _has_aged(key: SigningKey, keys: Sequence[SigningKey], now: datetime, lifetime: timedelta) -> bool:
    return key.id == keys[0].id and key.signs_from + lifetime <= now


def _is_over(key: SigningKey, keys: Sequence[SigningKey], now: datetime) -> bool:
    return any(other.signs_from > key.signs_from and other.signs_from + SERVED_AFTER <= now for other in keys)
