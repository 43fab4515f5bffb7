"""The worker process: relay, consumer, clocks and other loops, each on a thread of its own; one's end is everyone's."""

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from contracts import Topic, topics
from servicekit.clock import Clock, SystemClock
from servicekit.config import KafkaSettings, KitSettings
from servicekit.consumer import Applying, Consumer
from servicekit.handling import Handlers, topics_of
from servicekit.kafka import KafkaLog
from servicekit.lease import Lease
from servicekit.log import Log, LogUnavailable
from servicekit.mongo import MongoStore
from servicekit.probes import serve_probes
from servicekit.refusals import Refusal
from servicekit.relay import Relay
from servicekit.replicaset import answering_store, initiate_replica_set
from servicekit.sealing import seal_rows
from servicekit.store import Store
from servicekit.timers import Timer, Timers
from servicekit.wakeup import OutboxWakeup
from servicekit.watchdog import Watchdog

RELAY_EVERY_SECONDS = 0.2
# Where the outbox is watched, a look without being woken is only for what no insert tells: a lease that is free.
RELAY_WATCHED_SECONDS = 1.0
_WATCH_EVERY_SECONDS = 5.0
_LISTEN_SECONDS = 0.5
_STOP_SECONDS = 8.0  # a container engine kills after ten

log = structlog.get_logger()


@dataclass(frozen=True)
class Loop:
    """Work of a service's own, done over and over: `step(store, clock)`, every so many seconds.

    `leased` loops run in one process of the service at a time; the others wait. A transient refusal of the store is
    tried again; any other exception ends the process. `stop` tells a long step that it is to end.
    """

    name: str
    step: Callable[[Any, Clock], object]
    every: float
    leased: bool = False
    stop: Callable[[], object] | None = None


# Every service has an audit log, and a second is the longest that a row of it may stay unsealed.
_SEALER = Loop("audit-sealer", seal_rows, every=0.5, leased=True)


@dataclass(kw_only=True)
class Worker:
    """What one service does beside answering requests; `run` does it until SIGTERM or a failure."""

    service: str
    store: Store[Any]
    kafka: KafkaSettings
    handlers: Handlers = field(default_factory=dict)
    timers: Sequence[Timer] = ()
    loops: Sequence[Loop] = ()
    metrics_bind: str = "127.0.0.1:0"
    clock: Clock = field(default_factory=SystemClock)
    events: Log | None = None

    def run(self) -> int:
        """Work until told to stop; the process's exit code."""
        return Running(self, self.events or KafkaLog(self.kafka)).until_stopped()

    def topics(self) -> tuple[Topic, ...]:
        """The topics that this service writes or reads."""
        return topics_touched(self.service, self.handlers)


def topics_touched(service: str, handlers: Handlers) -> tuple[Topic, ...]:
    """The topics that a service writes or reads."""
    read = set(topics_of(handlers))
    return tuple(topic for name, topic in topics().items() if topic.producer == service or name in read)


def prepare(settings: KitSettings, store: MongoStore[Any], handlers: Handlers | None = None) -> None:
    """What `init` does first: the replica set, the collections and indexes, the topics. Harmless when repeated.

    Raises:
        StoreUnreachable: the document server did not answer.
        LogUnavailable: the broker did not answer while `settings.kafka.patience` lasted.
        WrongTopic: a topic exists and is not as the contracts ask.
    """
    initiate_replica_set(settings.mongodb_uri)
    with answering_store():
        store.prepare()
    events = KafkaLog(settings.kafka)
    try:
        _patiently(lambda: events.prepare(topics_touched(settings.service, handlers or {})), settings.kafka.patience)
    finally:
        events.close()


def _patiently(attempt: Callable[[], None], patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            return attempt()
        except LogUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(1.0)


class Running:
    """A worker at work: its threads, and the first failure among them."""

    def __init__(self, worker: Worker, events: Log) -> None:
        self._worker = worker
        self._events = events
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._failed: str | None = None
        self._threads: list[threading.Thread] = []

    def until_stopped(self) -> int:
        """Start everything, wait for a signal or a failure, stop everything; 0 only after a signal."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        worker = self._worker
        probes = serve_probes(worker.metrics_bind, worker.store)
        _patiently(lambda: self._events.require(worker.topics()), worker.kafka.patience)
        self._start_threads()
        log.info("worker-started", threads=[thread.name for thread in self._threads])
        while not self._stopping.wait(_LISTEN_SECONDS):
            # A signal that came to another thread, or just before this wait, is handled only when the wait ends.
            pass
        for loop in worker.loops:
            if loop.stop is not None:
                loop.stop()
        deadline = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))
        probes.shutdown()
        self._events.close()
        hanging = [thread.name for thread in self._threads if thread.is_alive()]
        log.info("worker-stopped", failed=self._failed, hanging=hanging)
        if hanging:
            # A thread that hangs in a library would keep the process for ever.
            os._exit(1)
        return 1 if self._failed else 0

    def _start_threads(self) -> None:
        worker = self._worker
        relay = Relay(worker.service, worker.store, self._events, worker.clock)
        wakeup = None
        if isinstance(worker.store, MongoStore):
            wakeup = OutboxWakeup(worker.store.database, self._woken, self._stopping)
            self._spawn("wakeup", wakeup.run)
        self._spawn("relay", self._relaying(relay, wakeup))
        if worker.handlers:
            applying = Applying(worker.service, worker.handlers, worker.clock)
            consumer = Consumer(worker.store, self._events, applying, topics_of(worker.handlers))
            self._spawn("consumer", self._consuming(consumer))
            watchdog = Watchdog(consumer, self._events)
            self._spawn("watchdog", self._every(_WATCH_EVERY_SECONDS, watchdog.step))
        if worker.timers:
            timers = Timers(worker.service, worker.store, worker.clock, worker.timers)
            pause = min(min(timer.every for timer in worker.timers), 0.5)
            self._spawn("timers", self._every(pause, timers.step))
        for loop in (_SEALER, *worker.loops):
            self._spawn(loop.name, self._looping(loop))

    def _spawn(self, name: str, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except BaseException as failure:  # whatever ends one thread ends the process, and is told
                self._failed = self._failed or name
                log.error("worker-thread-died", thread=name, exc_info=failure)
            else:
                if not self._stopping.is_set():
                    self._failed = self._failed or name
                    log.error("worker-thread-returned", thread=name)
            self._stopping.set()
            self._woken.set()

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _relaying(self, relay: Relay, wakeup: OutboxWakeup | None) -> Callable[[], None]:
        def work() -> None:
            try:
                woken = False
                while not self._stopping.is_set():
                    self._woken.clear()
                    if not self._transiently(partial(relay.step, woken)):
                        watched = wakeup is not None and wakeup.is_watching
                        woken = self._woken.wait(RELAY_WATCHED_SECONDS if watched else RELAY_EVERY_SECONDS)
            finally:
                relay.close()

        return work

    def _consuming(self, consumer: Consumer) -> Callable[[], None]:
        def work() -> None:
            try:
                while not self._stopping.is_set():
                    consumer.step()
            finally:
                consumer.close()

        return work

    def _looping(self, loop: Loop) -> Callable[[], None]:
        worker = self._worker
        lease = Lease(worker.store, f"{worker.service}.{loop.name}") if loop.leased else None

        def turn() -> object:
            if lease is None or lease.claim() is not None:
                return loop.step(worker.store, worker.clock)
            return None

        def work() -> None:
            try:
                while not self._stopping.wait(loop.every):
                    self._transiently(turn)
            finally:
                if lease is not None:
                    lease.release()

        return work

    def _every(self, seconds: float, step: Callable[[], object]) -> Callable[[], None]:
        def work() -> None:
            while not self._stopping.wait(seconds):
                step()

        return work

    def _transiently(self, step: Callable[[], object]) -> object:
        """One step; a store that is away for a moment is waited for, since nothing is lost by it."""
        try:
            return step()
        except Refusal as refusal:
            if refusal.status != 503:
                raise
            log.warning("store-not-ready", refusal=refusal.slug())
            self._stopping.wait(1.0)
            return None
