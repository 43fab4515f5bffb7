"""What `profiles` publishes: people, what they say of themselves for mentoring, vocabularies, clients and erasures."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from contracts.fields import (
    ClientId,
    ClockTime,
    Code,
    Count,
    ErasureId,
    ImportId,
    Language,
    Moment,
    Name,
    PersonId,
    ProgramId,
    SkillId,
    Text,
    ThemeId,
    TimeZone,
)
from contracts.registry import Event, about, fact, state

EVERY_OTHER = ("feedback", "matching", "notifications")

about(
    "profiles.person",
    "The employment facts of each person, without name or address. The newest record per person is the whole truth.",
    personal=True,
)


@state("profiles.person", "changed", key="person_id", visibility="internal", consumers=EVERY_OTHER)
class PersonChanged(Event):
    """A person was registered, changed, went on leave, left or came back."""

    person_id: PersonId
    external_id: Annotated[str, Meta(max_length=200, description="The person's id in the HR system.")] | None = None
    title: Text = ""
    department: Text = ""
    level: Annotated[int, Meta(ge=-1000, le=1000, description="Seniority; higher is more senior.")] | None = None
    site: Text = ""
    remote: Annotated[bool, Meta(description="Will meet remotely.")] = False
    manager_id: PersonId | None = None
    status: Literal["active", "on_leave", "left"]
    time_zone: TimeZone
    languages: tuple[Language, ...] = ()
    attributes: Annotated[dict[str, Text], Meta(description="Further facts that the operator declared.")] = field(
        default_factory=dict
    )


@state("profiles.person", "erased", key="person_id", visibility="internal", consumers=EVERY_OTHER)
class PersonErased(Event):
    """The person's data was destroyed; whoever kept any destroys theirs."""

    person_id: PersonId


about(
    "profiles.contact",
    "How to reach each person: the only topic that carries names and addresses, read by `notifications` alone.",
    personal=True,
)


@state("profiles.contact", "changed", key="person_id", visibility="internal", consumers=("notifications",))
class ContactChanged(Event):
    """A person's name, address, language or time zone became known or changed."""

    person_id: PersonId
    name: Name
    email: Annotated[str, Meta(min_length=3, max_length=254)]
    locale: Language = "en"
    time_zone: TimeZone


@state("profiles.contact", "erased", key="person_id", visibility="internal", consumers=("notifications",))
class ContactErased(Event):
    """The person's contact data was destroyed."""

    person_id: PersonId


@dataclass(frozen=True, kw_only=True)
class SkillOffered:
    """A skill that somebody can pass on, with how well they know it."""

    skill_id: SkillId
    level: Annotated[int, Meta(ge=1, le=5)]


@dataclass(frozen=True, kw_only=True)
class WeeklySlot:
    """A weekly interval in the person's own time zone, ending on the day it starts."""

    day: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    start: ClockTime
    end: ClockTime


about(
    "profiles.profile",
    "What each person says of themselves for mentoring, for the match alone. Their bio is not in it.",
    personal=True,
)


@state("profiles.profile", "changed", key="person_id", visibility="internal", consumers=("matching",))
class ProfileChanged(Event):
    """A person published or changed their mentoring profile, paused it, or opted out."""

    person_id: PersonId
    skills_offered: tuple[SkillOffered, ...] = ()
    skills_wanted: tuple[SkillId, ...] = ()
    goals: Annotated[tuple[ThemeId, ...], Meta(description="Themes the person wants help with.")] = ()
    helps_with: Annotated[tuple[ThemeId, ...], Meta(description="Themes the person helps others with.")] = ()
    availability: tuple[WeeklySlot, ...] = ()
    capacity: Annotated[int, Meta(ge=0, le=1000, description="Mentees this person will take at once.")] = 1
    opted_out: bool = False
    avoid: Annotated[tuple[PersonId, ...], Meta(description="People never to be matched with; private.")] = ()
    paused_until: date | None = None
    consent: Annotated[dict[str, bool], Meta(description="What the person agreed to, by purpose.")] = field(
        default_factory=dict
    )
    attributes: Annotated[
        dict[str, Text],
        Meta(description="Answers to the organisation's own questions that it wants matched; never a text."),
    ] = field(default_factory=dict)


@state("profiles.profile", "erased", key="person_id", visibility="internal", consumers=("matching",))
class ProfileErased(Event):
    """The person's mentoring profile was destroyed."""

    person_id: PersonId


about(
    "profiles.skill",
    "The organisation's vocabulary of skills. A skill is retired, never removed; the words of one that somebody "
    "proposed go when they are forgotten.",
    personal=True,
)


@state("profiles.skill", "changed", key="skill_id", visibility="public", consumers=("matching", "notifications"))
class SkillChanged(Event):
    """A skill was added, renamed, sorted anew, retired or merged into another."""

    skill_id: SkillId
    name: Name
    synonyms: tuple[Name, ...] = ()
    category: Text = ""
    retired: bool = False
    merged_into: SkillId | None = None


about(
    "profiles.theme",
    "The organisation's vocabulary of goal themes. A theme is retired, never removed; the words of one that somebody "
    "proposed go when they are forgotten.",
    personal=True,
)


@state("profiles.theme", "changed", key="theme_id", visibility="public", consumers=("matching", "notifications"))
class ThemeChanged(Event):
    """A theme was added, renamed, sorted anew, retired or merged into another."""

    theme_id: ThemeId
    name: Name
    synonyms: tuple[Name, ...] = ()
    category: Text = ""
    retired: bool = False
    merged_into: ThemeId | None = None


about(
    "profiles.client", "The integrators' clients and what they may do, so that every service can refuse a revoked one."
)


@state("profiles.client", "changed", key="client_id", visibility="internal", consumers=EVERY_OTHER)
class ClientChanged(Event):
    """A client was created, its scopes or programs changed, or it was revoked."""

    client_id: ClientId
    scopes: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(description="E.g. `events:read`.")] = ()
    programs: Annotated[
        tuple[ProgramId, ...], Meta(description="The programs whose facts it may read; empty is every program.")
    ] = ()
    revoked: bool = False


@state("profiles.client", "erased", key="client_id", visibility="internal", consumers=EVERY_OTHER)
class ClientErased(Event):
    """The client was removed."""

    client_id: ClientId


about("profiles.import", "What came of each import of people.")


@fact("profiles.import", "completed", key="import_id", visibility="internal", consumers=("notifications",))
class ImportCompleted(Event):
    """An import was carried out; refused rows are listed where it was started."""

    import_id: ImportId
    requested_by: Annotated[str, Meta(min_length=1, max_length=64, description="The person or client who asked.")]
    created: Count = 0
    changed: Count = 0
    unchanged: Count = 0
    left: Count = 0
    refused: Count = 0


about(
    "profiles.erasure",
    "The course of each person's right to be forgotten. Whoever keeps data about people must act on `started`.",
)


@fact("profiles.erasure", "requested", key="erasure_id", visibility="public", consumers=EVERY_OTHER)
class ErasureRequested(Event):
    """An erasure was asked for: the person is hidden, and it can be undone until the deadline."""

    erasure_id: ErasureId
    person_id: PersonId
    deadline: Moment


@fact("profiles.erasure", "cancelled", key="erasure_id", visibility="public", consumers=EVERY_OTHER)
class ErasureCancelled(Event):
    """The erasure was undone within its time; the person is shown again."""

    erasure_id: ErasureId
    person_id: PersonId


@fact("profiles.erasure", "started", key="erasure_id", visibility="public", consumers=EVERY_OTHER)
class ErasureStarted(Event):
    """The person's data is being destroyed; each service answers with a receipt before the deadline."""

    erasure_id: ErasureId
    person_id: PersonId
    deadline: Moment


@fact("profiles.erasure", "completed", key="erasure_id", visibility="public", consumers=EVERY_OTHER)
class ErasureCompleted(Event):
    """All receipts are in and the certificate exists."""

    erasure_id: ErasureId
    person_id: PersonId


about("profiles.receipt", "What `profiles` itself destroyed for each erasure.")


@fact("profiles.receipt", "recorded", key="erasure_id", visibility="internal", consumers=("profiles",))
class ReceiptRecorded(Event):
    """The service destroyed what it kept about the person, counted by kind of data."""

    erasure_id: ErasureId
    person_id: PersonId
    destroyed: Annotated[dict[Code, Count], Meta(description="How many of each kind of data.")]
