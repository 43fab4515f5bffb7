"""What a run was given and what it gave: people as the match saw them, and pairs, packed in chunks."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

import engine
from servicekit.entity import Entity

# A document may have 16 MB; so many people take well under one.
PEOPLE_IN_A_CHUNK = 500
LINES_IN_A_CHUNK = 20_000

_json = msgspec.json.Encoder(order="deterministic")
_people = msgspec.json.Decoder(list[engine.Person])
_lines = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Chunk(Entity):
    """Some people of a snapshot, `first` to `last` by id, and some reporting lines of people who are not among them.

    Ids and codes only: neither names nor words that somebody wrote.
    """

    snapshot_id: str
    first: str
    last: str
    people: bytes
    lines: bytes

    @staticmethod
    def of(
        snapshot_id: str, number: int, people: Iterable[engine.Person], lines: Mapping[str, str] | None = None
    ) -> "Chunk":
        """The packed chunk."""
        rows = sorted(people, key=lambda person: person.person_id)
        first, last = _ends([one.person_id for one in rows])
        return Chunk(
            id=f"{snapshot_id}.{number:05d}",
            snapshot_id=snapshot_id,
            first=first,
            last=last,
            people=_packed(rows),
            lines=_packed(dict(lines or {})),
        )

    @staticmethod
    def of_pairs(name: str, number: int, pairs: Mapping[str, str]) -> "Chunk":
        """Some pairs instead of people, mentor by mentee: the lines of the chunk, `first` to `last` by mentee."""
        first, last = _ends(sorted(pairs))
        return replace(Chunk.of(name, number, (), pairs), first=first, last=last)

    def unpacked(self) -> list[engine.Person]:
        """The people."""
        return unpack_people(self.people)

    def without(self, person_id: str) -> "Chunk":
        """The same without one person: neither a row of theirs, nor a wish, an avoidance or a line that names them."""
        before = self.unpacked()
        rows = [_forgetting(one, person_id) for one in before if one.person_id != person_id]
        lines = unpack_lines(self.lines)
        kept = {one: boss for one, boss in lines.items() if person_id not in (one, boss)}
        if rows == before and kept == lines:
            return self
        # Lines of managers are looked for by no one id, pairs are.
        names = [one.person_id for one in rows] if before or not self.first else sorted(kept)
        first, last = _ends(names)
        return replace(self, first=first, last=last, people=_packed(rows), lines=_packed(kept))

    def unpaired(self, mentee_id: str) -> "Chunk":
        """Pairs without the one of this mentee."""
        kept = {one: mentor for one, mentor in unpack_lines(self.lines).items() if one != mentee_id}
        first, last = _ends(sorted(kept))
        return replace(self, first=first, last=last, lines=_packed(kept))


def unpack_people(packed: bytes) -> list[engine.Person]:
    """The people of a packed chunk."""
    return _people.decode(zlib.decompress(packed))


def unpack_lines(packed: bytes) -> dict[str, str]:
    """The reporting lines of a packed chunk."""
    return _lines.decode(zlib.decompress(packed))


def _ends(ids: list[str]) -> tuple[str, str]:
    return (ids[0], ids[-1]) if ids else ("", "")


def _packed(value: object) -> bytes:
    return zlib.compress(_json.encode(value), 6)


def _forgetting(person: engine.Person, gone: str) -> engine.Person:
    if (
        gone not in person.wishes
        and gone not in person.wishes_as_mentor
        and gone not in person.avoid
        and person.manager_id != gone
    ):
        return person
    return replace(
        person,
        # An empty wish keeps the rank of those after it.
        wishes=tuple("" if one == gone else one for one in person.wishes),
        wishes_as_mentor=tuple("" if one == gone else one for one in person.wishes_as_mentor),
        avoid=person.avoid - {gone},
        manager_id="" if person.manager_id == gone else person.manager_id,
    )


@dataclass(frozen=True, kw_only=True)
class Forgetting(Entity):
    """A person is being removed from every snapshot, and from the pairs that runs were given: how far that got.

    The id is the person's. What was being stored when the erasure came may come after the first look, hence a last one.
    `erasures` wait for their receipt until the first look is over; `found` counts the parts of snapshots they were in.
    """

    after: str = ""
    inputs_after: str = ""
    due_at: datetime
    is_last: bool = False
    erasures: tuple[str, ...] = ()
    found: int = 0
