"""The pair under fire: its processes, supervised and killed, commands with their ledger, and the audit afterwards."""

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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from contracts import Envelope, decode
from servicekit.config import KafkaSettings
from servicekit.kafka import KafkaLog
from servicekit.log import LogUnavailable
from servicekit.testing.pair import LISTENER, TELLER

_SERVICE = Path(__file__).with_name("fault_service.py")
QUIET_SECONDS = 240.0


@dataclass
class Ledger:
    """What clients were told: sequences per path of accepted commands, and how many are unclear."""

    accepted: dict[str, list[int]] = field(default_factory=dict)
    unclear: int = 0
    surprises: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, path: str, sequence: int | None) -> None:
        with self._lock:
            if sequence is None:
                self.unclear += 1
            else:
                self.accepted.setdefault(path, []).append(sequence)

    @property
    def total(self) -> int:
        return sum(map(len, self.accepted.values()))


class Supervised:
    """One process, started again whenever it ends; its faults are used up one per start."""

    def __init__(self, argv: Sequence[str], variables: dict[str, str], log: Path, faults: Iterable[str] = ()) -> None:
        self._argv = argv
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
            if not self._ended.is_set():
                self.process = self._start()
        self.process.kill()
        self.process.wait()


class Pair:
    """A web process and two workers of the teller, two workers of the listener, on given backing services."""

    def __init__(self, kafka: str, mongodb: str, name: str, logs: Path, mutant: str = "") -> None:
        self.kafka, self.mongodb, self.name = kafka, mongodb, name
        self.ledger = Ledger()
        self._logs = logs
        self._mutant = mutant
        self._port = _free_port()
        self.processes: dict[str, Supervised] = {}

    def initialise(self) -> None:
        """Databases and topics."""
        for service in (TELLER, LISTENER):
            argv = [sys.executable, str(_SERVICE), "init"]
            subprocess.run(argv, env=self._variables(service), check=True, capture_output=True, timeout=120)

    def start(self, faults: dict[str, Sequence[str]] | None = None) -> None:
        """All processes; `faults` names, per process, the faults of its starts."""
        for name, service, command in (
            ("web", TELLER, "serve"),
            ("relay-1", TELLER, "work"),
            ("relay-2", TELLER, "work"),
            ("listener-1", LISTENER, "work"),
            ("listener-2", LISTENER, "work"),
        ):
            self.start_one(name, service, command, (faults or {}).get(name, ()))
        self.await_web()

    def start_one(self, name: str, service: str, command: str, faults: Iterable[str] = ()) -> None:
        argv = [sys.executable, str(_SERVICE), command]
        log = self._logs / f"{name}.log"
        self.processes[name] = Supervised(argv, self._variables(service), log, faults)

    def log_of(self, name: str) -> str:
        """What a process has logged so far."""
        return (self._logs / f"{name}.log").read_text()

    def await_web(self) -> None:
        until(lambda: _answers(self._port), 120, "the web process never listened")

    def stop(self) -> None:
        for process in self.processes.values():
            process.end()

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
        """Everything that is wrong in the books: lost, doubled, out of order; an empty list where they balance."""
        with MongoClient[dict[str, Any]](self.mongodb) as client:
            teller, listener = client[self.name + TELLER], client[self.name + LISTENER]
            asks = {ask["_id"]: ask["reminders"] + 1 for ask in teller["asks"].find()}
            plans = {plan["_id"]: plan["revision"] for plan in teller["plans"].find()}
            rows: dict[str, list[int]] = {}
            ids = set()
            for row in teller["outbox"].find({}, sort=[("sequence", 1)]):
                rows.setdefault(row["key"], []).append(row["sequence"])
                ids.add(row["_id"])
            felt = {tally["_id"]: tally["felt"] for tally in listener["tallies"].find()}
            glimpses = {glimpse["_id"]: glimpse["revision"] for glimpse in listener["glimpses"].find()}
            parked = listener["parked"].count_documents({})
        told = self.told()
        wrong: list[str] = list(self.ledger.surprises)
        applied = sum(asks.values()) + sum(plans.values())
        if not self.ledger.total <= applied <= self.ledger.total + self.ledger.unclear:
            wrong.append(f"accepted {self.ledger.total}, unclear {self.ledger.unclear}, applied {applied}")
        for path, sequences in self.ledger.accepted.items():
            key = path.split("/")[1]
            if len(set(sequences)) != len(sequences) or max(sequences) > {**asks, **plans}.get(key, 0):
                wrong.append(f"{key}: clients were told {sorted(sequences)}")
        for key, count in asks.items():
            whole = list(range(1, count + 1))
            wrong += _differ(f"{key}: outbox", rows.get(key, []), whole)
            wrong += _differ(f"{key}: first seen on the topic", _firsts(told.get(key, [])), whole)
            wrong += _differ(f"{key}: felt", felt.get(key, []), whole)
        for key, revision in plans.items():
            wrong += _differ(f"{key}: outbox", rows.get(key, []), [revision])
            wrong += _differ(
                f"{key}: first seen on the topic", _firsts(told.get(key, [])), list(range(1, revision + 1))
            )
            wrong += _differ(f"{key}: newest on the topic", [told[key][-1].sequence] if key in told else [], [revision])
            wrong += _differ(f"{key}: glimpse", [glimpses.get(key, 0)], [revision])
        lost = ids - {envelope.id for envelopes in told.values() for envelope in envelopes}
        if lost:
            wrong.append(f"{len(lost)} events of the outbox never reached their topic")
        if parked:
            wrong.append(f"{parked} events are parked")
        return wrong

    def told(self) -> dict[str, list[Envelope]]:
        """Per key, what a reader of the topics sees, repeats included."""
        log = KafkaLog(KafkaSettings(bootstrap=self.kafka, prefix=self.name))
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


def _firsts(envelopes: Iterable[Envelope]) -> list[int]:
    """The sequences in the order in which each was seen first."""
    return list(dict.fromkeys(envelope.sequence for envelope in envelopes))


def _differ(what: str, found: list[int], expected: list[int]) -> list[str]:
    return [] if found == expected else [f"{what} {found}, not {expected}"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 1):
        return True
