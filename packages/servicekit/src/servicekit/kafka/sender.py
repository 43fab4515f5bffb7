"""Appending to Kafka: acknowledged by all replicas, idempotent, and fenced by the broker itself."""

import contextlib
from collections.abc import Sequence

from kafka import KafkaProducer
from kafka.errors import InvalidProducerEpochError, KafkaError, ProducerFencedError

from contracts import Record
from servicekit.config import KafkaSettings
from servicekit.kafka.connection import Wire, answering, client_options
from servicekit.log import Fenced

_DELIVERY_SECONDS = 15
# The client waits this long whenever the broker says that the last transaction is still being closed, which it says
# after every batch: the default of 100 ms would be most of a batch's time.
_RETRY_MS = 2


class KafkaSender:
    """One batch is one Kafka transaction: the broker refuses it whole once a newer sender of the name exists.

    A lease alone cannot promise that: an owner that was stopped for a while and goes on would append an old snapshot
    behind a newer one. Without `fenced` (a broker without transactions) that remains possible in the moment between
    the lease's check and the send.
    """

    def __init__(self, settings: KafkaSettings, wire: Wire, name: str) -> None:
        self._settings = settings
        self._wire = wire
        options = client_options(settings, wire.scoped(name))
        if settings.fenced:
            options |= {"transactional_id": wire.scoped(name), "transaction_timeout_ms": _DELIVERY_SECONDS * 1000}
        with answering(settings, "a producer"):
            self._producer = KafkaProducer(
                **options,
                acks="all",
                enable_idempotence=True,
                linger_ms=10,
                batch_size=256 * 1024,
                retry_backoff_ms=_RETRY_MS,
                request_timeout_ms=_DELIVERY_SECONDS * 1000 - 1000,
                delivery_timeout_ms=_DELIVERY_SECONDS * 1000,
                max_block_ms=_DELIVERY_SECONDS * 1000,
                allow_auto_create_topics=False,
            )
            if settings.fenced:
                try:
                    self._producer.init_transactions()
                except BaseException:
                    self.close()
                    raise

    def send(self, records: Sequence[Record]) -> None:
        with answering(self._settings, "a batch of events"):
            try:
                self._send(records)
            except KafkaError as failure:
                if _is_fence(failure):
                    raise Fenced("a newer sender has taken over") from failure
                raise

    def close(self) -> None:
        with contextlib.suppress(KafkaError):
            self._producer.close(timeout=2)

    def _send(self, records: Sequence[Record]) -> None:
        if self._settings.fenced:
            self._producer.begin_transaction()
        sent = [
            self._producer.send(
                self._wire.outside(record.topic), key=record.key, value=record.value, headers=list(record.headers)
            )
            for record in records
        ]
        self._producer.flush(timeout=_DELIVERY_SECONDS)
        for future in sent:
            future.get(timeout=_DELIVERY_SECONDS)
        if self._settings.fenced:
            self._producer.commit_transaction()


def _is_fence(failure: KafkaError) -> bool:
    # Once fenced, the client wraps the fence into the arguments of a plain KafkaError.
    causes = (failure, *failure.args)
    return any(isinstance(cause, ProducerFencedError | InvalidProducerEpochError) for cause in causes)
