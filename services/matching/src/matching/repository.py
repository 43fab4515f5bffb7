"""Where matching keeps its documents, and the questions it asks of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, cast

from contracts import Event
from contracts.fields import Role
from matching.domain import enrolment, mentorship, run
from matching.domain.enrolment import Enrolment
from matching.domain.mentorship import Mentorship
from matching.domain.person import Client, Erasure, Person, Profile, Word
from matching.domain.program import Program
from matching.domain.proposal import Alone, Proposal
from matching.domain.question import PairQuestion
from matching.domain.request import Request
from matching.domain.run import Run, RunInputs
from matching.domain.seats import Seats
from matching.domain.snapshot import Chunk, Forgetting
from servicekit import store
from servicekit.entity import Entity
from servicekit.store import Documents, Where, index

E = TypeVar("E", bound=Entity)

DOCUMENTS: tuple[Documents, ...] = (
    Documents(Program, "programs", (index("state"), index("managers"), index("due_at"))),
    Documents(
        Enrolment,
        "enrolments",
        (index("program_id", "role", "state"), index("person_id", "program_id"), index("changed_at")),
    ),
    Documents(Seats, "seats", (index("changed_at"),)),
    Documents(
        Request,
        "requests",
        (
            # Seats already keep a pair from asking twice at once; this index is the proof beside them.
            index("program_id", "mentee_id", "mentor_id", unique=True, where={"state": "pending"}),
            index("mentee_id", "state"),
            index("mentor_id", "state"),
            index("program_id", "state", "_id"),
            index("deadline", where={"state": "pending"}),
            index("remind_at", where={"state": "pending"}),
        ),
    ),
    Documents(
        Mentorship,
        "mentorships",
        (
            index("program_id", "state"),
            index("mentor_id", "state"),
            index("mentee_ids", "state"),
            index("deadline", where={"state": "proposed"}),
        ),
    ),
    Documents(
        Run,
        "runs",
        (
            index("program_id", "state"),
            index("state"),
            index("has_parts", where={"has_parts": True}),
            index("snapshot_id"),
            # The program's transaction keeps two from being published at once; this index is the proof beside it.
            index("program_id", unique=True, where={"state": "publishing"}),
        ),
    ),
    Documents(RunInputs, "run_inputs"),
    Documents(Chunk, "run_snapshots", (index("snapshot_id"),)),
    Documents(
        Proposal,
        "proposals",
        (
            index("run_id", "percent"),
            index("run_id", "mentor_id"),
            index("run_id", "state"),
            # What managers mark by hand is few among many.
            index("run_id", "locked", where={"locked": True}),
            index("run_id", "by_hand", where={"by_hand": True}),
            index("mentee_id"),
            index("mentor_id"),
        ),
    ),
    Documents(Alone, "run_alone", (index("run_id"), index("person_id"), index("closest"), index("lost_to"))),
    Documents(
        PairQuestion,
        "run_questions",
        (index("waits", "asked_at", where={"waits": True}), index("mentee_id"), index("mentor_id")),
    ),
    Documents(Forgetting, "run_forgettings", (index("due_at"),)),
    Documents(Person, "people", (index("changed_at"),)),
    Documents(Profile, "profiles"),
    Documents(Word, "words", (index("changed_at"),)),
    Documents(Client, "clients"),
    Documents(Erasure, "erasures"),
)

_OfProgram = Enrolment | Request | Mentorship
_LIVE_ENROLMENT = {"$in": list(enrolment.LIVE)}
_LIVE_MENTORSHIP = {"$in": list(mentorship.LIVE)}


@dataclass
class _Gathered:
    """Whom a unit has read everything of in a program; `ids` has what each person is named in, by kind."""

    program_id: str
    people: frozenset[str]
    ids: defaultdict[tuple[type[Entity], str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, entity: Entity) -> None:
        for person_id in _named_in(entity):
            self.ids[type(entity), person_id].add(entity.id)


class Unit(store.Unit):
    """One transaction over matching's documents.

    What `gather` has read answers the questions of one person or pair from then on, with what the unit saves since.
    """

    _gathered: _Gathered | None = None

    def gather(self, program_id: str, person_ids: Iterable[str]) -> None:
        gathered = _Gathered(program_id, frozenset(person_ids))
        ids = sorted(gathered.people)
        among, pending = {"$in": ids}, {"state": "pending"}
        held = {"program_id": program_id, "state": _LIVE_MENTORSHIP}
        # Side by side and not with `$or`, for which a server may walk over all that a program has.
        requests = [one for side in ("mentee_id", "mentor_id") for one in self.find(Request, {side: among, **pending})]
        found = (
            *requests,
            *self.find(Enrolment, {"person_id": among, "program_id": program_id, "state": _LIVE_ENROLMENT}),
            *self.find(Mentorship, {"mentor_id": among, **held}),
            *self.find(Mentorship, {"mentee_ids": among, **held}),
        )
        for entity in found:
            gathered.add(entity)
        self.prefetch(Person, ids)
        self.prefetch(Profile, ids)
        # Whoever else waits for one of them, or is waited for, may lose their request.
        self.prefetch(Seats, [*ids, *(person_id for request in requests for person_id in request.people)])
        self._gathered = gathered

    def save(self, entity: E, *events: Event) -> E:
        saved = super().save(entity, *events)
        if self._gathered is not None:
            self._gathered.add(saved)
        return saved

    def changed_since(self, kind: type[E], since: datetime | None) -> list[E]:
        return self.find(kind, {} if since is None else {"changed_at": {"$gte": since}})

    def programs_in(self, states: Sequence[str], after: str | None, limit: int) -> list[Program]:
        return self.find(Program, _after({"state": {"$in": list(states)}}, after), limit=limit)

    def programs_managed_by(self, person_id: str, after: str | None, limit: int) -> list[Program]:
        return self.find(Program, _after({"managers": person_id}, after), limit=limit)

    def programs_visible_to(
        self, person_id: str, states: Sequence[str], after: str | None, limit: int
    ) -> list[Program]:
        where = {"$or": [{"state": {"$in": list(states)}}, {"managers": person_id}]}
        return self.find(Program, _after(where, after), limit=limit)

    def programs_due(self, now: datetime, limit: int) -> list[str]:
        """Ids of programs that a clock has to look at."""
        return [one.id for one in self.find(Program, {"due_at": {"$lte": now}}, (("due_at", 1),), limit)]

    def live_enrolment(self, program_id: str, person_id: str, role: Role) -> Enrolment | None:
        if (known := self._known(Enrolment, person_id, program_id)) is not None:
            return next((one for one in known if one.role == role and one.state in enrolment.LIVE), None)
        return self.first(
            Enrolment, {"person_id": person_id, "program_id": program_id, "role": role, "state": _LIVE_ENROLMENT}
        )

    def live_enrolments_of(self, person_id: str) -> list[Enrolment]:
        return self.find(Enrolment, {"person_id": person_id, "state": _LIVE_ENROLMENT})

    def enrolments_of(self, person_id: str) -> list[Enrolment]:
        return self.find(Enrolment, {"person_id": person_id})

    def enrolments_in(
        self,
        program_id: str,
        person_id: str | None,
        state: str | None,
        role: Role | None,
        after: str | None,
        limit: int,
    ) -> list[Enrolment]:
        where = _given(program_id=program_id, person_id=person_id, state=state, role=role)
        return self.find(Enrolment, _after(where, after), limit=limit)

    def places_given(self, program_id: str, role: Role) -> int:
        return self.count(Enrolment, {"program_id": program_id, "role": role, "state": {"$in": ["approved", "paused"]}})

    def first_waiting(self, program_id: str, role: Role) -> Enrolment | None:
        where = {"program_id": program_id, "role": role, "state": "waitlisted"}
        return self.first(Enrolment, where, (("changed_at", 1), ("_id", 1)))

    def pending_between(self, program_id: str, one: str, other: str) -> Request | None:
        if (known := self._known(Request, one, program_id)) is not None:
            return next((asked for asked in known if asked.state == "pending" and other in asked.people), None)
        pairs = [{"mentee_id": one, "mentor_id": other}, {"mentee_id": other, "mentor_id": one}]
        return self.first(Request, {"program_id": program_id, "state": "pending", "$or": pairs})

    def pending_as(self, role: Role, person_id: str, program_id: str | None = None) -> list[Request]:
        if (known := self._known(Request, person_id, program_id)) is not None:
            return [one for one in known if one.state == "pending" and getattr(one, f"{role}_id") == person_id]
        return self.find(Request, _given(program_id=program_id, state="pending", **{f"{role}_id": person_id}))

    def pending_in(self, program_id: str, limit: int) -> list[Request]:
        return self.find(Request, {"program_id": program_id, "state": "pending"}, limit=limit)

    def requests_in(self, program_id: str, states: Sequence[str], after: str | None, limit: int) -> list[Request]:
        # The states are always named, so that one index finds and orders them, merged where there are several.
        where = {"program_id": program_id, "state": {"$in": list(states)}}
        return self.find(Request, _after(where, after), limit=limit)

    def asked_by(self, program_id: str, mentee_id: str) -> list[Request]:
        return self.find(Request, {"program_id": program_id, "mentee_id": mentee_id})

    def requests_to(self, person_id: str, state: str | None, after: str | None, limit: int | None) -> list[Request]:
        where = {
            "$or": [
                {"mentor_id": person_id, "made_by": "mentee"},
                {"mentee_id": person_id, "made_by": "mentor"},
            ],
            **_given(state=state),
        }
        return self.find(Request, _after(where, after), limit=limit)

    def requests_by(self, person_id: str, state: str | None, after: str | None, limit: int | None) -> list[Request]:
        where = {
            "$or": [
                {"mentee_id": person_id, "made_by": "mentee"},
                {"mentor_id": person_id, "made_by": "mentor"},
            ],
            **_given(state=state),
        }
        return self.find(Request, _after(where, after), limit=limit)

    def requests_overdue(self, now: datetime, limit: int) -> list[str]:
        """Ids of pending requests whose deadline is over."""
        where = {"state": "pending", "deadline": {"$lte": now}}
        return [one.id for one in self.find(Request, where, (("deadline", 1),), limit)]

    def requests_to_remind(self, now: datetime, limit: int) -> list[str]:
        """Ids of pending requests whose reminder is due."""
        where = {"state": "pending", "remind_at": {"$lte": now}, "deadline": {"$gt": now}}
        return [one.id for one in self.find(Request, where, (("remind_at", 1),), limit)]

    def live_between(self, program_id: str, one: str, other: str) -> Mentorship | None:
        if (known := self._known(Mentorship, one, program_id)) is not None:
            return next((held for held in known if held.is_live and held.is_between(one, other)), None)
        pairs = [{"mentor_id": one, "mentee_ids": other}, {"mentor_id": other, "mentee_ids": one}]
        return self.first(Mentorship, {"program_id": program_id, "state": _LIVE_MENTORSHIP, "$or": pairs})

    def live_mentorships_of(self, person_id: str, program_id: str | None = None) -> list[Mentorship]:
        if (known := self._known(Mentorship, person_id, program_id)) is not None:
            return [one for one in known if one.is_live]
        sides = [{"mentor_id": person_id}, {"mentee_ids": person_id}]
        return self.find(Mentorship, {"state": _LIVE_MENTORSHIP, "$or": sides, **_given(program_id=program_id)})

    def live_mentorships_in(self, program_id: str, limit: int) -> list[Mentorship]:
        return self.find(Mentorship, {"program_id": program_id, "state": _LIVE_MENTORSHIP}, limit=limit)

    def mentorships_of(
        self, person_id: str, program_id: str | None, state: str | None, after: str | None, limit: int
    ) -> list[Mentorship]:
        where = {
            "$or": [{"mentor_id": person_id}, {"mentee_ids": person_id}],
            **_given(program_id=program_id, state=state),
        }
        return self.find(Mentorship, _after(where, after), limit=limit)

    def mentorships_in(self, program_id: str, state: str | None, after: str | None, limit: int) -> list[Mentorship]:
        return self.find(Mentorship, _after(_given(program_id=program_id, state=state), after), limit=limit)

    def proposed_overdue(self, now: datetime, limit: int) -> list[str]:
        where = {"state": "proposed", "deadline": {"$lte": now}}
        return [one.id for one in self.find(Mentorship, where, (("deadline", 1),), limit)]

    def runs_of(self, program_id: str, before: str | None, limit: int) -> list[Run]:
        where: Where = {"program_id": program_id}
        return self.find(Run, where if before is None else {**where, "_id": {"$lt": before}}, (("_id", -1),), limit)

    def runs_in(self, program_id: str, states: Sequence[run.State]) -> list[Run]:
        return self.find(Run, {"program_id": program_id, "state": {"$in": list(states)}})

    def newest_run(self, program_id: str, states: Sequence[run.State]) -> Run | None:
        return self.first(Run, {"program_id": program_id, "state": {"$in": list(states)}}, (("_id", -1),))

    def next_run(self) -> Run | None:
        # In the order of the letters, what runs comes last.
        return self.first(Run, {"state": {"$in": ["running", "queued"]}}, (("state", -1), ("_id", 1)))

    def runs_from(self, snapshot_id: str) -> list[Run]:
        return self.find(Run, {"snapshot_id": snapshot_id})

    def runs_publishing(self) -> list[Run]:
        return self.find(Run, {"state": "publishing"})

    def runs_to_clear(self, limit: int) -> list[str]:
        where = {"has_parts": True, "state": {"$in": list(run.IN_VAIN)}}
        return [one.id for one in self.find(Run, where, limit=limit)]

    def proposals_of(
        self, run_id: str, where: Mapping[str, object], order: str, after: tuple[float, str] | None, limit: int
    ) -> list[Proposal]:
        wanted: dict[str, object] = {"run_id": run_id, **where}
        if order == "mentee":
            return self.find(Proposal, _after(wanted, None if after is None else after[1]), limit=limit)
        compare, direction = ("$gt", 1) if order == "weakest" else ("$lt", -1)
        if after is not None:
            percent, id = after
            wanted["$or"] = [{"percent": {compare: percent}}, {"percent": percent, "_id": {"$gt": id}}]
        return self.find(Proposal, wanted, (("percent", direction), ("_id", 1)), limit)

    def proposals_with(
        self, run_id: str, *, mentee_id: str | None = None, mentor_id: str | None = None
    ) -> list[Proposal]:
        return self.find(Proposal, _given(run_id=run_id, mentee_id=mentee_id, mentor_id=mentor_id))

    def count_proposals(self, run_id: str, **where: object) -> int:
        return self.count(Proposal, {"run_id": run_id, **where})

    def alone_in(self, run_id: str, after: str | None, limit: int) -> list[Alone]:
        return self.find(Alone, _after({"run_id": run_id}, after), limit=limit)

    def chunks_of(self, snapshot_id: str, after: str, limit: int) -> list[Chunk]:
        return self.find(Chunk, {"snapshot_id": snapshot_id, "_id": {"$gt": after}}, limit=limit)

    def chunks_after(self, after: str, limit: int) -> list[Chunk]:
        return self.find(Chunk, {"_id": {"$gt": after}}, limit=limit)

    def inputs_after(self, after: str, limit: int) -> list[RunInputs]:
        return self.find(RunInputs, {"_id": {"$gt": after}}, limit=limit)

    def chunk_holding(self, snapshot_id: str, person_id: str) -> Chunk | None:
        where = {"snapshot_id": snapshot_id, "first": {"$lte": person_id}, "last": {"$gte": person_id}}
        return self.first(Chunk, where)

    def next_question(self) -> PairQuestion | None:
        return self.first(PairQuestion, {"waits": True}, (("asked_at", 1), ("_id", 1)))

    def questions_waiting(self, program_id: str) -> int:
        return self.count(PairQuestion, {"program_id": program_id, "waits": True})

    def questions_naming(self, person_id: str) -> list[PairQuestion]:
        return self.find(PairQuestion, {"$or": [{"mentee_id": person_id}, {"mentor_id": person_id}]})

    def runs_naming(self, person_id: str) -> tuple[list[Proposal], list[Alone]]:
        pairs = self.find(Proposal, {"$or": [{"mentee_id": person_id}, {"mentor_id": person_id}]})
        named = [{"person_id": person_id}, {"closest": person_id}, {"lost_to": person_id}]
        return pairs, self.find(Alone, {"$or": named})

    def discard_results(self, run_id: str, limit: int) -> int:
        kinds: tuple[type[Entity], ...] = (Proposal, Alone)
        found = [(kind, [one.id for one in self.find(kind, {"run_id": run_id}, limit=limit)]) for kind in kinds]
        return sum(self.discard(kind, {"_id": {"$in": ids}}) for kind, ids in found if ids)

    def discard_chunks(self, snapshot_id: str) -> None:
        self.discard(Chunk, {"snapshot_id": snapshot_id})

    def forgettings_due(self, now: datetime, limit: int) -> list[str]:
        """Ids of people who are still to be removed from snapshots."""
        return [one.id for one in self.find(Forgetting, {"due_at": {"$lte": now}}, (("due_at", 1),), limit)]

    def _known(self, kind: type[E], person_id: str, program_id: str | None) -> list[E] | None:
        """What names the person and was gathered or saved here, by id; None where that need not be all."""
        gathered = self._gathered
        if gathered is None or person_id not in gathered.people:
            return None
        if kind is not Request and program_id != gathered.program_id:
            return None
        found = (self.get(kind, id) for id in sorted(gathered.ids[kind, person_id]))
        return [
            one
            for one in found
            if one is not None and (program_id is None or cast(_OfProgram, one).program_id == program_id)
        ]


def _named_in(entity: Entity) -> tuple[str, ...]:
    match entity:
        case Enrolment():
            return (entity.person_id,)
        case Request() | Mentorship():
            return entity.people
        case _:
            return ()


def _given(**conditions: str | None) -> dict[str, object]:
    """The conditions that were given."""
    return {name: value for name, value in conditions.items() if value is not None}


def _after(where: Where, after: str | None) -> Where:
    return where if after is None else {**where, "_id": {"$gt": after}}
