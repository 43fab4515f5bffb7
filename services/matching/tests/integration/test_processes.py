"""The real processes: events in from the topics, a program made over HTTP, its events out on theirs."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from contracts import Envelope, Event, encode
from contracts.profiles import PersonChanged, ProfileChanged
from mentormesh.testing import Backing
from servicekit.config import KafkaSettings
from servicekit.kafka import KafkaLog
from servicekit.mongo import connect
from servicekit.testing.web import Issuer

pytestmark = pytest.mark.stack

READY_SECONDS = 30
PROGRAM = {"name": "Leaders", "kind": "one_to_one", "starts_on": "2030-01-01", "ends_on": "2030-06-30"}


@pytest.fixture
def processes(environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, "subprocess.Popen[bytes]"]]:
    """`init` was run twice; `work` and `serve` run."""
    for _ in range(2):
        made = subprocess.run(
            [sys.executable, "-m", "matching", "init"], env=environment, capture_output=True, text=True, timeout=120
        )
        assert made.returncode == 0, made.stderr
    started = {}
    for name in ("work", "serve"):
        with (tmp_path / f"{name}.log").open("w") as lines:
            started[name] = subprocess.Popen(
                [sys.executable, "-m", "matching", name], env=environment, stdout=lines, stderr=subprocess.STDOUT
            )
    yield started
    for process in started.values():
        process.send_signal(signal.SIGTERM)
    codes = {name: process.wait(30) for name, process in started.items()}
    assert codes == {"work": 0, "serve": 0}, (tmp_path / "work.log").read_text()


def _eventually(holds: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if found := holds():
                return found
        except requests.ConnectionError:
            pass  # not listening yet
        time.sleep(0.1)
    pytest.fail("it did not happen in time")


def _envelope(event: Event, number: int) -> Envelope:
    return Envelope(
        id=f"evt_{number}",
        source="/mentormesh/profiles",
        type=event.contract.type,
        time=datetime.now(UTC),
        key=event.key,
        data=event,
        sequence=1,
        generation=1,
        correlationid="cor_1",
    )


def test_what_others_told_is_known_and_what_happens_here_is_told(
    processes: dict[str, Any], environment: dict[str, str], issuer: tuple[Issuer, str], stack_backing: Backing
) -> None:
    events = KafkaLog(KafkaSettings(bootstrap=environment["KAFKA_BOOTSTRAP"], prefix=environment["TOPIC_PREFIX"]))
    writer = events.sender("test")
    people = [PersonChanged(person_id=f"prs_{name}", status="active", time_zone="UTC") for name in ("ana", "cara")]
    told: list[Event] = [ProfileChanged(person_id="prs_ana", capacity=3), *people]
    writer.send([encode(_envelope(event, number)) for number, event in enumerate(told)])
    writer.close()
    events.close()

    url = f"http://{environment['BIND']}/v1"
    _eventually(lambda: requests.get(f"http://{environment['BIND']}/readyz", timeout=2).ok)
    headers = issuer[0].bearer("prs_cara", "program_manager") | {"Idempotency-Key": "1"}
    created = requests.post(f"{url}/programs", json=PROGRAM, headers=headers, timeout=10)
    assert created.status_code == 201, created.text
    program = f"{url}/programs/{created.json()['id']}"
    assert requests.post(f"{program}/open", json={}, headers=headers, timeout=10).status_code == 200

    def enrol() -> bool:
        body = {"role": "mentor", "person_id": "prs_ana"}
        answer = requests.post(f"{program}/enrolments", json=body, headers=headers, timeout=10)
        assert answer.status_code in (201, 409), answer.text
        if answer.status_code == 409:
            assert (answer.json()["type"].rpartition("/")[2], answer.headers["Retry-After"]) == ("not-yet-known", "1")
        return answer.status_code == 201

    _eventually(enrol)
    with connect(stack_backing.mongodb) as client:
        outbox = client[environment["MONGODB_DATABASE"]]["outbox"]
        _eventually(lambda: outbox.count_documents({}) and not outbox.count_documents({"sent_at": None}))
        told_here = {".".join(row["type"].split(".")[2:4]) for row in outbox.find({})}
    assert {"program.created", "program.opened", "plan.changed", "enrolment.applied", "enrolment.approved"} <= told_here
