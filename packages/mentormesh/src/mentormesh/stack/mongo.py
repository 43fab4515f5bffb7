"""The document server of the local stack: MongoDB's protocol from SecantusDB, which is a development tool only."""

import sys
from pathlib import Path

from mentormesh.stack.failures import StackFailure
from mentormesh.stack.folder import Folder
from mentormesh.stack.ports import HOST, answers
from mentormesh.stack.processes import Part

# What open transactions hold must fit into a part of it. With a quarter of this an import of 100,000 people stood still
# once the server had old entries of its log to remove. Memory is taken only as there is data.
CACHE = "1G"
CERTIFIES = "SecantusDB 0.7.0b3 with --sync-on-commit (transactions, change streams; isolation is not certified)"


def address(port: int) -> str:
    """The connection string: one server, and no retryable writes, which slow this server down."""
    return f"mongodb://{HOST}:{port}/?retryWrites=false&directConnection=true"


def server(folder: Folder, port: int) -> Part:
    """SecantusDB, losing nothing at a kill.

    Raises:
        StackFailure: it is not installed.
    """
    program = Path(sys.executable).parent / "secantusd-py"
    if not program.exists():
        raise StackFailure("SecantusDB is not installed. Run `make setup`, or `pip install 'mentormesh[local]'`.")
    argv = [str(program), "--host", HOST, "--port", str(port), "--storage-path", str(folder.data("mongodb"))]
    argv += ["--sync-on-commit", "--cache-size", CACHE, "--noop-heartbeat-seconds", "10"]
    return Part("mongodb", argv, lambda: answers(port), address=address(port), stop_seconds=30)
