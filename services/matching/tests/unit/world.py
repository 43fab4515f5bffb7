"""A small organisation and one open program, told as a story: what the unit tests act in."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.fields import Role
from matching import repository
from matching.domain.enrolment import Enrolment
from matching.domain.mentorship import Mentorship
from matching.domain.person import Person, Profile
from matching.domain.program import Program
from matching.domain.request import Request
from matching.domain.seats import Seats
from matching.use_cases import enrolments, people, programs, requests
from servicekit.caller import Caller
from servicekit.store import Catalogue
from servicekit.testing import FrozenClock, MemoryStore

CARA = Caller.person("prs_cara", "program_manager")
SYSTEM = Caller.system("matching")


def caller(name: str) -> Caller:
    """The employee called `prs_<name>`."""
    return Caller.person(f"prs_{name}")


@dataclass
class World:
    """A store, a clock, and short words for what tests do to them."""

    store: Any = field(
        default_factory=lambda: MemoryStore(
            unit=repository.Unit, catalogue=Catalogue(repository.DOCUMENTS), service="matching"
        )
    )
    clock: Any = field(default_factory=FrozenClock)

    def person(self, name: str, **facts: Any) -> str:
        """A person is told of; by default someone whom every rule lets meet anybody."""
        person_id = f"prs_{name}"
        facts = {"status": "active", "time_zone": "Europe/Berlin", "languages": ("en",), "remote": True, **facts}
        people.keep_person(self.store, self.clock, Person(id=person_id, changed_at=self.clock.now(), **facts))
        return person_id

    def profile(self, name: str, **said: Any) -> None:
        """A profile is told of."""
        people.keep_profile(self.store, self.clock, Profile(id=f"prs_{name}", changed_at=self.clock.now(), **said))

    def program(self, *, opened: bool = True, **values: Any) -> Program:
        """A program of Cara's."""
        values = {"name": "Leaders", "starts_on": date(2027, 2, 1), "ends_on": date(2027, 7, 31), **values}
        program = programs.create_program(self.store, self.clock, CARA, values)
        return programs.open_program(self.store, self.clock, CARA, program.id) if opened else program

    def enrolled(self, program: Program, name: str, role: Role, **values: Any) -> Enrolment:
        """Somebody (told of now, if nobody has yet) with an approved place."""
        if self.store.reading(lambda unit: unit.get(Person, f"prs_{name}")) is None:
            self.person(name)
        return enrolments.apply(self.store, self.clock, CARA, program.id, role=role, person_id=f"prs_{name}", **values)

    def live(self, program: Program, name: str, role: Role) -> Enrolment:
        """The person's live enrolment in that role."""
        found: Enrolment | None = self.store.reading(lambda unit: unit.live_enrolment(program.id, f"prs_{name}", role))
        assert found is not None
        return found

    def asked(self, program: Program, mentee: str, mentor: str, message: str = "") -> Request:
        """The mentee asks the mentor."""
        return requests.make_request(
            self.store, self.clock, caller(mentee), program.id, mentor_id=f"prs_{mentor}", message=message
        )

    def offered(self, program: Program, mentor: str, mentee: str) -> Request:
        """The mentor offers to the mentee."""
        return requests.make_request(self.store, self.clock, caller(mentor), program.id, mentee_id=f"prs_{mentee}")

    def accepted(self, request: Request) -> Mentorship:
        """Whoever is to answer says yes; the mentorship that follows."""
        answered = requests.accept_request(self.store, self.clock, Caller.person(request.answerer_id), request.id)
        found: Mentorship = self.get(Mentorship, str(answered.mentorship_id))
        return found

    def get(self, kind: type[Any], id: str) -> Any:
        """The entity as stored."""
        return self.store.reading(lambda unit: unit.require(kind, id))

    def request(self, request: Request) -> Request:
        """The request as stored."""
        found: Request = self.get(Request, request.id)
        return found

    def seats(self, name: str) -> Seats:
        """The person's seats."""
        found: Seats = self.get(Seats, f"prs_{name}")
        return found

    def told_since(self, mark: int) -> list[str]:
        """The events told after the first `mark`."""
        events: list[str] = self.store.events()
        return events[mark:]
