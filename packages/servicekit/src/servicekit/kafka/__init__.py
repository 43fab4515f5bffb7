"""The Kafka adapter of the log, over kafka-python; its rules were measured (docs/decisions/0005-kafka-python.md)."""

from servicekit.kafka.adapter import KafkaLog

__all__ = ["KafkaLog"]
