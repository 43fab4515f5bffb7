"""Completeness: how much a profile says of what the match needs, and the question that would help most."""

from typing import Any

import pytest

from profiles.domain.completeness import Side, completeness
from profiles.domain.profile import Interval, Offer, Statement
from profiles.domain.profile_field import ProfileField

HOURS = (Interval(day="mon", start="09:00", end="10:00"),)
OFFERED = (Offer(skill_id="skl_a", level=3),)
MENTEE: dict[str, Any] = {"skills_wanted": ("skl_a",), "goals": ("thm_a",), "availability": HOURS, "bio": "x"}
MENTOR: dict[str, Any] = {"skills_offered": OFFERED, "helps_with": ("thm_a",), "availability": HOURS, "bio": "x"}


def question(key: str, **parts: Any) -> ProfileField:
    return ProfileField(id=key, kind="yes_no", label={"en": key}, **parts)


def measured(
    said: dict[str, Any], *sides: Side, languages: tuple[str, ...] = ("en",), asked: tuple[ProfileField, ...] = ()
) -> tuple[float, str | None]:
    found = completeness(Statement(**said), languages, asked, sides)
    return found.share, found.next.field if found.next else None


@pytest.mark.parametrize("said", [MENTEE, MENTOR, MENTEE | MENTOR])
def test_whoever_said_what_their_side_needs_is_complete(said: dict[str, Any]) -> None:
    assert measured(said) == (1.0, None)


def test_whoever_said_nothing_is_asked_what_they_want_or_can_pass_on() -> None:
    share, field = measured({}, languages=())
    assert (share, field) == (0.0, "skills_wanted")


@pytest.mark.parametrize(
    ("said", "sides", "field"),
    [
        ({}, ("mentor",), "skills_offered"),
        ({}, ("mentee",), "skills_wanted"),
        (MENTEE, ("mentor",), "skills_offered"),
        ({"skills_wanted": ("skl_a",)}, (), "goals"),
        ({**MENTEE, "availability": ()}, (), "availability"),
        ({**MENTEE, "bio": ""}, (), "bio"),
        ({**MENTOR, "skills_offered": ()}, (), "skills_offered"),
        ({**MENTOR, "capacity": 0}, (), "capacity"),
    ],
)
def test_the_next_question_is_the_heaviest_that_its_side_misses(
    said: dict[str, Any], sides: tuple[Side, ...], field: str
) -> None:
    share, next = measured(said, *sides)
    assert next == field
    assert share < 1


def test_a_mentee_s_room_for_mentees_counts_nothing() -> None:
    assert measured({**MENTEE, "capacity": 0}) == (1.0, None)


def test_whoever_speaks_no_language_is_asked_for_it_before_the_hours() -> None:
    assert measured({**MENTEE, "availability": ()}, languages=())[1] == "languages"


def test_questions_of_the_organisation_count_the_required_before_the_matched() -> None:
    asked = (question("plain"), question("matched", matched=True), question("needed", required=True))
    assert measured(MENTEE, asked=asked)[1] == "fields/needed"
    answers: dict[str, Any] = {"needed": False}
    assert measured({**MENTEE, "answers": answers}, asked=asked)[1] == "fields/matched"
    answers["matched"] = True
    assert measured({**MENTEE, "answers": answers}, asked=asked)[1] == "fields/plain"
    answers["plain"] = False
    assert measured({**MENTEE, "answers": answers}, asked=asked) == (1.0, None)
    assert measured(MENTEE, asked=(question("gone", required=True, retired=True),)) == (1.0, None)


def test_each_thing_said_raises_the_share_and_only_everything_makes_it_whole() -> None:
    said: dict[str, Any] = {}
    shares = [measured(said, "mentee", languages=())[0]]
    for name in ("skills_wanted", "goals", "availability", "bio"):
        said[name] = MENTEE[name]
        shares.append(measured(said, "mentee", languages=())[0])
    shares.append(measured(said, "mentee")[0])
    assert shares == sorted(set(shares))
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert shares[-2] < 1
