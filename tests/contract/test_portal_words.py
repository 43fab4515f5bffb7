"""Whatever a service can refuse or code can mean, the portal has words for in its reader's language."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import pytest
from werkzeug.exceptions import default_exceptions

import feedback
import matching
import notifications
import profiles
import servicekit
from contracts import fields
from engine.explain.reasons import CODES
from engine.program import COMPONENTS
from engine.program.shape import Objective
from feedback.domain import health, session
from matching.domain import enrolment, mentorship, program, question, request, run
from matching.domain.errors import AlreadyPaired, NoSeatLeft, NotAvailable
from matching.ports.matcher import ReasonCode
from matching.use_cases.words import ALONE, HELPS, HELPS_ALONE
from matching.use_cases.words import WORDS as RULES
from notifications.domain.message import Kind
from notifications.domain.preferences import Channel
from portal.pages import people_words, run_words, words
from portal.pages.changes import change_in_words
from portal.pages.holdings import AUDIT, BY_SERVICE
from portal.pages.reasons import reasons, reasons_of_pair
from portal.pages.refusals import IN_SHORT, WORDS
from profiles.domain import erasure, history, person
from profiles.domain.access import GRANTABLE
from profiles.domain.client import SCOPES
from profiles.domain.errors import OAuthRefusal
from profiles.domain.imports import course
from servicekit.refusals import NotYetKnown, Refusal, WrongState

PARTS = (servicekit, profiles, matching, feedback, notifications)
# What Flask itself answers, in the services' own problem documents.
HTTP = (400, 404, 405, 413, 414, 415)


def _every_refusal() -> Iterator[type[Refusal]]:
    for part in PARTS:
        for found in pkgutil.walk_packages(part.__path__, f"{part.__name__}."):
            if not found.name.startswith("servicekit.testing") and not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        below = [one for one in waiting.pop().__subclasses__() if one.__module__.split(".")[0] in _names()]
        yield from below
        waiting += below


def _names() -> set[str]:
    return {part.__name__ for part in PARTS}


def _slug(refusal: type[Refusal]) -> str:
    """The type as the portal meets it: OAuth's endpoint answers with codes of its own."""
    return refusal.error if issubclass(refusal, OAuthRefusal) else refusal.slug()


def test_every_refusal_has_words() -> None:
    refusals = set(_every_refusal())
    assert {"matching", "profiles", "feedback", "servicekit"} <= {one.__module__.split(".")[0] for one in refusals}
    without = {_slug(one) for one in refusals} - WORDS.keys() - IN_SHORT.keys()
    assert without == set(), "give these words in portal/pages/refusals.py"


def test_what_the_web_server_answers_has_words_too() -> None:
    slugs = {default_exceptions[status]().name.lower().replace(" ", "-").replace("'", "") for status in HTTP}
    assert slugs | {"internal-error", "invalid-input"} <= WORDS.keys() | IN_SHORT.keys()


def test_no_words_are_kept_for_what_nobody_says() -> None:
    said = {_slug(one) for one in _every_refusal()}
    web = {default_exceptions[status]().name.lower().replace(" ", "-") for status in HTTP}
    # The portal's own, where a service does not answer or something before it refuses, and its limits.
    own = {"no-answer", "refused", "internal-error", "too-many-requests"}
    assert (WORDS.keys() | IN_SHORT.keys()) - said - web - own == set()


@pytest.mark.parametrize(
    ("worded", "codes"),
    [
        (words.KINDS, get_args(fields.ProgramKind)),
        (words.ROLES, get_args(fields.Role)),
        (words.PROGRAM_STATES, get_args(program.State)),
        (words.ENROLMENT_STATES, get_args(enrolment.State)),
        (words.REQUEST_STATES, get_args(request.State)),
        (words.DECLINE_REASONS, get_args(request.DeclineReason)),
        (words.MENTORSHIP_STATES, get_args(mentorship.State)),
        (words.SESSION_STATES, get_args(session.State)),
        (words.LEVELS, get_args(health.Level)),
        (words.COMPONENTS, COMPONENTS),
        (words.NOTICES, get_args(Kind)),
        (words.CHANNELS, get_args(Channel)),
        (run_words.RUN_STATES, get_args(run.State)),
        (run_words.FAILURES, get_args(run.Failure)),
        (run_words.STAGES, run.STAGES),
        (run_words.OBJECTIVES, get_args(Objective)),
        (run_words.CONFIRMATIONS, get_args(program.Confirmation)),
        (run_words.PARTS_OF_FIT, COMPONENTS),
        (run_words.RULES, RULES),
        (run_words.UNMATCHED, ALONE),
        (run_words.VERDICTS, set(get_args(question.Verdict)) - {"rule"}),
        (run_words.HELPS, HELPS),
        (run_words.HELPS_ALONE, HELPS_ALONE),
        (people_words.STATUSES, get_args(person.Status)),
        (people_words.ROLES_GIVEN, GRANTABLE),
        (people_words.WHAT_ROLES_DO, GRANTABLE),
        (people_words.ACTS, get_args(history.Act)),
        (people_words.FACTS, tuple(person.Facts.__dataclass_fields__)),
        (people_words.SCOPES, SCOPES),
        (people_words.ERASURE_STATES, get_args(erasure.State)),
        (people_words.IMPORT_STATES, get_args(course.State)),
        (people_words.IMPORT_MODES, get_args(course.Mode)),
        (people_words.IMPORT_ACTIONS, (*course.ACTIONS, "manager")),
        (people_words.COUNTS, tuple(course.Counts.__dataclass_fields__)),
    ],
)
def test_every_code_has_words(worded: Mapping[str, str], codes: tuple[str, ...]) -> None:
    assert set(worded) == set(codes)


def test_every_audited_act_has_words() -> None:
    # Each is named where it is saved, or by the view that is private.
    literal = re.compile(
        r'(?:audited|_audit\w*)\([^"()]*"([a-z-]+\.[a-z-]+)"|operation\("([a-z-]+\.[a-z-]+)", private=True'
    )
    sources = [Path(str(part.__file__)).parent for part in PARTS]
    text = "\n".join(path.read_text() for root in sources for path in sorted(root.rglob("*.py")))
    named = {name for found in literal.findall(text) for name in found if name}
    assert {"roles.grant", "person.change", "person.history", "erasure.complete"} <= named
    assert named - people_words.AUDITED.keys() == set()


def test_every_reason_of_a_mentorships_health_has_words() -> None:
    codes = set(re.findall(r'"([a-z_]+)"', inspect.getsource(health.assess)))
    assert codes - {*get_args(health.Level), *get_args(session.State)} == set(words.HEALTH_REASONS)


@pytest.mark.parametrize("code", get_args(ReasonCode))
def test_every_reason_of_a_match_has_words(code: str) -> None:
    why = {"code": code, "about": ["department"], "hours": 2.0}
    assert reasons({"reasons": ["The service's sentence."], "why": [why]}) != ["The service's sentence."]


@pytest.mark.parametrize("code", [*CODES.values(), "you_wished", "mentor_wished"])
def test_every_reason_of_a_pair_of_a_run_has_words(code: str) -> None:
    assert reasons_of_pair({"reasons": [{"code": code, "part": 0.1, "about": []}]}) != []


@pytest.mark.parametrize("kind", get_args(question.Kind))
def test_every_change_that_would_make_a_pair_has_words(kind: str) -> None:
    values = {"seats": 2, "rank": 1, "skill": "Go", "level": 3, "hours": 1.5}
    worded = change_in_words({"kind": kind, "words": "The service's.", **values}, "floor", "Ana", "Ben")
    assert worded != "The service's."


def test_every_term_that_a_run_may_override_has_words() -> None:
    assert set(program.TERMS) - {"kind"} <= set(run_words.TERMS)


def test_whatever_may_be_skipped_has_words() -> None:
    refusals = (NotAvailable, NoSeatLeft, AlreadyPaired, WrongState, NotYetKnown)
    assert {one.slug().replace("-", "_") for one in refusals} == set(run_words.SKIPPED)


@pytest.mark.parametrize("service", ["profiles", "matching", "feedback", "notifications"])
def test_whatever_a_service_holds_about_a_person_is_told_in_plain_words(service: str) -> None:
    source = inspect.getsource(importlib.import_module(f"{service}.use_cases.data"))
    held = set(re.findall(r'(?:name=|_one\(\s*)"([a-z_]+)"', source))
    worded = [name for kept in BY_SERVICE[service] for name in kept.names]
    assert len(held) > 3
    assert sorted(worded) == sorted(held), "word it in portal/pages/holdings.py"
    assert AUDIT.names == ("audit",), "every service has those"
