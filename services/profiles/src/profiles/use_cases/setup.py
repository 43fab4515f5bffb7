"""What must be there before the first request: a signing key and the first people admin."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from profiles.domain.access import PEOPLE_ADMINS, Grant, Guard, SigningKey
from profiles.domain.history import Source
from profiles.domain.person import Facts, Person
from profiles.domain.search import folded
from profiles.ports import Store, Unit
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import WrongState

SIGNING_KEYS = "signing-keys"


def ensure_signing_key(store: Store, clock: Clock, make_key: Callable[[datetime], SigningKey]) -> bool:
    """See to a key that tokens are signed by; returns whether one was made."""
    key = make_key(clock.now())

    def work(unit: Unit) -> bool:
        if unit.signing_keys():
            return False
        # Two that begin together must not both make one.
        unit.save(unit.get(Guard, SIGNING_KEYS) or Guard(id=SIGNING_KEYS))
        unit.save(key)
        return True

    return store.atomically(work)


def make_first_people_admin(store: Store, clock: Clock, email: str, time_zone: str) -> str | None:
    """Give the role to whoever has this address, registered with it where nobody has; returns the person's id.

    Only while nobody has the role: later it returns None and changes nothing, so that repeating it is harmless and no
    back door.

    Raises:
        InvalidInput: it is no e-mail address.
        WrongState: whoever has it left.
    """
    now = clock.now()
    caller = Caller.system("profiles")
    facts = Facts(email=email.strip(), name=email.strip().partition("@")[0], time_zone=time_zone)
    source = Source(by=caller.id, kind=caller.kind)
    fresh = Person.registered(new_id("prs"), facts, now).remembering(None, source, now)

    def work(unit: Unit) -> str | None:
        if unit.people_with_role("people_admin"):
            return None
        unit.save(unit.get(Guard, PEOPLE_ADMINS) or Guard(id=PEOPLE_ADMINS))
        person = unit.person_by_email(folded(email)) or unit.save(fresh, *fresh.snapshots)
        if not person.may_come_in:
            raise WrongState(f"{person.id}, who has this address, left the organisation.")
        grant = unit.get(Grant, person.id) or Grant(id=person.id)
        unit.save(replace(grant, roles=tuple(sorted({*grant.roles, "people_admin"}))))
        unit.save(audited(caller, "people-admin.first", person.id, now, "people_admin"))
        return person.id

    return store.atomically(work)
