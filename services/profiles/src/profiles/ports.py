"""What the use cases need of the outside: a unit of work, the identity provider, a signer of tokens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypeVar

import servicekit.store
from contracts import Event
from profiles.domain.access import RefreshFamily, SigningKey, SignInLink
from profiles.domain.client import Client
from profiles.domain.erasure import Erasure, State
from profiles.domain.group import Group
from profiles.domain.imports.course import Batch, Chunk, Import
from profiles.domain.imports.naming import Naming
from profiles.domain.imports.row import Fault
from profiles.domain.person import Person
from profiles.domain.profile import Profile
from profiles.domain.profile_field import ProfileField
from profiles.domain.search import Listed, Sought
from profiles.domain.vocabulary import Skill, Theme
from servicekit.entity import Entity

E = TypeVar("E", bound=Entity)
T = TypeVar("T", Skill, Theme)
Where: TypeAlias = servicekit.store.Where
Order: TypeAlias = servicekit.store.Order


class Unit(Protocol):
    """The documents of this service inside one unit of work."""

    def get(self, kind: type[E], id: str) -> E | None:
        """The entity, or None."""
        ...

    def require(self, kind: type[E], id: str, expected: int | None = None) -> E:
        """The entity; raises NotFound, or Stale where it has another version than `expected`."""
        ...

    def prefetch(self, kind: type[E], ids: Iterable[str]) -> None:
        """Load many at once."""
        ...

    def save(self, entity: E, *events: Event) -> E:
        """Keep the entity and tell its events."""
        ...

    def person_by_email(self, key: str) -> Person | None:
        """The person whose folded address this is."""
        ...

    def person_by_external_id(self, external_id: str) -> Person | None:
        """The person whom HR calls so."""
        ...

    def person_by_user_name(self, key: str) -> Person | None:
        """The person whose folded account name this is; their address where no account was provisioned."""
        ...

    def people_named(
        self, words: Sequence[str], exact: str | None, after: tuple[str, str] | None, limit: int
    ) -> list[Person]:
        """People who did not leave and whose name has words that begin so, by (sort name, id) after `after`.

        `exact` also finds the one whose address or external id it is, wherever they work now.
        """
        ...

    def people_sought(self, sought: Sought, after: tuple[str, str] | None, limit: int) -> list[Person]:
        """People whom everything that is said fits, whatever their status, by (sort name, id) after `after`."""
        ...

    def people_with_role(self, role: str) -> list[str]:
        """The ids of those who were given a role, or have it by a group."""
        ...

    def values_of(self, fact: Listed, limit: int) -> list[str]:
        """The different values of a fact, in order; empty ones are none."""
        ...

    def terms_with_keys(self, kind: type[T], keys: Sequence[str]) -> list[T]:
        """Entries that have one of these keys as name or synonym."""
        ...

    def terms_named(
        self, kind: type[T], words: Sequence[str], after: tuple[str, str] | None, limit: int, *, retired: bool = False
    ) -> list[T]:
        """Entries in use, or retired ones, whose names have words that begin so, by (name key, id) after `after`."""
        ...

    def profile_fields(self) -> list[ProfileField]:
        """Every question of the organisation's own, in its order, retired ones too."""
        ...

    def fields_to_retell(self) -> list[str]:
        """The questions of whose change the match was not told to its end."""
        ...

    def profiles_answering(self, key: str, after: str, limit: int) -> list[Profile]:
        """Profiles with an answer to a question, by id after `after`."""
        ...

    def pauses_over(self, now: datetime, limit: int) -> list[str]:
        """The people whose pause ends now or ended, the longest ago first."""
        ...

    def terms_merged(self, kind: type[T]) -> list[T]:
        """Entries that were merged into another."""
        ...

    def profiles_naming(self, skills: Sequence[str], themes: Sequence[str], limit: int) -> list[str]:
        """The ids of profiles that name one of these."""
        ...

    def provisioned(self, where: Where, order: Order, skip: int, limit: int | None) -> list[Person]:
        """People whom the identity provider may see and `where` finds."""
        ...

    def count_provisioned(self, where: Where) -> int:
        """How many those are."""
        ...

    def groups_where(self, where: Where, order: Order, skip: int, limit: int | None) -> list[Group]:
        """The provider's groups that `where` finds."""
        ...

    def count_groups(self, where: Where) -> int:
        """How many those are."""
        ...

    def groups_of(self, person_ids: Sequence[str]) -> list[Group]:
        """The groups that have one of these people among their members."""
        ...

    def people_by_keys(self, external_ids: Sequence[str], names: Sequence[str]) -> list[Person]:
        """People with one of these external ids, or one of these folded addresses or account names."""
        ...

    def known_to_hr(self, after: str, limit: int) -> list[Person]:
        """People who did not leave and have an external id, by id after `after`."""
        ...

    def chunk_holding(self, import_id: str, line: int) -> Chunk | None:
        """The chunk of a file that has this line."""
        ...

    def count_chunks(self, import_id: str) -> int:
        """How many chunks there are of an import."""
        ...

    def discard_file(self, import_id: str) -> None:
        """Drop the chunks and batches of an import."""
        ...

    def discard_lines(self, import_id: str) -> None:
        """Drop the chunks of an import."""
        ...

    def chunks_naming(self, naming: Naming) -> list[Chunk]:
        """The chunks of files that have a line with a cell that names the person."""
        ...

    def batches_naming(self, naming: Naming) -> list[Batch]:
        """The batches that have a row about the person, or one that names them as manager."""
        ...

    def discard_seen(self, naming: Naming) -> int:
        """Drop that files named the person; returns how many."""
        ...

    def batches_showing(self, import_id: str, action: str | None, after: int, limit: int) -> list[Batch]:
        """Batches from number `after` on that have rows of this action."""
        ...

    def faults_after(self, import_id: str, after: str, limit: int) -> list[Fault]:
        """What is wrong with an import's rows, by line, behind the fault `after`."""
        ...

    def imports_before(self, before: str | None, limit: int) -> list[Import]:
        """Imports, the newest first."""
        ...

    def imports_to_work_on(self, now: datetime, limit: int) -> list[Import]:
        """Imports of which something is to be done: read, carried out, given up as too old, or tidied away."""
        ...

    def links_of(self, person_id: str, issuer: str) -> list[SignInLink]:
        """The person's links to an identity provider."""
        ...

    def live_refresh_families(self, person_id: str) -> list[RefreshFamily]:
        """The person's sessions that nobody ended."""
        ...

    def succeed(self, entity: Entity, kind: type[Entity]) -> None:
        """Delete the entity's document; what is saved as `kind` with its id goes on with the numbers of its events."""
        ...

    def remove(self, entity: Entity) -> None:
        """Delete the entity's document; what was told of it stays told."""
        ...

    def every_link_of(self, person_id: str) -> list[SignInLink]:
        """The person's links to every identity provider."""
        ...

    def refresh_families_of(self, person_id: str) -> list[RefreshFamily]:
        """The person's sessions, ended ones included."""
        ...

    def erasures_of(self, person_id: str) -> list[Erasure]:
        """Every erasure that was asked for the person."""
        ...

    def discard_links(self, person_id: str) -> int:
        """Delete every link of the person to an identity provider; returns how many."""
        ...

    def discard_refresh_families(self, person_id: str) -> int:
        """Delete every session of the person; returns how many."""
        ...

    def profiles_avoiding(self, person_id: str) -> list[Profile]:
        """The profiles whose avoid list names the person."""
        ...

    def terms_proposed_by(self, kind: type[T], person_id: str) -> list[T]:
        """The entries that the person proposed and nobody approved."""
        ...

    def is_term_used(self, term: Skill | Theme, beside: str) -> bool:
        """Whether the profile of anybody beside that person names the entry."""
        ...

    def erasures_after(
        self, state: State | None, person_id: str | None, after: str | None, limit: int
    ) -> list[Erasure]:
        """Erasures by id, in one state or all, of one person or all."""
        ...

    def erasures_due(self, now: datetime, limit: int) -> Sequence[str]:
        """The ids of erasures whose next step is due, the longest waiting first."""
        ...

    def has_unsent(self, key: str) -> bool:
        """Whether an event of this key waits to be sent."""
        ...

    def clients_after(self, after: str | None, limit: int) -> list[Client]:
        """Clients by id."""
        ...

    def signing_keys(self) -> list[SigningKey]:
        """Every key whose tokens may be about, the newest first."""
        ...


Store: TypeAlias = servicekit.store.Store[Unit]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Whom an identity provider vouches for; `email` is set only where it may be trusted, `roles` are ours."""

    issuer: str
    subject: str
    email: str | None
    external_id: str | None
    roles: tuple[str, ...] = ()


class IdentityProvider(Protocol):
    """The organisation's OpenID Connect provider."""

    def identify(self, id_token: str) -> Identity:
        """Whom the ID token names.

        Raises:
            InvalidGrant: it is forged, expired, or not for us.
        """
        ...


class TokenSigner(Protocol):
    """Signs platform tokens."""

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JWT with these claims and whatever names its issuer and audience."""
        ...
