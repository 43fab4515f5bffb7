"""Carrying an import out: a batch of rows in one transaction, repeated by nobody, then the managers that came later."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from profiles.domain.errors import EmailTaken
from profiles.domain.history import Source
from profiles.domain.imports.course import Batch, Counts, Import, Planned, action_of
from profiles.domain.imports.row import Fault, Said, faults_of
from profiles.domain.person import Person
from profiles.permissions import TABLE
from profiles.ports import Store, Unit
from profiles.use_cases.grants import end_access
from profiles.use_cases.imports.reading import People
from profiles.use_cases.people import refuse_circle
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import FieldError, InvalidInput, Refusal

_DEEPEST_LINE = 50
_TURNS_AT_ONCE = 100


def apply_some(store: Store, clock: Clock, caller: Caller, import_id: str, default_time_zone: str) -> Import:
    """Carry out the next batch of an import, or find that it is completed.

    A batch that was applied is marked so in the same transaction: whoever repeats it after a death finds the next one.
    """
    TABLE.require(caller, "import.apply")

    def work(unit: Unit) -> Import:
        held = unit.require(Import, import_id)
        if held.state != "applying":
            return held
        if held.turn is None:
            completed, event = held.completed(clock.now())
            return unit.save(completed, event)
        held, batch = _next_batch(unit, held)
        if batch is None:
            return unit.save(held)
        at_work = _Batch(unit, clock, caller, held, default_time_zone)
        if batch.stage == "managers":
            counts = at_work.set_managers(batch)
            unit.save(batch.carried_out())
            return unit.save(replace(held, done=held.done + counts))
        counts, due = at_work.carry_out(batch.rows)
        unit.save(batch.carried_out(due))
        return unit.save(replace(held, done=held.done + counts, rows_applied=held.rows_applied + len(batch.rows)))

    return store.atomically(work)


def _next_batch(unit: Unit, held: Import) -> tuple[Import, Batch | None]:
    """The batch whose turn it is, and the import after that turn; None where none of the next many has anything to do.

    Each is asked for by its id: a server may read all batches of an import to find the first.
    """
    for _ in range(_TURNS_AT_ONCE):
        if held.turn is None:
            break
        batch_id, stage = held.turn
        held = replace(held, turns=held.turns + 1)
        batch = unit.get(Batch, batch_id)
        if batch is not None and batch.stage == stage:
            return held, batch
    return held, None


class _Batch:
    """One batch at work in one transaction."""

    def __init__(self, unit: Unit, clock: Clock, caller: Caller, held: Import, default_time_zone: str) -> None:
        self._unit = unit
        self._clock = clock
        self._caller = caller
        self._held = held
        self._source = Source(by=held.requested_by, kind=held.requested_kind, import_id=held.id)
        self._zone = default_time_zone
        self._counts = Counts()
        self._due: list[int] = []

    def carry_out(self, rows: tuple[Planned, ...]) -> tuple[Counts, tuple[int, ...]]:
        """Do every row as things are now, which may differ from the preview.

        Returns what was done, and the lines whose manager was not known yet.
        """
        self._unit.prefetch(Person, [row.person_id for row in rows if row.person_id])
        self._people = People(self._unit, [row.said for row in rows])
        self._load_lines(row.said for row in rows)
        for row in rows:
            if row.said.line == 0 and row.person_id:
                missing = self._unit.get(Person, row.person_id)
                # Whoever was forgotten meanwhile is no leaver any more.
                if missing is not None:
                    self._end(missing)
            else:
                self._guarded(row.said, self._do)
        return self._counts, tuple(self._due)

    def set_managers(self, batch: Batch) -> Counts:
        """Give their managers to whom had none to be found when their row was done."""
        rows = [row.said for row in batch.rows if row.said.line in batch.managers_due]
        self._people = People(self._unit, rows)
        self._load_lines(rows)
        for row in rows:
            self._guarded(row, self._set_manager)
        return self._counts

    def _guarded(self, row: Said, act: Callable[[Said], None]) -> None:
        try:
            act(row)
        except InvalidInput as refusal:
            self._refuse(row, "invalid", refusal.errors)
        except Refusal as refusal:
            self._refuse(row, refusal.slug(), refusal.errors or [FieldError("row", refusal.detail)])

    def _refuse(self, row: Said, reason: str, errors: Iterable[FieldError]) -> None:
        for fault in faults_of(self._held.id, row.line, reason, errors):
            if self._unit.get(Fault, fault.id) is None:
                self._unit.save(fault)
        self._counts += Counts(refused=1)

    def _do(self, row: Said) -> None:
        before = self._people.meant_by(row)
        if before is None:
            if row.status == "left":
                self._counts += Counts(unchanged=1)
                return
            self._join(row)
            return
        if row.status == "left":
            self._end(before)
            return
        changes = row.changes_of(before)
        manager_changes = self._with_manager(row, before, changes)
        after = before.with_facts(changes)
        self._require_own_address(after)
        if before.status == "left":
            after = after.moved_to("active")
        after = after.moved_to(row.status or after.status)
        said = {name: value for name, value in changes.items() if name != "manager_id"}
        action = action_of(row, before.status, said)
        if after != before:
            if manager_changes:
                refuse_circle(self._unit, after)
            self._save(after, before)
        self._counts += Counts.of(action, manager_changes)

    def _join(self, row: Said) -> None:
        facts = row.as_facts(self._zone)
        person = Person.registered(new_id("prs"), facts, self._clock.now())
        self._require_own_address(person)
        changes: dict[str, Any] = {}
        manager_changes = self._with_manager(row, person, changes)
        if changes:
            person = person.with_facts(changes)
        if row.status == "on_leave":
            person = person.moved_to("on_leave")
        self._counts += Counts.of("joiner", manager_changes)
        joined = person.remembering(None, self._source, self._clock.now())
        self._people.add(self._unit.save(joined, *joined.snapshots))

    def _end(self, before: Person) -> None:
        if before.status == "left":
            self._counts += Counts(unchanged=1)
            return
        end_access(self._unit, self._clock, self._caller, before.id)
        self._save(before.moved_to("left"), before)
        self._counts += Counts(leavers=1)

    def _set_manager(self, row: Said) -> None:
        before = self._people.meant_by(row)
        if before is None or before.status == "left":
            return
        manager = self._people.manager_of(row)
        if manager is None or manager.id == before.id:
            raise InvalidInput("", [FieldError("manager", "Nobody else is known by this. Write their id or address.")])
        if manager.id == before.facts.manager_id:
            return
        after = before.with_facts({"manager_id": manager.id})
        refuse_circle(self._unit, after)
        self._save(after, before)
        self._counts += Counts(manager_changes=1)

    def _with_manager(self, row: Said, person: Person, changes: dict[str, Any]) -> bool:
        """Put the manager among the changes where they are known; who is not known yet is looked for at the end."""
        if not row.names_manager:
            return False
        manager = self._people.manager_of(row)
        if row.manager is not None and (manager is None or manager.id == person.id):
            self._due.append(row.line)
            return False
        manager_id = manager.id if manager else None
        if manager_id == person.facts.manager_id:
            return False
        changes["manager_id"] = manager_id
        return True

    def _require_own_address(self, person: Person) -> None:
        owners = (
            self._people.by_email.get(person.email_key),
            self._people.by_user_name.get(person.user_name_key),
            self._people.by_user_name.get(person.email_key),
        )
        if any(owner is not None and owner.id != person.id for owner in owners):
            advice = "Somebody else has this address. Correct it, or change that person."
            raise EmailTaken(advice, [FieldError("email", advice)])

    def _save(self, after: Person, before: Person) -> None:
        saved = self._unit.save(after.remembering(before, self._source, self._clock.now()), *after.news(before))
        self._people.add(saved)

    def _load_lines(self, rows: Iterable[Said]) -> None:
        """Load everybody above the managers of these rows, level by level: looking for circles then asks nothing."""
        above = {manager.id for row in rows if (manager := self._people.manager_of(row)) is not None}
        for _ in range(_DEEPEST_LINE):
            self._unit.prefetch(Person, above)
            higher = {
                person.facts.manager_id
                for id in above
                if (person := self._unit.get(Person, id)) is not None and person.facts.manager_id
            }
            if not higher - above:
                return
            above = higher
