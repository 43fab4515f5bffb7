"""A service's processes: `python -m <service> serve | work | init`.

What each of them needs may be given by its name, `module:function`, and is loaded by the one that runs it: a worker
answers nobody, so it carries no API.
"""

import faulthandler
import os
import pkgutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog

from servicekit import logs
from servicekit.config import BadSettings, KitSettings, metrics_directory, with_metrics_directory
from servicekit.log import LogUnavailable, WrongTopic
from servicekit.mongo import NotAReplicaSet
from servicekit.replicaset import StoreUnreachable, check_server
from servicekit.worker import Worker

if TYPE_CHECKING:
    from flask import Flask

F = TypeVar("F", bound=Callable[..., Any])

EXIT_MISUSED = 2
_STANDARD_ERROR = 2

log = structlog.get_logger()


def main(
    *,
    service: str,
    settings: Callable[[], Any],
    app: "Callable[[Any], Flask] | str",
    worker: Callable[[Any], Worker] | str,
    initialise: Callable[[Any, Sequence[str]], None] | str,
    arguments: Sequence[str] | None = None,
) -> None:
    """Run one process and exit with its code; what an operator can mend is one line on standard error and code 2."""
    # A process that a library's C code kills says in its log what every thread was doing.
    faulthandler.enable(_STANDARD_ERROR)
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        sys.exit(_run(service, settings, app, worker, initialise, words))
    except (BadSettings, NotAReplicaSet, StoreUnreachable, WrongTopic, LogUnavailable) as problem:
        sys.stderr.write(f"{service}: {problem}\n")
        sys.exit(EXIT_MISUSED)


def _run(
    service: str,
    settings: Callable[[], Any],
    app: "Callable[[Any], Flask] | str",
    worker: Callable[[Any], Worker] | str,
    initialise: Callable[[Any, Sequence[str]], None] | str,
    words: list[str],
) -> int:
    command, rest = (words[0], words[1:]) if words else ("", [])
    if command not in ("serve", "work", "init"):
        raise BadSettings(f"say what to do: python -m {service} serve | work | init")
    told: KitSettings = settings()
    logs.configure(service, told.log_level)
    if command == "init":
        _found(initialise)(told, rest)
        log.info("initialised")
        return 0
    check_server(told.mongodb_uri)
    if command == "work":
        return _found(worker)(told).run()
    return _serve(told, _found(app))


def _found(named: F | str) -> F:
    return cast(F, pkgutil.resolve_name(named)) if isinstance(named, str) else named


def _serve(settings: KitSettings, app: "Callable[[Any], Flask]") -> int:
    """Gunicorn with threads; the app, and with it every client, is made in each worker after the fork."""
    from servicekit.gunicorn import Server

    directory = metrics_directory()
    if settings.web_workers > 1 and directory is None:
        # prometheus_client reads the directory's name at import, so this process begins again.
        directory = tempfile.mkdtemp(prefix=f"{settings.service}-metrics-")
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], with_metrics_directory(directory))  # noqa: S606
    Server(settings, app).run()
    return 0
