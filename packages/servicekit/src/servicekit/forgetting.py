"""Destroys what the kit itself keeps of one person beside a service's documents: stored replies and parked records."""

from dataclasses import replace
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
    # By saving them: later events of these lines may come in this very transaction, and are parked by what it knows.
    for mark in unit.find(Watermark, {"_id": {"$in": lines}, "parked": {"$gt": 0}}):
        unit.save(replace(mark, releasing=True))
    return {"replies": replies, "parked_events": parked}
