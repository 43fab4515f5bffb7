"""People leave runs: whoever left the organisation at once, whoever was erased from all that runs were given, too."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from matching.domain.person import Person
from matching.domain.proposal import Alone
from matching.domain.run import Run
from matching.domain.snapshot import Chunk, Forgetting
from matching.ports.unit import Store, Unit
from matching.use_cases.receipts import give_receipt
from matching.use_cases.runs.pairs import take_out
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.entity import Entity

E = TypeVar("E", bound=Entity)
CHUNKS_AT_ONCE = 20
# A computation is over by then, so whatever it stored meanwhile is seen by the last look.
LAST_LOOK_AFTER = timedelta(hours=1)
# A computation takes seconds or minutes.
AGAIN_AFTER = timedelta(seconds=5)


def leave_runs(unit: Unit, person_id: str) -> None:
    """Somebody left: no run that is not published yet proposes them any more."""
    pairs, _ = unit.runs_naming(person_id)
    for proposal in pairs:
        if proposal.state in ("proposed", "forbidden"):
            take_out(unit, proposal)
    discard_questions(unit, person_id)


def discard_questions(unit: Unit, person_id: str) -> int:
    """No question about them is asked or answered any more; how many there were."""
    questions = unit.questions_naming(person_id)
    for question in questions:
        unit.remove(question)
    return len(questions)


def leave_run(unit: Unit, run: Run) -> None:
    """Whoever left since the run's computation began is in none of its pairs, and nobody's lost seat."""
    for person in unit.changed_since(Person, run.started_at):
        if person.is_gone:
            pairs, alone = unit.runs_naming(person.id)
            for proposal in pairs:
                if proposal.run_id == run.id:
                    take_out(unit, proposal)
            _leave_alone(unit, [one for one in alone if one.run_id == run.id], person.id)


def forget_in_runs(unit: Unit, person_id: str, now: datetime) -> int:
    """Somebody was erased: pairs and questions about them go at once, what snapshots hold, soon; how many went."""
    pairs, alone = unit.runs_naming(person_id)
    for proposal in pairs:
        take_out(unit, proposal)
    _leave_alone(unit, alone, person_id)
    questions = discard_questions(unit, person_id)
    held = unit.get(Forgetting, person_id)
    version = 0 if held is None else held.version
    unit.save(Forgetting(id=person_id, version=version, due_at=now))
    return len(pairs) + sum(one.person_id == person_id for one in alone) + questions


def _leave_alone(unit: Unit, alone: Sequence[Alone], person_id: str) -> None:
    """A person goes from those whom runs found nobody for."""
    for one in alone:
        if one.person_id == person_id:
            unit.remove(one)
        else:
            closest = None if one.closest == person_id else one.closest
            lost_to = None if one.lost_to == person_id else one.lost_to
            unit.save(replace(one, closest=closest, lost_to=lost_to))


def forget_some(store: Store, clock: Clock, caller: Caller, person_id: str) -> None:
    """Remove an erased person from the next few chunks and pairs; after the last once more, an hour later.

    A snapshot that a run is computed from keeps them until the run is done: what was theirs alone may name a group in
    it, and only the snapshot still tells what that was. The erasures that wait have their receipt after the first look.
    """

    def work(unit: Unit) -> None:
        progress = unit.require(Forgetting, person_id)
        discard_questions(unit, person_id)
        chunks = unit.chunks_after(progress.after, CHUNKS_AT_ONCE)
        inputs = unit.inputs_after(progress.inputs_after, CHUNKS_AT_ONCE)
        holding = [(chunk, without) for chunk in chunks if (without := chunk.without(person_id)) != chunk]
        if any(run.state == "running" for chunk, _ in holding for run in unit.runs_from(chunk.snapshot_id)):
            unit.save(replace(progress, due_at=clock.now() + AGAIN_AFTER))
            return
        for chunk, without in holding:
            _forget_in_figures(unit, chunk, person_id)
            unit.save(without)
        found = progress.found + len(holding)
        for held in inputs:
            found += _save_if_changed(unit, held, held.without(frozenset({person_id})))
        if CHUNKS_AT_ONCE in (len(chunks), len(inputs)):
            after = chunks[-1].id if chunks else progress.after
            inputs_after = inputs[-1].id if inputs else progress.inputs_after
            unit.save(replace(progress, after=after, inputs_after=inputs_after, found=found))
        elif progress.is_last:
            unit.remove(progress)
        else:
            destroyed = {**unit.require(Person, person_id).destroyed, "run_snapshots": found}
            for erasure_id in progress.erasures:
                give_receipt(unit, erasure_id, person_id, destroyed)
            again = clock.now() + LAST_LOOK_AFTER
            unit.save(Forgetting(id=person_id, version=progress.version, due_at=again, is_last=True))

    store.atomically(work)


def _forget_in_figures(unit: Unit, chunk: Chunk, person_id: str) -> None:
    """What was the person's alone, such as a department, named a group in what their runs came to."""
    for person in chunk.unpacked():
        if person.person_id == person_id:
            for run in unit.runs_from(chunk.snapshot_id):
                if run.figures is not None:
                    _save_if_changed(unit, run, replace(run, figures=run.figures.forgetting(person.fact)))


def _save_if_changed(unit: Unit, before: E, after: E) -> bool:
    if after != before:
        unit.save(after)
    return after != before
