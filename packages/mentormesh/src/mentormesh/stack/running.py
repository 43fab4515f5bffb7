"""The running stack's addresses, for the commands that talk to it."""

from typing import Any

from mentormesh.stack.failures import NoStack
from mentormesh.stack.folder import Folder, chosen_root


def running_stack(root: str | None, needed: str = "the local stack") -> tuple[Folder, dict[str, Any]]:
    """The stack's folder and its description (`stack.json`).

    Raises:
        NoStack: nothing was started there, or it was stopped.
    """
    folder = Folder(chosen_root(root))
    description = folder.read_stack()
    if description is None:
        raise NoStack(folder.root, needed)
    return folder, description


def service_url(stack: dict[str, Any], folder: Folder, service: str) -> str:
    """Where `service` listens.

    Raises:
        NoStack: the stack runs without it.
    """
    url = stack["services"].get(service)
    if url is None:
        raise NoStack(folder.root, f"the service {service}")
    return str(url)
