"""A folder into which an HR system drops files, for example by SFTP: each is imported once, then moved away.

`PROFILES_IMPORT_FOLDER/name.csv` is taken when it has stood still for ten seconds, by renaming it to
`taken/<import id>--name.csv`: of two workers one succeeds. When its import is finished it goes to `done`, or to
`failed` with `name.errors.csv` beside it where rows were refused.
"""

import csv
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog

from profiles.domain.imports.course import Import
from profiles.ports import Store
from profiles.use_cases.imports.overview import each_fault, read_import
from profiles.use_cases.imports.receiving import Wanted, forget_file, open_import, store_file
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import InvalidInput, NotFound, WrongState

STILL_SECONDS = 10.0
BLOCK_BYTES = 65_536
TAKEN, DONE, FAILED = "taken", "done", "failed"
ERROR_COLUMNS = ("line", "column", "reason", "what to write")
_MARK = "--"

log = structlog.get_logger()


def watch(folder: Path, most_leavers: int, still: float = STILL_SECONDS) -> Callable[[Store, Clock], int]:
    """The loop's step: take what has arrived, put away what is finished; returns how many files moved."""
    caller = Caller.system("profiles")

    def step(store: Store, clock: Clock) -> int:
        if not folder.is_dir():
            log.warning("import-folder-is-not-there", folder=str(folder))
            return 0
        for name in (TAKEN, DONE, FAILED):
            (folder / name).mkdir(exist_ok=True)
        moved = sum(_take(folder, path) for path in sorted(folder.glob("*.[cC][sS][vV]")) if _is_complete(path, still))
        for path in sorted((folder / TAKEN).iterdir()):
            if _MARK in path.name and path.is_file():
                moved += _go_on(store, clock, caller, folder, path, most_leavers)
        return moved

    return step


def _is_complete(path: Path, still: float) -> bool:
    """Whether nobody writes to a file any more: it has content and has stood still. Hidden files are being sent."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return False
    age = time.time() - seen.st_mtime
    return not path.name.startswith(".") and path.is_file() and seen.st_size > 0 and age >= still


def _take(folder: Path, path: Path) -> bool:
    try:
        path.rename(folder / TAKEN / f"{new_id('imp')}{_MARK}{path.name}")
    except FileNotFoundError:
        # Another worker was faster.
        return False
    return True


def _go_on(store: Store, clock: Clock, caller: Caller, folder: Path, path: Path, most_leavers: int) -> bool:
    """Bring a taken file further, from wherever a worker may have died: to its import, then out of the way."""
    import_id, _, name = path.name.partition(_MARK)
    try:
        held = read_import(store, caller, import_id)
    except NotFound:
        return _begin(store, clock, caller, folder, path, most_leavers)
    if held.is_open:
        return False
    refused = held.planned.refused + held.done.refused
    _put_away(folder, path, name, DONE if held.state == "completed" and not refused else FAILED)
    if refused:
        _write_errors(store, caller, import_id, _free(folder / FAILED / f"{name}.errors.csv"))
    elif held.state != "completed":
        _free(folder / FAILED / f"{name}.errors.txt").write_text(f"{held.reason or held.state}\n")
    log.info("import-file-put-away", item=import_id, state=held.state, refused=refused)
    return True


def _begin(store: Store, clock: Clock, caller: Caller, folder: Path, path: Path, most_leavers: int) -> bool:
    import_id, _, name = path.name.partition(_MARK)
    wanted = Wanted(file_name=name, mode="full", auto=True, most_leavers=most_leavers)
    try:
        held: Import = open_import(
            store, clock, caller, import_id, store_file(store, clock, caller, import_id, _blocks(path)), wanted
        )
    except FileNotFoundError:
        return False
    except (InvalidInput, WrongState) as refusal:
        forget_file(store, import_id)
        _put_away(folder, path, name, FAILED)
        _free(folder / FAILED / f"{name}.errors.txt").write_text(f"{refusal.detail}\n")
        log.warning("import-file-refused", item=import_id, detail=refusal.detail)
        return True
    log.info("import-file-taken", item=held.id, lines=held.lines)
    return True


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _put_away(folder: Path, path: Path, name: str, where: str) -> None:
    os.replace(path, _free(folder / where / name))


def _free(path: Path) -> Path:
    """The path, or with a number where a file of that name is there already."""
    number = 1
    free = path
    while free.exists():
        number += 1
        free = path.with_name(f"{number}-{path.name}")
    return free


def _write_errors(store: Store, caller: Caller, import_id: str, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(ERROR_COLUMNS)
        for fault in each_fault(store, caller, import_id):
            writer.writerow((fault.line, fault.column, fault.reason, fault.advice))
