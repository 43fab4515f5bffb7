"""Log lines: one JSON object each, with the story they belong to and nothing about a person."""

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from servicekit import origin

# Names of values that describe people or carry what they wrote. A line with one of them is a bug; it loses the value.
_PERSONAL = frozenset(
    {"address", "agenda", "bio", "body", "comment", "data", "email", "message", "name", "note", "notes", "payload",
     "password", "phone", "secret", "subject", "text", "title", "token", "value"}
)  # fmt: skip
_LONGEST = 300


def configure(service: str, level: str = "info") -> None:
    """Send every line of this process, the libraries' too, as JSON to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_story,
        _without_people,
        _failure_without_values,
    ]
    numeric = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        # A cached logger would keep the stream of whoever configured it first, for ever.
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_with_service(service), *shared[1:]],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(numeric, logging.WARNING), force=True)
    if numeric > logging.DEBUG:
        # What fails in Kafka's client reaches us as an exception, and is told once and in words of ours.
        logging.getLogger("kafka").setLevel(logging.CRITICAL)


def _with_service(service: str) -> Any:
    def add(_: Any, __: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
        line["service"] = service
        return line

    return add


def _with_story(_: Any, __: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    known = origin.known()
    if known is not None:
        line["correlation_id"] = known.correlation_id
        if known.causation_id:
            line["causation_id"] = known.causation_id
    return line


def _without_people(_: Any, __: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    for key, value in line.items():
        if key in _PERSONAL:
            line[key] = "(withheld)"
        elif isinstance(value, str) and len(value) > _LONGEST:
            line[key] = value[:_LONGEST] + "…"
    return line


def _failure_without_values(_: Any, __: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Where it failed and of what kind; never the message, which may quote what a person wrote."""
    failure = line.pop("exc_info", None)
    if failure is True:
        failure = sys.exc_info()[1]
    if isinstance(failure, tuple):
        failure = failure[1]
    if isinstance(failure, BaseException):
        frames = traceback.extract_tb(failure.__traceback__)
        line["failure"] = type(failure).__qualname__
        line["at"] = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    return line
