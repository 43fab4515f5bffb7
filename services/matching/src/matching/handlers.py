"""What matching does when something happens elsewhere: which event is handled by which function."""

from collections.abc import Sequence

from contracts import Envelope
from contracts.feedback import SessionHeld
from contracts.profiles import (
    ClientChanged,
    ClientErased,
    ErasureCancelled,
    ErasureRequested,
    ErasureStarted,
    PersonChanged,
    PersonErased,
    ProfileChanged,
    ProfileErased,
    SkillChanged,
    ThemeChanged,
)
from matching import projections
from matching.domain.person import Client, Profile
from matching.ports.unit import Store, Unit
from matching.use_cases import forgetting, mentorships, people
from servicekit.clock import Clock
from servicekit.handling import Handler, Handlers


def on_person_changed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """Facts of a person; whoever left leaves everything they took part in."""
    assert isinstance(envelope.data, PersonChanged)
    people.keep_person(store, clock, projections.person_of(envelope.data, clock.now()))


def foresee_people(unit: Unit, envelopes: Sequence[Envelope]) -> None:
    """Load the people of many events, and their seats, by one question each."""
    people.foresee(unit, [envelope.key for envelope in envelopes])


def on_person_erased(store: Store, clock: Clock, envelope: Envelope) -> None:
    """Their data goes, and they leave everything they took part in."""
    forgetting.forget_person(store, clock, envelope.key)


def on_erasure_requested(store: Store, clock: Clock, envelope: Envelope) -> None:
    """They are hidden, and what they take part in rests."""
    assert isinstance(envelope.data, ErasureRequested)
    forgetting.hide_person(store, clock, envelope.data.erasure_id, envelope.data.person_id)


def on_erasure_cancelled(store: Store, clock: Clock, envelope: Envelope) -> None:
    """They are seen again, and what rested goes on."""
    assert isinstance(envelope.data, ErasureCancelled)
    forgetting.show_person(store, clock, envelope.data.erasure_id, envelope.data.person_id)


def on_erasure_started(store: Store, clock: Clock, envelope: Envelope) -> None:
    """Their data goes, with a receipt for it."""
    assert isinstance(envelope.data, ErasureStarted)
    forgetting.erase_person(store, clock, envelope.data.erasure_id, envelope.data.person_id)


def on_profile_changed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """A profile; its capacity is the person's own limit."""
    assert isinstance(envelope.data, ProfileChanged)
    people.keep_profile(store, clock, projections.profile_of(envelope.data, clock.now()))


def foresee_profiles(unit: Unit, envelopes: Sequence[Envelope]) -> None:
    """Load the profiles of many events, their people and seats, by one question each."""
    people.foresee(unit, [envelope.key for envelope in envelopes])
    unit.prefetch(Profile, [envelope.key for envelope in envelopes])


def on_profile_erased(store: Store, clock: Clock, envelope: Envelope) -> None:
    """A profile is erased with its person only."""
    forgetting.forget_person(store, clock, envelope.key)


def on_skill_changed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """What a skill is called."""
    assert isinstance(envelope.data, SkillChanged)
    people.keep_word(store, projections.skill_of(envelope.data, clock.now()))


def on_theme_changed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """What a theme is called."""
    assert isinstance(envelope.data, ThemeChanged)
    people.keep_word(store, projections.theme_of(envelope.data, clock.now()))


def on_client_changed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """What a client may still do."""
    assert isinstance(envelope.data, ClientChanged)
    people.keep_client(store, projections.client_of(envelope.data))


def on_client_erased(store: Store, clock: Clock, envelope: Envelope) -> None:
    """The client may not come in any more."""
    people.keep_client(store, Client(id=envelope.key, revoked=True))


def on_session_held(store: Store, clock: Clock, envelope: Envelope) -> None:
    """A mentorship of a flash program ends with its one session."""
    assert isinstance(envelope.data, SessionHeld)
    mentorships.end_flash(store, clock, envelope.data.mentorship_id)


HANDLERS: Handlers = {
    PersonChanged: Handler(on_person_changed, foresee=foresee_people),
    PersonErased: Handler(on_person_erased),
    ErasureRequested: Handler(on_erasure_requested),
    ErasureCancelled: Handler(on_erasure_cancelled),
    ErasureStarted: Handler(on_erasure_started),
    ProfileChanged: Handler(on_profile_changed, foresee=foresee_profiles),
    ProfileErased: Handler(on_profile_erased),
    SkillChanged: Handler(on_skill_changed),
    ThemeChanged: Handler(on_theme_changed),
    ClientChanged: Handler(on_client_changed),
    ClientErased: Handler(on_client_erased),
    SessionHeld: Handler(on_session_held),
}
