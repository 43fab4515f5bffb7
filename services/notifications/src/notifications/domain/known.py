"""What must be known of people, programs and clients to tell them something, as other services told it."""

from dataclasses import dataclass, field
from typing import Literal

from servicekit.entity import Entity


@dataclass(frozen=True, kw_only=True)
class Contact(Entity):
    """How to reach somebody; the id is the person's. `email` is empty until `profiles` told it.

    Names and addresses are kept here and nowhere else, so that erasing this erases them from every notice. Of who was
    erased, `destroyed` says how much of each kind of data there was.
    """

    name: str = ""
    email: str = ""
    locale: str = "en"
    time_zone: str = "UTC"
    status: Literal["active", "on_leave", "left", "erased"] = "active"
    destroyed: dict[str, int] = field(default_factory=dict)

    @property
    def is_gone(self) -> bool:
        """Whether this person is told nothing any more."""
        return self.status in ("left", "erased")


@dataclass(frozen=True, kw_only=True)
class Erasure(Entity):
    """A receipt that was given; the id is the erasure's."""

    person_id: str


@dataclass(frozen=True, kw_only=True)
class Program(Entity):
    """A program's name, for people to read."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Client(Entity):
    """An integrator's program; no `programs` means all of them."""

    scopes: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    revoked: bool = False
