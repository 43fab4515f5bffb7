"""Topics as the contracts ask for them: created where that is allowed, refused where they are otherwise."""

from collections.abc import Iterable, Mapping
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError

from contracts import Topic
from servicekit.config import KafkaSettings
from servicekit.kafka.connection import Wire
from servicekit.log import WrongTopic

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_OPERATOR_RETENTION_DAYS = 30
_UNKNOWN_TOPIC = 3


def topic_configuration(topic: Topic) -> dict[str, str]:
    """The broker's settings for a topic.

    Personal snapshots are compacted within a day, since an erasure's certificate waits for it (DESIGN section 3).
    """
    if topic.kind == "fact":
        kept = -1 if topic.retention == "forever" else _OPERATOR_RETENTION_DAYS * _DAY_MS
        return {"cleanup.policy": "delete", "retention.ms": str(kept), "retention.bytes": "-1"}
    policy = {"cleanup.policy": "compact"}
    if topic.personal:
        policy |= {"segment.ms": str(_HOUR_MS), "max.compaction.lag.ms": str(_DAY_MS)}
    return policy


def create_missing(admin: KafkaAdminClient, settings: KafkaSettings, wire: Wire, topics: Iterable[Topic]) -> None:
    """Create what is not there, and wait until it can be used."""
    wanted = {wire.outside(topic.name): topic for topic in topics}
    missing = [name for name, found in _described(admin, wanted).items() if found is None]
    for name in missing:
        topic = wanted[name]
        try:
            admin.create_topics(
                [NewTopic(name, topic.partitions, settings.replication, topic_configs=topic_configuration(topic))]
            )
        except TopicAlreadyExistsError:
            continue  # another service's `init` was faster
    if missing:
        admin.wait_for_topics(missing)


def require_right(admin: KafkaAdminClient, wire: Wire, topics: Iterable[Topic]) -> None:
    """Refuse what is missing or wrong.

    Raises:
        WrongTopic: every wrong topic, in one line.
    """
    wanted = {wire.outside(topic.name): topic for topic in topics}
    described = _described(admin, wanted)
    policies = _policies(admin, [name for name, found in described.items() if found is not None])
    missing = [name for name, found in described.items() if found is None]
    complaints = [_complaint(name, wanted[name], described[name], policies[name]) for name in policies]
    if missing:
        create = "run `init`, or create them as `mentormesh topics --print` says"
        complaints.insert(0, f"these topics do not exist: {', '.join(missing)}; {create}")
    if any(complaints):
        raise WrongTopic("; ".join(filter(None, complaints)))


def _complaint(name: str, topic: Topic, found: Mapping[str, Any] | None, policy: str) -> str:
    """What is wrong with a topic, or nothing."""
    partitions = len(found["partitions"]) if found else 0
    if partitions != topic.partitions:
        return f"topic {name} has {partitions} partitions and needs {topic.partitions}: a key's order hangs on it"
    expected = topic_configuration(topic)["cleanup.policy"]
    if policy != expected:
        return f"topic {name} has cleanup.policy={policy} and needs {expected}"
    return ""


def _described(admin: KafkaAdminClient, names: Iterable[str]) -> dict[str, Mapping[str, Any] | None]:
    names = list(names)
    found = {entry["name"]: entry for entry in admin.describe_topics(names)}
    return {name: found[name] if found.get(name, {}).get("error_code") == 0 else None for name in names}


def _policies(admin: KafkaAdminClient, names: list[str]) -> dict[str, str]:
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, ["cleanup.policy"]) for name in names]
    answered = admin.describe_configs(resources, config_filter="all")
    return {name: answered["topic"][name]["cleanup.policy"]["value"] for name in names}
