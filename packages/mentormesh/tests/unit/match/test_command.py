"""The command on files: what is written, what is refused, and with which exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mentormesh.match import match

PROGRAM = "program: leaders\nas_of: 2027-01-11\n"
HEADER = "person_id,role,time_zone,site,languages,level,capacity"
ROWS = ("m1,mentee,UTC,Rome,en,2,", "m2,mentee,UTC,Rome,en,1,", "m3,mentee,UTC,Oslo,en,1,", "t1,mentor,UTC,Rome,en,4,1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text("\n".join((HEADER, *ROWS)) + "\n", encoding="utf-8")
    (tmp_path / "program.yaml").write_text(PROGRAM, encoding="utf-8")
    return tmp_path


def call(folder: Path, *arguments: str) -> Result:
    inputs = ["--people", str(folder / "people.csv"), "--program", str(folder / "program.yaml")]
    return CliRunner().invoke(match, [*inputs, *arguments])


def written(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"people.csv", "program.yaml"}


def test_a_run_writes_pairs_and_who_is_left_and_its_own_check_agrees(folder: Path) -> None:
    record = folder / "run.json"
    result = call(folder, "--out", str(folder / "pairs.csv"), "--json", str(record), "--certify")
    assert result.exit_code == 0, result.output
    assert (folder / "pairs.csv").read_text(encoding="utf-8").splitlines()[1].startswith("m1,t1,0.150000,")
    left = (folder / "unmatched.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in left] == ["person", "m2", "m3"]
    assert json.loads(record.read_text(encoding="utf-8"))["gap"] == 0
    assert call(folder, "--verify", str(folder / "pairs.csv"), "--run", str(record)).exit_code == 0


def test_verify_ends_with_1_and_names_the_rule(folder: Path) -> None:
    call(folder, "--out", str(folder / "pairs.csv"))
    text = (folder / "pairs.csv").read_text(encoding="utf-8").replace("m1,t1", "m3,t1")
    (folder / "pairs.csv").write_text(text, encoding="utf-8")
    result = call(folder, "--verify", str(folder / "pairs.csv"))
    assert result.exit_code == 1
    assert "meet" in result.output


def test_equal_runs_write_equal_bytes_but_for_the_seconds(folder: Path) -> None:
    seen = []
    for name in ("first", "second"):
        (folder / name).mkdir()
        call(folder, "--out", str(folder / name / "pairs.csv"), "--json", str(folder / name / "run.json"))
        record = json.loads((folder / name / "run.json").read_text(encoding="utf-8"))
        del record["seconds"]
        seen.append(
            (record, (folder / name / "pairs.csv").read_bytes(), (folder / name / "unmatched.csv").read_bytes())
        )
    assert seen[0] == seen[1]


def test_an_error_is_printed_by_line_and_the_others_are_matched(folder: Path) -> None:
    with (folder / "people.csv").open("a", encoding="utf-8") as file:
        file.write("m4,mentee,Mars,Rome,en,2,\n")
    result = call(folder, "--out", str(folder / "pairs.csv"))
    assert result.exit_code == 0
    assert 'people.csv:6: time_zone: "Mars" is no IANA time zone; write a name such as Europe/Berlin' in result.output


def test_strict_refuses_a_file_with_errors_and_writes_nothing(folder: Path) -> None:
    with (folder / "people.csv").open("a", encoding="utf-8") as file:
        file.write("m4,mentee,Mars,Rome,en,2,\n")
    result = call(folder, "--out", str(folder / "pairs.csv"), "--strict")
    assert (result.exit_code, written(folder)) == (2, set())
    assert "people.csv:6: time_zone" in result.output


@pytest.mark.parametrize("more", ["weights: {skills: -1}", "locked: [[m1, nobody]]", "locked: [[m3, t1]]"])
def test_a_refused_program_ends_with_2_and_writes_nothing(folder: Path, more: str) -> None:
    (folder / "program.yaml").write_text(f"{PROGRAM}{more}\n", encoding="utf-8")
    result = call(folder, "--out", str(folder / "pairs.csv"))
    assert (result.exit_code, written(folder)) == (2, set())
    assert f"program.yaml: {more.split(':')[0]}" in result.output


def test_usage_that_makes_no_sense_ends_with_2(folder: Path) -> None:
    assert CliRunner().invoke(match, []).exit_code == 2
    assert call(folder).exit_code == 2
    assert call(folder, "--out", str(folder / "no" / "pairs.csv")).exit_code == 2
    assert call(folder, "--existing", str(folder / "nowhere.csv")).exit_code == 2


def test_a_pair_is_explained_by_its_parts_and_a_refusal_by_its_rule(folder: Path) -> None:
    assert "seniority    1.000000 x 0.15 = 0.150000" in call(folder, "--explain", "m1").output
    assert "meet" in call(folder, "--explain", "m3").output
    assert "The rule meet keeps m3 and t1 apart" in call(folder, "--why-not", "m3", "t1").output
    assert "seats went to m1" in call(folder, "--why-not", "m2", "t1").output
    assert call(folder, "--explain", "ghost").exit_code == 2
    assert call(folder, "--why-not", "m1", "ghost").exit_code == 2


def test_two_runs_are_compared_by_coverage_quality_and_people_moved(folder: Path) -> None:
    for name, more in (("a.json", ""), ("b.json", "seniority: {ideal_gap: 3}\n")):
        (folder / "program.yaml").write_text(PROGRAM + more, encoding="utf-8")
        call(folder, "--out", str(folder / "pairs.csv"), "--json", str(folder / name))
    result = CliRunner().invoke(match, ["compare", str(folder / "a.json"), str(folder / "b.json")])
    assert result.exit_code == 0, result.output
    assert "newly matched: 1; no longer matched: 1" in result.output
    told = CliRunner().invoke(match, ["compare", str(folder / "a.json"), str(folder / "b.json"), "--json"])
    assert json.loads(told.output)["moved"] == {"same": 0, "other_mentor": 0, "gained": 1, "lost": 1}
    assert CliRunner().invoke(match, ["compare", str(folder / "a.json"), str(folder / "pairs.csv")]).exit_code == 2


def test_other_weights_are_compared_by_what_the_pairs_are_like_and_by_group_without_any_fairness(folder: Path) -> None:
    for name, more in (("a.json", ""), ("b.json", "weights: {seniority: 1}\n")):
        (folder / "program.yaml").write_text(PROGRAM + more, encoding="utf-8")
        call(folder, "--out", str(folder / "pairs.csv"), "--json", str(folder / name))
    both = [str(folder / "a.json"), str(folder / "b.json")]
    told = CliRunner().invoke(match, ["compare", *both])
    assert "by its own weights" in told.output
    assert "The programs differ in: weights." in told.output
    assert "covered as before." in told.output
    assert max(map(len, told.output.splitlines())) <= 80
    (coverage,) = [line for line in told.output.splitlines() if line.startswith("coverage  ")]
    assert coverage.count("%") == 2
    figures = json.loads(CliRunner().invoke(match, ["compare", *both, "--json"]).output)["figures"]
    assert {"mean skills (0-1)", "mean seniority (0-1)"} <= figures.keys()
    assert any(name.startswith("coverage, level") for name in figures)


@pytest.mark.parametrize(
    "broken", [{"pairs": [1]}, {"counts": {}}, {"components": {}}, {"coverage": [{}]}, {"program": 1}]
)
def test_a_record_that_is_not_whole_is_refused_in_words(folder: Path, broken: dict[str, object]) -> None:
    call(folder, "--out", str(folder / "pairs.csv"), "--json", str(folder / "a.json"))
    record = json.loads((folder / "a.json").read_text("utf-8"))
    (folder / "b.json").write_text(json.dumps(record | broken), encoding="utf-8")
    for names in (("a.json", "b.json"), ("b.json", "a.json")):
        told = CliRunner().invoke(match, ["compare", *(str(folder / name) for name in names)])
        assert (told.exit_code, told.exception is None or isinstance(told.exception, SystemExit)) == (2, True)


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("mentee", "0 of 2 mentees have somebody"),
        ("mentee", "Nobody can be a mentor"),
        ("mentor", "Nobody looks for a mentor"),
    ],
)
def test_an_empty_side_is_a_result_that_says_so(folder: Path, role: str, words: str) -> None:
    rows = f"person_id,role,time_zone\nana,{role},UTC\nben,{role},UTC\n"
    (folder / "people.csv").write_text(rows, encoding="utf-8")
    told = call(folder, "--out", str(folder / "pairs.csv"))
    assert (told.exit_code, words in told.output) == (0, True)
    assert len((folder / "pairs.csv").read_text("utf-8").splitlines()) == 1


def test_the_command_needs_no_part_of_the_platform() -> None:
    code = "import sys, mentormesh.match; print({'flask', 'pymongo', 'kafka'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
