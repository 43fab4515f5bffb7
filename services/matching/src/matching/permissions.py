"""Who may do what in matching: one row per operation; relations are computed by `relations`."""

from matching.domain.enrolment import Enrolment
from matching.domain.mentorship import Mentorship
from matching.domain.program import Program
from matching.domain.request import Request
from servicekit.caller import Caller
from servicekit.permissions import Permissions, both, employee, relation, role, rule, scope

_READING_CLIENT = both(scope("programs:read"), relation("granted"))

TABLE = Permissions(
    {
        "program.create": rule(role("program_manager")),
        "program.list": rule(employee, scope("programs:read")),
        "program.read": rule(relation("manager", "invited"), role("people_admin"), _READING_CLIENT),
        "program.change": rule(relation("manager")),
        "program.appoint": rule(relation("manager"), role("people_admin")),
        "program.open": rule(relation("manager")),
        "program.start": rule(relation("manager")),
        "program.close": rule(relation("manager")),
        "seats.read": rule(both(employee, relation("self")), role("people_admin")),
        "enrolment.apply": rule(both(employee, relation("self")), relation("manager")),
        "enrolment.list": rule(employee, _READING_CLIENT),
        "enrolment.read": rule(relation("self", "manager"), _READING_CLIENT),
        "enrolment.change": rule(relation("self", "manager")),
        "enrolment.approve": rule(relation("manager")),
        "enrolment.reject": rule(relation("manager")),
        "enrolment.waitlist": rule(relation("manager")),
        "enrolment.pause": rule(relation("self", "manager")),
        "enrolment.resume": rule(relation("self", "manager")),
        "enrolment.withdraw": rule(relation("self")),
        "recommendation.list": rule(relation("self", "manager")),
        "explanation.read": rule(relation("self", "manager")),
        "request.make": rule(employee),
        "request.list": rule(employee),
        "request.watch": rule(relation("manager")),
        "request.read": rule(relation("asker", "answerer")),
        "request.accept": rule(relation("answerer")),
        "request.decline": rule(relation("answerer")),
        "request.withdraw": rule(relation("asker")),
        "mentorship.list": rule(employee, _READING_CLIENT),
        "mentorship.read": rule(relation("mentor", "mentee", "manager"), _READING_CLIENT),
        "mentorship.confirm": rule(relation("mentor", "mentee")),
        "mentorship.decline": rule(relation("mentor", "mentee")),
        "mentorship.pause": rule(relation("mentor", "mentee")),
        "mentorship.resume": rule(relation("mentor", "mentee")),
        "mentorship.end": rule(relation("mentor", "mentee", "manager")),
        "data.read": rule(role("people_admin"), both(employee, relation("self"))),
        "audit.read": rule(role("auditor", "people_admin")),
        "run.start": rule(relation("manager")),
        "run.list": rule(relation("manager"), role("auditor")),
        "run.read": rule(relation("manager"), role("auditor")),
        "run.compare": rule(relation("manager"), role("auditor")),
        "run.explain": rule(relation("manager")),
        "run.solve": rule(relation("manager")),
        "run.cancel": rule(relation("manager")),
        "run.discard": rule(relation("manager")),
        "run.publish": rule(relation("manager")),
        "question.ask": rule(relation("manager")),
        "question.read": rule(relation("manager")),
        "proposal.list": rule(relation("manager")),
        "proposal.lock": rule(relation("manager")),
        "proposal.unlock": rule(relation("manager")),
        "proposal.forbid": rule(relation("manager")),
        "proposal.allow": rule(relation("manager")),
        "proposal.replace": rule(relation("manager")),
    }
)


def to_program(caller: Caller, program: Program) -> set[str]:
    """How the caller stands to a program: `manager`, `invited` (it is open to see), `granted` (a client)."""
    relations = set()
    if caller.kind == "person" and program.is_managed_by(caller.id):
        relations.add("manager")
    if caller.kind == "person" and program.state != "draft":
        relations.add("invited")
    if caller.kind == "client" and (not caller.programs or program.id in caller.programs):
        relations.add("granted")
    return relations


def to_enrolment(caller: Caller, program: Program, enrolment: Enrolment) -> set[str]:
    """How the caller stands to an enrolment: as to its program, or `self`."""
    return to_person(caller, program, enrolment.person_id)


def to_person(caller: Caller, program: Program, person_id: str) -> set[str]:
    """How the caller stands to a person within a program: as to the program, or `self`."""
    return to_program(caller, program) | ({"self"} if caller.id == person_id else set())


def to_request(caller: Caller, request: Request) -> set[str]:
    """How the caller stands to a request: `asker` or `answerer`."""
    if caller.id == request.asker_id:
        return {"asker"}
    return {"answerer"} if caller.id == request.answerer_id else set()


def to_mentorship(caller: Caller, program: Program, mentorship: Mentorship) -> set[str]:
    """How the caller stands to a mentorship: as to its program, `mentor` or `mentee`."""
    relations = to_program(caller, program)
    if caller.id == mentorship.mentor_id:
        relations.add("mentor")
    if caller.id in mentorship.mentee_ids:
        relations.add("mentee")
    return relations
