"""Who asks: a person, an integrator's client, or the platform itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The verified principal of one request, event or clock tick.

    `id` is a person's `prs_…`, a client's `cli_…` or a service's name; `roles` are a person's, `scopes` a client's;
    `programs` limits a client to some programs (empty: all); `session` is the sign-in that a person's token descends
    from.
    """

    id: str
    kind: Literal["person", "client", "system"]
    roles: frozenset[str] = field(default_factory=frozenset)
    scopes: frozenset[str] = field(default_factory=frozenset)
    programs: frozenset[str] = field(default_factory=frozenset)
    session: str = ""

    def asks_within(self, scopes: Iterable[str], programs: Iterable[str]) -> bool:
        """Whether a client's token says no more than what the client has now; no programs are all of them."""
        limits = frozenset(programs)
        return self.scopes <= frozenset(scopes) and (not limits or (bool(self.programs) and self.programs <= limits))

    @staticmethod
    def system(service: str) -> "Caller":
        """The platform acting on an event or a deadline."""
        return Caller(id=service, kind="system")

    @staticmethod
    def person(person_id: str, *roles: str) -> "Caller":
        """A person with the given roles; everybody is an `employee`."""
        return Caller(id=person_id, kind="person", roles=frozenset(roles) | {"employee"})
