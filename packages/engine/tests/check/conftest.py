"""Tiny worlds written as the files that anyone can bring, and results that are right until a test spoils them."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.check import Violation, verify
from engine.check.people import read_people
from engine.check.program import read_program
from engine.check.result import HEADER
from engine.check.rules import Rules


class World:
    """People and a program in a folder, with a result that can be written, spoilt and verified."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.people = folder / "people.csv"
        self.program = folder / "program.yaml"
        self.pairs = folder / "pairs.csv"
        self.existing = folder / "old_pairs.csv"
        self.unmatched = folder / "unmatched.csv"
        self.rows: list[dict[str, str]] = []
        self.settings: dict[str, Any] = {"program": "test", "as_of": "2027-01-11"}

    def person(self, person_id: str, role: str, **cells: str) -> "World":
        defaults = {"time_zone": "Europe/Berlin", "remote": "yes", "languages": "en", "level": "3"}
        self.rows.append({"person_id": person_id, "role": role, **defaults, **cells})
        return self

    def change(self, person_id: str, **cells: str) -> "World":
        for row in self.rows:
            if row["person_id"] == person_id:
                row.update(cells)
        return self

    def mentee(self, person_id: str, **cells: str) -> "World":
        return self.person(person_id, "mentee", **{"level": "1", "goals": "grow", **cells})

    def mentor(self, person_id: str, **cells: str) -> "World":
        return self.person(person_id, "mentor", **{"helps_with": "grow", **cells})

    def both(self, person_id: str, **cells: str) -> "World":
        return self.person(person_id, "both", **{"goals": "grow", "helps_with": "grow", **cells})

    def rules(self) -> Rules:
        self.write_inputs()
        program = read_program(self.program)
        return Rules(read_people(self.people, program.attributes), program)

    def write_inputs(self) -> None:
        columns = list(dict.fromkeys(name for row in self.rows for name in row)) or ["person_id", "role", "time_zone"]
        with self.people.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(self.rows)
        self.program.write_text(yaml.safe_dump(self.settings), encoding="utf-8")

    def lines(self, *chosen: tuple[str, str]) -> list[dict[str, str]]:
        """The right lines of pairs.csv for these pairs, for a test to spoil."""
        rules = self.rules()
        accepted = rules.people.accepted
        lines = []
        for mentee, mentor in chosen:
            score = rules.scores.of(accepted[mentee], accepted[mentor])
            figures = {"score": score.total, **score.components}
            figures |= {"wish_of_mentee": score.wish_of_mentee, "wish_of_mentor": score.wish_of_mentor}
            lines.append(
                {"mentee": mentee, "mentor": mentor}
                | {name: f"{figure:.6f}" for name, figure in figures.items()}
                | {"locked": "yes" if (mentee, mentor) in rules.program.locked else "no", "kept": "no"}
            )
        return lines

    def write(self, lines: list[dict[str, str]], header: list[str] | None = None) -> None:
        with self.pairs.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header or HEADER)
            writer.writeheader()
            writer.writerows(lines)

    def verify(self, *chosen: tuple[str, str], rate: float | None = None) -> list[Violation]:
        """The verdict on a result that holds these pairs, every line of it right."""
        self.write(self.lines(*chosen))
        return self.verdict(rate)

    def verdict(self, rate: float | None = None) -> list[Violation]:
        record = None
        if rate is not None:
            record = self.folder / "run.json"
            record.write_text(json.dumps({"rate_without_fairness": rate}), encoding="utf-8")
        existing = self.existing if self.existing.exists() else None
        return verify(self.people, self.program, self.pairs, existing, run_path=record)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def names(violations: list[Violation]) -> list[str]:
    return [violation.rule for violation in violations]
