"""Development only: an SMTP server that keeps every message as a file in the folder of its first argument."""

import sys
import threading
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """One `.eml` file for each message, in the order of their arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1 + len(list(folder.glob("*.eml"))))

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        path = self._folder / f"{next(self._numbers):06d}.eml"
        path.write_bytes(envelope.content)
        sys.stdout.write(f"{path.name} for {len(envelope.rcpt_tos)} people\n")
        return "250 OK"


Controller(Mailbox(Path(sys.argv[1])), hostname="0.0.0.0", port=1025).start()  # noqa: S104  a container's own network
threading.Event().wait()
