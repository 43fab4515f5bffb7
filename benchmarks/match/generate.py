"""Seeded people.csv and program.yaml of any size, shaped like a large company; README.md describes the data.

Only `random.Random` of the standard library is drawn from, so a seed gives the same bytes on every machine.
"""

import argparse
import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Literal

SIZES = {"S": (1_000, 500), "M": (10_000, 3_000), "L": (100_000, 25_000), "XL": (160_000, 40_000)}

DEPARTMENTS = {
    "Engineering": 24, "Operations": 16, "Sales": 14, "Customer Service": 11, "Product": 8, "Finance": 7,
    "Marketing": 6, "Human Resources": 4, "Research": 4, "Legal": 2, "Procurement": 2, "Communications": 2,
}  # fmt: skip
# zone, languages spoken beside English, number of sites
REGIONS = (
    ("Europe/Berlin", ("de",), 6), ("Europe/London", (), 4), ("Europe/Paris", ("fr",), 3),
    ("Europe/Madrid", ("es",), 2), ("Europe/Warsaw", ("pl",), 2), ("Europe/Istanbul", ("tr",), 1),
    ("America/New_York", (), 4),
    ("America/Chicago", (), 2), ("America/Los_Angeles", (), 3), ("America/Mexico_City", ("es-MX",), 1),
    ("America/Sao_Paulo", ("pt-BR",), 2), ("Asia/Kolkata", ("hi",), 4), ("Asia/Singapore", ("zh",), 2),
    ("Asia/Tokyo", ("ja",), 2), ("Australia/Sydney", (), 1), ("Africa/Johannesburg", ("af",), 1),
)  # fmt: skip
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
LEVELS = tuple(range(1, 9))
LEVELS_OF_MENTEES = (30, 28, 20, 12, 6, 3, 1, 0)
LEVELS_OF_MENTORS = (0, 2, 10, 24, 28, 20, 11, 5)
CAPACITIES = {0: 2, 1: 18, 2: 24, 3: 24, 4: 16, 5: 16}
THEMES = (
    "leading people", "first management role", "public speaking", "career change", "technical depth", "strategy",
    "negotiation", "work and family", "returning to work", "networking", "feedback", "conflict", "remote work",
    "product thinking", "customer focus", "data skills", "project management", "writing", "wellbeing", "innovation",
)  # fmt: skip
COLUMNS = (
    "person_id", "role", "department", "site", "level", "manager_id", "time_zone", "remote", "languages",
    "skills_offered", "skills_wanted", "goals", "helps_with", "availability", "capacity", "wishes",
    "wishes_as_mentor", "avoid", "opted_out",
)  # fmt: skip
PROGRAM = """program: benchmark
kind: one_to_one
as_of: 2027-01-11
seed: 1
"""

Row = dict[str, str]
Change = Literal["hours and themes", "hours"]


@dataclass(frozen=True)
class Site:
    """A place of work: its name, clock and languages."""

    name: str
    zone: str
    languages: tuple[str, ...]


class Weighted:
    """Draws one of `values` by weight."""

    def __init__(self, values: Sequence[object], weights: Sequence[float]) -> None:
        self.values = list(values)
        self.cumulative = list(accumulate(weights))

    def draw(self, dice: random.Random) -> object:
        return dice.choices(self.values, cum_weights=self.cumulative)[0]


class Company:
    """What people are drawn from: sites, skills and their popularity."""

    def __init__(self, dice: random.Random, skills: int) -> None:
        self.dice = dice
        sites = [
            Site(f"{zone.split('/')[1].replace('_', ' ')} {number}", zone, languages)
            for zone, languages, count in REGIONS
            for number in range(1, count + 1)
        ]
        dice.shuffle(sites)
        self.sites = Weighted(sites, [1 / rank**0.8 for rank in range(1, len(sites) + 1)])
        self.departments = Weighted(list(DEPARTMENTS), list(DEPARTMENTS.values()))
        self.capacities = Weighted(list(CAPACITIES), list(CAPACITIES.values()))
        self.skills = Weighted([f"skill {rank:04d}" for rank in range(1, skills + 1)], zipf(skills))
        # Each department has its own favourites among the skills, beside those that everybody knows.
        self.favourites = {
            name: Weighted(dice.sample(self.skills.values, min(30, skills)), zipf(min(30, skills)))
            for name in DEPARTMENTS
        }

    def some_skills(self, department: str, least: int, most: int) -> list[str]:
        chosen = dict[str, None]()
        for _ in range(self.dice.randint(least, most)):
            source = self.favourites[department] if self.dice.random() < 0.5 else self.skills
            chosen[str(source.draw(self.dice))] = None
        return list(chosen)

    def some_hours(self) -> str:
        """Two to five stretches of one to three hours within the working week."""
        stretches = []
        for day in sorted(self.dice.sample(range(5), self.dice.randint(2, 5))):
            start = self.dice.randint(16, 33)
            end = min(start + self.dice.randint(2, 6), 38)
            stretches.append(f"{DAYS[day]} {clock(start)}-{clock(end)}")
        return "; ".join(stretches)


def zipf(count: int) -> list[float]:
    return [1 / rank for rank in range(1, count + 1)]


def clock(half_hours: int) -> str:
    return f"{half_hours // 2:02d}:{'30' if half_hours % 2 else '00'}"


def people_of(mentees: int, mentors: int, skills: int = 300, seed: int = 1) -> list[Row]:
    """Rows of people.csv: `mentees` of role mentee and `mentors` who may mentor, one in fifty of those as `both`."""
    dice = random.Random(f"{seed}/{mentees}/{mentors}/{skills}")
    company = Company(dice, skills)
    mentee_levels, mentor_levels = Weighted(LEVELS, LEVELS_OF_MENTEES), Weighted(LEVELS, LEVELS_OF_MENTORS)
    rows = []
    for number in range(mentees + mentors):
        is_mentor = number >= mentees
        role = ("both" if dice.random() < 0.02 else "mentor") if is_mentor else "mentee"
        level = (mentor_levels if is_mentor else mentee_levels).draw(dice)
        rows.append(person(company, f"p{number:07d}", role, int(str(level))))
    give_managers(rows, dice)
    give_wishes(rows, dice)
    for row in rows:
        if dice.random() < 0.01:
            row["level"] = ""
    dice.shuffle(rows)
    return rows


def person(company: Company, person_id: str, role: str, level: int) -> Row:
    dice = company.dice
    site = company.sites.draw(dice)
    assert isinstance(site, Site)
    department = str(company.departments.draw(dice))
    languages = [tag for tag in site.languages if dice.random() < 0.9]
    if not languages or dice.random() < 0.85:
        languages.append(dice.choice(("en", "en-GB", "en-US")))
    row = dict.fromkeys(COLUMNS, "") | {
        "person_id": person_id,
        "role": role,
        "department": department,
        "site": "" if dice.random() < 0.02 else site.name,
        "level": str(level),
        "time_zone": site.zone,
        "remote": "yes" if dice.random() < 0.65 else "no",
        "languages": ";".join(languages),
        "availability": company.some_hours(),
        "opted_out": "yes" if dice.random() < 0.01 else "",
    }
    if role != "mentor":
        row["skills_wanted"] = ";".join(company.some_skills(department, 2, 5))
        row["goals"] = ";".join(dice.sample(THEMES, dice.randint(1, 3)))
    if role != "mentee":
        offered = company.some_skills(department, 3, 9)
        row["skills_offered"] = ";".join(
            f"{skill}:{dice.choices((1, 2, 3, 4, 5), (1, 2, 4, 4, 3))[0]}" for skill in offered
        )
        row["helps_with"] = ";".join(dice.sample(THEMES, dice.randint(2, 6)))
        row["capacity"] = str(company.capacities.draw(dice))
    return row


def give_managers(rows: list[Row], dice: random.Random) -> None:
    """A reporting tree: everybody below the top reports to somebody more senior, mostly of their department."""
    by_place: dict[tuple[str, int], list[str]] = {}
    by_level: dict[int, list[str]] = {}
    for row in rows:
        by_place.setdefault((row["department"], int(row["level"])), []).append(row["person_id"])
        by_level.setdefault(int(row["level"]), []).append(row["person_id"])
    for row in rows:
        level = int(row["level"])
        for above in range(level + 1, max(LEVELS) + 1):
            pool = by_place.get((row["department"], above)) if dice.random() < 0.9 else by_level.get(above)
            # Only a quarter of each level leads people, so that a manager has several reports.
            if pool:
                row["manager_id"] = pool[dice.randrange(0, max(1, len(pool) // 4))]
                break


def give_wishes(rows: list[Row], dice: random.Random) -> None:
    """One mentee in five and one mentor in ten name people; some mentors are asked for by many; a few avoid someone."""
    mentors = [row["person_id"] for row in rows if row["role"] != "mentee"]
    mentees = [row["person_id"] for row in rows if row["role"] != "mentor"]
    asked_often = dice.sample(mentors, max(1, len(mentors) // 50))
    for row in rows:
        if row["role"] != "mentor" and dice.random() < 0.2:
            wanted = [dice.choice(asked_often if dice.random() < 0.3 else mentors) for _ in range(dice.randint(1, 5))]
            row["wishes"] = ";".join(name for name in dict.fromkeys(wanted) if name != row["person_id"])
        if row["role"] != "mentee" and dice.random() < 0.1:
            wanted = [dice.choice(mentees) for _ in range(dice.randint(1, 5))]
            row["wishes_as_mentor"] = ";".join(name for name in dict.fromkeys(wanted) if name != row["person_id"])
        if dice.random() < 0.005:
            row["avoid"] = dice.choice(mentors if row["role"] == "mentee" else mentees)


def changed(rows: list[Row], share: float, what: Change = "hours and themes", seed: int = 1) -> list[Row]:
    """The rows after a while: this share of the people has other hours, and themes; everybody else is as before."""
    dice = random.Random(f"changed/{seed}/{share}")
    company = Company(dice, 300)
    moved = set(dice.sample(range(len(rows)), max(1, round(share * len(rows)))))
    return [renewed(row, company, what) if index in moved else row for index, row in enumerate(rows)]


def renewed(row: Row, company: Company, what: Change) -> Row:
    themes = ";".join(company.dice.sample(THEMES, 2))
    said = "goals" if row["role"] == "mentee" else "helps_with"
    return row | {"availability": company.some_hours()} | ({said: themes} if what == "hours and themes" else {})


def write_people(rows: list[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def write_world(folder: Path, mentees: int, mentors: int, skills: int = 300, seed: int = 1) -> list[Row]:
    """Write people.csv and program.yaml into `folder`; the rows come back."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = people_of(mentees, mentors, skills, seed)
    write_people(rows, folder / "people.csv")
    (folder / "program.yaml").write_text(PROGRAM, encoding="utf-8")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument("--mentees", type=int)
    parser.add_argument("--mentors", type=int)
    parser.add_argument("--skills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="folder for people.csv and program.yaml")
    chosen = parser.parse_args()
    mentees, mentors = SIZES[chosen.size]
    rows = write_world(chosen.out, chosen.mentees or mentees, chosen.mentors or mentors, chosen.skills, chosen.seed)
    print(f"{len(rows)} people in {chosen.out}")


if __name__ == "__main__":
    main()
