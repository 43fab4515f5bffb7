"""The AsyncAPI document is valid by AsyncAPI's published schema, and by its own parser where Node is present."""

import hashlib
import json
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from contracts import topics
from contracts.__main__ import ROOT

PUBLISHED = Path(__file__).parent / "asyncapi-3.0.0" / "schema.json"
PARSER = ROOT / ".local" / "asyncapi-parser"
PARSER_VERSION = "3.6.6"
PARSE = """
const { Parser } = require("@asyncapi/parser");
const text = require("fs").readFileSync(process.argv[1], "utf8");
new Parser().parse(text).then(({ document, diagnostics }) => {
  const errors = diagnostics.filter((one) => one.severity === 0).map((one) => `${one.path.join("/")}: ${one.message}`);
  const channels = document ? document.channels().all().length : 0;
  console.log(JSON.stringify({ errors, channels }));
});
"""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / "docs/asyncapi.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def validator() -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(json.loads(PUBLISHED.read_text(encoding="utf-8")))


def test_the_published_schema_is_the_one_its_note_names() -> None:
    note = PUBLISHED.with_name("README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(PUBLISHED.read_bytes()).hexdigest() in note


def test_the_document_is_valid(document: dict[str, Any], validator: jsonschema_rs.Draft7Validator) -> None:
    assert [problem.message for problem in validator.iter_errors(document)] == []


def test_a_broken_document_is_not(document: dict[str, Any], validator: jsonschema_rs.Draft7Validator) -> None:
    broken = deepcopy(document)
    next(iter(broken["operations"].values()))["action"] = "shout"
    assert not validator.is_valid(broken)


def test_every_topic_is_a_channel_with_its_events(document: dict[str, Any]) -> None:
    told = {name: set(channel["messages"]) for name, channel in document["channels"].items()}
    assert told == {name: {one.type for one in topic.contracts} for name, topic in topics().items()}


def test_every_reader_has_an_operation(document: dict[str, Any]) -> None:
    for name, topic in topics().items():
        subject = name.removeprefix("mentormesh.")
        assert f"{topic.producer}.sends.{subject}" in document["operations"]
        for consumer in topic.consumers:
            assert f"{consumer}.receives.{subject}" in document["operations"]


def parsed(path: Path) -> dict[str, Any]:
    done = subprocess.run(
        ["node", "-e", PARSE, str(path)], cwd=PARSER, capture_output=True, text=True, timeout=240, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def parser() -> None:
    """AsyncAPI's parser under `.local/`, installed once; a skip says what was not certified."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("NOT CERTIFIED by AsyncAPI's own parser: install Node and npm to have it checked")
    if (PARSER / "node_modules/@asyncapi/parser/package.json").is_file():
        return
    wanted = f"@asyncapi/parser@{PARSER_VERSION}"
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(PARSER), wanted]
    PARSER.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        pytest.skip(f"NOT CERTIFIED by AsyncAPI's own parser: `{' '.join(command)}` said {done.stderr.strip()[-300:]}")


@pytest.mark.usefixtures("parser")
def test_asyncapis_own_parser_accepts_the_document() -> None:
    assert parsed(ROOT / "docs/asyncapi.json") == {"errors": [], "channels": len(topics())}


@pytest.mark.usefixtures("parser")
def test_asyncapis_own_parser_refuses_a_broken_reference(document: dict[str, Any], tmp_path: Path) -> None:
    broken = deepcopy(document)
    next(iter(broken["operations"].values()))["channel"] = {"$ref": "#/channels/nowhere"}
    (tmp_path / "broken.json").write_text(json.dumps(broken), encoding="utf-8")
    assert parsed(tmp_path / "broken.json")["errors"]
