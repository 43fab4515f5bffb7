"""Which port each part of the local stack listens on."""

import os
import socket
from collections.abc import Iterable, Mapping
from itertools import count

import psutil

from mentormesh.stack.failures import PortTaken, StackFailure

HOST = "127.0.0.1"

FRIENDLY = {
    "portal": 8080,
    "profiles": 8081,
    "matching": 8082,
    "feedback": 8083,
    "notifications": 8084,
    "kafka": 9092,
    "kafka-controller": 9093,
    "mongodb": 27017,
    "identity": 9400,
    "mail": 1025,
    "profiles-worker": 9181,
    "matching-worker": 9182,
    "feedback-worker": 9183,
    "notifications-worker": 9184,
}

# Free ports come from below those of outgoing connections, which would take one before its part listens.
_LOWEST, _MANY = 20_000, 12_000
# Each is offered once by a process, and processes begin apart from each other: what was given is not listened on yet.
_offered = count(os.getpid() * 37)


def parse(choices: Iterable[str]) -> dict[str, int]:
    """`["portal=8090"]` as `{"portal": 8090}`.

    Raises:
        StackFailure: a choice is not PART=NUMBER, or names no part.
    """
    chosen: dict[str, int] = {}
    for choice in choices:
        part, _, number = choice.partition("=")
        if part not in FRIENDLY:
            raise StackFailure(f"--port {choice}: no part is called {part!r}. The parts are {', '.join(FRIENDLY)}.")
        if not number.isdecimal() or not 0 < int(number) < 65536:
            raise StackFailure(f"--port {choice}: write a port between 1 and 65535, as in --port {part}=8090.")
        chosen[part] = int(number)
    return chosen


def assign(
    parts: Iterable[str], chosen: Mapping[str, int], remembered: Mapping[str, int], auto: bool
) -> dict[str, int]:
    """A port for each part: the chosen one, else the one of last time, else a friendly or a free one.

    With `auto` a port of last time that another program has taken meanwhile gives way to a free one.

    Raises:
        PortTaken: another program listens there already.
    """
    assigned: dict[str, int] = {}
    held: list[socket.socket] = []
    try:
        for part in parts:
            held.append(_listen(part, chosen.get(part, 0), remembered.get(part, 0), auto))
            assigned[part] = held[-1].getsockname()[1]
    finally:
        for listener in held:
            listener.close()
    return assigned


def free(what: str = "a test") -> int:
    """A port that nothing listens on and that no outgoing connection will take.

    Raises:
        StackFailure: there is none; it names `what` wanted it.
    """
    with _bind_free(what) as listener:
        port: int = listener.getsockname()[1]
        return port


def _listen(part: str, chosen: int, remembered: int, auto: bool) -> socket.socket:
    if chosen or not auto:
        return _bind(part, chosen or remembered or FRIENDLY[part])
    if remembered:
        try:
            return _bind(part, remembered)
        except PortTaken:
            return _bind_free(part)
    return _bind_free(part)


def _bind_free(part: str) -> socket.socket:
    for _ in range(_MANY):
        try:
            return _bind(part, _LOWEST + next(_offered) % _MANY)
        except PortTaken:
            continue
    raise StackFailure(f"{part}: no port between {_LOWEST} and {_LOWEST + _MANY - 1} is free.")


def _bind(part: str, port: int) -> socket.socket:
    listener = socket.socket()
    # A stopped stack leaves connections in TIME_WAIT; the servers themselves bind over them too.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(1)
    except OSError as error:
        listener.close()
        raise PortTaken(part, port, holder_of(port)) from error
    return listener


def holder_of(port: int) -> str | None:
    """The program that listens on `port`, as `name (pid 12)`, where the system lets us know it."""
    try:
        for connection in psutil.net_connections("tcp"):
            if (
                connection.status == psutil.CONN_LISTEN
                and getattr(connection.laddr, "port", 0) == port
                and connection.pid
            ):
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        return None
    return None


def answers(port: int) -> bool:
    """Whether something accepts connections on `port` of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
