"""Everything that this service holds about one person."""

from notifications import permissions
from notifications.domain.delivery import Delivery
from notifications.domain.known import Contact
from notifications.domain.message import Message
from notifications.domain.preferences import Preferences
from notifications.ports import Store, Unit
from servicekit.caller import Caller
from servicekit.holdings import Holding, audit_about

_MOST = 100_000


def gather(store: Store, caller: Caller, person_id: str) -> list[Holding]:
    """The person's documents."""
    permissions.require(caller, "data.read", permissions.standing(caller, person_id))

    def work(unit: Unit) -> list[Holding]:
        contact, preferences = unit.get(Contact, person_id), unit.get(Preferences, person_id)
        return [
            Holding(
                name="contact",
                about="How to reach you.",
                kind=Contact,
                items=[contact] if contact is not None else [],
            ),
            Holding(
                name="preferences",
                about="What you want to be told, and where.",
                kind=Preferences,
                items=[preferences] if preferences is not None else [],
            ),
            Holding(
                name="messages",
                about="What you were told. The words are made when you read them; ids and dates are kept.",
                kind=Message,
                items=unit.messages_of(person_id),
            ),
            Holding(
                name="deliveries",
                about="Which messages went out to you over which channel, and what became of them.",
                kind=Delivery,
                items=unit.deliveries_of(person_id, None, _MOST),
            ),
            audit_about(unit, person_id),
        ]

    return store.reading(work)
