"""The backing services that the tests stand on keep what they acknowledged."""

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from pymongo import MongoClient

from mentormesh.testing import Backing

pytestmark = pytest.mark.stack


def test_the_broker_returns_what_it_acknowledged(stack_backing: Backing, own_name: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=stack_backing.kafka)
    admin.create_topics([NewTopic(own_name, 1, 1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=stack_backing.kafka, acks="all")
    producer.send(own_name, b"kept").get(10)
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=stack_backing.kafka, auto_offset_reset="earliest")
    partition = TopicPartition(own_name, 0)
    consumer.assign([partition])
    assert [record.value for record in consumer.poll(10_000)[partition]] == [b"kept"]
    consumer.close()


def test_the_document_server_runs_transactions(stack_backing: Backing, own_name: str) -> None:
    with MongoClient[dict[str, object]](stack_backing.mongodb) as client, client.start_session() as session:
        people = client[own_name].people
        session.with_transaction(lambda inner: people.insert_one({"_id": "ana"}, session=inner))
        assert people.find_one() == {"_id": "ana"}
        client.drop_database(own_name)
