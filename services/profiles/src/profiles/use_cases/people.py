"""Registering people, changing their facts, finding them, and showing their cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from profiles.domain.access import REPORTING_LINES, Guard
from profiles.domain.card import Card, card_of, skills_shown, themes_shown
from profiles.domain.errors import EmailTaken, ExternalIdTaken, NotYoursToChange, UserNameTaken
from profiles.domain.history import Source
from profiles.domain.person import FACTS_OF_ONE_S_OWN, Facts, Person, Status
from profiles.domain.profile import Profile
from profiles.domain.search import search_words
from profiles.domain.vocabulary import Skill, Theme
from profiles.permissions import TABLE, relations_to_person
from profiles.ports import Store, Unit
from profiles.use_cases.grants import end_access
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import FieldError, InvalidInput

MOST_CARDS = 100


@dataclass(frozen=True, kw_only=True)
class Me(Person):
    """The person who asks, with the roles of their token."""

    roles: tuple[str, ...]
    has_profile: bool


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of a search; `following` is where the next one begins, None on the last."""

    cards: list[Card]
    following: tuple[str, str] | None


def register_person(store: Store, clock: Clock, caller: Caller, facts: Facts) -> Person:
    """Make a person known; their manager must be.

    Raises:
        InvalidInput: a fact cannot be, or nobody is the manager.
        EmailTaken, ExternalIdTaken: somebody else has it.
    """
    TABLE.require(caller, "person.register")
    now = clock.now()
    person = Person.registered(new_id("prs"), facts, now).remembering(None, _source(caller), now)

    def work(unit: Unit) -> Person:
        _check_unique(unit, person)
        _require_manager(unit, person)
        _audit_by_hand(unit, caller, "person.register", person)
        return unit.save(person, *person.snapshots)

    return store.atomically(work)


def read_person(store: Store, caller: Caller, person_id: str) -> Person:
    """Somebody's HR facts."""
    TABLE.require(caller, "person.read", relations_to_person(caller.id, person_id))
    return store.reading(lambda unit: unit.require(Person, person_id))


def read_me(store: Store, caller: Caller) -> Me:
    """The caller as a person."""
    TABLE.require(caller, "me.read")

    def work(unit: Unit) -> Me:
        person = unit.require(Person, caller.id)
        has_profile = unit.get(Profile, caller.id) is not None
        return Me(**vars(person), roles=tuple(sorted(caller.roles)), has_profile=has_profile)

    return store.reading(work)


def change_person(
    store: Store,
    clock: Clock,
    caller: Caller,
    person_id: str,
    expected: int | None,
    changes: Mapping[str, Any],
    status: Status | None = None,
) -> Person:
    """Change some facts (by their names in `Facts`) or the employment status; what is so already changes nothing.

    Raises:
        NotYoursToChange: one's own facts, but HR's to change.
        InvalidInput: a fact cannot be; nobody is the manager; the reporting line would be a circle.
        EmailTaken, ExternalIdTaken: somebody else has it.
        WrongState: from the present status there is no such move.
        Stale: the person is at another version than `expected`.
    """
    TABLE.require(caller, "person.change", relations_to_person(caller.id, person_id))
    if not TABLE.allows(caller, "person.change-any-fact"):
        _refuse_what_hr_says([*changes, *(["status"] if status else [])])

    def work(unit: Unit) -> Person:
        before = unit.require(Person, person_id, expected)
        after = before.with_facts(changes)
        if status is not None:
            after = after.moved_to(status)
        if after == before:
            return before
        _check_unique(unit, after)
        if after.facts.manager_id != before.facts.manager_id:
            _require_manager(unit, after)
            refuse_circle(unit, after)
        if before.may_come_in and not after.may_come_in:
            end_access(unit, clock, caller, person_id)
        changed = after.remembering(before, _source(caller), clock.now())
        _audit_by_hand(unit, caller, "person.change", changed)
        return unit.save(changed, *after.news(before))

    return store.atomically(work)


def show_cards(store: Store, caller: Caller, ids: Sequence[str]) -> list[Card]:
    """The cards of these people, in the order asked; whoever does not exist is left out.

    Raises:
        InvalidInput: more than 100 ids.
    """
    TABLE.require(caller, "person.card")
    _refuse_too_many(ids)
    return store.reading(lambda unit: _cards(unit, _asked_for(unit, caller, ids)))


def show_whole_cards(store: Store, clock: Clock, caller: Caller, ids: Sequence[str]) -> list[Card]:
    """The cards of these people with their private answers too; each of which somebody else is shown is audited.

    Raises:
        InvalidInput: more than 100 ids.
    """
    TABLE.require(caller, "answers.private")
    _refuse_too_many(ids)

    def work(unit: Unit) -> list[Card]:
        people = _asked_for(unit, caller, ids)
        whole = _cards(unit, people, private=True)
        for plain, card in zip(_cards(unit, people), whole, strict=True):
            private = sorted(card.answers.keys() - plain.answers.keys())
            if private and card.id != caller.id:
                unit.save(audited(caller, "answers.private", card.id, clock.now(), *private))
        return whole

    return store.atomically(work)


def find_people(store: Store, caller: Caller, query: str, after: tuple[str, str] | None, limit: int) -> Found:
    """Colleagues whose names have words that begin like the query's, by name; an empty query is everybody.

    Who administers people also finds one by the whole e-mail address or external id, those who left included.
    """
    TABLE.require(caller, "person.card")
    exact = query if query and TABLE.allows(caller, "person.change-any-fact") else None

    def work(unit: Unit) -> Found:
        people = unit.people_named(search_words(query), exact, after, limit + 1)
        shown, more = people[:limit], len(people) > limit
        following = (shown[-1].sort_name, shown[-1].id) if more else None
        return Found(cards=_cards(unit, shown), following=following)

    return store.reading(work)


def refuse_circle(unit: Unit, person: Person) -> None:
    """Refuse a person whose new manager reports to them, however far up.

    Raises:
        InvalidInput: naming the circle.
    """
    # Two changes far apart can close a circle together, so all changes of lines go through one document.
    unit.save(unit.get(Guard, REPORTING_LINES) or Guard(id=REPORTING_LINES))
    line = [person.id]
    above = person.facts.manager_id
    while above is not None and above not in line:
        line.append(above)
        manager = unit.get(Person, above)
        above = manager.facts.manager_id if manager else None
    if above == person.id:
        circle = " > ".join([*line, person.id])
        raise _bad_manager(f"The reporting line would be a circle: {circle}.", "Name somebody outside it, or null.")


def _refuse_too_many(ids: Sequence[str]) -> None:
    if len(ids) > MOST_CARDS:
        raise InvalidInput(f"Ask for at most {MOST_CARDS} cards at once.", [FieldError("?query/id", "Too many ids.")])


def _asked_for(unit: Unit, caller: Caller, ids: Sequence[str]) -> list[Person]:
    unit.prefetch(Person, ids)
    known = [person for id in dict.fromkeys(ids) if (person := unit.get(Person, id)) is not None]
    return [person for person in known if person.erasure_id is None or person.id == caller.id]


def _cards(unit: Unit, people: Sequence[Person], *, private: bool = False) -> list[Card]:
    asked = unit.profile_fields()
    unit.prefetch(Profile, [person.id for person in people])
    profiles = {person.id: unit.get(Profile, person.id) for person in people}
    published = [profile for profile in profiles.values() if profile is not None]
    skills, themes = skills_shown(published), themes_shown(published)
    unit.prefetch(Skill, skills)
    unit.prefetch(Theme, themes)
    names = {id: unit.require(Skill, id).name for id in skills}
    names |= {id: unit.require(Theme, id).name for id in themes}
    return [card_of(person, profiles[person.id], names, asked, private=private) for person in people]


def _source(caller: Caller) -> Source:
    return Source(by=caller.id, kind=caller.kind)


def _audit_by_hand(unit: Unit, caller: Caller, operation: str, person: Person) -> None:
    """Audit what somebody does to somebody else's record; what HR's systems send by the thousand is in its history."""
    if caller.kind == "person" and caller.id != person.id:
        done = person.history[-1]
        codes = [done.act] if done.act != "changed" else []
        unit.save(audited(caller, operation, person.id, done.at, *codes, *(one.fact for one in done.changes)))


def _refuse_what_hr_says(names: Sequence[str]) -> None:
    foreign = sorted(set(names) - FACTS_OF_ONE_S_OWN)
    if foreign:
        yours = ", ".join(sorted(FACTS_OF_ONE_S_OWN))
        raise NotYoursToChange(
            f"You may change your {yours}. Ask your people admins for the rest.",
            [FieldError(f"/{name}", "Only people admins may change this.") for name in foreign],
        )


def _check_unique(unit: Unit, person: Person) -> None:
    other = unit.person_by_email(person.email_key)
    if other is not None and other.id != person.id:
        raise EmailTaken(
            f"{other.id} has this e-mail address.",
            [FieldError("/email", "Use another address, or change that person.")],
        )
    other = unit.person_by_user_name(person.user_name_key)
    if other is not None and other.id != person.id:
        raise UserNameTaken(
            f"{other.id} has this account name.", [FieldError("/email", "Use another one, or change that person.")]
        )
    if person.external_key is None:
        return
    other = unit.person_by_external_id(person.external_key)
    if other is not None and other.id != person.id:
        raise ExternalIdTaken(
            f"{other.id} has this external id.", [FieldError("/external_id", "Use another id, or change that person.")]
        )


def _require_manager(unit: Unit, person: Person) -> None:
    manager_id = person.facts.manager_id
    if manager_id is None:
        return
    if manager_id == person.id:
        raise _bad_manager("Nobody is their own manager.", "Name somebody else, or null.")
    if unit.get(Person, manager_id) is None:
        raise _bad_manager(f"There is no person {manager_id}.", f"Register {manager_id} first, or leave it out.")


def _bad_manager(detail: str, advice: str) -> InvalidInput:
    return InvalidInput(detail, [FieldError("/manager_id", advice)])
