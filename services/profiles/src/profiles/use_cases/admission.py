"""Whether somebody with a valid token is still let in."""

from profiles.domain.client import Client
from profiles.domain.person import Person
from profiles.ports import Store, Unit
from servicekit.caller import Caller


def is_admitted(store: Store, caller: Caller) -> bool:
    """Whether the caller may still come in by its token: a person who did not leave, or a client that was not revoked.

    A client's token that says more than the client may do by now is good no more; the client's next one says what is.
    """

    def work(unit: Unit) -> bool:
        if caller.kind == "client":
            client = unit.get(Client, caller.id)
            if client is None or client.revoked:
                return False
            return caller.asks_within(client.scopes, client.programs)
        person = unit.get(Person, caller.id)
        return person is not None and person.may_come_in

    return store.reading(work)
