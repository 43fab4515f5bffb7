"""A person as the organisation's HR knows them: facts, their validity, employment status."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import available_timezones

from contracts import Event
from contracts.profiles import ContactChanged, PersonChanged
from profiles.domain.account import Account
from profiles.domain.history import KEPT, Entry, Source, entry
from profiles.domain.search import folded, landmark_of, name_prefixes, plain
from servicekit.entity import Entity
from servicekit.refusals import FieldError, InvalidInput, WrongState

Status = Literal["active", "on_leave", "left"]
LEAST_LEVEL, MOST_LEVEL = -1000, 1000
_MOVES: Mapping[Status, frozenset[Status]] = {
    "active": frozenset({"on_leave", "left"}),
    "on_leave": frozenset({"active", "left"}),
    "left": frozenset({"active"}),
}
_EMAIL = re.compile(
    r"[^@\s\x00-\x1f<>(),;:\\\"\[\]]{1,64}@(?:[^@\s.<>(),;:\\\"\[\]]{1,63}\.)*[^@\s.<>(),;:\\\"\[\]]{1,63}"
)
# RFC 5646 section 2.1 without the grandfathered tags: language, script, region, variants, extensions, private use.
_LANGUAGE = re.compile(
    r"[A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?(-([0-9A-Za-z]{5,8}|\d[0-9A-Za-z]{3}))*"
    r"(-[0-9A-WY-Za-wy-z](-[0-9A-Za-z]{2,8})+)*(-[xX](-[0-9A-Za-z]{1,8})+)?"
)
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_ZONES = frozenset(available_timezones())
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LONGEST_TEXT, MOST_ATTRIBUTES, MOST_LANGUAGES = 200, 50, 20
_TEXTS = ("name", "title", "department", "site", "external_id")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What HR says of a person. `level` is a whole number, higher is more senior; `languages` are BCP 47 tags."""

    email: str
    name: str
    time_zone: str
    external_id: str | None = None
    title: str = ""
    department: str = ""
    level: int | None = None
    site: str = ""
    remote: bool = False
    manager_id: str | None = None
    languages: tuple[str, ...] = ()
    locale: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    account: Account | None = None

    def check(self) -> None:
        """Pass, or say everything that is wrong.

        Raises:
            InvalidInput: with one pointer per wrong value.
        """
        wrong = list(self._wrong())
        if wrong:
            raise InvalidInput("Some facts are not as they must be; see `errors`.", wrong)

    def _wrong(self) -> list[FieldError]:
        wrong: list[FieldError] = []
        if len(self.email) > 254 or not _EMAIL.fullmatch(self.email):
            wrong.append(FieldError("/email", "Write an e-mail address such as ana@example.com."))
        if not self.name:
            wrong.append(FieldError("/name", "Write the person's name."))
        wrong += [
            FieldError(f"/{name}", f"Write at most {LONGEST_TEXT} characters, none of them a control character.")
            for name in _TEXTS
            if _is_bad(getattr(self, name) or "")
        ]
        if len(self.attributes) > MOST_ATTRIBUTES or len(self.languages) > MOST_LANGUAGES:
            detail = f"Give at most {MOST_ATTRIBUTES} attributes and {MOST_LANGUAGES} languages."
            wrong.append(FieldError("/attributes", detail))
        if self.time_zone not in _ZONES:
            wrong.append(FieldError("/time_zone", "Write an IANA time zone such as Europe/Berlin."))
        if self.level is not None and not LEAST_LEVEL <= self.level <= MOST_LEVEL:
            wrong.append(FieldError("/level", f"Write a whole number from {LEAST_LEVEL} to {MOST_LEVEL}."))
        tags = [(f"/languages/{place}", tag) for place, tag in enumerate(self.languages)]
        if self.locale is not None:
            tags.append(("/locale", self.locale))
        wrong += [
            FieldError(pointer, "Write a BCP 47 language tag such as de or pt-BR.")
            for pointer, tag in tags
            if len(tag) > 35 or not _LANGUAGE.fullmatch(tag)
        ]
        wrong += [
            FieldError(f"/attributes/{name}", "An attribute's name is letters, digits, `_`, `.`, `-`, a letter first.")
            for name in self.attributes
            if not _ATTRIBUTE.fullmatch(name)
        ]
        wrong += [
            FieldError(f"/attributes/{name}", f"Write at most {LONGEST_TEXT} characters without control characters.")
            for name, value in self.attributes.items()
            if _is_bad(value)
        ]
        return wrong


FACTS_OF_ONE_S_OWN = frozenset({"time_zone", "languages", "locale"})


@dataclass(frozen=True, kw_only=True)
class Person(Entity):
    """Somebody the organisation employs, or employed.

    `email_key`, `external_key` and `user_name_key` are what must be unique; `sort_name`, `name_prefixes` and `landmark`
    serve the search. `changed_at` is when facts or status changed last, `history` what happened, the newest last.
    Whoever has an `erasure_id` asked to be forgotten, and colleagues do not see them any more.
    """

    facts: Facts
    status: Status = "active"
    registered_at: datetime
    email_key: str
    external_key: str | None
    user_name_key: str = ""
    sort_name: str
    name_prefixes: tuple[str, ...]
    landmark: int = 0
    erasure_id: str | None = None
    changed_at: datetime | None = None
    history: tuple[Entry, ...] = ()

    @staticmethod
    def registered(id: str, facts: Facts, now: datetime) -> "Person":
        """A new person; raises InvalidInput where the facts cannot be."""
        facts.check()
        landmark = landmark_of(id)
        return Person(id=id, facts=facts, registered_at=now, changed_at=now, landmark=landmark, **_keys(facts))

    def remembering(self, before: "Person | None", source: Source, now: datetime) -> "Person":
        """The person with an entry of what made them so out of `before`, of nothing where they are new."""
        history = (*self.history, entry(before, self, source, now))
        return replace(self, changed_at=now, history=history[-KEPT:])

    def with_facts(self, changes: Mapping[str, Any]) -> "Person":
        """The person with some facts changed; raises InvalidInput where they cannot be."""
        facts = replace(self.facts, **changes)
        facts.check()
        return replace(self, facts=facts, **_keys(facts))

    def moved_to(self, status: Status) -> "Person":
        """The person with another employment status; the present one again changes nothing.

        Raises:
            WrongState: there is no such move.
        """
        if status == self.status:
            return self
        if status not in _MOVES[self.status]:
            raise WrongState(f"{self.id} is `{self.status}`; from there one moves to {_words(_MOVES[self.status])}.")
        return replace(self, status=status)

    @property
    def may_come_in(self) -> bool:
        """Whether this person gets and keeps access."""
        return self.status != "left"

    @property
    def is_provisioned(self) -> bool:
        """Whether the identity provider may see this person; one whom it deleted is gone for it while they are away."""
        account = self.facts.account
        return account is None or not account.withdrawn or self.may_come_in

    @property
    def snapshots(self) -> tuple[PersonChanged, ContactChanged]:
        """What other services are told of this person."""
        facts = self.facts
        return (
            PersonChanged(
                person_id=self.id,
                external_id=facts.external_id,
                title=facts.title,
                department=facts.department,
                level=facts.level,
                site=facts.site,
                remote=facts.remote,
                manager_id=facts.manager_id,
                status=self.status,
                time_zone=facts.time_zone,
                languages=facts.languages,
                attributes=facts.attributes,
            ),
            ContactChanged(
                person_id=self.id,
                name=facts.name,
                email=facts.email,
                locale=facts.locale or next(iter(facts.languages), "en"),
                time_zone=facts.time_zone,
            ),
        )

    def news(self, before: "Person") -> tuple[Event, ...]:
        """The snapshots that differ from those of `before`."""
        return tuple(now for then, now in zip(before.snapshots, self.snapshots, strict=True) if then != now)


def _is_bad(text: str) -> bool:
    return len(text) > LONGEST_TEXT or _CONTROL.search(text) is not None


def _keys(facts: Facts) -> dict[str, Any]:
    return {
        "email_key": folded(facts.email),
        "external_key": facts.external_id,
        "user_name_key": folded(facts.account.user_name if facts.account else facts.email),
        "sort_name": plain(facts.name),
        "name_prefixes": name_prefixes(facts.name, facts.department),
    }


def _words(moves: frozenset[Status]) -> str:
    return " or ".join(f"`{move}`" for move in sorted(moves))
