"""Whether somebody with a valid token is still let in."""

from profiles.domain.client import Client
from profiles.domain.person import Person
from profiles.ports import Store, Unit
from servicekit.caller import Caller


def is_admitted(store: Store, caller: Caller) -> bool:
    """Whether the caller is a person who did not leave, or a client that was not revoked: at once, not by its token."""

    def work(unit: Unit) -> bool:
        if caller.kind == "client":
            client = unit.get(Client, caller.id)
            return client is not None and not client.revoked
        person = unit.get(Person, caller.id)
        return person is not None and person.may_come_in

    return store.reading(work)
