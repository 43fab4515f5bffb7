"""The gate lets optional fields in and nothing else, and says which field breaks which released version."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import by_type, contracts
from contracts.__main__ import main
from contracts.compatibility import Break, bare, breaks
from contracts.publication import RELEASED, SCHEMAS, broken_promises, release
from contracts.schemas import Schema, closed_schema, open_schema

TYPE = "mentormesh.profiles.profile.changed.v1"
PROFILE = open_schema(by_type(TYPE))
REQUEST = open_schema(by_type("mentormesh.matching.request.superseded.v1"))


def changed(schema: Schema, *path: str, **words: Any) -> Schema:
    copy = deepcopy(schema)
    at = copy
    for step in path:
        at = at[step]
    at.update(words)
    return copy


def without(schema: Schema, field: str) -> Schema:
    copy = deepcopy(schema)
    del copy["properties"][field]
    copy["required"] = [name for name in copy["required"] if name != field]
    return copy


@pytest.mark.parametrize("contract", contracts(), ids=lambda contract: contract.type)
def test_an_event_is_compatible_with_itself_and_with_one_more_optional_field(contract: Any) -> None:
    schema = open_schema(contract)
    grown = changed(schema, "properties", something_new={"type": "string", "maxLength": 9})
    assert breaks(schema, schema) == []
    assert breaks(schema, grown) == []


def test_words_that_people_read_may_change() -> None:
    assert breaks(PROFILE, changed(PROFILE, "properties", "capacity", description="Other words.", default=2)) == []


def test_a_removed_field_breaks() -> None:
    assert breaks(REQUEST, without(REQUEST, "mentor_id")) == [Break("mentor_id", "was removed")]


def test_a_removed_optional_field_breaks() -> None:
    assert breaks(PROFILE, without(PROFILE, "capacity")) == [Break("capacity", "was removed")]


def test_an_added_required_field_breaks() -> None:
    grown = changed(REQUEST, "properties", team_id={"type": "string"})
    grown["required"] = [*grown["required"], "team_id"]
    assert breaks(REQUEST, grown) == [Break("team_id", "was added as a required field")]


def test_a_changed_type_breaks() -> None:
    text = changed(PROFILE, "properties", capacity={"type": "string"})
    assert breaks(PROFILE, text) == [Break("capacity", "refuses values that were published")]


def test_a_widened_enumeration_breaks() -> None:
    wider = changed(REQUEST, "properties", "made_by", enum=["mentee", "mentor", "manager"])
    assert breaks(REQUEST, wider) == [Break("made_by", "takes values that old readers refuse")]


def test_a_narrowed_enumeration_breaks() -> None:
    narrower = changed(REQUEST, "properties", "cause", enum=["wish_met"])
    assert breaks(REQUEST, narrower) == [Break("cause", "refuses values that were published")]


def test_a_break_inside_a_list_of_objects_is_named() -> None:
    wider = changed(PROFILE, "properties", "skills_offered", "items", "properties", "level", maximum=10)
    assert breaks(PROFILE, wider) == [Break("skills_offered[].level", "takes values that old readers refuse")]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({"maxLength": 128}, "has another length, pattern or format of text"),
        ({"pattern": "^req_"}, "has another length, pattern or format of text"),
        ({"format": "uuid"}, "has another length, pattern or format of text"),
    ],
)
def test_another_rule_for_a_text_breaks(words: dict[str, Any], problem: str) -> None:
    assert breaks(REQUEST, changed(REQUEST, "properties", "request_id", **words)) == [Break("request_id", problem)]


def test_required_and_optional_may_not_be_swapped() -> None:
    optional = changed(REQUEST, required=[name for name in REQUEST["required"] if name != "cause"])
    assert breaks(REQUEST, optional) == [Break("cause", "is no longer required")]
    assert breaks(optional, REQUEST) == [Break("cause", "became required")]


LEAVES: st.SearchStrategy[Schema] = st.one_of(
    st.sampled_from([{"type": kind} for kind in ("string", "integer", "boolean")]),
    st.sampled_from([{"type": "integer", "minimum": 0, "maximum": most} for most in (1, 4, 9)]),
    st.sampled_from([{"enum": choices} for choices in (["a"], ["a", "b"])]),
)


@st.composite
def objects(draw: st.DrawFn) -> Schema:
    fields = draw(st.dictionaries(st.sampled_from("pqr"), LEAVES, max_size=3))
    needed = draw(st.lists(st.sampled_from(sorted(fields)), unique=True)) if fields else []
    shape: Schema = {"type": "object", "properties": fields}
    return {**shape, "required": sorted(needed)} if needed else shape


@settings(max_examples=200, deadline=None)
@given(objects(), objects())
def test_what_passes_the_gate_keeps_both_promises(old: Schema, new: Schema) -> None:
    from jsonsubschema import isSubschema

    if not breaks(old, new):
        assert isSubschema(closed_schema(old), new)
        assert isSubschema(closed_schema(new), old)


def test_reading_words_are_stripped_but_fields_of_those_names_are_not() -> None:
    schema = {"title": "x", "properties": {"title": {"type": "string", "description": "y"}}}
    assert bare(schema) == {"properties": {"title": {"type": "string"}}}


@pytest.fixture
def released(tmp_path: Path) -> Path:
    (tmp_path / SCHEMAS).mkdir(parents=True)
    release(tmp_path, "0.1.0")
    return tmp_path


def plant(root: Path, schema: Schema, type: str = TYPE, version: str = "0.1.0") -> None:
    (root / RELEASED / type / f"{version}.json").write_text(json.dumps(schema), encoding="utf-8")


def test_what_was_just_released_is_kept(released: Path) -> None:
    assert broken_promises(released) == []
    assert len(list((released / RELEASED).glob("*/0.1.0.json"))) == len(contracts())


def test_a_release_that_changed_nothing_keeps_nothing_twice(released: Path) -> None:
    assert release(released, "0.2.0") == []


def test_a_release_that_is_not_out_yet_can_be_kept_anew(released: Path) -> None:
    plant(released, changed(PROFILE, "properties", mood={"type": "string"}))
    plant(released, PROFILE, type="mentormesh.matching.request.made.v1", version="0.0.9")
    release(released, "0.1.0")
    assert {problem.split(":")[0] for problem in broken_promises(released)} == {
        "mentormesh.matching.request.made.v1 as released in 0.0.9"
    }


def test_the_gate_names_type_version_and_field(released: Path) -> None:
    plant(released, changed(PROFILE, "properties", mood={"type": "string"}))
    assert broken_promises(released) == [f"{TYPE} as released in 0.1.0: mood was removed"]


def test_every_old_version_counts(released: Path) -> None:
    plant(released, changed(PROFILE, "properties", mood={"type": "string"}), version="0.0.9")
    assert broken_promises(released) == [f"{TYPE} as released in 0.0.9: mood was removed"]


def test_a_released_type_may_not_vanish(released: Path) -> None:
    (released / RELEASED / "mentormesh.matching.request.eaten.v1").mkdir()
    plant(released, PROFILE, type="mentormesh.matching.request.eaten.v1")
    assert "mentormesh.matching.request.eaten.v1 was released and is gone" in broken_promises(released)[0]


def test_check_fails_for_a_broken_promise(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (released / "docs").mkdir()
    assert main(["--root", str(released), "generate"]) == 0
    assert main(["--root", str(released), "check"]) == 0
    plant(released, without(PROFILE, "consent") | {"required": ["person_id", "mood"]})
    capsys.readouterr()
    assert main(["--root", str(released), "check"]) == 1
    assert f"{TYPE} as released in 0.1.0" in capsys.readouterr().out
