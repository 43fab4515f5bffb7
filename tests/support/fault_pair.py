"""The pair under fire: its processes, supervised and killed, and the commands that its clients send."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from fault_books import Books, Ledger, open_books
from kafka import KafkaProducer
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from contracts import Envelope, Record, decode
from mentormesh.stack import ports
from servicekit.config import KafkaSettings
from servicekit.kafka import KafkaLog
from servicekit.kafka.connection import Wire
from servicekit.log import LogUnavailable
from servicekit.mongo import MongoStore, connect
from servicekit.store import Catalogue, Unit
from servicekit.testing.pair import LISTENER, LISTENER_CATALOGUE, TELLER, TELLER_CATALOGUE
from servicekit.testing.pair_process import handlers_of
from servicekit.worker import topics_touched

_SERVICE = Path(__file__).with_name("fault_service.py")
QUIET_SECONDS = 240.0


class Supervised:
    """One process, started again whenever it ends; its faults are used up one per start."""

    def __init__(
        self,
        argv: Sequence[str],
        variables: dict[str, str],
        log: Path,
        faults: Iterable[str] = (),
        killed: Callable[[], None] = lambda: None,
    ) -> None:
        self._argv = argv
        self._killed = killed
        self._variables = variables
        self._log = log
        self._faults = list(faults)
        self._ended = threading.Event()
        self.starts = 0
        self.process = self._start()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()

    def signal(self, number: int) -> None:
        """Send the signal to whichever process runs now."""
        self.process.send_signal(number)

    def is_stopped(self) -> bool:
        """Whether the process was stopped (not ended)."""
        try:
            return Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"
        except OSError:
            return False

    def end(self) -> None:
        """Kill it for good."""
        self._ended.set()
        self.process.kill()
        self._watching.join(10)

    def _start(self) -> "subprocess.Popen[bytes]":
        self.starts += 1
        fault = {"MENTORMESH_FAULT": self._faults.pop(0)} if self._faults else {}
        with self._log.open("ab") as log:
            return subprocess.Popen(self._argv, env={**self._variables, **fault}, stdout=log, stderr=log)

    def _watch(self) -> None:
        while not self._ended.is_set():
            try:
                self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            if self.process.returncode == -signal.SIGKILL:
                self._killed()
            if not self._ended.is_set():
                self.process = self._start()
        self.process.kill()
        self.process.wait()


class Pair:
    """A web process and two workers of the teller, two workers of the listener, on given backing services."""

    def __init__(
        self, kafka: str, mongodb: str, name: str, logs: Path, mutant: str = "", patient: bool = False
    ) -> None:
        self.kafka, self.mongodb, self.name = kafka, mongodb, name
        self.ledger = Ledger()
        self._patient = patient
        self._logs = logs
        self._mutant = mutant
        self._port = ports.free()
        self.processes: dict[str, Supervised] = {}

    def initialise(self) -> None:
        """Databases and topics."""
        for service, catalogue in ((TELLER, TELLER_CATALOGUE), (LISTENER, LISTENER_CATALOGUE)):
            until(partial(self._prepare, service, catalogue), 120, f"{service} could not be prepared")

    def _prepare(self, service: str, catalogue: Catalogue) -> bool:
        with connect(self.mongodb) as client, closing(self.log()) as log:
            MongoStore(client[self.name + service], Unit, catalogue, service).prepare()
            log.prepare(topics_touched(service, handlers_of(service)))
        return True

    def log(self) -> KafkaLog:
        """The pair's topics; close it."""
        return KafkaLog(KafkaSettings(bootstrap=self.kafka, prefix=self.name))

    def start(self, faults: Mapping[str, Sequence[str]] | None = None) -> None:
        """The web process and those of `faults`, with the faults of their starts; without `faults` all of them."""
        for name, service, command in (
            ("web", TELLER, "serve"),
            ("relay-1", TELLER, "work"),
            ("relay-2", TELLER, "work"),
            ("listener-1", LISTENER, "work"),
            ("listener-2", LISTENER, "work"),
        ):
            if faults is None or name == "web" or name in faults:
                self.start_one(name, service, command, (faults or {}).get(name, ()))
        self.await_web()

    def start_one(self, name: str, service: str, command: str, faults: Iterable[str] = ()) -> None:
        argv = [sys.executable, str(_SERVICE), command]
        log = self._logs / f"{name}.log"
        self.processes[name] = Supervised(argv, self._variables(service), log, faults, self._killed)

    def starts(self, *names: str) -> int:
        """How often these were started, taken together."""
        return sum(self.processes[name].starts for name in names)

    def send_compressed(self, records: Sequence[Record]) -> None:
        """Append records in a codec that the mutant `without-zstd` lacks."""
        producer = KafkaProducer(bootstrap_servers=self.kafka, compression_type="zstd", linger_ms=50)
        for one in records:
            topic = Wire(self.name).outside(one.topic)
            producer.send(topic, key=one.key, value=one.value, headers=list(one.headers))
        producer.flush()
        producer.close()

    def log_of(self, name: str) -> str:
        """What a process has logged so far."""
        return (self._logs / f"{name}.log").read_text()

    def await_web(self) -> None:
        until(lambda: _answers(self._port), 120, "the web process never listened")

    def stop(self) -> None:
        for process in self.processes.values():
            process.end()
        self.end_transactions()

    def _killed(self) -> None:
        if not self._patient:
            self.end_transactions()

    def end_transactions(self) -> None:
        """Abort what is open, as the server does by itself once a transaction is a minute old: killed processes leave
        what they wrote locked until then. The living see a conflict and try again."""
        # A server that is away forgets its transactions by itself.
        with suppress(PyMongoError), MongoClient[dict[str, Any]](self.mongodb, timeoutMS=5000) as client:
            client.admin.command("killAllSessions", [])

    def command(self, path: str) -> None:
        """One command, as a client sees it: accepted, or unclear."""
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}/{path}", method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                self.ledger.note(path, int(msgspec.json.decode(answer.read())["sequence"]))
        except urllib.error.HTTPError as refusal:
            self.ledger.note(path, None)
            if refusal.code != 503:
                self.ledger.surprises.append(f"{path} was answered {refusal.code}")
        except (OSError, http.client.HTTPException, msgspec.DecodeError):
            self.ledger.note(path, None)
            time.sleep(0.1)

    def commands(self, count: int, keys: int, clients: int = 4) -> None:
        """Commands over requests and plans from several clients at once."""
        paths = [f"{'plans/prg' if number % 4 == 0 else 'requests/req'}_{number % keys}" for number in range(count)]

        def work(own: list[str]) -> None:
            for path in own:
                self.command(path)

        threads = [threading.Thread(target=work, args=(paths[first::clients],)) for first in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def quiet(self) -> bool:
        """Whether every event was sent, and every partition read to its end."""
        with MongoClient[dict[str, Any]](self.mongodb) as client:
            if client[self.name + TELLER]["outbox"].count_documents({"sent_at": None}):
                return False
            outbox = client[self.name + TELLER]["outbox"].aggregate(
                [{"$group": {"_id": {"topic": "$topic", "key": "$key"}, "last": {"$max": "$sequence"}}}]
            )
            marks = {mark["_id"]: mark for mark in client[self.name + LISTENER]["watermarks"].find()}
            for line in outbox:
                mark = marks.get(f"{LISTENER}|{line['_id']['topic']}|{line['_id']['key']}")
                if mark is None or mark["sequence"] < line["last"]:
                    return False
            return True

    def await_quiet(self, seconds: float = QUIET_SECONDS) -> None:
        until(self.quiet, seconds, f"the pair never came to rest; see {self._logs}")

    def audit(self) -> list[str]:
        """Everything that is wrong in the books; an empty list where they balance."""
        return self.books().audit(self.ledger)

    def books(self) -> Books:
        """What both sides and the topics hold."""
        with MongoClient[dict[str, Any]](self.mongodb) as client:
            return open_books(client[self.name + TELLER], client[self.name + LISTENER], self.told())

    def felt(self) -> dict[str, list[int]]:
        """Per key, the sequences in the order in which the listener felt them."""
        with MongoClient[dict[str, Any]](self.mongodb) as client:
            return {tally["_id"]: tally["felt"] for tally in client[self.name + LISTENER]["tallies"].find()}

    def parked(self) -> list[tuple[str, str]]:
        """What waits parked: cause and key."""
        with MongoClient[dict[str, Any]](self.mongodb) as client:
            rows = client[self.name + LISTENER]["parked"].find(sort=[("parked_at", 1)])
            return [(row["cause"], row["line"].rsplit("|", 1)[1]) for row in rows]

    def told(self) -> dict[str, list[Envelope]]:
        """Per key, what a reader of the topics sees, repeats included."""
        log = self.log()
        reader = log.reader(f"audit-{time.time_ns()}", _topics(), lambda partitions: {})
        found: dict[str, list[Envelope]] = {}
        try:
            deadline = time.monotonic() + 120
            while True:
                for raw in reader.poll(0.5, 500):
                    envelope = decode(raw.record())
                    found.setdefault(envelope.key, []).append(envelope)
                positions = reader.positions()
                ends = log.ends(positions)
                if len(positions) == 24 and all(positions[held] >= end for held, end in ends.items()):
                    return found
                assert time.monotonic() < deadline, "the topics could not be read to their ends"
        finally:
            reader.close()
            log.close()

    def clean(self) -> None:
        with MongoClient[dict[str, Any]](self.mongodb) as client:
            for service in (TELLER, LISTENER):
                client.drop_database(self.name + service)

    def _variables(self, service: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PAIR": service,
            "MONGODB_URI": self.mongodb,
            "MONGODB_DATABASE": self.name + service,
            "KAFKA_BOOTSTRAP": self.kafka,
            "TOPIC_PREFIX": self.name,
            "TOKEN_ISSUER": "http://profiles",
            "JWKS_URL": "http://profiles/jwks.json",
            "CURSOR_SECRET": "0" * 32,
            "BIND": f"127.0.0.1:{self._port}",
            "METRICS_BIND": "127.0.0.1:0",
            "MENTORMESH_MUTANT": self._mutant,
        }


def until(true: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait; whatever a server that is just being killed raises counts as not yet."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if true():
                return
        except (OSError, PyMongoError, LogUnavailable) as failure:
            otherwise = f"{otherwise} ({type(failure).__name__})" if "(" not in otherwise else otherwise
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


def kill(process: Supervised) -> None:
    process.signal(signal.SIGKILL)


def _topics() -> tuple[str, ...]:
    return ("mentormesh.matching.plan", "mentormesh.matching.request")


def _answers(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 1):
        return True
