"""What this service does when other services tell it something."""

from collections.abc import Sequence

from contracts import Envelope, Event
from contracts.matching import (
    EnrolmentApplied,
    EnrolmentApproved,
    EnrolmentChanged,
    EnrolmentPaused,
    EnrolmentRejected,
    EnrolmentResumed,
    EnrolmentWaitlisted,
    EnrolmentWithdrawn,
    MentorshipDeparted,
    MentorshipEnded,
    MentorshipJoined,
    MentorshipPaused,
    MentorshipResumed,
    MentorshipStarted,
    PlanChanged,
)
from contracts.profiles import ErasureStarted, PersonChanged, PersonErased
from feedback import projections
from feedback.ports import Store, Unit
from feedback.projections import ParticipationState
from feedback.use_cases import journeys, people
from feedback.use_cases.journeys import Mentorship
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.handling import Handler, Handlers

SYSTEM = Caller.system("feedback")
MentorshipFact = (
    MentorshipStarted | MentorshipJoined | MentorshipDeparted | MentorshipPaused | MentorshipResumed | MentorshipEnded
)
EnrolmentFact = (
    EnrolmentApplied
    | EnrolmentApproved
    | EnrolmentRejected
    | EnrolmentWaitlisted
    | EnrolmentChanged
    | EnrolmentPaused
    | EnrolmentResumed
    | EnrolmentWithdrawn
)
# What a fact makes of a place; one that only describes it changes nothing here.
PLACES: dict[type[Event], ParticipationState | None] = {
    EnrolmentApplied: "applied",
    EnrolmentApproved: "approved",
    EnrolmentRejected: "rejected",
    EnrolmentWaitlisted: "waitlisted",
    EnrolmentChanged: None,
    EnrolmentPaused: "paused",
    EnrolmentResumed: "approved",
    EnrolmentWithdrawn: "withdrawn",
}


def on_mentorship_started(store: Store, clock: Clock, envelope: Envelope) -> None:
    """A journey begins."""
    journeys.open_journey(store, SYSTEM, _mentorship(envelope), envelope.time)


def on_mentorship_regrouped(store: Store, clock: Clock, envelope: Envelope) -> None:
    """Somebody joined the group or departed."""
    journeys.regroup_journey(store, SYSTEM, _mentorship(envelope), envelope.time)


def on_mentorship_paused(store: Store, clock: Clock, envelope: Envelope) -> None:
    """The journey rests; what is planned is cancelled."""
    journeys.pause_journey(store, SYSTEM, _mentorship(envelope), envelope.time)


def on_mentorship_resumed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """The journey goes on."""
    journeys.resume_journey(store, SYSTEM, _mentorship(envelope), envelope.time)


def on_mentorship_ended(store: Store, clock: Clock, envelope: Envelope) -> None:
    """The journey closes; what is planned is cancelled."""
    journeys.close_journey(store, SYSTEM, _mentorship(envelope), envelope.time)


def on_plan_changed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """The program's managers, rhythm and milestones are as told."""
    told = envelope.data
    assert isinstance(told, PlanChanged)
    store.atomically(lambda unit: projections.keep_plan(unit, told))


def on_enrolment(store: Store, clock: Clock, envelope: Envelope) -> None:
    """Somebody's place in a program is as told."""
    told = envelope.data
    assert isinstance(told, EnrolmentFact)
    state = PLACES[type(told)]
    store.atomically(
        lambda unit: projections.keep_participation(
            unit, told.enrolment_id, told.program_id, told.person_id, told.role, state
        )
    )


def on_person_changed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """Whether somebody still works here is as told."""
    told = envelope.data
    assert isinstance(told, PersonChanged)
    store.atomically(lambda unit: projections.keep_person(unit, told))


def foresee_people(unit: Unit, envelopes: Sequence[Envelope]) -> None:
    """Load many people by one question."""
    projections.foresee(unit, [envelope.key for envelope in envelopes])


def on_person_erased(store: Store, clock: Clock, envelope: Envelope) -> None:
    """Whatever somebody wrote, or was written, is destroyed."""
    people.forget_person(store, SYSTEM, envelope.key)


def on_erasure_started(store: Store, clock: Clock, envelope: Envelope) -> None:
    """The same, and a receipt for it."""
    told = envelope.data
    assert isinstance(told, ErasureStarted)
    people.erase_person(store, SYSTEM, told.erasure_id, told.person_id)


def _mentorship(envelope: Envelope) -> Mentorship:
    told = envelope.data
    assert isinstance(told, MentorshipFact)
    return Mentorship(
        id=told.mentorship_id, program_id=told.program_id, mentor_id=told.mentor_id, mentee_ids=told.mentee_ids
    )


HANDLERS: Handlers = {
    MentorshipStarted: Handler(on_mentorship_started),
    MentorshipJoined: Handler(on_mentorship_regrouped),
    MentorshipDeparted: Handler(on_mentorship_regrouped),
    MentorshipPaused: Handler(on_mentorship_paused),
    MentorshipResumed: Handler(on_mentorship_resumed),
    MentorshipEnded: Handler(on_mentorship_ended),
    PlanChanged: Handler(on_plan_changed),
    **{fact: Handler(on_enrolment) for fact in PLACES},
    PersonChanged: Handler(on_person_changed, foresee=foresee_people),
    PersonErased: Handler(on_person_erased),
    ErasureStarted: Handler(on_erasure_started),
}
