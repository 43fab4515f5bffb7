"""The pairs of a run in few documents: what another run is compared with, and what had stood before it.

A run may have a hundred thousand, and each has a document of its own with all that a manager reads of it. Who got whom
is kept beside those, packed, and is read whole within a request.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from matching.domain.proposal import Proposal
from matching.domain.run import Run
from matching.domain.snapshot import Chunk, unpack_lines
from matching.ports.unit import Store, Unit
from matching.use_cases.runs.snapshots import chunks

AT_ONCE = 5000
# What one query reads of the pairs that managers marked.
PAGE = 1000


def keep_found(unit: Unit, run_id: str, number: int, proposals: Sequence[Proposal]) -> None:
    """Keep a part of what the match found, by mentee; parts are numbered from 0."""
    if proposals:
        unit.save(Chunk.of_pairs(_found(run_id), number, dict(one.pair for one in proposals)))


def keep_before(store: Store, run_id: str, pairs: Mapping[str, str]) -> None:
    """Keep what stood before a run, in place of what was kept so far."""
    store.atomically(lambda unit: unit.discard_chunks(_before(run_id)))
    mentees = sorted(pairs)
    for start in range(0, len(mentees), AT_ONCE):
        some = {mentee_id: pairs[mentee_id] for mentee_id in mentees[start : start + AT_ONCE]}
        store.atomically(partial(_save, Chunk.of_pairs(_before(run_id), start // AT_ONCE, some)))


def before(store: Store, run_id: str) -> dict[str, str]:
    """What stood before a run, mentor by mentee."""
    return {one: other for chunk in chunks(store, _before(run_id)) for one, other in unpack_lines(chunk.lines).items()}


def discard_found(unit: Unit, run_id: str) -> None:
    """Drop what an attempt to compute the run had found."""
    unit.discard_chunks(_found(run_id))


def standing_pairs(store: Store, run: Run) -> dict[str, str]:
    """The mentor of each mentee of a run that has a result, with what managers changed by hand since."""
    found: dict[str, str] = {}
    for chunk in chunks(store, _found(run.id)):
        found |= unpack_lines(chunk.lines)
    by_hand = store.reading(lambda unit: list(all_marked(unit, run.id, {"by_hand": True})))
    forbidden = store.reading(lambda unit: list(all_marked(unit, run.id, {"state": "forbidden"})))
    is_peer = run.terms.get("kind") == "peer"
    chosen_for = {id for one in by_hand for id in (one.pair if is_peer else (one.mentee_id,))}
    refused = {one.pair for one in forbidden}
    kept = {
        mentee_id: mentor_id
        for mentee_id, mentor_id in found.items()
        if mentee_id not in chosen_for and not (is_peer and mentor_id in chosen_for)
    }
    kept |= dict(one.pair for one in by_hand)
    return {mentee_id: mentor_id for mentee_id, mentor_id in kept.items() if (mentee_id, mentor_id) not in refused}


def all_marked(unit: Unit, run_id: str, where: Mapping[str, object]) -> Iterator[Proposal]:
    """Every pair of a run whose fields equal `where`, however many managers marked."""
    after: tuple[float, str] | None = None
    while True:
        page = unit.proposals_of(run_id, where, "mentee", after, PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = (0.0, page[-1].id)


def take_out(unit: Unit, proposal: Proposal) -> None:
    """A pair goes from its run, since one of the two is gone."""
    unit.remove(proposal)
    run = unit.get(Run, proposal.run_id)
    if run is not None and (recounted := run.recounted(proposal, None)) != run:
        unit.save(recounted)
    chunk = unit.chunk_holding(_found(proposal.run_id), proposal.mentee_id)
    if chunk is not None and unpack_lines(chunk.lines).get(proposal.mentee_id) == proposal.mentor_id:
        unit.save(chunk.unpaired(proposal.mentee_id))


def _found(run_id: str) -> str:
    return f"{run_id}.found"


def _before(run_id: str) -> str:
    return f"{run_id}.before"


def _save(chunk: Chunk, unit: Unit) -> None:
    unit.save(chunk)
