"""Random small companies and programs, seeded, with the corners in which rules and formula differ."""

import random
from typing import Any

from .conftest import World

ZONES = ["Europe/Berlin"] * 12 + [
    "Europe/London", "Asia/Kathmandu", "Australia/Adelaide", "Pacific/Chatham", "Pacific/Kiritimati",
    "Pacific/Pago_Pago", "America/New_York", "UTC",
]  # fmt: skip
HOURS = [
    "", "Mon 09:00-11:00", "Mon 09:00-12:30; Wed 14:00-16:00", "Tue 08:00-10:00; Tue 09:30-11:00", "Sun 22:00-24:00",
    "Mon 00:00-03:00; Sun 20:00-24:00", "Fri 13:00-17:00",
]  # fmt: skip
SKILLS = ["law", "tax", "Ski", "code", "Stra\u00dfe", "maps", "talk", "plan"]
THEMES = ["lead", "grow", "write", "rest"]


def random_people(world: World, seed: int) -> random.Random:
    """Fill `world` with 6 to 45 people; the dice come back for what else the caller draws."""
    dice = random.Random(seed)
    mentees, mentors = dice.choice([(4, 2), (10, 5), (30, 15)])
    share_of_both = dice.choice([0.0, 0.2, 0.6])
    ids = [f"p{number:02d}" for number in range(mentees + mentors)]
    dice.shuffle(ids)
    for number, person_id in enumerate(ids):
        role = "mentee" if number < mentees else "both" if dice.random() < share_of_both else "mentor"
        world.person(person_id, role, **cells_of(role, person_id, ids, dice))
    return dice


def cells_of(role: str, person_id: str, ids: list[str], dice: random.Random) -> dict[str, str]:
    others = [other for other in ids if other != person_id]
    cells = {
        "department": dice.choice(["Law", "Tax", "IT", ""]),
        "site": dice.choice(["Rome", "Rome", "Oslo", ""]),
        "level": dice.choice(["1", "2", "3", "5", ""]),
        "manager_id": dice.choice(["", "", *[other for other in others if other < person_id], "nobody"]),
        "time_zone": dice.choice(ZONES),
        "remote": dice.choice(["yes", "yes", "no", ""]),
        "languages": dice.choice(["en", "en-GB;de", "EN-us", "de-CH", "fr;en", ""]),
        "availability": dice.choice(HOURS),
        "avoid": dice.choice(others) if dice.random() < 0.1 else "",
        "opted_out": "yes" if dice.random() < 0.05 else "",
    }
    if role != "mentor":
        cells["skills_wanted"] = ";".join(skill.upper() for skill in dice.sample(SKILLS, dice.randint(0, 3)))
        cells["goals"] = ";".join(dice.sample(THEMES, dice.randint(0, 3)))
        cells["wishes"] = ";".join(dice.choices([*others, person_id, "nobody"], k=dice.randint(0, 4)))
    if role != "mentee":
        cells["skills_offered"] = ";".join(f"{skill}:{dice.randint(1, 5)}" for skill in dice.sample(SKILLS, 3))
        cells["helps_with"] = ";".join(dice.sample(THEMES, dice.randint(0, 3)))
        cells["capacity"] = dice.choice(["", "0", "1", "2", "4"])
        cells["wishes_as_mentor"] = ";".join(dice.choices(others, k=dice.randint(0, 5)))
    return cells


def random_program(dice: random.Random) -> dict[str, Any]:
    kind = dice.choice(["one_to_one"] * 4 + ["flash", "reverse", "peer", {"group": {"min": 2, "max": 3}}])
    apart = kind == "peer" or isinstance(kind, dict)
    program: dict[str, Any] = {
        "kind": kind,
        "as_of": dice.choice(["2027-01-11", "2026-07-15", "2026-10-25"]),
        "rules": {
            "shared_language": dice.random() < 0.7,
            "max_time_zone_hours": dice.choice([None, 0, 5, 8.5, 12]),
            "meet": dice.choice(["any", "same_site", "remote_or_same_site"]),
            "reporting_line": dice.choice(["allowed", "forbidden"]),
            "min_level_gap": dice.choice([None, None, None, 0, 1]),
        },
        "diversity": dice.choice([["department"], ["site", "level"], ["remote", "time_zone"], []]),
        "floor": dice.choice([0.0, 0.0, 0.2, 0.35]),
        "objective": dice.choice(["best_total", "most_people"] if apart else ["best_total", "most_people", "stable"]),
    }
    if dice.random() < 0.5:
        program["weights"] = {
            "skills": round(dice.random(), 3),
            "availability": round(dice.random(), 3),
            "seniority": 1,
        }
    if kind == "reverse":
        program["seniority"] = {"ideal_gap": -2, "width": 1}
    if program["objective"] != "stable":
        program["spread"] = dice.choice([0.0, 0.0, 0.05, 0.3])
        program["stickiness"] = dice.choice([0.0, 0.0, 0.02, 0.2])
        if not apart and dice.random() < 0.4:
            group = dice.choice(["level", "site", "department", "level+remote"])
            program["fairness"] = {"group": group, "tolerance": dice.choice([0, 0.02, 0.1])}
    return program
