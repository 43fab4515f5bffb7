"""Erasure from the request to the certificate: profiles at work, and every service that gives receipts beside it."""

import time
from datetime import timedelta
from functools import partial

from benchmarks.people.working import Works, at_work, say
from pymongo import MongoClient

from contracts.profiles import ErasureStarted
from feedback import repository as feedback_repository
from feedback.handlers import HANDLERS as FEEDBACK
from matching.handlers import HANDLERS as MATCHING
from matching.timers import TIMERS as MATCHING_TIMERS
from notifications import repository as notifications_repository
from notifications.handlers import HANDLERS as NOTIFICATIONS
from profiles import repository
from profiles.domain.erasure import Erasure, Pace
from profiles.handlers import handlers
from profiles.issuer.keys import new_signing_key
from profiles.timers import timers
from profiles.use_cases.erasures import request_erasure
from servicekit.caller import Caller
from servicekit.clock import SystemClock
from servicekit.consumer import Applying, Consumer
from servicekit.handling import Handlers, topics_of
from servicekit.kafka import KafkaLog
from servicekit.mongo import MongoStore
from servicekit.relay import Relay
from servicekit.store import Catalogue, Document
from servicekit.timers import Timers

CLOCK = SystemClock()
ADMIN = Caller.person("prs_bench", "people_admin")
# No cool-off and no waiting for compaction, which are set by the operator; the table tells them apart.
AT_ONCE = Pace(cool_off=timedelta(0), retell_after=timedelta(0), compaction_lag=timedelta(0))
# The middle is told of these; the first one, for which the groups still gather, is not counted.
ERASED = 10
_LOOK_SECONDS = 0.02
_SERVICES = {"feedback": feedback_repository, "notifications": notifications_repository}


class Erasing:
    """Everything that an erasure needs at work."""

    def __init__(self, client: MongoClient[Document], name: str, profiles: MongoStore[repository.Unit]) -> None:
        self._profiles = profiles
        self.stores = {
            service: MongoStore(client[f"{name}_{service}"], kept.Unit, Catalogue(kept.DOCUMENTS), service)
            for service, kept in _SERVICES.items()
        }
        for store in self.stores.values():
            store.prepare()

    def erase(self, log: KafkaLog, matching: MongoStore, person_ids: list[str]) -> dict[str, list[float]]:  # type: ignore[type-arg]
        """Seconds from each request to all receipts, and to the certificate."""
        receipts, certified = [], []
        with at_work() as works:
            self._start(works, log, matching)
            for number, person_id in enumerate(person_ids):
                began = time.perf_counter()
                erasure = request_erasure(self._profiles, CLOCK, ADMIN, person_id, AT_ONCE)
                works.wait_until(partial(self._has_receipts, erasure.id), _LOOK_SECONDS)
                receipts.append(time.perf_counter() - began)
                works.wait_until(partial(self._is_certified, erasure.id), _LOOK_SECONDS)
                certified.append(time.perf_counter() - began)
                say(f"erasure {number + 1} of {len(person_ids)}: {certified[-1]:.1f} s")
        return {"receipts_s": receipts[1:], "certified_s": certified[1:]}

    def _start(self, works: Works, log: KafkaLog, matching: MongoStore) -> None:  # type: ignore[type-arg]
        clocks = timers(AT_ONCE, timedelta(days=90), partial(new_signing_key, "s" * 32))
        works.start(Timers("profiles", self._profiles, CLOCK, clocks[:1]).step, pause=0.2)
        # Runs are forgotten before matching gives its receipt.
        of_runs = [one for one in MATCHING_TIMERS if one.name == "run-forgetting"]
        works.start(Timers("matching", matching, CLOCK, of_runs).step, pause=0.2)
        # What else these services do with people's events is not part of an erasure.
        tables = {"matching": MATCHING, "feedback": FEEDBACK, "notifications": NOTIFICATIONS}
        _serve(works, "profiles", self._profiles, log, handlers(AT_ONCE))
        for service, store in {"matching": matching, **self.stores}.items():
            _serve(works, service, store, log, {ErasureStarted: tables[service][ErasureStarted]})

    def _has_receipts(self, erasure_id: str) -> bool:
        held = self._read(erasure_id)
        return held.state == "completed" or (held.state == "started" and not held.missing)

    def _is_certified(self, erasure_id: str) -> bool:
        return self._read(erasure_id).state == "completed"

    def _read(self, erasure_id: str) -> Erasure:
        return self._profiles.reading(lambda unit: unit.require(Erasure, erasure_id))


def _serve(works: Works, service: str, store: MongoStore, log: KafkaLog, table: Handlers) -> None:  # type: ignore[type-arg]
    relay = Relay(service, store, log, CLOCK)
    consumer = Consumer(store, log, Applying(f"{service}-erasing", table, CLOCK), topics_of(table))
    works.start(relay.step, relay.close)
    works.start(consumer.step, consumer.close, pause=0.0)
