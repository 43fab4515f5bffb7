"""What goes wrong with a local stack, each said in words that name the remedy."""

from pathlib import Path

import click


class StackFailure(click.ClickException):
    """The stack cannot do what was asked; `str` says why and what to do."""


class PortTaken(StackFailure):
    """Another program listens where a part of the stack wants to."""

    def __init__(self, part: str, port: int, holder: str | None) -> None:
        self.part, self.port = part, port
        who = f" by {holder}" if holder else ""
        super().__init__(
            f"Port {port}, which {part} needs, is taken{who}. Stop that program, choose another port with "
            f"`--port {part}=NUMBER`, or let every part take a free one with `--ports auto`."
        )


class PartDied(StackFailure):
    """A process ended before, or instead of, becoming ready."""

    def __init__(self, part: str, log: Path, why: str) -> None:
        self.part, self.log = part, log
        super().__init__(f"{part} {why}. The end of its log ({log}):\n{last_lines(log)}")


class NoStack(StackFailure):
    """A command needs a running stack and there is none."""

    def __init__(self, root: Path, needed: str = "the local stack") -> None:
        super().__init__(f"{needed} is not running in {root}. Start it with `mentormesh up`.")


def last_lines(log: Path, count: int = 15) -> str:
    """The last `count` lines of a log, indented for a message."""
    if not log.exists():
        return "    (nothing was written)"
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"    {line}" for line in lines) or "    (nothing was written)"
