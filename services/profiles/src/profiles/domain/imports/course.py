"""The course of one import: received, read into a preview, applied in batches, completed; or cancelled, or failed."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from contracts.profiles import ImportCompleted
from profiles.domain.errors import ConfirmationNeeded
from profiles.domain.imports.row import Header, Said
from servicekit.entity import Entity
from servicekit.refusals import WrongState

State = Literal["received", "reading", "ready", "applying", "completed", "cancelled", "failed"]
Stage = Literal["planned", "managers", "done"]
Mode = Literal["full", "changes"]
Action = Literal["joiner", "rehire", "leaver", "mover", "changed", "unchanged"]
ACTIONS: tuple[Action, ...] = ("joiner", "rehire", "leaver", "mover", "changed", "unchanged")
MOVES = frozenset({"title", "department", "level", "site"})
ROWS_AT_ONCE = 100
LASTS = timedelta(days=7)
_OPEN = ("received", "reading", "ready", "applying")


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many people something happens to. `manager_changes` are counted beside, `refused` are rows."""

    joiners: int = 0
    movers: int = 0
    changed: int = 0
    unchanged: int = 0
    leavers: int = 0
    rehires: int = 0
    manager_changes: int = 0
    refused: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(**{one.name: getattr(self, one.name) - getattr(other, one.name) for one in fields(self)})

    @property
    def people(self) -> int:
        """How many people there are in all."""
        return self.joiners + self.movers + self.changed + self.unchanged + self.leavers + self.rehires

    @staticmethod
    def of(action: Action, manager_changes: bool) -> "Counts":
        """One person's."""
        name = {"joiner": "joiners", "mover": "movers", "leaver": "leavers", "rehire": "rehires"}.get(action, action)
        return Counts(**{name: 1}, manager_changes=int(manager_changes))


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What would come of one row: whom it means, what happens to them, which facts change."""

    said: Said
    action: Action
    person_id: str | None = None
    changes: tuple[str, ...] = ()
    manager_changes: bool = False


@dataclass(frozen=True, kw_only=True)
class Chunk(Entity):
    """A piece of an uploaded file: whole lines, the first of them numbered from 1."""

    import_id: str
    number: int
    first_line: int
    lines: tuple[str, ...]
    expires_at: datetime

    @staticmethod
    def id_of(import_id: str, number: int) -> str:
        """The id of an import's chunk."""
        return f"{import_id}:{number:06d}"


@dataclass(frozen=True, kw_only=True)
class Batch(Entity):
    """Rows that are carried out in one transaction.

    `managers_due` are the lines whose manager was not known by then; while there are any, the stage is `managers`.
    """

    import_id: str
    number: int
    rows: tuple[Planned, ...]
    actions: tuple[str, ...]
    stage: Stage = "planned"
    managers_due: tuple[int, ...] = ()
    expires_at: datetime

    @staticmethod
    def id_of(import_id: str, number: int) -> str:
        """The id of an import's batch."""
        return f"{import_id}:{number:06d}"

    @staticmethod
    def of(import_id: str, number: int, rows: tuple[Planned, ...], expires_at: datetime) -> "Batch":
        """A batch that nobody applied yet."""
        actions = {row.action for row in rows} | {"manager" for row in rows if row.manager_changes}
        return Batch(
            id=Batch.id_of(import_id, number),
            import_id=import_id,
            number=number,
            rows=rows,
            actions=tuple(sorted(actions)),
            expires_at=expires_at,
        )

    def carried_out(self, managers_due: tuple[int, ...] = ()) -> "Batch":
        """The batch after its transaction."""
        return replace(self, stage="managers" if managers_due else "done", managers_due=managers_due)


@dataclass(frozen=True, kw_only=True)
class Seen(Entity):
    """That a file named somebody: its id is the import's with the person's key, so naming them twice is noticed."""

    expires_at: datetime

    @staticmethod
    def id_of(import_id: str, key: str) -> str:
        """The id for a key of a file."""
        return f"{import_id}:{key}"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an import is: lines of the file and how many are read, people in the preview and how many are done."""

    lines: int
    lines_read: int
    rows: int
    rows_applied: int


@dataclass(frozen=True, kw_only=True)
class Import(Entity):
    """One import of people.

    `mode` full means that whoever the file does not name has left; `next_line` and `leavers_after` are where reading
    goes on after a worker's death. `auto` imports are carried out when they are ready, unless more people would leave
    than `most_leavers` and `confirmed_leavers` is not their number. `turns` counts those that batches had: each one for
    its rows, and then each another for the managers that came later.
    """

    file_name: str
    mode: Mode
    state: State = "received"
    requested_by: str
    requested_kind: str
    auto: bool
    most_leavers: int
    confirmed_leavers: int | None = None
    lines: int
    delimiter: str = ","
    header: Header | None = None
    next_line: int = 1
    rows_read: int = 0
    all_read: bool = False
    leavers_after: str = ""
    batches: int = 0
    turns: int = 0
    rows_applied: int = 0
    planned: Counts = field(default_factory=Counts)
    done: Counts = field(default_factory=Counts)
    reason: str = ""
    created_at: datetime
    finished_at: datetime | None = None
    expires_at: datetime
    tidied: bool = False

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.state in _OPEN

    @property
    def progress(self) -> "Progress":
        """How far it is."""
        return Progress(
            lines=self.lines,
            lines_read=min(self.next_line - 1, self.lines),
            rows=self.planned.people,
            rows_applied=self.rows_applied,
        )

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """Columns of the file that are no facts."""
        return self.header.ignored if self.header else ()

    @property
    def to_confirm(self) -> int | None:
        """How many leavers somebody must confirm before it is carried out, None where nobody need."""
        leavers = self.planned.leavers
        return leavers if self.is_open and leavers > self.most_leavers and self.confirmed_leavers != leavers else None

    @property
    def turn(self) -> tuple[str, Stage] | None:
        """The id of the batch whose turn it is, and the stage that it must be in; None after the last."""
        if self.turns >= 2 * self.batches:
            return None
        stage: Stage = "planned" if self.turns < self.batches else "managers"
        return Batch.id_of(self.id, self.turns % self.batches), stage

    def previewed(self) -> "Import":
        """Everything is read: ready, or on to applying where that was asked and nobody must confirm."""
        ready = replace(self, state="ready")
        return replace(ready, state="applying") if self.auto and ready.to_confirm is None else ready

    def applied_by(self, confirmed: int | None) -> "Import":
        """The import, to be carried out; again changes nothing.

        Raises:
            ConfirmationNeeded: more people would leave than may without somebody saying their number.
            WrongState: it is not ready.
        """
        if self.state in ("applying", "completed"):
            return self
        self._require_ready()
        given = replace(self, confirmed_leavers=confirmed if confirmed is not None else self.confirmed_leavers)
        if given.to_confirm is not None:
            raise ConfirmationNeeded(
                f"This would end {given.to_confirm} people. Look at them, and confirm with exactly that number."
            )
        return replace(given, state="applying")

    def cancelled(self, now: datetime, reason: str = "") -> "Import":
        """The import, of which nothing comes; again changes nothing.

        Raises:
            WrongState: it is being carried out, or was.
        """
        if self.state == "cancelled":
            return self
        if self.state not in ("received", "reading", "ready"):
            raise WrongState(f"{self.id} is `{self.state}`: what was written is not taken back.")
        return replace(self, state="cancelled", reason=reason, finished_at=now)

    def failed(self, now: datetime, reason: str) -> "Import":
        """The import of a file that cannot be read."""
        return replace(self, state="failed", reason=reason, finished_at=now)

    def completed(self, now: datetime) -> tuple["Import", ImportCompleted]:
        """The import after its last batch, and the fact."""
        done = self.done
        event = ImportCompleted(
            import_id=self.id,
            requested_by=self.requested_by,
            created=done.joiners,
            changed=done.movers + done.changed + done.rehires,
            unchanged=done.unchanged,
            left=done.leavers,
            refused=self.planned.refused + done.refused,
        )
        return replace(self, state="completed", finished_at=now), event

    def _require_ready(self) -> None:
        if self.state != "ready":
            raise WrongState(f"{self.id} is `{self.state}`; only what is `ready` is carried out.")


def action_of(said: Said, status: str | None, changes: dict[str, Any]) -> Action:
    """What a row does to somebody of this employment status; None is nobody known."""
    if status is None:
        return "joiner"
    if said.status == "left":
        return "unchanged" if status == "left" else "leaver"
    if status == "left":
        return "rehire"
    if MOVES & set(changes):
        return "mover"
    return "changed" if changes or (said.status is not None and said.status != status) else "unchanged"
