"""The adapters and their counterparts in memory, held to the same promises."""

from collections.abc import Iterator
from typing import Any

import pytest

from contracts import topics
from mentormesh.testing import Backing
from servicekit.config import KafkaSettings
from servicekit.kafka import KafkaLog
from servicekit.kafka.reader import KafkaReader
from servicekit.kafka.sender import KafkaSender
from servicekit.log import Log
from servicekit.mongo import MongoStore, connect
from servicekit.store import Store, Unit
from servicekit.testing import MemoryLog, MemoryStore
from servicekit.testing.conformance import LogConformance, StoreConformance
from servicekit.testing.conformance.logs import TOPIC
from servicekit.testing.pair import TELLER, TELLER_CATALOGUE


class TestMemoryStore(StoreConformance):
    @pytest.fixture
    def store(self) -> Store[Unit]:
        return MemoryStore(Unit, TELLER_CATALOGUE, TELLER)


@pytest.mark.stack
class TestMongoStore(StoreConformance):
    @pytest.fixture
    def store(self, stack_backing: Backing, own_name: str) -> Iterator[Store[Unit]]:
        with connect(stack_backing.mongodb) as client:
            store = MongoStore(client[own_name], Unit, TELLER_CATALOGUE, TELLER)
            store.prepare()
            yield store
            client.drop_database(own_name)

    def test_an_index_that_another_release_made_otherwise_is_made_anew(self, store: MongoStore[Unit]) -> None:
        outbox = store.database["outbox"]
        outbox.drop_index("time_1")
        outbox.create_index("time", partialFilterExpression={"sequence": 1})
        store.prepare()
        assert outbox.index_information()["time_1"]["partialFilterExpression"] == {"sent_at": {"$eq": None}}


class TestMemoryLog(LogConformance):
    @pytest.fixture
    def log(self) -> Log:
        return MemoryLog()


class TidyKafkaLog(KafkaLog):
    """Closes, at the end, what a test opened."""

    def __init__(self, settings: KafkaSettings) -> None:
        super().__init__(settings)
        self._opened: list[KafkaSender | KafkaReader] = []

    def sender(self, name: str) -> KafkaSender:
        self._opened.append(sender := super().sender(name))
        return sender

    def reader(self, *of: Any) -> KafkaReader:
        self._opened.append(reader := super().reader(*of))
        return reader

    def close(self) -> None:
        for opened in self._opened:
            opened.close()
        super().close()


@pytest.mark.stack
class TestKafkaLog(LogConformance):
    @pytest.fixture
    def log(self, stack_backing: Backing, own_name: str) -> Iterator[Log]:
        log = TidyKafkaLog(KafkaSettings(bootstrap=stack_backing.kafka, prefix=own_name))
        log.prepare([topics()[TOPIC]])
        yield log
        log.close()
