"""What a page asks of the services in the signed-in person's name."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import partial
from typing import Any

from flask import g, request, session

from portal.clients import Answer, ServiceProblem, Services, SignedOut, Tokens
from portal.pages.around import around

MOST_CARDS = 100
# For all pages of a process; its threads begin with the first page, long after the fork.
_POOL = ThreadPoolExecutor(max_workers=16, thread_name_prefix="side-by-side")


def services() -> Services:
    """The platform's services."""
    return around().services


def tokens() -> Tokens:
    """The signed-in person's tokens. Raises SignedOut where there are none."""
    held: Tokens | None = session.tokens  # type: ignore[attr-defined]
    if held is None:
        raise SignedOut
    return held


def refresh_tokens() -> list[str]:
    """What the signed-in person's tokens are renewed by, to be revoked; empty where nobody is signed in."""
    held: Tokens | None = session.tokens  # type: ignore[attr-defined]
    token = held.held().get("refresh_token") if held is not None else None
    return [str(token)] if token else []


def me() -> dict[str, Any]:
    """The signed-in person: id, name, time zone, roles."""
    person: dict[str, Any] = session["person"]
    return person


def get(service: str, path: str, **query: Any) -> Any:
    """Read."""
    return fetch(service, path, **query).body


def fetch(service: str, path: str, **query: Any) -> Answer:
    """Read with the version, for a form that will change it."""
    return services().get(tokens(), service, path, **query)


def every(service: str, path: str, most: int = 500, **query: Any) -> list[dict[str, Any]]:
    """A list over all its pages, `most` items at most."""
    items: list[dict[str, Any]] = []
    while True:
        page = get(service, path, limit=100, **query)
        items += page["items"]
        if not page.get("next") or len(items) >= most:
            return items[:most]
        query["cursor"] = page["next"]


def post(service: str, path: str, body: Any = None, etag: str | None = None) -> Any:
    """Do; the form's own key makes a double click harmless."""
    key = request.form.get("key") or None
    return services().send(tokens(), "POST", service, path, body, key=key, etag=etag).body


def put(service: str, path: str, body: Any, etag: str | None) -> Any:
    """Replace the version that the form showed."""
    return services().send(tokens(), "PUT", service, path, body, etag=etag).body


def patch(service: str, path: str, body: Any, etag: str | None) -> Any:
    """Change a part of the version that the form showed."""
    return services().send(tokens(), "PATCH", service, path, body, etag=etag).body


def part(service: str, ask: Callable[[], Any], otherwise: Any) -> Any:
    """What `ask` finds of one service; where that does not answer, the rest of the page still stands.

    The page says which parts are missing (`missing_parts`); a service that failed is not asked again for this page.
    """
    if service in missing_parts():
        return otherwise
    try:
        return ask()
    except ServiceProblem as problem:
        if problem.status < 500:
            raise
        miss(service)
        return otherwise


def together(*asks: Callable[[], Any]) -> list[Any]:
    """What each of `asks` finds, in their order, asked side by side: a page waits for the slowest and not for the sum.

    They share the page's request, `g` and story, and none may depend on another. All have come back before the first
    failure is raised. One of them may ask together again.
    """
    if not asks:
        return []
    # The token is renewed once here, where it has to be, and not by each of them.
    services().token(tokens())
    first, *others = asks
    begun = [_POOL.submit(copy_context().run, ask) for ask in others]
    done = [_now(first)]
    for ask, under_way in zip(others, begun, strict=True):
        # Whatever no thread has taken up is done here, so nobody ever waits for a thread that waits itself.
        done.append(_now(ask) if under_way.cancel() else under_way)
    wait(done)
    return [one.result() for one in done]


def _now(ask: Callable[[], Any]) -> Future[Any]:
    done: Future[Any] = Future()
    try:
        done.set_result(ask())
    except Exception as failure:  # noqa: BLE001 - whoever asks for the result gets it
        done.set_exception(failure)
    return done


def miss(service: str) -> None:
    """Note that a service did not answer."""
    g.setdefault("missing", {})[service] = True


def missing_parts() -> list[str]:
    """The services that did not answer while this page was made."""
    return list(g.get("missing", {}))


def found(ask: Callable[[], Any], otherwise: Any) -> Any:
    """What `ask` finds, or `otherwise` where the service says that there is no such thing, or not yet."""
    try:
        return ask()
    except ServiceProblem as problem:
        if problem.status in (403, 404, 409):
            return otherwise
        raise


def cards(ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The colleagues' cards of one page, by id, a hundred a call; whoever cannot be shown is one without a name."""
    wanted = sorted({id for id in ids if id})
    found: dict[str, dict[str, Any]] = {}
    asks = [
        partial(get, "profiles", "/v1/people", id=wanted[start : start + MOST_CARDS])
        for start in range(0, len(wanted), MOST_CARDS)
    ]
    for page in together(*(partial(part, "profiles", ask, {"items": []}) for ask in asks)):
        found |= {card["id"]: card for card in page["items"]}
    return found


def is_people_admin() -> bool:
    """Whether the person administers people."""
    return "people_admin" in me().get("roles", ())


def may_read_audit() -> bool:
    """Whether the person may look into the audit logs."""
    return bool({"people_admin", "auditor"} & set(me().get("roles", ())))


def is_manager() -> bool:
    """Whether the person may create and manage programs."""
    return "program_manager" in me().get("roles", ())
