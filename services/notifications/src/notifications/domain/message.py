"""A message: one notice to one person, kept as ids and dates; its words are made when it is read or sent."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from servicekit.entity import Entity

Kind = Literal[
    "request_received",
    "request_reminded",
    "request_accepted",
    "request_declined",
    "request_withdrawn",
    "request_expired",
    "request_superseded",
    "request_rerouted",
    "enrolment_approved",
    "enrolment_rejected",
    "enrolment_waitlisted",
    "mentorship_proposed",
    "mentorship_started",
    "mentorship_declined",
    "mentorship_expired",
    "mentorship_ended",
    "session_scheduled",
    "session_rescheduled",
    "session_cancelled",
    "session_reminded",
    "session_missed",
    "review_due",
    "review_revealed",
    "place_free",
    "run_ready",
    "run_failed",
    "run_published",
]
Method = Literal["REQUEST", "CANCEL"]
_ANNOUNCING: frozenset[Kind] = frozenset({"session_scheduled", "session_rescheduled", "session_reminded"})


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A session as a calendar knows it; `method` is None where calendars have nothing to change."""

    session_id: str
    starts_at: datetime
    minutes: int
    revision: int
    people: tuple[str, ...]
    method: Method | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What one person is told: about whom (`other_ids`), in which program, and which page of the portal shows it."""

    person_id: str
    kind: Kind
    link: str
    program_id: str
    other_ids: tuple[str, ...] = ()
    deadline: datetime | None = None
    meeting: Meeting | None = None

    def comes_too_late(self, now: datetime) -> bool:
        """Whether it announces a session that has begun: one entered afterwards, or a word that was held up."""
        return self.kind in _ANNOUNCING and self.meeting is not None and self.meeting.starts_at <= now


@dataclass(frozen=True, kw_only=True)
class Message(Entity):
    """A notice that was given; `in_inbox` is false where the person wants this kind elsewhere only."""

    person_id: str
    notice: Notice
    event_id: str
    created_at: datetime
    in_inbox: bool
    read_at: datetime | None = None
    archived_at: datetime | None = None

    def read(self, now: datetime) -> "Message":
        """Its person has seen it; seeing it again changes nothing."""
        return self if self.read_at is not None else replace(self, read_at=now)

    def archived(self, now: datetime) -> "Message":
        """Its person puts it away, which also means that they saw it."""
        return self if self.archived_at is not None else replace(self.read(now), archived_at=now)


def message_id(event_id: str, index: int) -> str:
    """The id of an event's n-th message: the same event makes the same message, however often it is told."""
    return f"msg_{event_id.partition('_')[2]}-{index}"
