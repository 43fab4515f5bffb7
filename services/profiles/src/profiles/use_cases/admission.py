"""Whether somebody with a valid token is still let in."""

from profiles.domain.client import Client
from profiles.domain.person import Person
from profiles.ports import Store, Unit
from profiles.use_cases.sessions import is_session_live
from servicekit.caller import Caller
from servicekit.clock import Clock


def is_admitted(store: Store, clock: Clock, caller: Caller) -> bool:
    """Whether the caller may still come in by its token: a person who did not leave, or a client that was not revoked.

    A person's token is over with the sign-in that it descends from; a client's, once it says more than its client may.
    """
    if caller.session:
        return is_session_live(store, clock, caller)

    def work(unit: Unit) -> bool:
        if caller.kind == "client":
            client = unit.get(Client, caller.id)
            if client is None or client.revoked:
                return False
            return caller.asks_within(client.scopes, client.programs)
        person = unit.get(Person, caller.id)
        return person is not None and person.may_come_in

    return store.reading(work)
