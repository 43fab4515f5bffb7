"""The unit of work of this service, with its named queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, cast

from contracts import Event
from contracts.fields import Role
from matching.domain import enrolment, mentorship
from matching.domain.enrolment import Enrolment
from matching.domain.mentorship import Mentorship
from matching.domain.person import Person, Profile
from matching.domain.program import Program
from matching.domain.request import Request
from matching.domain.seats import Seats
from matching.repository.conditions import behind, given
from matching.repository.runs import Runs
from servicekit.entity import Entity

E = TypeVar("E", bound=Entity)

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


class Unit(Runs):
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
        return self.find(Program, behind({"state": {"$in": list(states)}}, after), limit=limit)

    def programs_managed_by(self, person_id: str, after: str | None, limit: int) -> list[Program]:
        return self.find(Program, behind({"managers": person_id}, after), limit=limit)

    def programs_visible_to(
        self, person_id: str, states: Sequence[str], after: str | None, limit: int
    ) -> list[Program]:
        where = {"$or": [{"state": {"$in": list(states)}}, {"managers": person_id}]}
        return self.find(Program, behind(where, after), limit=limit)

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
        where = given(program_id=program_id, person_id=person_id, state=state, role=role)
        return self.find(Enrolment, behind(where, after), limit=limit)

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
        return self.find(Request, given(program_id=program_id, state="pending", **{f"{role}_id": person_id}))

    def pending_in(self, program_id: str, limit: int) -> list[Request]:
        return self.find(Request, {"program_id": program_id, "state": "pending"}, limit=limit)

    def requests_in(self, program_id: str, states: Sequence[str], after: str | None, limit: int) -> list[Request]:
        # The states are always named, so that one index finds and orders them, merged where there are several.
        where = {"program_id": program_id, "state": {"$in": list(states)}}
        return self.find(Request, behind(where, after), limit=limit)

    def asked_by(self, program_id: str, mentee_id: str) -> list[Request]:
        return self.find(Request, {"program_id": program_id, "mentee_id": mentee_id})

    def requests_to(self, person_id: str, state: str | None, after: str | None, limit: int | None) -> list[Request]:
        where = {
            "$or": [
                {"mentor_id": person_id, "made_by": "mentee"},
                {"mentee_id": person_id, "made_by": "mentor"},
            ],
            **given(state=state),
        }
        return self.find(Request, behind(where, after), limit=limit)

    def requests_by(self, person_id: str, state: str | None, after: str | None, limit: int | None) -> list[Request]:
        where = {
            "$or": [
                {"mentee_id": person_id, "made_by": "mentee"},
                {"mentor_id": person_id, "made_by": "mentor"},
            ],
            **given(state=state),
        }
        return self.find(Request, behind(where, after), limit=limit)

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
        return self.find(Mentorship, {"state": _LIVE_MENTORSHIP, "$or": sides, **given(program_id=program_id)})

    def live_mentorships_in(self, program_id: str, limit: int) -> list[Mentorship]:
        return self.find(Mentorship, {"program_id": program_id, "state": _LIVE_MENTORSHIP}, limit=limit)

    def mentorships_of(
        self, person_id: str, program_id: str | None, state: str | None, after: str | None, limit: int
    ) -> list[Mentorship]:
        where = {
            "$or": [{"mentor_id": person_id}, {"mentee_ids": person_id}],
            **given(program_id=program_id, state=state),
        }
        return self.find(Mentorship, behind(where, after), limit=limit)

    def mentorships_in(self, program_id: str, state: str | None, after: str | None, limit: int) -> list[Mentorship]:
        return self.find(Mentorship, behind(given(program_id=program_id, state=state), after), limit=limit)

    def proposed_overdue(self, now: datetime, limit: int) -> list[str]:
        where = {"state": "proposed", "deadline": {"$lte": now}}
        return [one.id for one in self.find(Mentorship, where, (("deadline", 1),), limit)]

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
