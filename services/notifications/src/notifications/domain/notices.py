"""Which fact tells whom what."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from contracts import Event
from contracts import feedback as f
from contracts import matching as m
from notifications.domain.message import Kind, Meeting, Method, Notice

SessionFact = f.SessionScheduled | f.SessionRescheduled | f.SessionCancelled | f.SessionReminded | f.SessionMissed
RequestFact = (
    m.RequestMade
    | m.RequestReminded
    | m.RequestAccepted
    | m.RequestDeclined
    | m.RequestWithdrawn
    | m.RequestExpired
    | m.RequestSuperseded
)
MentorshipFact = (
    m.MentorshipProposed | m.MentorshipStarted | m.MentorshipDeclined | m.MentorshipExpired | m.MentorshipEnded
)
RunFact = m.RunReady | m.RunFailed | m.RunPublished
EnrolmentFact = m.EnrolmentApproved | m.EnrolmentRejected | m.EnrolmentWaitlisted
ReviewFact = f.ReviewDue | f.ReviewRevealed


def notices_of(event: Event) -> tuple[Notice, ...]:
    """What the event tells to whom, in a fixed order; nothing for an event that tells nobody anything."""
    tell = _TELLING.get(type(event))
    return tell(event) if tell else ()


def _asker_and_answerer(told: RequestFact) -> tuple[str, str]:
    pair = (told.mentee_id, told.mentor_id)
    return pair if told.made_by == "mentee" else (pair[1], pair[0])


def _to_answerer(kind: Kind) -> Callable[[RequestFact], tuple[Notice, ...]]:
    def tell(told: RequestFact) -> tuple[Notice, ...]:
        asker, answerer = _asker_and_answerer(told)
        return (_of_request(told, kind, to=answerer, about=asker),)

    return tell


def _to_asker(kind: Kind) -> Callable[[RequestFact], tuple[Notice, ...]]:
    def tell(told: RequestFact) -> tuple[Notice, ...]:
        asker, answerer = _asker_and_answerer(told)
        return (_of_request(told, kind, to=asker, about=answerer),)

    return tell


def _to_both(kind: Kind) -> Callable[[RequestFact], tuple[Notice, ...]]:
    return lambda told: (*_to_asker(kind)(told), *_to_answerer(kind)(told))


def _of_request(told: RequestFact, kind: Kind, to: str, about: str) -> Notice:
    return Notice(
        person_id=to,
        kind=kind,
        link=f"/requests/{told.request_id}",
        program_id=told.program_id,
        other_ids=(about,),
        deadline=told.deadline,
    )


def _expired(told: m.RequestExpired) -> tuple[Notice, ...]:
    """A mentee who got no answer is shown who fits next; whoever they asked is not among those."""
    notices = _to_asker("request_expired")(told)
    if told.made_by == "mentor":
        return notices
    return tuple(replace(notice, link=f"/mentors?program={told.program_id}") for notice in notices)


def _rerouted(told: m.RequestRerouted) -> tuple[Notice, ...]:
    return (
        Notice(
            person_id=told.mentee_id,
            kind="request_rerouted",
            link=f"/requests/{told.next_request_id}",
            program_id=told.program_id,
            other_ids=(told.next_mentor_id,),
        ),
    )


def _vacated(told: m.ProgramVacated) -> tuple[Notice, ...]:
    return tuple(
        Notice(person_id=manager, kind="place_free", link=f"/programs/{told.program_id}", program_id=told.program_id)
        for manager in told.managers
    )


def _of_run(kind: Kind) -> Callable[[RunFact], tuple[Notice, ...]]:
    """For the manager who asked for it: a large one takes longer than anybody watches."""
    return lambda told: (
        Notice(
            person_id=told.requested_by,
            kind=kind,
            link=f"/programs/{told.program_id}/runs/{told.run_id}",
            program_id=told.program_id,
        ),
    )


def _of_enrolment(kind: Kind) -> Callable[[EnrolmentFact], tuple[Notice, ...]]:
    return lambda told: (
        Notice(
            person_id=told.person_id,
            kind=kind,
            link=f"/programs/{told.program_id}",
            program_id=told.program_id,
        ),
    )


def _of_mentorship(kind: Kind) -> Callable[[MentorshipFact], tuple[Notice, ...]]:
    return lambda told: tuple(
        Notice(
            person_id=person,
            kind=kind,
            link=f"/mentorships/{told.mentorship_id}",
            program_id=told.program_id,
            other_ids=others,
            deadline=told.deadline if isinstance(told, m.MentorshipProposed) else None,
        )
        for person, others in _each_with_others(told.mentor_id, told.mentee_ids)
    )


def _joined(told: m.MentorshipJoined) -> tuple[Notice, ...]:
    return (
        Notice(
            person_id=told.person_id,
            kind="mentorship_started",
            link=f"/mentorships/{told.mentorship_id}",
            program_id=told.program_id,
            other_ids=(told.mentor_id,),
        ),
    )


def _departed(told: m.MentorshipDeparted) -> tuple[Notice, ...]:
    return (
        Notice(
            person_id=told.person_id,
            kind="mentorship_ended",
            link=f"/mentorships/{told.mentorship_id}",
            program_id=told.program_id,
            other_ids=(told.mentor_id,),
        ),
    )


def _of_session(kind: Kind, method: Method | None = None) -> Callable[[SessionFact], tuple[Notice, ...]]:
    def tell(told: SessionFact) -> tuple[Notice, ...]:
        meeting = Meeting(
            session_id=told.session_id,
            starts_at=told.starts_at,
            minutes=told.minutes,
            revision=told.revision,
            people=(told.mentor_id, *told.mentee_ids),
            method=method,
        )
        return tuple(
            Notice(
                person_id=person,
                kind=kind,
                link=f"/sessions/{told.session_id}",
                program_id=told.program_id,
                other_ids=others,
                meeting=meeting,
            )
            for person, others in _each_with_others(told.mentor_id, told.mentee_ids)
        )

    return tell


def _of_review(told: ReviewFact, kind: Kind, to: str, about: str) -> tuple[Notice, ...]:
    return (
        Notice(
            person_id=to,
            kind=kind,
            link=f"/sessions/{told.session_id}",
            program_id=told.program_id,
            other_ids=(about,),
        ),
    )


def _each_with_others(mentor_id: str, mentee_ids: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """Everybody with the people they work with: the mentor with the mentees, each mentee with the mentor."""
    return [(mentor_id, mentee_ids), *((mentee, (mentor_id,)) for mentee in mentee_ids)]


# The functions take narrower events than the table promises; the key says which.
_TELLING: Mapping[type[Event], Callable[[Any], tuple[Notice, ...]]] = {
    m.RequestMade: _to_answerer("request_received"),
    m.RequestReminded: _to_answerer("request_reminded"),
    m.RequestAccepted: _to_asker("request_accepted"),
    m.RequestDeclined: _to_asker("request_declined"),
    m.RequestWithdrawn: _to_answerer("request_withdrawn"),
    m.RequestExpired: _expired,
    m.RequestRerouted: _rerouted,
    m.RequestSuperseded: _to_both("request_superseded"),
    m.EnrolmentApproved: _of_enrolment("enrolment_approved"),
    m.EnrolmentRejected: _of_enrolment("enrolment_rejected"),
    m.EnrolmentWaitlisted: _of_enrolment("enrolment_waitlisted"),
    m.MentorshipProposed: _of_mentorship("mentorship_proposed"),
    m.MentorshipStarted: _of_mentorship("mentorship_started"),
    m.MentorshipDeclined: _of_mentorship("mentorship_declined"),
    m.MentorshipExpired: _of_mentorship("mentorship_expired"),
    m.MentorshipJoined: _joined,
    m.MentorshipDeparted: _departed,
    m.MentorshipEnded: _of_mentorship("mentorship_ended"),
    m.ProgramVacated: _vacated,
    m.RunReady: _of_run("run_ready"),
    m.RunFailed: _of_run("run_failed"),
    m.RunPublished: _of_run("run_published"),
    f.SessionScheduled: _of_session("session_scheduled", "REQUEST"),
    f.SessionRescheduled: _of_session("session_rescheduled", "REQUEST"),
    f.SessionCancelled: _of_session("session_cancelled", "CANCEL"),
    f.SessionReminded: _of_session("session_reminded"),
    f.SessionMissed: _of_session("session_missed"),
    f.ReviewDue: lambda told: _of_review(told, "review_due", to=told.author_id, about=told.addressee_id),
    f.ReviewRevealed: lambda told: _of_review(told, "review_revealed", to=told.addressee_id, about=told.author_id),
}
TELLING = frozenset(_TELLING)
