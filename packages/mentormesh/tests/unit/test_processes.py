"""Processes: started, recognised, stopped; a stranger with the same pid is never touched."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mentormesh.stack.failures import PartDied, StackFailure
from mentormesh.stack.processes import Part, Running, run_once, start, stop, wait_ready, wait_until

SLEEP = [sys.executable, "-c", "import time; print('awake', flush=True); time.sleep(600)"]


def test_a_started_process_is_known_again_and_stopped_once(tmp_path: Path) -> None:
    one = start(Part("sleeper", SLEEP, ready=bool), tmp_path / "log")
    assert Running(**one.as_dict()).process() is not None  # type: ignore[arg-type]
    assert stop(one)
    assert one.process() is None
    assert not stop(one)


def test_a_stranger_who_was_given_the_pid_is_not_stopped() -> None:
    stranger = Running("old", os.getpid(), 1.0, "log", "", 1.0)
    assert stranger.process() is None
    assert not stop(stranger)


def test_a_deaf_process_is_killed(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    log = tmp_path / "log"
    part = Part("deaf", [sys.executable, "-c", deaf], ready=lambda: "deaf" in log.read_text(), stop_seconds=0.2)
    one = start(part, log)
    wait_ready(part, one)
    assert stop(one)
    assert one.process() is None


def test_a_process_that_dies_shows_the_end_of_its_log(tmp_path: Path) -> None:
    part = Part("dying", [sys.executable, "-c", "raise SystemExit('no such disk')"], ready=lambda: False)
    one = start(part, tmp_path / "log")
    with pytest.raises(PartDied, match=r"dying ended before it was ready.*\n.*no such disk"):
        wait_ready(part, one)


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackFailure, match="ghost cannot be started: no-such-program"):
        start(Part("ghost", ["no-such-program"], ready=bool), tmp_path / "log")


def test_a_step_that_fails_shows_its_code_and_words(tmp_path: Path) -> None:
    with pytest.raises(PartDied, match=r"step ended with code 3[^$]*told why"):
        run_once(Part("step", [sys.executable, "-c", "print('told why'); exit(3)"], ready=bool), tmp_path / "log")


def test_patience_ends_with_the_given_words() -> None:
    with pytest.raises(StackFailure, match="nobody came after 0 seconds"):
        wait_until(lambda: False, 0, "nobody came")


def test_the_environment_of_a_part_is_added_to_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "1")
    words = "import os; print(os.environ['OURS'], os.environ['THEIRS'])"
    part = Part("telling", [sys.executable, "-c", words], ready=bool, environment={"THEIRS": "2"})
    run_once(part, tmp_path / "log")
    assert (tmp_path / "log").read_text() == "1 2\n"
    assert replace(part, environment={}).environment == {}
