"""Everything that matching holds about one person."""

from dataclasses import replace

from matching.domain.enrolment import Enrolment
from matching.domain.mentorship import Mentorship
from matching.domain.person import Person, Profile
from matching.domain.proposal import Alone, Proposal
from matching.domain.question import PairQuestion
from matching.domain.request import Request
from matching.domain.seats import Seats
from matching.permissions import TABLE
from matching.ports.unit import Store, Unit
from servicekit.caller import Caller
from servicekit.entity import Entity
from servicekit.holdings import Holding, audit_about

_MOST = 10_000


def gather(store: Store, caller: Caller, person_id: str) -> list[Holding]:
    """The person's documents, without what others keep private from them: why somebody declined or ended."""
    relations = {"self"} if caller.id == person_id else set()
    TABLE.require(caller, "data.read", relations)

    def work(unit: Unit) -> list[Holding]:
        requests = (
            *unit.requests_by(person_id, None, None, None),
            *unit.requests_to(person_id, None, None, None),
        )
        mentorships = unit.mentorships_of(person_id, None, None, None, _MOST)
        pairs, alone = unit.runs_naming(person_id)
        return [
            _one("person", "Your employment facts, by which rules decide who may be paired.", Person, unit, person_id),
            _one("profile", "What you said of yourself, by which you are matched.", Profile, unit, person_id),
            _one("seats", "How many mentorships you can take, and have taken.", Seats, unit, person_id),
            Holding(
                name="enrolments",
                about="Your places in mentoring programs, with your wishes.",
                kind=Enrolment,
                items=unit.enrolments_of(person_id),
            ),
            Holding(
                name="requests",
                about="What you asked of others and others of you. Why somebody declined is theirs to know.",
                kind=Request,
                items=[request.as_seen_by(person_id) for request in requests],
            ),
            Holding(
                name="mentorships",
                about="Your mentorships. Why one ended is known to whoever ended it.",
                kind=Mentorship,
                items=[_as_seen_by(person_id, mentorship) for mentorship in mentorships],
            ),
            Holding(
                name="proposals",
                about="Pairs with you that a match of a whole program came to. The other's wishes are theirs to know.",
                kind=Proposal,
                items=[pair.as_seen_by(person_id) for pair in pairs],
            ),
            Holding(
                name="unmatched",
                about="Matches of a whole program that found nobody for you.",
                kind=Alone,
                items=[replace(one, closest=None, lost_to=None) for one in alone if one.person_id == person_id],
            ),
            Holding(
                name="run_questions",
                about="What managers asked about a pair with you that a match did not make, and what you could change.",
                kind=PairQuestion,
                items=[question.as_seen_by(person_id) for question in unit.questions_naming(person_id)],
            ),
            audit_about(unit, person_id),
        ]

    return store.reading(work)


def _as_seen_by(person_id: str, mentorship: Mentorship) -> Mentorship:
    if mentorship.ended_by == person_id:
        return mentorship
    told = mentorship.reason if mentorship.reason == "completed" else None
    return replace(mentorship, reason=told, ended_by=None)


def _one(name: str, about: str, kind: type[Entity], unit: Unit, person_id: str) -> Holding:
    held = unit.get(kind, person_id)
    return Holding(name=name, about=about, kind=kind, items=[held] if held is not None else [])
