"""Destroys what the kit itself keeps of one person beside a service's documents: stored replies and parked records."""

from typing import Any

from contracts import topics
from servicekit.documents import StoredReply
from servicekit.ledger import Parked, Watermark


def forget_traces(unit: Any, group: str, person_id: str) -> dict[str, int]:
    """Destroy the replies that name the person and the parked records that describe them; returns how many of each.

    `unit` is the service's unit of work, `group` its consumer group. A reply holds copies of documents, so one that
    names the person may hold what they wrote, whoever it was given to. A line whose parked records are gone goes on by
    itself: it is released with nothing in it.
    """
    replies = unit.discard(
        StoredReply, {"$or": [{"_id": {"$regex": f"^person:{person_id} "}}, {"reply.body": {"$regex": person_id}}]}
    )
    lines = [f"{group}|{topic.name}|{person_id}" for topic in topics().values() if topic.personal]
    parked = unit.discard(Parked, {"line": {"$in": lines}})
    # Not by saving it: the consumer may hold this very watermark, to raise it when its handler is done.
    unit.amend(Watermark, {"_id": {"$in": lines}, "parked": {"$gt": 0}}, {"releasing": True})
    return {"replies": replies, "parked_events": parked}
