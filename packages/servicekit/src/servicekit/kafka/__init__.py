"""The Kafka adapter of the log, over kafka-python (docs/decisions/0005-relay-fenced-by-the-broker.md)."""

from servicekit.kafka.adapter import KafkaLog

__all__ = ["KafkaLog"]
