"""The measuring itself: each rate and delay of the event path, on databases and topics of one run's own."""

import contextlib
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from contracts import Envelope, topics
from contracts.matching import RequestMade, RequestReminded
from servicekit.clock import Clock, SystemClock
from servicekit.config import KafkaSettings
from servicekit.consumer import Applying, Consumer
from servicekit.handling import Handler, Handlers
from servicekit.kafka import KafkaLog
from servicekit.mongo import MongoStore, connect
from servicekit.relay import Relay
from servicekit.store import Once, Reply, Unit
from servicekit.testing import pair
from servicekit.testing.conformance.logs import TOPIC, record
from servicekit.wakeup import OutboxWakeup

KEYS = 40


class Bench:
    """One run over one pair of databases and one prefix of topics, dropped afterwards."""

    def __init__(self, kafka: str, mongodb: str, scale: float) -> None:
        self.name = f"b{uuid.uuid4().hex[:10]}"
        self.scale = scale
        self.client = connect(mongodb)
        self.teller = MongoStore(self.client[f"{self.name}_t"], Unit, pair.TELLER_CATALOGUE, pair.TELLER)
        self.listener = MongoStore(self.client[f"{self.name}_l"], Unit, pair.LISTENER_CATALOGUE, pair.LISTENER)
        self.teller.prepare()
        self.listener.prepare()
        self.log = KafkaLog(KafkaSettings(bootstrap=kafka, prefix=self.name))
        self.log.prepare([topics()[TOPIC]])
        self._told = 0

    def close(self) -> None:
        self.log.close()
        for suffix in ("t", "l", "bare"):
            self.client.drop_database(f"{self.name}_{suffix}")
        self.client.close()

    def figures(self) -> dict[str, Any]:
        """Everything, one after another, between two looks at the bare server."""
        return {
            "bare_before": self.bare(),
            "commands": self.commands(self.count(2000)),
            "relay": self.relay(),
            "consumer_1": self.consumer(1, self.count(400)),
            "consumer_50": self.consumer(50, self.count(2000)),
            "everything": self.everything(self.count(1000)),
            "latency_woken_ms": self.latency(True, self.count(200)),
            "latency_polled_ms": self.latency(False, self.count(200)),
            "bare_after": self.bare(),
        }

    def count(self, whole: int) -> int:
        """A number of things to do, scaled."""
        return max(40, int(whole * self.scale))

    def bare(self) -> float:
        """Transactions per second of one insert, one replace and one more insert, through the driver alone."""
        database = self.client[f"{self.name}_bare"]
        for name in ("things", "rows", "replies"):
            if name not in database.list_collection_names():
                database.create_collection(name)
        database["things"].replace_one({"_id": 0}, {"_id": 0, "n": 0}, upsert=True)
        many = self.count(400)
        began = time.perf_counter()
        for number in range(many):
            with (
                self.client.start_session() as session,
                session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")),
            ):
                database["rows"].insert_one({"n": number, "text": "x" * 300}, session=session)
                database["things"].replace_one({"_id": 0}, {"_id": 0, "n": number}, session=session)
                database["replies"].insert_one({"n": number, "text": "x" * 300}, session=session)
        return many / (time.perf_counter() - began)

    def commands(self, many: int) -> float:
        """Commands per second, each with document, outbox row and stored reply."""
        expires = datetime.now(UTC) + timedelta(days=1)
        began = time.perf_counter()
        for _ in range(many):
            self._told += 1
            once = Once(
                scope=f"bench {self._told}",
                fingerprint="f",
                expires_at=expires,
                render=lambda sequence: Reply(status=200, body=str(sequence)),
            )
            pair.remind(self.teller.answering(once), f"req_{self._told % KEYS}")
        return many / (time.perf_counter() - began)

    def relay(self) -> float:
        """Events per second of the relay over the backlog that the commands left."""
        relay = Relay(pair.TELLER, self.teller, self.log, SystemClock())
        relay.step()  # opening the producer is not the path
        began, sent = time.perf_counter(), 0
        while taken := relay.step():
            sent += taken
        rate = sent / (time.perf_counter() - began)
        relay.close()
        return rate

    def consumer(self, batch: int, many: int) -> float:
        """Events per second of one consumer over a backlog, so many per transaction."""
        group = f"{pair.LISTENER}-{batch}"
        handlers, reached = counting()
        sender = self.log.sender(group)
        prefix = f"c{batch}"
        per_key = -(-many // KEYS)
        for sequence in range(1, per_key + 1):
            sender.send([record(f"{prefix}_{key}", sequence) for key in range(KEYS)])
        sender.close()
        consumer = Consumer(self.listener, self.log, Applying(group, handlers, SystemClock()), [TOPIC], batch=batch)
        while not reached:  # joining the group is not the path
            consumer.step()
        began, before = time.perf_counter(), len(reached)
        while len([one for one in reached if one.startswith(prefix)]) < per_key * KEYS:
            consumer.step()
        rate = (len(reached) - before) / (time.perf_counter() - began)
        consumer.close()
        return rate

    def everything(self, many: int) -> float:
        """Events per second from command to effect, with all three at work at once."""
        with self.at_work(wake=True) as visible:
            began, goal = time.perf_counter(), len(visible) + many
            self.commands(many)
            while len(visible) < goal:
                time.sleep(0.01)
            return many / (time.perf_counter() - began)

    def latency(self, wake: bool, many: int) -> tuple[float, float]:
        """p50 and p99 in ms from commit to effect visible, at 20 commands per second."""
        taken: list[float] = []
        with self.at_work(wake) as visible:
            for number in range(many + 5):
                key = f"l{int(wake)}_{number}"
                pair.remind(self.teller, key)
                committed = time.perf_counter()
                while key not in visible:
                    time.sleep(0.001)
                if number >= 5:
                    taken.append((visible[key] - committed) * 1000)
                time.sleep(max(0.0, 0.05 - (time.perf_counter() - committed)))
        return statistics.median(taken), statistics.quantiles(taken, n=100)[98]

    @contextlib.contextmanager
    def at_work(self, wake: bool) -> Iterator[dict[str, float]]:
        """Relay and consumer on threads; yields when each key's last effect became visible."""
        visible: dict[str, float] = {}
        handlers, reached = counting()
        stopping, woken = threading.Event(), threading.Event()
        relay = Relay(pair.TELLER, self.teller, self.log, SystemClock())
        applying = Applying(pair.LISTENER, handlers, SystemClock())
        consumer = Consumer(self.listener, self.log, applying, [TOPIC])

        def relaying() -> None:
            told = False
            while not stopping.is_set():
                woken.clear()
                if not relay.step(told):
                    told = woken.wait(0.1)
            relay.close()

        def consuming() -> None:
            while not stopping.is_set():
                consumer.step()
                now = time.perf_counter()
                for one in reached:
                    visible[one.split("#")[0] if not one.startswith("req_") else one] = now
                reached.clear()
            consumer.close()

        works: list[Callable[[], None]] = [relaying, consuming]
        if wake:
            works.append(OutboxWakeup(self.teller.database, woken, stopping).run)
        threads = [threading.Thread(target=work) for work in works]
        for thread in threads:
            thread.start()
        try:
            pair.remind(self.teller, f"warm_{wake}_{time.time_ns()}")
            while not any(one.startswith("warm") for one in visible):
                time.sleep(0.05)
            self._settle(visible)
            yield visible
        finally:
            stopping.set()
            for thread in threads:
                thread.join()

    @staticmethod
    def _settle(visible: dict[str, float]) -> None:
        """Until what lay in the topics before has been taken."""
        before = -1
        while len(visible) != before:
            before = len(visible)
            time.sleep(1.0)


def counting() -> tuple[Handlers, list[str]]:
    """The pair's effect, and a list of what was felt (a repeated attempt is listed again)."""
    reached: list[str] = []

    def feel(store: Any, clock: Clock, envelope: Envelope) -> None:
        pair.on_request(store, clock, envelope)
        reached.append(f"{envelope.key}#{envelope.sequence}")

    return {RequestMade: Handler(feel), RequestReminded: Handler(feel)}, reached
