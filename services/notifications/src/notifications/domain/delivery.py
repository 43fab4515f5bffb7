"""A delivery: one message over one channel, from waiting to sent, suppressed or dead."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from contracts.notifications import DeliveryDied, DeliverySent, DeliverySuppressed
from notifications.domain.message import Kind, Message
from notifications.domain.preferences import Channel
from servicekit.entity import Entity

State = Literal["pending", "sent", "suppressed", "failed", "dead"]
F = TypeVar("F", DeliverySent, DeliverySuppressed, DeliveryDied)

CLAIMED_FOR = timedelta(minutes=2)
WAIT_FOR_CONTACT = timedelta(hours=24)
LOOK_AGAIN_FOR_CONTACT = timedelta(minutes=10)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=4)
MOST_ATTEMPTS = 10


@dataclass(frozen=True, kw_only=True)
class Delivery(Entity):
    """`due_at` is when a worker should look at it, None once it is over.

    A worker claims it by moving `due_at` two minutes ahead and leaving its own `claim`: two workers never send at once,
    and what a dead worker claimed becomes due again by itself. So a mail may be sent twice, with one Message-ID.
    """

    message_id: str
    person_id: str
    channel: Channel
    kind: Kind
    state: State = "pending"
    reason: str | None = None
    attempts: int = 0
    created_at: datetime
    due_at: datetime | None
    claim: str | None = None
    sent_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to look at it."""
        return self.due_at is not None and self.due_at <= now

    @property
    def is_exhausted(self) -> bool:
        """Whether every attempt was used up; attempts whose worker died in the middle count too."""
        return self.attempts >= MOST_ATTEMPTS

    def waits_too_long(self, now: datetime) -> bool:
        """Whether a contact was waited for as long as it is worth."""
        return now >= self.created_at + WAIT_FOR_CONTACT

    def claimed(self, claim: str, now: datetime) -> "Delivery":
        """A worker takes it for two minutes."""
        return replace(self, claim=claim, attempts=self.attempts + 1, due_at=now + CLAIMED_FOR)

    def waiting(self, now: datetime) -> "Delivery":
        """Nobody knows yet where to send it."""
        again = min(now + LOOK_AGAIN_FOR_CONTACT, self.created_at + WAIT_FOR_CONTACT)
        return replace(self, due_at=again, reason="no_contact")

    def hastened(self, now: datetime) -> "Delivery":
        """What it waited for has come."""
        return replace(self, due_at=now) if self.reason == "no_contact" and self.due_at is not None else self

    def sent(self, now: datetime) -> tuple["Delivery", DeliverySent]:
        """The channel took it."""
        over = replace(self, state="sent", reason=None, due_at=None, claim=None, sent_at=now)
        return over, over._fact(DeliverySent)

    def suppressed(self, reason: str) -> tuple["Delivery", DeliverySuppressed]:
        """It is not sent at all, and `reason` says why."""
        over = replace(self, state="suppressed", reason=reason, due_at=None, claim=None)
        return over, over._fact(DeliverySuppressed)

    def failed(self, reason: str, jitter: float, now: datetime) -> tuple["Delivery", tuple[DeliveryDied, ...]]:
        """An attempt failed: later attempts wait twice as long each, `jitter` in [0, 1) spreads them; the last dies."""
        if self.is_exhausted:
            return self.died(reason)
        pause = min(FIRST_PAUSE * 2 ** (self.attempts - 1), LONGEST_PAUSE) * (0.5 + jitter)
        return replace(self, state="failed", reason=reason, claim=None, due_at=now + pause), ()

    def died(self, reason: str) -> tuple["Delivery", tuple[DeliveryDied, ...]]:
        """No attempt can help."""
        over = replace(self, state="dead", reason=reason, due_at=None, claim=None)
        return over, (over._fact(DeliveryDied),)

    def _fact(self, kind: type[F]) -> F:
        return kind(
            delivery_id=self.id,
            message_id=self.message_id,
            person_id=self.person_id,
            channel=self.channel,
            reason=self.reason,
        )


def by_email(message: Message, now: datetime) -> Delivery:
    """The delivery of a message by e-mail; one per message, so its id follows from the message's."""
    return Delivery(
        id=f"dlv_{message.id.partition('_')[2]}-email",
        message_id=message.id,
        person_id=message.person_id,
        channel="email",
        kind=message.notice.kind,
        created_at=now,
        due_at=now,
    )
