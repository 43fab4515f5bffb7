"""`mentormesh people`: import people from an HR file, previewed first, and export what is held about one."""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import requests

from mentormesh.config import Told
from mentormesh.export import export
from mentormesh.stack.command import json_option, root_option
from mentormesh.stack.failures import StackFailure
from mentormesh.stack.running import running_stack, service_url
from mentormesh.tokens import sign_in_of

TIMEOUT_SECONDS = 60
PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.5
EXIT_TO_CONFIRM, EXIT_ROWS_REFUSED = 3, 4
_RENEW_BEFORE_SECONDS = 60
_OVER = ("completed", "cancelled", "failed")
_WORDS = {
    "joiners": "join",
    "movers": "move",
    "changed": "change",
    "unchanged": "stay as they are",
    "leavers": "leave",
    "rehires": "come back",
    "manager_changes": "get another manager",
    "refused": "rows are refused",
}
_SHOWN = {"joiner": 3, "mover": 3, "leaver": 10, "rehire": 3, "manager": 3}


@dataclass
class Profiles:
    """The people API, with a token that is renewed before it ends."""

    url: str
    issue: Callable[[requests.Session], dict[str, Any]]
    http: requests.Session = field(default_factory=requests.Session)
    _token: str = ""
    _until: float = 0.0

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One call, again while the service is busy; raises StackFailure with its words where it refuses.

        A repeat does nothing twice: uploads carry a key, verbs go by state.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            reply = self._once(method, path, dict(options))
            if reply.ok:
                return reply
            if reply.status_code not in (429, 503) or "data" in options or time.monotonic() > deadline:
                raise StackFailure(f"{method} {path} was refused with {reply.status_code}: {_detail(reply)}")
            time.sleep(min(5.0, float(reply.headers.get("Retry-After", 1))))

    def _once(self, method: str, path: str, options: dict[str, Any]) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._fresh()}", **options.pop("headers", {})}
        try:
            return self.http.request(method, f"{self.url}{path}", headers=headers, timeout=TIMEOUT_SECONDS, **options)
        except requests.RequestException as error:
            raise StackFailure(f"{self.url} does not answer ({error}).") from error

    def _fresh(self) -> str:
        if time.monotonic() > self._until:
            issued = self.issue(self.http)
            self._token = str(issued["access_token"])
            self._until = time.monotonic() + max(float(issued.get("expires_in", 300)) - _RENEW_BEFORE_SECONDS, 1)
        return self._token


@click.group()
def people() -> None:
    """Import people from an HR file, or export what the platform holds about somebody."""


people.add_command(export)


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@root_option
@json_option
@click.option("--dry-run", is_flag=True, help="Show what would come of it, write nothing.")
@click.option("--confirm-leavers", type=click.IntRange(0), metavar="N", help="N people leave by it, and that is right.")
@click.option(
    "--mode",
    type=click.Choice(["full", "changes"]),
    default="full",
    show_default=True,
    help="full: whoever the file does not name has left.",
)
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Where to write refused rows' errors.")
@click.option("--as", "email", metavar="EMAIL", help="In whose name, on the local stack; else its people admin's.")
def import_people(
    file: Path,
    root: str | None,
    as_json: bool,
    dry_run: bool,
    confirm_leavers: int | None,
    mode: str,
    errors: Path | None,
    email: str | None,
) -> None:
    """Import the people of FILE, a CSV file in UTF-8 whose first line names the columns.

    The platform is that of PROFILES_URL, by the client of CLIENT_ID and CLIENT_SECRET (scope people:write), else the
    local stack. Ends with 3 where somebody must confirm the leavers, with 4 where rows were refused.
    """
    profiles = _profiles(root, email)
    held = _uploaded(profiles, file, mode)
    tell = _progress(as_json)
    held = _until(profiles, held["id"], ("ready", *_OVER), tell)
    if held["state"] == "failed":
        raise StackFailure(f"{file.name} cannot be read: {held['reason']}")
    if not as_json:
        _show_preview(profiles, held)
    to_confirm = held["confirm_leavers"]
    must_confirm = to_confirm is not None and to_confirm != confirm_leavers
    if dry_run or must_confirm:
        held = _verb(profiles, held["id"], "cancel", {})
    else:
        _verb(profiles, held["id"], "apply", {"confirm_leavers": confirm_leavers})
        held = _until(profiles, held["id"], _OVER, tell)
    refused = held["planned"]["refused"] + held["done"]["refused"]
    if refused and errors is not None:
        errors.write_bytes(profiles.call("GET", f"/v1/imports/{held['id']}/errors").content)
    if as_json:
        click.echo(json.dumps({**held, "confirm_leavers": to_confirm if must_confirm else None}, indent=2))
    else:
        _show_end(held, dry_run, errors if refused else None)
    if must_confirm and not dry_run:
        click.echo(f"This would end {to_confirm} people. If that is right: --confirm-leavers {to_confirm}", err=True)
        raise SystemExit(EXIT_TO_CONFIRM)
    if held["state"] == "failed":
        raise StackFailure(f"The import stopped: {held['reason']}")
    if refused:
        raise SystemExit(EXIT_ROWS_REFUSED)


def _profiles(root: str | None, email: str | None) -> Profiles:
    told = Told.from_env()
    url = told.profiles_url
    if not url:
        folder, stack = running_stack(root)
        sign_in, who = sign_in_of(root), email or stack["people"]["people_admin"]
        return Profiles(service_url(stack, folder, "profiles"), lambda http: sign_in.token(who, http))
    id, secret = told.client_id, told.client_secret
    if not id or not secret:
        raise StackFailure("Set CLIENT_ID and CLIENT_SECRET beside PROFILES_URL, of a client with people:write.")

    def by_credentials(http: requests.Session) -> dict[str, Any]:
        form = {"grant_type": "client_credentials", "client_id": id, "client_secret": secret}
        reply = http.post(f"{url}/v1/oauth/token", data=form, timeout=TIMEOUT_SECONDS)
        if not reply.ok:
            raise StackFailure(f"{url} gave no token ({reply.status_code}): {_detail(reply)}")
        return dict(reply.json())

    return Profiles(url, by_credentials)


def _uploaded(profiles: Profiles, file: Path, mode: str) -> dict[str, Any]:
    headers = {"Content-Type": "text/csv", "Idempotency-Key": str(uuid.uuid4())}
    with file.open("rb") as content:
        reply = profiles.call(
            "POST",
            "/v1/imports",
            params={"name": file.name[:200], "mode": mode},
            headers=headers,
            # An empty file has no stream to send.
            data=content if file.stat().st_size else b"",
        )
    return dict(reply.json())


def _verb(profiles: Profiles, id: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
    return dict(profiles.call("POST", f"/v1/imports/{id}/{verb}", json=body).json())


def _until(
    profiles: Profiles, id: str, states: tuple[str, ...], tell: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    while True:
        held = dict(profiles.call("GET", f"/v1/imports/{id}").json())
        tell(held)
        if held["state"] in states:
            return held
        time.sleep(POLL_SECONDS)


def _progress(as_json: bool) -> Callable[[dict[str, Any]], None]:
    last: list[str] = []

    def tell(held: dict[str, Any]) -> None:
        progress = held["progress"]
        line = {
            "applying": f"  applied {progress['rows_applied']:,} of {progress['rows']:,}",
            "reading": f"  read {progress['lines_read']:,} of {progress['lines']:,} lines",
        }.get(held["state"], "")
        if line and line not in last and not as_json:
            last[:] = [line]
            click.echo(line, err=True)

    return tell


def _show_preview(profiles: Profiles, held: dict[str, Any]) -> None:
    click.echo(f"{held['file_name']}:")
    for name, count in held["planned"].items():
        if count:
            click.echo(f"  {count:>8,} {_WORDS[name]}")
    if held["ignored_columns"]:
        click.echo(f"  columns that are not kept: {', '.join(held['ignored_columns'])}")
    for action, most in _SHOWN.items():
        query = {"action": action, "limit": most}
        rows = profiles.call("GET", f"/v1/imports/{held['id']}/rows", params=query).json()
        for row in rows["items"]:
            changes = f" ({', '.join(row['changes'])})" if row["changes"] else ""
            click.echo(f"  {action:>8} {row['external_id'] or '-':12} {row['name']}{changes}")
        if rows["next"]:
            click.echo(f"  {action:>8} ...")


def _show_end(held: dict[str, Any], dry_run: bool, errors: Path | None) -> None:
    if held["state"] == "completed":
        done = ", ".join(f"{count:,} {_WORDS[name]}" for name, count in held["done"].items() if count)
        click.echo(f"Done: {done or 'nothing was to do'}.")
    else:
        click.echo("Nothing was written." if dry_run else "Nothing was written yet.")
    if errors is not None:
        click.echo(f"What is wrong with the refused rows is in {errors}.")
    elif held["planned"]["refused"] or held["done"]["refused"]:
        click.echo("Some rows were refused; --errors FILE writes what is wrong with them.")


def _detail(reply: requests.Response) -> str:
    try:
        body = reply.json()
    except ValueError:
        return reply.text[:300]
    return str(body.get("detail") or body.get("error_description") or body)
