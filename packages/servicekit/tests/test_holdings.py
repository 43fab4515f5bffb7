"""What is held about a person, as data with its schema and as an archive."""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jsonschema

from servicekit.archive import archive, page
from servicekit.entity import Entity
from servicekit.holdings import Holding, described

NOW = datetime(2027, 1, 11, tzinfo=UTC)


@dataclass(frozen=True)
class Part:
    words: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Letter(Entity):
    """A letter."""

    parts: tuple[Part, ...]
    stamps: dict[str, int]
    secret: str
    answered: bool | None = None


LETTER = Letter(id="let_1", parts=(Part("<b>Dear</b> Ben", NOW),), stamps={"red": 2}, secret="hash")
HOLDING = Holding(
    name="letters", about="What you wrote.", kind=Letter, items=[LETTER], without=frozenset({"secret"})
)  # fmt: skip


def part(*holdings: Holding) -> dict[str, Any]:
    told = described("post", "prs_ana", NOW, holdings)
    as_sent: dict[str, Any] = json.loads(json.dumps({**told, "made_at": told["made_at"].isoformat()}))
    return as_sent


def test_data_is_as_its_schema_says_and_leaves_secrets_out() -> None:
    told = part(HOLDING)
    jsonschema.Draft202012Validator.check_schema(told["schema"])
    jsonschema.validate(told["data"], told["schema"])
    assert "hash" not in json.dumps(told["data"])
    assert "secret" not in told["schema"]["$defs"]["Letter"]["properties"]
    assert told["schema"]["properties"]["letters"]["description"] == "What you wrote."


def test_nothing_held_is_told_as_nothing() -> None:
    told = part(Holding(name="letters", about="What you wrote.", kind=Letter, items=[]))
    assert told["data"] == {"letters": []}
    assert "<p>Nothing.</p>" in page([told])


def test_the_page_shows_what_people_wrote_as_they_wrote_it() -> None:
    shown = page([part(HOLDING)])
    assert "&lt;b&gt;Dear&lt;/b&gt; Ben" in shown
    assert "<b>" not in shown
    assert "What you wrote." in shown


def test_the_archive_holds_the_page_and_for_each_service_data_and_schema() -> None:
    with zipfile.ZipFile(io.BytesIO(archive([part(HOLDING)]))) as zipped:
        assert zipped.namelist() == ["index.html", "post.json", "post.schema.json"]
        jsonschema.validate(json.loads(zipped.read("post.json")), json.loads(zipped.read("post.schema.json")))
