"""The mail sink of the local stack: an SMTP server that writes every message into a folder."""

import sys
import threading
from pathlib import Path
from typing import Any

from mentormesh.stack.folder import Folder
from mentormesh.stack.ports import HOST, answers
from mentormesh.stack.processes import Part


def sink(folder: Folder, port: int) -> Part:
    """This very module as a process."""
    argv = [sys.executable, "-m", "mentormesh.stack.mail", str(port), str(folder.mail)]
    return Part("mail", argv, lambda: answers(port), address=f"smtp://{HOST}:{port}")


class Mailbox:
    """aiosmtpd's handler: one `.eml` file for each message, named so that they sort by arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = max((int(path.stem) for path in folder.glob("*.eml")), default=0)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self._count += 1
        fresh = self._folder / f"{self._count:06d}.part"
        to = "".join(f"X-Envelope-To: {address}\r\n" for address in envelope.rcpt_tos)
        fresh.write_bytes(to.encode() + envelope.content)
        fresh.rename(fresh.with_suffix(".eml"))
        return "250 OK"


def main() -> None:
    """Receive mail on the port of the first argument, into the folder of the second, until stopped."""
    from aiosmtpd.controller import Controller

    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    Controller(Mailbox(folder), hostname=HOST, port=port).start()
    print(f"mail: receiving on {HOST}:{port} into {folder}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
