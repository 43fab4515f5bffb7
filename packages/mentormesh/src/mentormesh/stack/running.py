"""The running stack's addresses, for the commands that talk to it."""

import json
from pathlib import Path
from typing import Any

from mentormesh.config import Told
from mentormesh.stack.failures import NoStack, StackFailure
from mentormesh.stack.folder import Folder, chosen_root

DESCRIBED = "MENTORMESH_STACK"


def running_stack(root: str | None, needed: str = "the local stack") -> tuple[Folder, dict[str, Any]]:
    """The stack's folder and its description: that which `MENTORMESH_STACK` names, else the root's `stack.json`.

    Raises:
        NoStack: nothing was started there, or it was stopped.
        StackFailure: `MENTORMESH_STACK` names no description.
    """
    folder = Folder(chosen_root(root))
    given = Told.from_env().described
    if given and root is None:
        return folder, _described(Path(given))
    description = folder.read_stack()
    if description is None:
        raise NoStack(folder.root, needed)
    return folder, description


def _described(path: Path) -> dict[str, Any]:
    try:
        description: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise StackFailure(f"{DESCRIBED}={path} cannot be read as the description of a stack: {error}.") from error
    return description


def service_url(stack: dict[str, Any], folder: Folder, service: str) -> str:
    """Where `service` listens.

    Raises:
        NoStack: the stack runs without it.
    """
    url = stack["services"].get(service)
    if url is None:
        raise NoStack(folder.root, f"the service {service}")
    return str(url)
