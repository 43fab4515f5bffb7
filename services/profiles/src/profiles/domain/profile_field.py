"""The organisation's own questions: what an answer may be, who sees it, and what of it the match learns."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeAlias

from profiles.domain.person import Facts
from servicekit.entity import Entity
from servicekit.refusals import FieldError, InvalidInput

Kind = Literal["text", "choice", "choices", "number", "yes_no"]
Visibility = Literal["card", "private"]
Answer: TypeAlias = str | int | float | bool | tuple[str, ...]

MOST_FIELDS = 50
MOST_OPTIONS = 100
LONGEST_ANSWER = 1000
# Of these kinds an answer is one plain value that two people can be compared by. What somebody writes stays here.
MATCHABLE: tuple[Kind, ...] = ("choice", "number", "yes_no")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# What the match calls its own columns; an attribute of the same name could not be told from one.
_TAKEN = frozenset(
    {one.name for one in fields(Facts)}
    | {"person_id", "role", "skills_offered", "skills_wanted", "goals", "helps_with", "availability", "capacity"}
    | {"wishes", "wishes_as_mentor", "avoid", "opted_out"}
)
_NOT_A_KEY = "Write a code of small letters, digits and `_`, a letter first, such as `career_track`."


@dataclass(frozen=True, kw_only=True)
class Option:
    """One answer to choose; `label` by language. A retired one stays with whoever chose it, and is not offered."""

    key: str
    label: dict[str, str]
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class ProfileField(Entity):
    """A question that people admins declared; the id is its key, which never changes, and neither does its kind.

    `label` and `hint` are by language (`en`, `de`). `least` and `most` bound a number. A `private` answer is for the
    person, program managers and people admins. `matched`: the answer travels to the match as an attribute.
    `retell_after` is the last person whose profile told the match of a change of this; None when everybody's did.
    """

    kind: Kind
    label: dict[str, str]
    hint: dict[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    least: float | None = None
    most: float | None = None
    required: bool = False
    visible: Visibility = "private"
    matched: bool = False
    order: int = 0
    retired: bool = False
    retell_after: str | None = None

    def check(self) -> None:
        """Pass, or say everything that is wrong.

        Raises:
            InvalidInput: with one pointer per wrong value.
        """
        wrong = list(_wrong(self))
        if wrong:
            raise InvalidInput("The question is not as it must be; see `errors`.", wrong)

    def changed(self, declared: "ProfileField") -> "ProfileField":
        """The field as it is declared now; whether the match has to be told is noted in it.

        Raises:
            InvalidInput: another kind, or an option is missing that somebody may have chosen.
        """
        wrong = []
        if declared.kind != self.kind:
            wrong.append(FieldError("/kind", f"It is `{self.kind}` for good. Retire it and declare another."))
        kept = {option.key for option in declared.options}
        wrong += [
            FieldError("/options", f"`{option.key}` may have been chosen; keep it and set `retired`.")
            for option in self.options
            if option.key not in kept
        ]
        if wrong:
            raise InvalidInput("Some parts of a question cannot change; see `errors`.", wrong)
        declared.check()
        told = (self.matched and not self.retired) == (declared.matched and not declared.retired)
        return replace(declared, version=self.version, retell_after=self.retell_after if told else "")

    def trouble(self, answer: Any, before: Answer | None) -> str | None:
        """What is wrong with an answer, or None; an option retired meanwhile may stay where it was chosen `before`."""
        match self.kind:
            case "text":
                if not isinstance(answer, str) or len(answer) > LONGEST_ANSWER or _CONTROL.search(answer):
                    return f"Write plain text of at most {LONGEST_ANSWER} characters."
            case "choice":
                if not isinstance(answer, str) or answer not in self._offered(before):
                    return f"Choose one of {self._listed()}."
            case "choices":
                if not isinstance(answer, list | tuple) or not all(
                    isinstance(one, str) and one in self._offered(before) for one in answer
                ):
                    return f"Choose any of {self._listed()}."
                if len(set(answer)) < len(answer):
                    return "Name each once."
            case "number":
                if isinstance(answer, bool) or not isinstance(answer, int | float) or not math.isfinite(answer):
                    return "Write a number."
                if (self.least is not None and answer < self.least) or (self.most is not None and answer > self.most):
                    return f"Write a number {self._bounds()}."
            case "yes_no":
                if not isinstance(answer, bool):
                    return "Write true or false."
        return None

    def attribute(self, answer: Answer) -> str | None:
        """The answer as the match compares it; None where it does not travel."""
        if self.retired or not self.matched or self.kind not in MATCHABLE:
            return None
        if isinstance(answer, bool):
            return "yes" if answer else "no"
        return f"{answer:.15g}" if isinstance(answer, int | float) else str(answer)

    def _offered(self, before: Answer | None) -> set[str]:
        chosen = {before} if isinstance(before, str) else set(before) if isinstance(before, tuple) else set()
        return {option.key for option in self.options if not option.retired or option.key in chosen}

    def _listed(self) -> str:
        return ", ".join(f"`{option.key}`" for option in self.options if not option.retired)

    def _bounds(self) -> str:
        least = f"from {self.least:g}" if self.least is not None else ""
        most = f"up to {self.most:g}" if self.most is not None else ""
        return " ".join(filter(None, (least, most)))


def given(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that say something: null, an empty text and an empty list are none."""
    said = {key: answer.strip() if isinstance(answer, str) else answer for key, answer in answers.items()}
    return {
        key: tuple(answer) if isinstance(answer, list) else answer
        for key, answer in said.items()
        if answer is not None and answer not in ("", [], ())
    }


def wrong_answers(
    asked: Sequence[ProfileField], answers: Mapping[str, Any], before: Mapping[str, Answer]
) -> list[FieldError]:
    """What is wrong with somebody's answers, and which required ones are missing, each with its pointer."""
    by_key = {one.id: one for one in asked}
    wrong = []
    for key, answer in answers.items():
        if key not in by_key:
            wrong.append(FieldError(f"/fields/{key}", "There is no such question; leave it out."))
        elif by_key[key].retired:
            wrong.append(FieldError(f"/fields/{key}", "This is no longer asked; leave it out."))
        elif trouble := by_key[key].trouble(answer, before.get(key)):
            wrong.append(FieldError(f"/fields/{key}", trouble))
    wrong += [
        FieldError(f"/fields/{one.id}", "Your organisation asks everybody; answer this.")
        for one in live(asked)
        if one.required and one.id not in answers
    ]
    return wrong


def live(asked: Iterable[ProfileField]) -> list[ProfileField]:
    """The questions that are asked now."""
    return [one for one in asked if not one.retired]


def travelling(asked: Iterable[ProfileField], answers: Mapping[str, Answer]) -> dict[str, str]:
    """What of somebody's answers the match is told, by key."""
    told = ((one.id, one.attribute(answers[one.id])) for one in asked if one.id in answers)
    return {key: value for key, value in sorted(told) if value is not None}


def shown(asked: Iterable[ProfileField], answers: Mapping[str, Answer], *, private: bool) -> dict[str, Answer]:
    """The answers to what is asked now, in its order; to others than the person and whoever may, those of the card."""
    return {one.id: answers[one.id] for one in live(asked) if one.id in answers and (private or one.visible == "card")}


def _wrong(one: ProfileField) -> Iterable[FieldError]:
    if not _KEY.fullmatch(one.id):
        yield FieldError("/key", _NOT_A_KEY)
    elif one.id in _TAKEN:
        yield FieldError("/key", f"`{one.id}` is a part of every profile already; choose another code.")
    if not one.label:
        yield FieldError("/label", "Write the question in at least one language, such as `en`.")
    yield from _wrong_words("/label", one.label)
    yield from _wrong_words("/hint", one.hint)
    yield from _wrong_options(one)
    if one.kind != "number" and (one.least is not None or one.most is not None):
        yield FieldError("/least" if one.least is not None else "/most", "Only a number has bounds; leave it out.")
    if one.least is not None and one.most is not None and one.most < one.least:
        yield FieldError("/most", f"Write a number that is not below {one.least:g}.")
    if one.matched and one.kind not in MATCHABLE:
        yield FieldError("/matched", f"The match compares one plain value; only {', '.join(MATCHABLE)} have one.")


def _wrong_options(one: ProfileField) -> Iterable[FieldError]:
    if one.kind not in ("choice", "choices"):
        if one.options:
            yield FieldError("/options", "There is nothing to choose in this kind of question; leave it out.")
        return
    if not any(not option.retired for option in one.options):
        yield FieldError("/options", "Write at least one answer to choose.")
    keys = [option.key for option in one.options]
    for place, option in enumerate(one.options):
        if not _KEY.fullmatch(option.key):
            yield FieldError(f"/options/{place}/key", _NOT_A_KEY)
        if option.key in keys[:place]:
            yield FieldError(f"/options/{place}/key", "This was named before; name each once.")
        if not option.label:
            yield FieldError(f"/options/{place}/label", "Write it in at least one language, such as `en`.")
        yield from _wrong_words(f"/options/{place}/label", option.label)


def _wrong_words(pointer: str, words: Mapping[str, str]) -> Iterable[FieldError]:
    for language, text in words.items():
        if not _LANGUAGE.fullmatch(language):
            yield FieldError(pointer, "Name languages by their codes, such as `en` or `de`.")
        elif not text:
            yield FieldError(f"{pointer}/{language}", "Write something, or leave the language out.")
