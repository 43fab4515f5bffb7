"""The inputs of a run: taken from the projections once, and read for the solver."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial

import engine
from matching.domain import pairing
from matching.domain.enrolment import Enrolment
from matching.domain.person import Person, Profile
from matching.domain.program import Program
from matching.domain.run import Run
from matching.domain.seats import Seats
from matching.domain.snapshot import LINES_IN_A_CHUNK, PEOPLE_IN_A_CHUNK, Chunk
from matching.ports.unit import Store, Unit
from servicekit.clock import Clock

# Large, since a server may read all that follow for each page, whatever its limit; an enrolment is small.
PAGE = 20_000
CHUNKS_AT_ONCE = 20
_DEEPEST_LINE = 100


def take_snapshot(store: Store, clock: Clock, run: Run, watch: Callable[[str, float], None]) -> set[str]:
    """Keep everybody who holds a place in the program and could still be matched, as they are now; who they are."""
    store.atomically(lambda unit: unit.discard_chunks(run.id))
    program = store.reading(lambda unit: unit.require(Program, run.program_id)).with_terms(run.terms)
    places = _places(store, program.id, watch)
    ids = sorted(places)
    managers: dict[str, str] = {}
    inside: set[str] = set()
    for start in range(0, len(ids), PEOPLE_IN_A_CHUNK):
        some = ids[start : start + PEOPLE_IN_A_CHUNK]
        people = store.reading(_looking(clock, program, some, places))
        managers |= {one.person_id: one.manager_id for one in people if one.manager_id}
        inside |= {one.person_id for one in people}
        chunk = Chunk.of(run.id, start // PEOPLE_IN_A_CHUNK, people)
        store.atomically(_saving(chunk))
        watch("snapshot", (start + len(some)) / max(len(ids), 1))
    _keep_lines(store, run.id, managers, -(-len(ids) // PEOPLE_IN_A_CHUNK), watch)
    return inside


def chunks(store: Store, snapshot_id: str) -> Iterator[Chunk]:
    """Every chunk of a snapshot, a few at a time."""
    after = ""
    while True:
        found = store.reading(_chunks_after(snapshot_id, after))
        yield from found
        if len(found) < CHUNKS_AT_ONCE:
            return
        after = found[-1].id


def gone_from(store: Store, snapshot_id: str, watch: Callable[[str, float], None]) -> frozenset[str]:
    """Who of a snapshot has left since, was erased, or asked to be."""
    gone: set[str] = set()
    for chunk in chunks(store, snapshot_id):
        ids = [one.person_id for one in chunk.unpacked()]

        def look(unit: Unit, ids: list[str] = ids) -> set[str]:
            unit.prefetch(Person, ids)
            people = ((id, unit.get(Person, id)) for id in ids)
            return {id for id, person in people if person is None or person.is_gone or person.hidden_by}

        gone |= store.reading(look)
        watch("snapshot", 1.0)
    return frozenset(gone)


def _places(store: Store, program_id: str, watch: Callable[[str, float], None]) -> dict[str, list[Enrolment]]:
    """The approved enrolments of a program, by person."""
    places: dict[str, list[Enrolment]] = defaultdict(list)
    after: str | None = None
    while True:
        found = store.reading(_approved_after(program_id, after))
        for enrolment in found:
            places[enrolment.person_id].append(enrolment)
        watch("snapshot", 0.0)
        if len(found) < PAGE:
            return places
        after = found[-1].id


def _approved_after(program_id: str, after: str | None) -> Callable[[Unit], list[Enrolment]]:
    return lambda unit: unit.enrolments_in(program_id, None, "approved", None, after, PAGE)


def _chunks_after(snapshot_id: str, after: str) -> Callable[[Unit], list[Chunk]]:
    return lambda unit: unit.chunks_of(snapshot_id, after, CHUNKS_AT_ONCE)


def _saving(chunk: Chunk) -> Callable[[Unit], Chunk]:
    return lambda unit: unit.save(chunk)


def _looking(
    clock: Clock, program: Program, ids: list[str], places: dict[str, list[Enrolment]]
) -> Callable[[Unit], list[engine.Person]]:
    return lambda unit: list(_seen(unit, clock, program, ids, places))


def _seen(
    unit: Unit, clock: Clock, program: Program, ids: list[str], places: dict[str, list[Enrolment]]
) -> Iterator[engine.Person]:
    """Those of `ids` who can be matched: a mentee who has found all the mentors they wanted cannot."""
    for kind in (Person, Profile, Seats):
        unit.prefetch(kind, ids)
    for person_id in ids:
        person, seats = unit.get(Person, person_id), unit.get(Seats, person_id)
        if person is None or seats is None:
            continue
        open_places = [one for one in places[person_id] if one.role == "mentor" or seats.left(program.id, "mentee")]
        seen = pairing.candidate(program, person, unit.get(Profile, person_id), open_places, seats, clock.now())
        if seen is not None:
            yield seen


def _keep_lines(
    store: Store, snapshot_id: str, managers: dict[str, str], number: int, watch: Callable[[str, float], None]
) -> None:
    """Reporting lines go on above the people of the program, through managers who are not part of it."""
    above: dict[str, str] = {}
    waiting = sorted(set(managers.values()) - managers.keys())
    for _ in range(_DEEPEST_LINE):
        if not waiting:
            break
        found: dict[str, str] = {}
        for start in range(0, len(waiting), PAGE):
            some = waiting[start : start + PAGE]
            found |= store.reading(partial(_bosses, ids=some))
            watch("snapshot", 1.0)
        above |= found
        waiting = sorted(set(found.values()) - managers.keys() - above.keys())
    names = sorted(above)
    for start in range(0, len(names), LINES_IN_A_CHUNK):
        lines = {name: above[name] for name in names[start : start + LINES_IN_A_CHUNK]}
        chunk = Chunk.of(snapshot_id, number + start // LINES_IN_A_CHUNK, (), lines)
        store.atomically(_saving(chunk))


def _bosses(unit: Unit, ids: list[str]) -> dict[str, str]:
    unit.prefetch(Person, ids)
    people = (unit.get(Person, id) for id in ids)
    return {person.id: person.manager_id for person in people if person is not None and person.manager_id}
