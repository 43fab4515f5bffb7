"""The register: what the whole of the events must keep to, and what it refuses."""

import re
from collections.abc import Iterator

import pytest

from contracts import Event, Unreadable, by_type, contracts, fact, topics
from contracts.schemas import open_schema

SERVICES = {"profiles", "matching", "feedback", "notifications"}
# Words that would let a name, an address or somebody's text into a fact.
PRIVATE = re.compile(r"name|email|text|comment|note|title|bio|message(?!_id)|rating|agenda|address(?!ee)")


def test_types_and_topics_are_named_by_service_noun_and_action() -> None:
    for contract in contracts():
        assert contract.type == f"{contract.topic}.{contract.action}.v{contract.version}"
        assert contract.topic == f"mentormesh.{contract.service}.{contract.noun}"
        assert contract.service in SERVICES
        assert contract.cls.__module__.split(".")[1] == contract.service


def test_class_names_say_noun_and_action() -> None:
    for contract in contracts():
        assert contract.cls.__name__ == f"{contract.noun}_{contract.action}".title().replace("_", "")


def test_every_event_and_topic_says_what_it_is() -> None:
    for topic in topics().values():
        assert topic.about.endswith("."), topic.name
        assert all(contract.about.endswith(".") for contract in topic.contracts), topic.name


def test_state_topics_have_a_snapshot_and_at_most_an_end() -> None:
    for topic in topics().values():
        actions = {contract.action for contract in topic.contracts}
        assert topic.kind == "fact" or {"changed"} <= actions <= {"changed", "erased"}, topic.name


def test_topics_about_people_are_known() -> None:
    personal = {name.removeprefix("mentormesh.") for name, topic in topics().items() if topic.personal}
    # A skill or a theme may be the words of somebody who proposed it.
    about_people = {f"profiles.{noun}" for noun in ("person", "contact", "profile", "skill", "theme")}
    assert personal == about_people | {"feedback.health"}


def test_facts_carry_ids_and_codes_only() -> None:
    for contract in contracts():
        if contract.kind == "fact":
            private = [name for name in open_schema(contract)["properties"] if PRIVATE.search(name)]
            assert not private, contract.type


def test_each_text_has_a_limit() -> None:
    for contract in contracts():
        for path, shape in _texts(contract.type, open_schema(contract)):
            assert {"maxLength", "enum", "format"} & shape.keys(), path


def _texts(path: str, shape: object) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(shape, dict):
        if shape.get("type") == "string":
            yield path, shape
        for word, value in shape.items():
            yield from _texts(f"{path}/{word}", value)
    elif isinstance(shape, list):
        for one in shape:
            yield from _texts(path, one)


def test_public_topics_reach_the_event_feed() -> None:
    for topic in topics().values():
        if topic.visibility == "public":
            assert "notifications" in topic.consumers, topic.name


def test_contacts_are_for_notifications_alone() -> None:
    contact = topics()["mentormesh.profiles.contact"]
    assert (contact.visibility, contact.consumers) == ("internal", ("notifications",))


def test_topics_that_a_service_projects_are_kept_for_ever() -> None:
    kept = topics()
    assert kept["mentormesh.matching.mentorship"].retention == "forever"
    assert kept["mentormesh.profiles.person"].retention == "forever"
    assert kept["mentormesh.feedback.review"].retention == "operator"


def test_an_unknown_type_is_unreadable() -> None:
    with pytest.raises(Unreadable, match=r"docs/events\.md"):
        by_type("mentormesh.matching.request.eaten.v1")


def test_a_type_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):

        @fact("matching.request", "made", key="request_id", visibility="public", consumers=())
        class Again(Event):
            request_id: str


def test_the_key_is_a_field() -> None:
    with pytest.raises(ValueError, match="none of its fields"):

        @fact("matching.request", "eaten", key="request_id", visibility="public", consumers=())
        class RequestEaten(Event):
            other_id: str


def test_events_of_a_topic_agree_on_visibility() -> None:
    with pytest.raises(ValueError, match="share a topic"):

        @fact("matching.request", "eaten", key="request_id", visibility="internal", consumers=())
        class RequestEaten(Event):
            request_id: str
