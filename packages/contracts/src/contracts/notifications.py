"""What `notifications` publishes: what became of its deliveries, and of the integrators' webhook subscriptions."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from contracts.fields import ClientId, Code, Count, DeliveryId, ErasureId, MessageId, PersonId, SubscriptionId
from contracts.registry import Event, about, fact

# Its own, since the event feed and the webhooks carry every public fact.
READERS = ("notifications",)

about("notifications.delivery", "What became of each message on each channel. Never its text or its address.")


@dataclass(frozen=True, kw_only=True)
class _DeliveryFact(Event):
    delivery_id: DeliveryId
    message_id: MessageId
    person_id: PersonId
    channel: Annotated[Code, Meta(description="E.g. `inbox`, `email`; the list may grow.")]
    reason: Annotated[Code | None, Meta(description="Why it was suppressed or died; none when it was sent.")] = None


@fact("notifications.delivery", "sent", key="delivery_id", visibility="internal", consumers=())
class DeliverySent(_DeliveryFact):
    """The channel took the message."""


@fact("notifications.delivery", "suppressed", key="delivery_id", visibility="internal", consumers=())
class DeliverySuppressed(_DeliveryFact):
    """The message was not sent: the person's preference, no address, or somebody who left."""


@fact("notifications.delivery", "died", key="delivery_id", visibility="internal", consumers=())
class DeliveryDied(_DeliveryFact):
    """Every attempt failed; nothing more is tried."""


about("notifications.subscription", "The course of each webhook subscription.")


@dataclass(frozen=True, kw_only=True)
class _SubscriptionFact(Event):
    subscription_id: SubscriptionId
    client_id: ClientId
    reason: Annotated[Code | None, Meta(description="Why, where there is more to say than the action.")] = None


@fact("notifications.subscription", "created", key="subscription_id", visibility="public", consumers=READERS)
class SubscriptionCreated(_SubscriptionFact):
    """A client subscribed."""


@fact("notifications.subscription", "paused", key="subscription_id", visibility="public", consumers=READERS)
class SubscriptionPaused(_SubscriptionFact):
    """Nothing is sent until it is resumed."""


@fact("notifications.subscription", "resumed", key="subscription_id", visibility="public", consumers=READERS)
class SubscriptionResumed(_SubscriptionFact):
    """Sending goes on where it stopped."""


@fact("notifications.subscription", "disabled", key="subscription_id", visibility="public", consumers=READERS)
class SubscriptionDisabled(_SubscriptionFact):
    """The address answered 410 or failed too long; its owner is told."""


@fact("notifications.subscription", "removed", key="subscription_id", visibility="public", consumers=READERS)
class SubscriptionRemoved(_SubscriptionFact):
    """The client gave it up."""


about("notifications.receipt", "What `notifications` destroyed for each erasure.")


@fact("notifications.receipt", "recorded", key="erasure_id", visibility="internal", consumers=("profiles",))
class ReceiptRecorded(Event):
    """The service destroyed what it kept about the person, counted by kind of data."""

    erasure_id: ErasureId
    person_id: PersonId
    destroyed: Annotated[dict[Code, Count], Meta(description="How many of each kind of data.")]
