"""The watched folder: only whole files are taken, by one worker, and each is put where its end belongs."""

import os
import time
from pathlib import Path

import pytest

from profiles.imports import folder as folders
from profiles.imports.folder import watch
from profiles.imports.work import work_through
from servicekit.clock import SystemClock

from .conftest import MemoryProfiles

HEADER = "external_id,email,name\n"
CLOCK = SystemClock()


def drop(folder: Path, name: str, text: str, age: float = 60) -> Path:
    path = folder / name
    path.write_text(text)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def turns(store: MemoryProfiles, folder: Path, count: int = 3) -> None:
    look, work = watch(folder, most_leavers=5), work_through("UTC")
    for _ in range(count):
        look(store, CLOCK)
        work(store, CLOCK)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_dropped_file_is_imported_once_and_put_away(store: MemoryProfiles, tmp_path: Path) -> None:
    drop(tmp_path, "people.csv", HEADER + "E-1,ana@example.com,Ana\n")
    turns(store, tmp_path)
    assert files(tmp_path) == ["done/people.csv"]
    assert [person["facts"]["name"] for person in store.held("people")] == ["Ana"]
    drop(tmp_path, "people.csv", HEADER + "E-1,ana@example.com,Anna\n")
    turns(store, tmp_path)
    assert files(tmp_path) == ["done/2-people.csv", "done/people.csv"]
    assert [row["requested_by"] for row in store.held("imports")] == ["profiles", "profiles"]


def test_what_is_still_being_sent_is_left_alone(store: MemoryProfiles, tmp_path: Path) -> None:
    drop(tmp_path, "growing.csv", HEADER, age=1)
    drop(tmp_path, ".hidden.csv", HEADER)
    drop(tmp_path, "part.csv.filepart", HEADER)
    drop(tmp_path, "empty.csv", "")
    turns(store, tmp_path)
    assert files(tmp_path) == [".hidden.csv", "empty.csv", "growing.csv", "part.csv.filepart"]
    assert store.held("imports") == []


def test_refused_rows_are_written_beside_the_file(store: MemoryProfiles, tmp_path: Path) -> None:
    drop(tmp_path, "people.csv", HEADER + "E-1,ana@example.com,Ana\nE-2,nonsense,Ben\n")
    turns(store, tmp_path)
    assert files(tmp_path) == ["failed/people.csv", "failed/people.csv.errors.csv"]
    assert "3,email,invalid,Write an e-mail address" in (tmp_path / "failed/people.csv.errors.csv").read_text()
    assert len(store.held("people")) == 1


def test_a_file_that_is_none_is_put_away_with_its_reason(store: MemoryProfiles, tmp_path: Path) -> None:
    drop(tmp_path, "title.csv", "title\nLead\n")
    path = drop(tmp_path, "binary.csv", "")
    path.write_bytes(b"\xff\xfe\x00")
    os.utime(path, (1, 1))
    turns(store, tmp_path)
    assert files(tmp_path) == [
        "failed/binary.csv",
        "failed/binary.csv.errors.txt",
        "failed/title.csv",
        "failed/title.csv.errors.txt",
    ]
    assert "UTF-8" in (tmp_path / "failed/binary.csv.errors.txt").read_text()


def test_a_file_that_would_end_too_many_waits_for_somebody_to_confirm(store: MemoryProfiles, tmp_path: Path) -> None:
    drop(tmp_path, "people.csv", HEADER + "".join(f"E-{n},p{n}@example.com,P {n}\n" for n in range(10)))
    turns(store, tmp_path)
    drop(tmp_path, "people.csv", HEADER + "E-1,p1@example.com,P 1\n")
    turns(store, tmp_path)
    waiting = next(row for row in store.held("imports") if row["state"] != "completed")
    assert (waiting["state"], waiting["planned"]["leavers"]) == ("ready", 9)
    assert files(tmp_path) == ["done/people.csv", f"taken/{waiting['_id']}--people.csv"]
    assert {person["status"] for person in store.held("people")} == {"active"}


def test_two_workers_that_look_at_once_take_a_file_once(store: MemoryProfiles, tmp_path: Path) -> None:
    drop(tmp_path, "people.csv", HEADER + "E-1,ana@example.com,Ana\n")
    (tmp_path / folders.TAKEN).mkdir()
    path = tmp_path / "people.csv"
    assert [folders._take(tmp_path, path), folders._take(tmp_path, path)] == [True, False]
    turns(store, tmp_path)
    assert len(store.held("imports")) == 1


def test_a_worker_that_died_between_taking_and_storing_is_continued(
    store: MemoryProfiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(tmp_path, "people.csv", HEADER + "E-1,ana@example.com,Ana\n")
    look = watch(tmp_path, most_leavers=5)
    with monkeypatch.context() as broken:
        broken.setattr(folders, "open_import", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            look(store, CLOCK)
    assert store.held("imports") == []
    turns(store, tmp_path)
    assert files(tmp_path) == ["done/people.csv"]
    assert len(store.held("people")) == 1
