"""The signing keys while the database is away: one try answers everybody, and nobody is called ready."""

from typing import Any

import pytest

from profiles.issuer.keys import SigningKeys, new_signing_key
from servicekit.refusals import StoreUnavailable
from servicekit.testing import FrozenClock

SECRET = "s" * 40


class Away:
    """A store that answers with one key until the database is away."""

    def __init__(self, clock: FrozenClock) -> None:
        self.key = new_signing_key(SECRET, clock.now())
        self.away = False
        self.asked = 0

    def reading(self, work: Any) -> Any:
        self.asked += 1
        if self.away:
            raise StoreUnavailable("The database did not answer.")
        return [self.key]


def test_one_vain_try_answers_everybody_who_waited() -> None:
    store = Away(clock := FrozenClock())
    store.away = True
    keys = SigningKeys(store, clock, SECRET, "http://i", "mentormesh")  # type: ignore[arg-type]
    for _ in range(8):
        with pytest.raises(StoreUnavailable):
            keys.key_set("k")
    assert store.asked == 1


def test_keys_in_memory_do_not_make_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("profiles.issuer.keys.time.monotonic", lambda: now[0])
    store = Away(clock := FrozenClock())
    keys = SigningKeys(store, clock, SECRET, "http://i", "mentormesh")  # type: ignore[arg-type]
    keys.check()
    store.away = True
    now[0] += 2
    with pytest.raises(StoreUnavailable):
        keys.check()
