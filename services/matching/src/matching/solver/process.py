"""The parent's side: starts the child as a fresh interpreter, feeds it, reads its answer, and kills it when told to."""

import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import IO

import structlog

from matching.domain.question import Finding
from matching.domain.snapshot import Chunk
from matching.ports.solver import Answer, Question, SolverDied, SolverRefused
from matching.solver import talk
from matching.solver.talk import Header, Message

# How long the parent waits for the child's next word before it looks whether to go on, in seconds.
PATIENCE = 0.1
_AT_ONCE = 1 << 16

log = structlog.get_logger()


@dataclass(frozen=True)
class ChildSolver:
    """Solves in a child process with this environment: a solver holds its interpreter and cannot be interrupted.

    The child is a new interpreter, not a fork, so it has none of the parent's threads, clients or secrets; it gets its
    input over a pipe, so nothing about people is written to a disk.
    """

    environment: Mapping[str, str]

    def solve(self, question: Question, watch: Callable[[str, float], None]) -> Generator[Answer, None, None]:
        """See `ports.Solver`; the child is gone when this ends, however it ends."""
        with closing(self._ask(question, None, watch)) as messages:
            for message in messages:
                if message.answer is not None:
                    yield message.answer

    def why_not(
        self, question: Question, mentee_id: str, mentor_id: str, watch: Callable[[str, float], None]
    ) -> Finding:
        """See `ports.Solver`; the child is gone when this ends, however it ends."""
        with closing(self._ask(question, (mentee_id, mentor_id), watch)) as messages:
            return next(message.finding for message in messages if message.finding is not None)

    def _ask(
        self, question: Question, why_not: tuple[str, str] | None, watch: Callable[[str, float], None]
    ) -> Generator[Message, None, None]:
        with tempfile.TemporaryFile() as errors:
            child = subprocess.Popen(  # noqa: S603  # our own interpreter, no shell
                [sys.executable, "-m", "matching.solver", str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=dict(self.environment),
                # A terminal's Ctrl-C is for the worker, who ends the child.
                start_new_session=True,
            )
            try:
                yield from _conversation(child, errors, _header(question, why_not), question.chunks, watch)
            finally:
                child.kill()
                child.wait()
                for pipe in (child.stdin, child.stdout):
                    _close(pipe)


def _conversation(
    child: "subprocess.Popen[bytes]",
    errors: IO[bytes],
    header: Header,
    chunks: Iterable[Chunk],
    watch: Callable[[str, float], None],
) -> Iterator[Message]:
    _feed(child, header, chunks, watch)
    is_whole = False
    for message in _messages(child, watch):
        if message.refused is not None:
            raise SolverRefused(message.refused)
        if message.finding is not None or (message.answer is not None and message.answer.record is not None):
            is_whole = True
        yield message
    if not is_whole:
        raise SolverDied(_why(child.wait(), errors))


def _header(question: Question, why_not: tuple[str, str] | None) -> Header:
    return Header(
        run_id=question.run_id,
        program_id=question.program_id,
        terms=question.terms,
        existing=tuple(question.existing),
        certify=question.certify,
        left_out=tuple(sorted(question.left_out)),
        why_not=why_not,
    )


def _feed(
    child: "subprocess.Popen[bytes]", header: Header, chunks: Iterable[Chunk], watch: Callable[[str, float], None]
) -> None:
    assert child.stdin is not None
    try:
        child.stdin.write(talk.frame(talk.HEADER, talk.as_bytes(header)))
        for chunk in chunks:
            child.stdin.write(talk.frame(talk.PEOPLE, chunk.people))
            child.stdin.write(talk.frame(talk.LINES, chunk.lines))
            watch("encode", 0.0)
        child.stdin.write(talk.frame(talk.END))
        # The pipe stays open: its end is how the child learns that the parent is gone.
        child.stdin.flush()
    except BrokenPipeError:
        return  # the child died; what it said last is read next


def _messages(child: "subprocess.Popen[bytes]", watch: Callable[[str, float], None]) -> Iterator[Message]:
    """What the child says, `watch` being called while it is silent."""
    assert child.stdout is not None
    stage, share, held = "encode", 0.0, b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            watch(stage, share)
            if not selector.select(PATIENCE):
                continue
            some = os.read(child.stdout.fileno(), _AT_ONCE)
            if not some:
                return
            *lines, held = (held + some).split(b"\n")
            for line in lines:
                message = talk.read_message(line)
                if message.stage is not None:
                    stage, share = message.stage, message.share
                yield message


def _why(code: int, errors: IO[bytes]) -> str:
    """One line about a child that ended without an answer; what it wrote goes to the log."""
    errors.seek(0)
    written = errors.read().decode(errors="replace").strip()
    log.error("solver-died", code=code, written=written[-4000:])
    if code == -signal.SIGKILL:
        return "the computation was killed, most often because memory ran out"
    if code < 0:
        return f"the computation was ended by signal {-code}"
    last = written.splitlines()[-1] if written else f"code {code}"
    return f"the computation ended with {last.partition(':')[0]}"


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except BrokenPipeError:
        return  # what was still to be written is for nobody
