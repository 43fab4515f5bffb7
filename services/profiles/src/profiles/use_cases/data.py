"""Everything that this service holds about one person."""

from profiles.domain.access import Grant, RefreshFamily, SignInLink
from profiles.domain.consent import Consent
from profiles.domain.erasure import Erasure
from profiles.domain.group import Group
from profiles.domain.imports.course import Batch
from profiles.domain.imports.naming import Naming
from profiles.domain.person import Person
from profiles.domain.profile import Profile
from profiles.domain.profile_field import ProfileField
from profiles.domain.vocabulary import Skill, Theme
from profiles.permissions import TABLE, relations_to_person
from profiles.ports import Store, Unit
from servicekit.caller import Caller
from servicekit.entity import Entity
from servicekit.holdings import Holding, audit_about
from servicekit.refusals import NotFound

# What serves the search, or proves a secret without being data about anybody.
_KEYS = frozenset({"email_key", "external_key", "user_name_key", "sort_name", "name_prefixes", "landmark"})
_WORD_KEYS = frozenset({"name_key", "keys", "prefixes"})


def gather(store: Store, caller: Caller, person_id: str) -> list[Holding]:
    """The person's documents; raises NotFound where there never was such a person."""
    TABLE.require(caller, "data.read", relations_to_person(caller.id, person_id))

    def work(unit: Unit) -> list[Holding]:
        audit = audit_about(unit, person_id)
        person, profile = unit.get(Person, person_id), unit.get(Profile, person_id)
        if person is None and not audit.items:
            raise NotFound(f"There is no person {person_id}.")
        return [
            _one(
                "person", "Your employment facts as HR keeps them, to recognise and match you.", Person, person, _KEYS
            ),
            _one("profile", "What you said of yourself for mentoring.", Profile, profile),
            *_words(unit, profile),
            Holding(
                name="questions",
                about="Your organisation's own questions that your profile answers; the answers are in your profile.",
                kind=ProfileField,
                items=[one for one in unit.profile_fields() if profile is not None and one.id in profile.answered],
                without=frozenset({"retell_after"}),
            ),
            _one("consent", "What you agreed to, by purpose, with every word.", Consent, unit.get(Consent, person_id)),
            _one("roles", "The roles that you were given here.", Grant, unit.get(Grant, person_id)),
            Holding(
                name="sign_in_links",
                about="Which account of your organisation's sign-in is yours, by a hash.",
                kind=SignInLink,
                items=unit.every_link_of(person_id),
            ),
            Holding(
                name="sessions",
                about="Where you are signed in; kept for twelve hours.",
                kind=RefreshFamily,
                items=unit.refresh_families_of(person_id),
                without=frozenset({"token_hash"}),
            ),
            Holding(
                name="erasures",
                about="Whether you asked to be forgotten.",
                kind=Erasure,
                items=unit.erasures_of(person_id),
            ),
            Holding(
                name="groups",
                about="The groups of your organisation's sign-in that you are in, and the roles they give you here.",
                kind=Group,
                items=unit.groups_of([person_id]),
                # Who else is in them is not about the person.
                without=frozenset({"members", "name_key"}),
            ),
            Holding(
                name="import_rows",
                about="What files from HR that are being imported say of you; kept for seven days at most.",
                kind=Batch,
                items=_rows(unit, person),
                without=frozenset({"actions", "managers_due"}),
            ),
            audit,
        ]

    return store.reading(work)


def _words(unit: Unit, profile: Profile | None) -> list[Holding]:
    said = profile.statement if profile is not None else None
    skills = {*(one.skill_id for one in said.skills_offered), *said.skills_wanted} if said else set()
    themes = {*said.goals, *said.helps_with} if said else set()
    unit.prefetch(Skill, skills)
    unit.prefetch(Theme, themes)
    return [
        Holding(
            name="skills",
            about="The organisation's words for the skills that your profile names.",
            kind=Skill,
            items=[unit.require(Skill, id) for id in sorted(skills)],
            without=_WORD_KEYS,
        ),
        Holding(
            name="themes",
            about="The organisation's words for the goals that your profile names.",
            kind=Theme,
            items=[unit.require(Theme, id) for id in sorted(themes)],
            without=_WORD_KEYS,
        ),
    ]


def _rows(unit: Unit, person: Person | None) -> list[Batch]:
    if person is None:
        return []
    naming = Naming.of(person)
    return naming.rows_of(unit.batches_naming(naming))


def _one(
    name: str, about: str, kind: type[Entity], held: Entity | None, without: frozenset[str] = frozenset()
) -> Holding:
    return Holding(name=name, about=about, kind=kind, items=[held] if held is not None else [], without=without)
