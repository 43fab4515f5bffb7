"""Every malformed cell is named by line and column, with what to write instead."""

from pathlib import Path

import pytest

from engine import Interval
from engine.read import InputRefused, cells, read_people, read_program_file
from engine.read.pairs import read_pairs

HEADER = "person_id,role,time_zone"


def people_file(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "people.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


BAD_CELLS = [
    ("level", "high", "not a whole number"),
    ("level", "3.5", "not a whole number"),
    ("level", "9" * 30, "not a whole number"),
    ("remote", "maybe", "unknown"),
    ("languages", "english!", "no language tag"),
    ("skills_offered", "law", "no level from 1 to 5"),
    ("skills_offered", "law:6", "no level from 1 to 5"),
    ("skills_offered", "Law:2;LAW:3", "listed twice"),
    ("availability", "Mon 9-12", "no interval on half hours"),
    ("availability", "Xyz 09:00-12:00", "no interval on half hours"),
    ("availability", "Mon 12:00-09:00", "does not end after it starts"),
    ("availability", "Mon 22:00-24:30", "does not end after it starts"),
    ("capacity", "-1", "not a number of mentees"),
    ("wishes", "b;b;b;b;b;b;b;b;b;b;b", "too many"),
    ("opted_out", "true", "unknown"),
    ("wishes_as_mentor", "b;b;b;b;b;b;b;b;b;b;b", "too many"),
]
BAD_ROWS = [
    ("a,boss,UTC", "role"),
    ("a,mentor,Mars", "time_zone"),
    ("a,mentor,", "time_zone"),
    (",mentor,UTC", "person_id"),
    ("a\x00,mentor,UTC", "person_id"),
    ("a\x1b[2J,mentor,UTC", "person_id"),
    ("a,mentor", "row"),
]
# Any text is a value of these; ids that mean nothing are notices.
ANY_TEXT = {"department", "site", "skills_wanted", "goals", "helps_with", "manager_id", "avoid"}


def test_every_column_is_tested_with_a_bad_cell_or_takes_any_text() -> None:
    tested = {column for column, *_ in BAD_CELLS} | {column for _, column in BAD_ROWS} - {"row"}
    assert tested | ANY_TEXT == {*cells.REQUIRED, *cells.OPTIONAL}


@pytest.mark.parametrize(("column", "cell", "reason"), BAD_CELLS)
def test_a_bad_cell_leaves_its_row_out_and_is_named(tmp_path: Path, column: str, cell: str, reason: str) -> None:
    read = read_people(people_file(tmp_path, "b,mentor,UTC,", f"a,mentor,UTC,{cell}", header=f"{HEADER},{column}"))
    assert [p.person_id for p in read.people] == ["b"]
    assert [(r.line, r.column, r.kind) for r in read.remarks] == [(3, column, "error")]
    assert reason in read.remarks[0].reason
    assert read.remarks[0].at("people.csv").startswith(f"people.csv:3: {column}: ")
    assert read.remarks[0].write


@pytest.mark.parametrize(("row", "column"), BAD_ROWS)
def test_a_bad_required_cell_is_named(tmp_path: Path, row: str, column: str) -> None:
    read = read_people(people_file(tmp_path, row))
    assert (read.people, [r.column for r in read.remarks]) == ((), [column])


def test_a_record_is_named_by_the_line_on_which_it_starts(tmp_path: Path) -> None:
    path = people_file(tmp_path, 'a,mentor,UTC,"x\ny\nz"', "", "b,nobody,UTC,z", header=f"{HEADER},site")
    assert [r.line for r in read_people(path).remarks] == [6]


def test_the_first_row_of_an_id_stands(tmp_path: Path) -> None:
    read = read_people(people_file(tmp_path, "a,mentor,UTC", "a,mentee,UTC"))
    assert [p.role for p in read.people] == ["mentor"]
    assert [(r.line, r.column) for r in read.remarks] == [(3, "person_id")]


def test_a_cycle_is_one_error_and_leaves_all_its_rows_out_but_their_line_counts(tmp_path: Path) -> None:
    rows = ("d,mentee,UTC,b", "a,mentor,UTC,c", "b,mentor,UTC,a", "c,mentor,UTC,b", "s,mentor,UTC,s")
    read = read_people(people_file(tmp_path, *rows, header=f"{HEADER},manager_id"))
    assert [p.person_id for p in read.people] == ["d"]
    assert [(r.line, r.reason) for r in read.remarks] == [(3, "a > c > b > a is a cycle"), (6, "s > s is a cycle")]
    assert read.managers["b"] == "a"


def test_unknown_own_and_repeated_ids_are_notices_and_a_wish_keeps_its_rank(tmp_path: Path) -> None:
    row = "a,mentee,UTC,nobody;b;a;b,ghost,boss"
    read = read_people(people_file(tmp_path, row, "b,mentor,UTC,,,", header=f"{HEADER},wishes,avoid,manager_id"))
    person = next(p for p in read.people if p.person_id == "a")
    assert person.wishes == ("", "b", "", "")
    assert person.avoid == frozenset()
    assert {(r.column, r.kind) for r in read.remarks} == {
        ("wishes", "notice"),
        ("avoid", "notice"),
        ("manager_id", "notice"),
    }
    assert read.errors == 0


def test_a_mentor_may_use_either_column_of_wishes_but_not_both(tmp_path: Path) -> None:
    rows = ("a,mentor,UTC,b,", "b,mentor,UTC,,a", "c,mentor,UTC,a,b", "d,mentee,UTC,,a")
    read = read_people(people_file(tmp_path, *rows, header=f"{HEADER},wishes,wishes_as_mentor"))
    assert {p.person_id: p.wishes_as_mentor for p in read.people} == {"a": ("b",), "b": ("a",)}
    assert [r.line for r in read.remarks] == [4, 5]


def test_columns_in_any_order_values_trimmed_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"\xef\xbb\xbftime_zone,availability,role,person_id\r\nUTC,Thu 22:00-24:00 , mentor , a \r\n")
    person = read_people(path).people[0]
    assert (person.person_id, person.availability) == ("a", (Interval(3, 44, 48),))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"person_id,role\n", "time_zone: is missing"),
        (b"person_id,role,time_zone,shoe\n", "shoe: is an unknown column"),
        (b"person_id,role,time_zone,role\n", "role: is a repeated column"),
        (b"", "person_id: is missing"),
        (b'person_id,role,time_zone\n"a,b\n', "close every quote"),
        (b"person_id,role,time_zone\na\xff,mentor,UTC\n", "people.csv:2: row: is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(InputRefused, match=word):
        read_people(path)


def test_an_attribute_column_is_known_where_the_program_lists_it(tmp_path: Path) -> None:
    path = people_file(tmp_path, "a,mentor,UTC,9", header=f"{HEADER},shoe")
    assert read_people(path, ("shoe",)).people[0].attributes == {"shoe": "9"}


GOOD = "program: x\nas_of: 2027-01-11\n"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "program"),
        ("- a\n", "program"),
        ("program: x\n", "as_of"),
        ("program: x\nas_of: soon\n", "as_of"),
        (GOOD + "colour: red\n", "colour"),
        (GOOD + "weights: {skills: -1}\n", "weights.skills"),
        (GOOD + "weights: {skills: .nan}\n", "weights.skills"),
        (GOOD + "weights: {skills: 0}\n", "weights"),
        (GOOD + "weights: {}\n", "weights"),
        (GOOD + "weights: {skills: }\n", "weights.skills"),
        (GOOD + "weights: {skills: much}\n", "weights.skills"),
        (GOOD + "weights: {goals: .inf}\n", "weights.goals"),
        (GOOD + "wishes: {mentee: -0.1}\n", "wishes.mentee"),
        (GOOD + "stickiness: .nan\n", "stickiness"),
        (GOOD + "spread: -1\n", "spread"),
        (GOOD + "objective: fastest\n", "objective"),
        (GOOD + "forbidden: [a]\n", "forbidden"),
        (GOOD + "weights: 3\n", "weights"),
        (GOOD + "weights: {text: 1}\n", "weights.text"),
        (GOOD + "seniority: {width: 0}\n", "seniority.width"),
        (GOOD + "diversity: [shoe]\n", "diversity"),
        (GOOD + "rules: {meet: never}\n", "rules.meet"),
        (GOOD + "rules: {shared_language: perhaps}\n", "rules.shared_language"),
        (GOOD + "rules: {max_time_zone_hours: -1}\n", "rules.max_time_zone_hours"),
        (GOOD + "fairness: {tolerance: 0.1}\n", "fairness.group"),
        (GOOD + "fairness: {group: level+shoe}\n", "fairness.group"),
        (GOOD + "objective: stable\nspread: 0.1\n", "spread"),
        (GOOD + "objective: stable\nkind: peer\n", "kind"),
        (GOOD + "kind: peer\nfairness: {group: level}\n", "fairness"),
        (GOOD + "kind: {group: {min: 4, max: 2}}\n", "kind.group.min"),
        (GOOD + "kind: {group: }\n", "kind.group"),
        (GOOD + "kind: group\n", "kind"),
        (GOOD + "locked: [[1, 2]]\n", "locked"),
        (GOOD + "locked: [[a, b]]\nforbidden: [[a, b]]\n", "locked"),
        (GOOD + "attributes: [level]\n", "attributes"),
        (GOOD + "seed: -1\n", "seed"),
        (GOOD + "floor: .inf\n", "floor"),
    ],
)
def test_a_bad_program_is_refused_by_the_name_of_its_key(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "program.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        read_program_file(path)
    assert any(reason.startswith(f"program.yaml: {key}: ") for reason in refused.value.reasons)


@pytest.mark.parametrize(("text", "line"), [("a: 1\na: 2\n", 2), ("a: [1\n", 2), ("a: b: c\n", 1)])
def test_yaml_that_is_broken_or_ambiguous_is_refused_by_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "program.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=rf"^program.yaml:{line}: "):
        read_program_file(path)


def test_pairs_of_before_need_both_columns(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text("mentee,mentor,score\na,b,1\n", encoding="utf-8")
    assert read_pairs(path) == {("a", "b")}
    path.write_text("mentee\na\n", encoding="utf-8")
    with pytest.raises(InputRefused, match=r"mentor is missing"):
        read_pairs(path)
