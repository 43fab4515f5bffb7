"""A service's processes: `python -m <service> serve | work | init`."""

import faulthandler
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from flask import Flask

from servicekit import logs
from servicekit.config import BadSettings, KitSettings, metrics_directory, with_metrics_directory
from servicekit.gunicorn import Server
from servicekit.log import LogUnavailable, WrongTopic
from servicekit.mongo import NotAReplicaSet
from servicekit.replicaset import StoreUnreachable, check_server
from servicekit.worker import Worker

EXIT_MISUSED = 2
_STANDARD_ERROR = 2

log = structlog.get_logger()


def main(
    *,
    service: str,
    settings: Callable[[], Any],
    app: Callable[[Any], Flask],
    worker: Callable[[Any], Worker],
    initialise: Callable[[Any, Sequence[str]], None],
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
    app: Callable[[Any], Flask],
    worker: Callable[[Any], Worker],
    initialise: Callable[[Any, Sequence[str]], None],
    words: list[str],
) -> int:
    command, rest = (words[0], words[1:]) if words else ("", [])
    if command not in ("serve", "work", "init"):
        raise BadSettings(f"say what to do: python -m {service} serve | work | init")
    told: KitSettings = settings()
    logs.configure(service, told.log_level)
    if command == "init":
        initialise(told, rest)
        log.info("initialised")
        return 0
    check_server(told.mongodb_uri)
    if command == "work":
        return worker(told).run()
    return _serve(told, app)


def _serve(settings: KitSettings, app: Callable[[Any], Flask]) -> int:
    """Gunicorn with threads; the app, and with it every client, is made in each worker after the fork."""
    directory = metrics_directory()
    if settings.web_workers > 1 and directory is None:
        # prometheus_client reads the directory's name at import, so this process begins again.
        directory = tempfile.mkdtemp(prefix=f"{settings.service}-metrics-")
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], with_metrics_directory(directory))  # noqa: S606
    Server(settings, app).run()
    return 0
