"""`mentormesh people export`: one archive of everything that the services and the portal hold about a person."""

import json
from pathlib import Path
from typing import Any

import click

from mentormesh.config import Told
from mentormesh.stack.command import json_option, root_option
from mentormesh.stack.failures import StackFailure
from mentormesh.stack.running import running_stack, service_url
from mentormesh.stack.services import PORTAL, SERVICES

TIMEOUT_SECONDS = 60


@click.command()
@root_option
@json_option
@click.argument("person_id")
@click.option("--as", "email", metavar="EMAIL", help="Who asks, in the local stack: the person, or a people admin.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; PERSON_ID.zip when left out.")
def export(root: str | None, as_json: bool, person_id: str, email: str | None, out: Path | None) -> None:
    """Write everything that the services and the portal hold about PERSON_ID into one zip file.

    It has JSON with its schema for each of them, and index.html for reading. Outside the local stack,
    MENTORMESH_STACK names a file with the services' addresses, and MENTORMESH_TOKEN holds a platform token of
    the person or of a people admin. A people admin's archive has no reviews by others, and each reading is audited.
    """
    from servicekit.archive import archive

    folder, stack = running_stack(root)
    token = _token(root, email)
    urls = {service: service_url(stack, folder, service) for service in SERVICES} | {PORTAL: _portal(stack)}
    parts = [_part(url, service, person_id, token) for service, url in urls.items()]
    path = out or Path(f"{person_id}.zip")
    try:
        path.write_bytes(archive(parts))
    except OSError as error:
        raise StackFailure(f"{path} cannot be written ({error.strerror}). Choose another with --out.") from error
    path.chmod(0o600)
    if as_json:
        click.echo(json.dumps({"file": str(path), "person_id": person_id, "services": list(urls)}))
        return
    click.echo(f"{path} holds what {', '.join(urls)} know of {person_id}. It is personal: keep it so.")


def _portal(stack: dict[str, Any]) -> str:
    # An archive without a part would pass for a whole one.
    if not stack.get(PORTAL):
        raise StackFailure(f"The stack has no {PORTAL}, which knows where people are signed in. Nothing was written.")
    return str(stack[PORTAL])


def _token(root: str | None, email: str | None) -> str:
    given = Told.from_env().token
    if given and not email:
        return given
    if not email:
        raise StackFailure("Say who asks: --as EMAIL in the local stack, or MENTORMESH_TOKEN.")
    import requests

    from mentormesh.stack.identity import register
    from mentormesh.tokens import sign_in_of

    sign_in = sign_in_of(root)
    with requests.Session() as session:
        register(sign_in.issuer, email, email)
        return str(sign_in.token(email, session)["access_token"])


def _part(url: str, service: str, person_id: str, token: str) -> dict[str, Any]:
    import requests

    try:
        reply = requests.get(
            f"{url}/v1/people/{person_id}/data",
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
        )
    except requests.RequestException as error:
        raise StackFailure(f"{service} does not answer ({error}). Nothing was written.") from error
    if not reply.ok:
        raise StackFailure(f"{service} refused with {reply.status_code}: {reply.text[:300]}. Nothing was written.")
    part: dict[str, Any] = reply.json()
    return part
