"""Gunicorn inside the service's own process: threads, a clean stop, the app built after the fork."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from prometheus_client.multiprocess import mark_process_dead

from servicekit.config import KitSettings, metrics_directory
from servicekit.web.unreadable import Worker


class _OneLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn's own lines go where all others go."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def _forget_figures(_: Any, worker: Any) -> None:
    """A dead web process's gauges must not stand for ever."""
    if metrics_directory() is not None:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Serves one service's HTTP API on `settings.bind`."""

    def __init__(self, settings: KitSettings, app: Callable[[Any], Flask]) -> None:
        self._settings = settings
        self._app = app
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        options: dict[str, Any] = {
            "bind": settings.bind,
            "worker_class": Worker,
            "workers": settings.web_workers,
            "threads": settings.web_threads,
            "preload_app": False,
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 15,
            "limit_request_line": 8190,
            "loglevel": settings.log_level,
            "proc_name": settings.service,
            "child_exit": _forget_figures,
            "logger_class": _OneLog,
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app(self._settings)
