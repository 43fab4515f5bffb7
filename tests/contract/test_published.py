"""What lies in the repository is what the register generates, and what the golden examples promise still reads."""

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from contracts import Contract, Record, contracts, decode, dump_data
from contracts.__main__ import ROOT, main
from contracts.publication import EXAMPLES, SCHEMAS, broken_promises, differences, write

MANY = pytest.mark.parametrize("contract", contracts(), ids=lambda contract: contract.type)


def test_the_tree_is_what_the_code_generates() -> None:
    assert differences(ROOT) == []


def test_no_released_schema_is_broken() -> None:
    assert broken_promises(ROOT) == []


@MANY
def test_a_golden_example_decodes_and_says_the_same_again(contract: Contract) -> None:
    golden = json.loads((ROOT / EXAMPLES / f"{contract.type}.json").read_text(encoding="utf-8"))
    record = Record(
        topic=golden["topic"],
        key=golden["key"].encode(),
        value=json.dumps(golden["value"]).encode(),
        headers=tuple((name, value.encode()) for name, value in golden["headers"].items()),
    )
    event = decode(record).data
    assert isinstance(event, contract.cls)
    assert dump_data(event) == golden["value"]


@MANY
def test_a_published_schema_is_valid_and_accepts_its_example_by_an_independent_validator(contract: Contract) -> None:
    schema = json.loads((ROOT / SCHEMAS / f"{contract.type}.json").read_text(encoding="utf-8"))
    golden = json.loads((ROOT / EXAMPLES / f"{contract.type}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [problem.message for problem in checker.iter_errors(golden["value"])] == []


def test_a_stale_file_and_an_orphan_are_found_and_mended(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    write(tmp_path)
    assert differences(tmp_path) == []
    (tmp_path / "docs/events.md").write_text("old", encoding="utf-8")
    (tmp_path / SCHEMAS / "mentormesh.gone.v1.json").write_text("{}", encoding="utf-8")
    assert differences(tmp_path) == [
        "docs/events.md is not what the code generates",
        f"{SCHEMAS}/mentormesh.gone.v1.json belongs to no event",
    ]
    assert write(tmp_path) == 2
    assert differences(tmp_path) == []


def test_the_command_refuses_a_folder_that_is_no_checkout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--root", str(tmp_path), "check"])
    assert ended.value.code == 2
    assert "no checkout of MentorMesh" in capsys.readouterr().err
