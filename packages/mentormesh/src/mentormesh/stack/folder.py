"""The folder that holds one local stack: its description, secrets, ports, logs and data."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mentormesh.config import Told
from mentormesh.stack.failures import StackFailure

SECRETS = ("CURSOR_SECRET", "SIGNING_KEY_SECRET", "OIDC_CLIENT_SECRET", "SESSION_SECRET")
FREE_BYTES_NEEDED = 1_000_000_000
# What a stack keeps below its root; the marks go last, so that a wipe that was interrupted can be repeated.
_KEPT = ("logs", "mail", "kafka", "noida", "mongodb", "seed*.jsonl", "lock")
_MARKS = ("ports.json", "stack.json", "secrets.json")


def chosen_root(option: str | None) -> Path:
    """The stack's root: the option, else `MENTORMESH_LOCAL`, else `.local` of the checkout that we stand in."""
    given = option or Told.from_env().root
    if given:
        return Path(given).expanduser().resolve()
    here = Path.cwd()
    checkout = next((folder for folder in (here, *here.parents) if (folder / "Makefile").exists()), here)
    return checkout / ".local"


@dataclass(frozen=True)
class Folder:
    """Paths below one stack's root."""

    root: Path

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            StackFailure: the root cannot be written, or its disk has less than 1 GB left.
        """
        try:
            for folder in (self.root, self.logs, self.mail):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StackFailure(f"{self.root} cannot be made ({error.strerror}). Choose another with --root.") from error
        free = shutil.disk_usage(self.root).free
        if free < FREE_BYTES_NEEDED:
            raise StackFailure(
                f"The disk of {self.root} has {free / 1e6:.0f} MB left and the stack needs "
                f"{FREE_BYTES_NEEDED / 1e6:.0f} MB. Free some space, or choose another folder with --root."
            )

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def mail(self) -> Path:
        return self.root / "mail"

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def data(self, part: str) -> Path:
        return self.root / part

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the root against another `up` or `down`, which waits here."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def read_stack(self) -> dict[str, Any] | None:
        """The description of the stack that `up` wrote last, or None."""
        found: dict[str, Any] | None = _read(self.root / "stack.json")
        return found

    def write_stack(self, description: Mapping[str, Any]) -> None:
        _write(self.root / "stack.json", description)

    def forget_stack(self) -> None:
        (self.root / "stack.json").unlink(missing_ok=True)

    def read_ports(self) -> dict[str, int]:
        """Ports of the last `up`: they are kept, since addresses are part of what the databases hold."""
        return _read(self.root / "ports.json") or {}

    def write_ports(self, ports: Mapping[str, int]) -> None:
        _write(self.root / "ports.json", ports)

    def secrets(self) -> dict[str, str]:
        """This stack's secrets, drawn once and readable by its owner alone."""
        path = self.root / "secrets.json"
        known: dict[str, str] = _read(path) or {}
        if missing := [name for name in SECRETS if name not in known]:
            known |= {name: secrets.token_urlsafe(32) for name in missing}
            _write(path, known, mode=0o600)
        return known

    @property
    def is_stack(self) -> bool:
        """Whether an `up` ever prepared this folder; what is anybody else's is never touched."""
        return any((self.root / name).exists() for name in _MARKS)

    def wipe(self) -> None:
        """Remove everything that the stack keeps, and the root too if that was all that it held."""
        for pattern in (*_KEPT, *(name.replace(".json", ".new") for name in _MARKS), *_MARKS):
            for path in self.root.glob(pattern):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        # A root that holds more, or is a mounted volume, stays.
        with suppress(OSError):
            self.root.rmdir()


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except json.JSONDecodeError as error:
        raise StackFailure(f"{path} is damaged ({error}). Run `mentormesh down --wipe` and start again.") from error


def _write(path: Path, value: Mapping[str, Any], mode: int = 0o644) -> None:
    """Write `value` whole or not at all: a reader never sees half a file."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
    fresh.replace(path)
