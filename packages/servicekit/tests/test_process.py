"""A service's processes as an operator meets them: one line for what can be mended, and a clean stop."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pymongo import MongoClient

from mentormesh.stack import ports
from mentormesh.testing import Backing
from servicekit.testing.pair import LISTENER, TELLER

COMMAND = [sys.executable, "-m", "servicekit.testing.pair_process"]
NOWHERE = "127.0.0.1:1"


def environment(service: str, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PAIR": service,
        "MONGODB_URI": f"mongodb://{NOWHERE}",
        "KAFKA_BOOTSTRAP": NOWHERE,
        "TOKEN_ISSUER": "http://profiles",
        "JWKS_URL": "http://profiles/.well-known/jwks.json",
        "CURSOR_SECRET": "0" * 32,
        **more,
    }


def run(command: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, command], env=variables, capture_output=True, text=True, timeout=120)


def the_one_line(finished: subprocess.CompletedProcess[str]) -> str:
    assert finished.returncode == 2, finished.stderr
    (line,) = finished.stderr.splitlines()
    return line


@pytest.mark.parametrize("command", ["serve", "work", "init"])
def test_a_missing_setting_is_one_line_that_names_it(command: str) -> None:
    variables = environment(TELLER)
    del variables["MONGODB_URI"], variables["CURSOR_SECRET"]
    assert the_one_line(run(command, variables)) == "matching: MONGODB_URI is not set; CURSOR_SECRET is not set"


def test_a_word_that_is_no_command_is_one_line() -> None:
    assert the_one_line(run("dance", environment(TELLER))).endswith("serve | work | init")


def test_a_database_that_does_not_answer_is_one_line() -> None:
    assert the_one_line(run("work", environment(TELLER))).startswith("matching: MONGODB_URI: the server did not answer")


ALONE = """
import signal
import sys
import threading

from servicekit import worker
from servicekit.config import KafkaSettings
from servicekit.store import Unit
from servicekit.testing.log import MemoryLog
from servicekit.testing.pair import TELLER, TELLER_CATALOGUE
from servicekit.testing.store import MemoryStore


def hang(store, clock):
    print("hanging", flush=True)
    threading.Event().wait()


def take_the_signal(store, clock):
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)


worker._STOP_SECONDS = 0.5
events = MemoryLog()
store = MemoryStore(Unit, TELLER_CATALOGUE, TELLER)
kafka = KafkaSettings(bootstrap="nowhere")
loops = [worker.Loop("mine", globals()[sys.argv[1]], every=0.01)]
whole = worker.Worker(service=TELLER, store=store, kafka=kafka, loops=loops, events=events)
events.prepare(whole.topics())
sys.exit(whole.run())
"""


@contextmanager
def worker_alone(step: str) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-u", "-c", ALONE, step]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_worker_is_not_kept_by_a_thread_that_hangs_and_says_which() -> None:
    with worker_alone("hang") as process:
        assert process.stdout is not None
        said = [next(line for line in process.stdout if line == "hanging\n")]
        process.terminate()
        said += process.communicate(timeout=60)[0].splitlines()
    assert process.returncode == 1, said
    assert "worker-stopped" in said[-1]
    assert "['mine']" in said[-1]


def test_a_worker_stops_also_where_the_signal_came_to_another_thread_than_its_waiting_one() -> None:
    with worker_alone("take_the_signal") as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said


@contextmanager
def running(command: str, variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([*COMMAND, command], env=variables, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ask(url: str, method: str = "GET") -> str:
    """The body, once the address answers."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5) as answer:
                body: str = answer.read().decode()
                return body
        except OSError:
            assert time.monotonic() < deadline, f"{url} never answered"
            time.sleep(0.2)


@pytest.mark.stack
class TestOnRealParts:
    @pytest.fixture
    def variables(self, stack_backing: Backing, own_name: str) -> Iterator[dict[str, str]]:
        names = {service: f"{own_name}_{service}" for service in (TELLER, LISTENER)}
        yield {"MONGODB_URI": stack_backing.mongodb, "KAFKA_BOOTSTRAP": stack_backing.kafka, "TOPIC_PREFIX": own_name}
        with MongoClient[dict[str, Any]](stack_backing.mongodb) as client:
            for name in names.values():
                client.drop_database(name)

    def of(self, service: str, variables: dict[str, str], **more: str) -> dict[str, str]:
        database = f"{variables['TOPIC_PREFIX']}_{service}"
        return environment(service, **{**variables, "MONGODB_DATABASE": database, **more})

    def test_a_broker_that_does_not_answer_at_init_is_one_line(self, variables: dict[str, str]) -> None:
        init = self.of(TELLER, variables, KAFKA_BOOTSTRAP=NOWHERE, BROKER_PATIENCE="1")
        finished = run("init", init)
        assert the_one_line(finished).startswith(f"matching: KAFKA_BOOTSTRAP: {NOWHERE} did not serve topics")

    def test_a_worker_before_init_names_what_is_missing(self, variables: dict[str, str]) -> None:
        assert "these topics do not exist" in the_one_line(run("work", self.of(TELLER, variables)))

    def test_a_service_starts_works_and_stops_cleanly(self, variables: dict[str, str]) -> None:
        web, probes = ports.free(), ports.free()
        serve = self.of(TELLER, variables, BIND=f"127.0.0.1:{web}", WEB_WORKERS="2", METRICS_BIND="127.0.0.1:0")
        relay = self.of(TELLER, variables, METRICS_BIND="127.0.0.1:0")
        listen = self.of(LISTENER, variables, METRICS_BIND=f"127.0.0.1:{probes}")
        for variables_of in (relay, listen, listen):
            assert run("init", variables_of).returncode == 0
        with running("serve", serve) as server, running("work", relay) as teller, running("work", listen) as listener:
            assert json.loads(ask(f"http://127.0.0.1:{web}/requests/req_1", "POST")) == {"sequence": 1}
            applied = 'mentormesh_events_applied_total{topic="mentormesh.matching.request"} 1.0'
            deadline = time.monotonic() + 30
            while applied not in ask(f"http://127.0.0.1:{probes}/metrics"):
                assert time.monotonic() < deadline, "the event never arrived"
                time.sleep(0.2)
            assert ask(f"http://127.0.0.1:{probes}/livez") == "alive\n"
            assert ask(f"http://127.0.0.1:{probes}/readyz") == "ready\n"
            for process in (server, teller, listener):
                process.send_signal(signal.SIGTERM)
            codes = [process.wait(timeout=30) for process in (server, teller, listener)]
        assert codes == [0, 0, 0]
