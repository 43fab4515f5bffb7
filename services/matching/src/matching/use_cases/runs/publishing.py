"""A run is published: each pair becomes a mentorship, or is skipped with its reason, some tens in a transaction.

The pair's document turns from `proposed` in the very transaction that makes its mentorship, so a crash resumes where it
was and nothing is made twice, however many workers are at it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from matching.domain.errors import AlreadyPaired, AlreadyPublishing
from matching.domain.mentorship import Mentorship
from matching.domain.person import Person
from matching.domain.program import Program
from matching.domain.proposal import Proposal
from matching.domain.run import Run
from matching.ports.unit import Store, Unit
from matching.use_cases.groups import start_or_join
from matching.use_cases.runs.reading import allowed, counted, shown
from matching.use_cases.seating import lines_above, require_pair, require_seats, supersede, take_seats
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import Refusal, TooBusy, WrongState
from servicekit.store import PATIENCE_SECONDS

AT_ONCE = 50
# How many are asked for at once: a server may read all that wait for each question, whatever its limit.
ASKED_AT_ONCE = 5000
# One look goes on for so long, in seconds; the lease is renewed between looks.
LOOK_SECONDS = 2.0

log = structlog.get_logger()


def publish_run(store: Store, clock: Clock, caller: Caller, run_id: str, expected: int | None = None) -> Run:
    """The workers make mentorships of its pairs from now on.

    Raises:
        AlreadyPublishing: another run of the program is being published.
    """

    def work(unit: Unit) -> Run:
        run, program = allowed(unit, caller, "run.publish", run_id, expected)
        if run.state in ("publishing", "published"):
            return shown(unit, run)
        published = run.publish()
        if not program.is_taking_part:
            raise WrongState(f"The program is {program.state}; people are matched while it is open or running.")
        if unit.runs_in(program.id, ("publishing",)):
            raise AlreadyPublishing("Another run of this program is being published. Wait until it is done.")
        # Two runs that are published at once meet at the program.
        unit.save(program)
        return shown(unit, unit.save(published))

    return store.atomically(work)


@dataclass
class Waiting:
    """The pairs that were found waiting, per run; only a hint, since each is looked at again when its turn comes."""

    _ids: dict[str, list[str]] = field(default_factory=dict)

    def turn(self, store: Store, run_id: str) -> list[str]:
        """The next pairs of a run; none where none waits any more."""
        ids = self._ids.pop(run_id, None) or store.reading(_waiting_in(run_id))
        if ids[AT_ONCE:]:
            self._ids[run_id] = ids[AT_ONCE:]
        return ids[:AT_ONCE]


def publishing_for_a_while() -> Callable[[Store, Clock], None]:
    """The step of a worker's loop: one look."""
    waiting = Waiting()

    def look(store: Store, clock: Clock) -> None:
        deadline = time.monotonic() + LOOK_SECONDS
        while publish_some(store, clock, waiting) and time.monotonic() < deadline:
            pass

    return look


def publish_some(store: Store, clock: Clock, waiting: Waiting | None = None) -> int:
    """Deal with some pairs of every run that is being published; with how many."""
    dealt_with, waiting = 0, waiting or Waiting()
    for run in store.reading(lambda unit: unit.runs_publishing()):
        ids = waiting.turn(store, run.id)
        if ids:
            publish_pairs(store, clock, run.program_id, ids)
        else:
            _finish(store, clock, run.id)
        dealt_with += len(ids)
    return dealt_with


def _waiting_in(run_id: str) -> Callable[[Unit], list[str]]:
    def look(unit: Unit) -> list[str]:
        found = unit.proposals_of(run_id, {"state": "proposed"}, "mentee", None, ASKED_AT_ONCE)
        return [proposal.id for proposal in found]

    return look


def publish_pairs(store: Store, clock: Clock, program_id: str, ids: Sequence[str]) -> None:
    """These pairs become mentorships together, or in smaller parts where others are at the same people.

    Each that rules and seats no longer let is skipped, and why is kept. A pair at which others are all the time is
    left for another look.
    """
    is_alone = len(ids) == 1
    try:
        store.atomically(partial(_become, clock, program_id, ids), PATIENCE_SECONDS if is_alone else 0.0)
    except TooBusy:
        if is_alone:
            log.warning("pair-not-published-yet", proposal=ids[0])
            return
        half = len(ids) // 2
        publish_pairs(store, clock, program_id, ids[:half])
        publish_pairs(store, clock, program_id, ids[half:])


def _become(clock: Clock, program_id: str, ids: Sequence[str], unit: Unit) -> None:
    now = clock.now()
    unit.prefetch(Proposal, ids)
    waiting = [one for one in (unit.get(Proposal, id) for id in ids) if one is not None and one.state == "proposed"]
    if not waiting:
        return
    program = unit.require(Program, program_id)
    _read_beforehand(unit, program, waiting)
    for proposal in waiting:
        try:
            _require_possible(unit, program, proposal, now)
        except Refusal as refusal:
            unit.save(proposal.skip(refusal.slug().replace("-", "_")))
        else:
            _become_one(unit, program, proposal, now)


def _read_beforehand(unit: Unit, program: Program, proposals: Sequence[Proposal]) -> None:
    """What is asked of each pair, of all of them at once: a pair by itself asks nothing any more."""
    ids = sorted({person_id for proposal in proposals for person_id in proposal.pair})
    unit.gather(program.id, ids)
    lines_above(unit, [person for person in (unit.get(Person, id) for id in ids) if person is not None])


def _require_possible(unit: Unit, program: Program, proposal: Proposal, now: datetime) -> None:
    mentee_id, mentor_id = proposal.pair
    if not program.is_taking_part:
        raise WrongState(f"The program is {program.state}.")
    require_pair(unit, program, mentee_id, mentor_id, now)
    if unit.live_between(program.id, mentee_id, mentor_id) is not None:
        raise AlreadyPaired("These two work together in this program already.")
    require_seats(unit, program, mentee_id, mentor_id, now)


def _become_one(unit: Unit, program: Program, proposal: Proposal, now: datetime) -> None:
    mentee_id, mentor_id = proposal.pair
    asked = unit.pending_between(program.id, mentee_id, mentor_id)
    if asked is not None:
        supersede(unit, (asked,), "wish_met", now)
    mentorship = _new_mentorship(unit, program, proposal, now)
    unit.save(proposal.became(mentorship.id))
    take_seats(unit, program.id, mentee_id, mentor_id, now)


def _new_mentorship(unit: Unit, program: Program, proposal: Proposal, now: datetime) -> Mentorship:
    if program.asks == "none":
        return start_or_join(
            unit,
            program,
            mentee_id=proposal.mentee_id,
            mentor_id=proposal.mentor_id,
            mentorship_id=new_id("mnt"),
            now=now,
            run_id=proposal.run_id,
        )
    asked = (proposal.mentor_id,) if program.asks == "mentor" else (proposal.mentor_id, proposal.mentee_id)
    mentorship, event = Mentorship.propose(
        id=new_id("mnt"),
        program_id=program.id,
        mentor_id=proposal.mentor_id,
        mentee_id=proposal.mentee_id,
        run_id=proposal.run_id,
        asked=asked,
        within=program.confirm_within,
        now=now,
    )
    return unit.save(mentorship, event)


def _finish(store: Store, clock: Clock, run_id: str) -> None:
    def work(unit: Unit) -> None:
        run = unit.require(Run, run_id)
        if run.state != "publishing" or unit.count_proposals(run_id, state="proposed"):
            return
        done, event = run.finish_publishing(counted(unit, run_id), clock.now())
        unit.save(done, event)

    store.atomically(work)
