"""Ports: chosen, remembered, friendly or free; a taken one is named with its remedy."""

import socket
from collections.abc import Iterator

import pytest

from mentormesh.stack.failures import PortTaken, StackFailure
from mentormesh.stack.ports import HOST, assign, free, parse


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_free_ports_are_none_that_an_outgoing_connection_or_another_part_may_take_meanwhile() -> None:
    first = assign(["portal", "profiles"], {}, {}, auto=True)
    second = assign(["portal", "profiles"], {}, {}, auto=True)
    given = [*first.values(), *second.values(), free(), free()]
    assert len(set(given)) == 6
    assert all(20_000 <= port < 32_000 for port in given)


def test_automatic_ports_are_all_different() -> None:
    parts = ["kafka", "mongodb", "identity", "portal"]
    assert len(set(assign(parts, {}, {}, auto=True).values())) == len(parts)


def test_a_remembered_port_is_taken_again() -> None:
    first = assign(["portal"], {}, {}, auto=True)
    assert assign(["portal"], {}, first, auto=True) == first


def test_a_remembered_port_that_was_taken_meanwhile_gives_way_to_a_free_one(taken: int) -> None:
    assert assign(["portal"], {}, {"portal": taken}, auto=True)["portal"] != taken
    with pytest.raises(PortTaken):
        assign(["portal"], {}, {"portal": taken}, auto=False)


def test_a_chosen_port_beats_the_remembered_one() -> None:
    wanted = assign(["portal"], {}, {}, auto=True)
    assert assign(["portal"], wanted, {"portal": 1}, auto=False) == wanted


def test_a_taken_port_is_named_with_its_part_and_what_to_do(taken: int) -> None:
    with pytest.raises(PortTaken, match=rf"Port {taken}, which portal needs.*--port portal=NUMBER.*--ports auto"):
        assign(["portal"], {"portal": taken}, {}, auto=False)


@pytest.mark.parametrize("choice", ["portal", "portal=", "portal=0", "portal=70000", "portal=x", "nobody=80"])
def test_a_bad_port_choice_is_refused_in_words(choice: str) -> None:
    with pytest.raises(StackFailure, match=f"--port {choice}: "):
        parse([choice])
