"""Whether somebody with a valid token is still let in."""

from profiles.domain.access import RefreshFamily
from profiles.domain.client import Client
from profiles.domain.person import Person
from profiles.ports import Store, Unit
from servicekit.caller import Caller
from servicekit.clock import Clock


def is_admitted(store: Store, clock: Clock, caller: Caller) -> bool:
    """Whether the caller may still come in by its token: a person who did not leave, or a client that was not revoked.

    A person's token is over with the sign-in it descends from; a client's, once it says more than the client may do.
    """

    def work(unit: Unit) -> bool:
        if caller.kind == "client":
            client = unit.get(Client, caller.id)
            if client is None or client.revoked:
                return False
            return caller.asks_within(client.scopes, client.programs)
        person = unit.get(Person, caller.id)
        if person is None or not person.may_come_in:
            return False
        return not caller.session or _goes_on(unit.get(RefreshFamily, caller.session), clock)

    return store.reading(work)


def _goes_on(family: RefreshFamily | None, clock: Clock) -> bool:
    return family is not None and family.is_live(clock.now())
