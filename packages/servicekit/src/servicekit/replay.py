"""Replay: a service reads topics from their beginning again, without repeating what was felt outside."""

from collections.abc import Iterable
from typing import Any

from contracts import topics
from servicekit.ledger import Position, Watermark, position_of
from servicekit.log import Partition
from servicekit.store import Store, Unit


def replay(store: Store[Any], group: str, names: Iterable[str]) -> None:
    """Forget watermarks and positions of these topics; the worker starts at their beginning.

    It notices with the next event of a partition that it reads; on a quiet platform, when it is started again.
    How far each key ever was stays known: handlers with outside effects are not called again up to there.
    """
    chosen = list(names)
    partitions = [Partition(name, number) for name in chosen for number in range(topics()[name].partitions)]

    def work(unit: Unit) -> None:
        unit.amend(Watermark, {"group": group, "topic": {"$in": chosen}}, {"generation": 0, "sequence": 0})
        unit.discard(Position, {"_id": {"$in": [position_of(group, partition) for partition in partitions]}})

    store.atomically(work)
