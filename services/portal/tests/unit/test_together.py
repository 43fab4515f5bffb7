"""What a page asks side by side."""

import threading
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context

import pytest
from flask import Flask, session

from portal.clients import JustGranted, ServiceProblem
from portal.pages import calls
from portal.pages.calls import together

from .conftest import SignIn
from .fake_services import FakeServices
from .test_pages import a_full_world


@pytest.fixture
def page(app: Flask) -> Iterator[None]:
    """A page of somebody signed in is being made."""
    with app.test_request_context("/"):
        session.tokens = JustGranted({"access_token": "one", "expires_at": time.time() + 300})  # type: ignore[attr-defined]
        yield


@pytest.mark.usefixtures("page")
def test_all_are_under_way_at_once_and_come_back_in_order() -> None:
    gate = threading.Barrier(4, timeout=10)

    def ask(number: int) -> Callable[[], int]:
        return lambda: (gate.wait(), number)[1]

    assert together(*(ask(number) for number in range(4))) == [0, 1, 2, 3]


@pytest.mark.usefixtures("page")
def test_a_page_that_asks_nothing_gets_nothing() -> None:
    assert together() == []


@pytest.mark.usefixtures("page")
def test_a_failure_is_told_once_everything_has_come_back() -> None:
    done: list[str] = []

    def fail() -> None:
        raise ServiceProblem(404, "not-found", "No.")

    def slow() -> None:
        time.sleep(0.1)
        done.append("slow")

    with pytest.raises(ServiceProblem, match="No"):
        together(slow, fail, slow, lambda: done.append("quick"))
    assert sorted(done) == ["quick", "slow", "slow"]


@pytest.mark.usefixtures("page")
def test_asking_together_within_asking_together_never_waits_for_ever() -> None:
    def rows(width: int) -> list[list[int]]:
        return together(*(lambda: together(*(lambda: time.sleep(0.001) or 1 for _ in range(width))) for _ in range(40)))

    found: list[list[list[int]]] = []
    pages = [threading.Thread(target=_as_page(rows, found), daemon=True) for _ in range(4)]
    for one in pages:
        one.start()
    for one in pages:
        one.join(20)
    assert found == [[[1] * 10] * 40] * 4


def _as_page(rows: Callable[[int], list[list[int]]], found: list[list[list[int]]]) -> Callable[[], None]:
    context = copy_context()
    return lambda: found.append(context.run(rows, 10))


@pytest.mark.usefixtures("page")
def test_a_part_that_is_missed_by_many_is_named_once() -> None:
    def silent() -> None:
        raise ServiceProblem(503, "no-answer", "Silence.", service="matching")

    found = together(*(lambda: calls.part("matching", silent, "nothing") for _ in range(8)))
    assert found == ["nothing"] * 8
    assert calls.missing_parts() == ["matching"]


def test_a_page_renews_its_token_once(world: FakeServices, signed_in: SignIn) -> None:
    a_full_world(world)
    world.lifetime = 5
    browser = signed_in("prs_cara")
    world.lifetime = 300
    before = world.sent("POST", "/v1/oauth/token")
    assert browser.get("/").status_code == 200
    assert world.sent("POST", "/v1/oauth/token") == before + 1
