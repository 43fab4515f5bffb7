"""Harbour, the demonstration's company: 500 people with a reporting tree, skills and profiles, the same every time."""

import random
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from mentormesh.seed.cast import CAST, DOMAIN

COUNT: Final = 500
SEED: Final = 2027

SITES: Final = {
    "Rotterdam": ("Europe/Amsterdam", ("nl",)),
    "Hamburg": ("Europe/Berlin", ("de",)),
    "Dublin": ("Europe/Dublin", ()),
    "Lagos": ("Africa/Lagos", ()),
    "Bengaluru": ("Asia/Kolkata", ("hi",)),
}
SKILLS: Final = {
    "Engineering": ("Python", "Distributed systems", "Code review", "Kubernetes", "Testing", "Technical writing"),
    "Product": ("Roadmapping", "User research", "Prioritisation", "Experiment design", "Storytelling"),
    "Data": ("Statistics", "SQL", "Data visualisation", "Machine learning", "Experiment design"),
    "Operations": ("Process design", "Incident management", "Lean", "Supplier management", "Planning"),
    "Sales": ("Negotiation", "Account planning", "Presenting", "Pipeline forecasting", "Active listening"),
    "Finance": ("Budgeting", "Financial modelling", "Controlling", "Risk assessment", "SQL"),
    "People and Culture": ("Coaching", "Facilitation", "Conflict resolution", "Interviewing", "Active listening"),
    "Customer Care": ("De-escalation", "Knowledge bases", "Service design", "Active listening", "Planning"),
}
TITLES: Final = {
    "Engineering": ("Software engineer", "Engineering manager", "Director of engineering"),
    "Product": ("Product owner", "Product lead", "Director of product"),
    "Data": ("Data analyst", "Data lead", "Director of data"),
    "Operations": ("Operations specialist", "Operations manager", "Director of operations"),
    "Sales": ("Account manager", "Sales manager", "Director of sales"),
    "Finance": ("Controller", "Finance manager", "Director of finance"),
    "People and Culture": ("People partner", "People manager", "Director of people"),
    "Customer Care": ("Care specialist", "Care manager", "Director of care"),
}
THEMES: Final = (
    "First leadership role",
    "Changing career path",
    "Working across cultures",
    "Confidence when presenting",
    "Returning from leave",
    "Technical depth",
    "Managing stakeholders",
    "Time and focus",
    "Building a network",
    "Giving feedback",
)
DAYS: Final = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True)
class Colleague:
    """One made-up employee: `facts` and `profile` as the API takes them, `manager` the external id of theirs."""

    key: str
    email: str
    facts: dict[str, Any]
    manager: str | None
    profile: dict[str, Any]

    @property
    def level(self) -> int:
        return int(self.facts["level"])


def people() -> list[Colleague]:
    """Everybody, managers before those who report to them: a chief, eight directors, 56 managers, and the rest."""
    rng = random.Random(SEED)
    names = _names(rng)
    departments = list(SKILLS)
    chosen: list[Colleague] = [_colleague(rng, 0, names[0], "Operations", 10, "Chief executive", None)]
    directors = [
        _colleague(rng, number, names[number], name, 8 + number % 2, TITLES[name][2], chosen[0].key)
        for number, name in enumerate(departments, start=1)
    ]
    managers: list[Colleague] = []
    for number in range(9, 65):
        place = number % len(departments)
        name = departments[place]
        managers.append(
            _colleague(rng, number, names[number], name, 5 + number % 3, TITLES[name][1], directors[place].key)
        )
    rest: list[Colleague] = []
    for number in range(65, COUNT):
        manager = managers[number % len(managers)]
        name = str(manager.facts["department"])
        rest.append(_colleague(rng, number, names[number], name, 1 + number % 5, TITLES[name][0], manager.key))
    return _with_cast([*chosen, *directors, *managers, *rest])


def _names(rng: random.Random) -> list[str]:
    folder = files("mentormesh.seed")
    first, last = ((folder / f"{which}_names.txt").read_text().split() for which in ("first", "last"))
    every = [f"{one} {other}" for one in first for other in last]
    rng.shuffle(every)
    return every[:COUNT]


def _colleague(
    rng: random.Random, number: int, name: str, department: str, level: int, title: str, manager: str | None
) -> Colleague:
    site = rng.choice(list(SITES))
    zone, more = SITES[site]
    return Colleague(
        key=f"H{number:04d}",
        email=f"{name.lower().replace(' ', '.')}@{DOMAIN}",
        facts={
            "external_id": f"H{number:04d}",
            "name": name,
            "title": title,
            "department": department,
            "level": level,
            "site": site,
            "remote": rng.random() < 0.8,
            "time_zone": zone,
            "languages": ["en", *more],
        },
        manager=manager,
        profile=_profile(rng, department, level),
    )


def _profile(rng: random.Random, department: str, level: int) -> dict[str, Any]:
    own = SKILLS[department]
    others = sorted({skill for skills in SKILLS.values() for skill in skills} - set(own))
    offered = rng.sample(own, 3)
    wanted = [*rng.sample(own, 1), *rng.sample(others, 2)]
    helps, goals = rng.sample(THEMES, 3), rng.sample(THEMES, 2)
    days = sorted(rng.sample(DAYS, 3), key=DAYS.index)
    return {
        "skills_offered": [{"skill": skill, "level": min(5, 2 + level // 3 + rng.randrange(2))} for skill in offered],
        "skills_wanted": [skill for skill in wanted if skill not in offered],
        "goals": goals,
        "helps_with": helps,
        "availability": [{"day": day, "start": "09:00", "end": "12:30"} for day in days[:2]]
        + [{"day": days[2], "start": "13:00", "end": "17:00"}],
        "capacity": 1 + rng.randrange(3),
        "bio": f"I work in {department} and like to talk about {offered[0].lower()} and {helps[0].lower()}.",
    }


def _with_cast(everybody: list[Colleague]) -> list[Colleague]:
    """The four sign-ins take the places of people who fit their roles."""
    places = {
        "mentee": ("Engineering", TITLES["Engineering"][0], 3),
        "mentor": ("Engineering", TITLES["Engineering"][1], 6),
        "program_manager": ("People and Culture", TITLES["People and Culture"][1], 6),
        "people_admin": ("People and Culture", TITLES["People and Culture"][0], 4),
    }
    chosen = list(everybody)
    for lead in CAST:
        department, title, level = places[lead.role]
        spot = next(
            index
            for index, one in enumerate(chosen)
            if one.facts["department"] == department and one.facts["title"] == title and one.email not in _cast_emails()
        )
        one = chosen[spot]
        # English and remote, so that the two whom the tour brings together are candidates for each other.
        facts = one.facts | {"name": lead.name, "level": level, "remote": True}
        if lead.role in ("mentee", "mentor"):
            facts |= {"site": "Rotterdam", "time_zone": "Europe/Amsterdam", "languages": ["en", "nl"]}
        profile = one.profile | _cast_profile(lead.role)
        chosen[spot] = Colleague(one.key, lead.email, facts, one.manager, profile)
    return _apart(chosen)


def _cast_emails() -> set[str]:
    return {lead.email for lead in CAST}


def _cast_profile(role: str) -> dict[str, Any]:
    if role == "mentee":
        return {
            "skills_wanted": ["Kubernetes", "Distributed systems", "Presenting"],
            "goals": ["First leadership role", "Confidence when presenting"],
            "bio": "Three years in platform engineering. I would like to lead my first project this year.",
        }
    if role == "mentor":
        return {
            "skills_offered": [
                {"skill": "Kubernetes", "level": 5},
                {"skill": "Distributed systems", "level": 4},
                {"skill": "Code review", "level": 5},
            ],
            "helps_with": ["First leadership role", "Technical depth", "Giving feedback"],
            "capacity": 3,
            "bio": "I lead a platform team and remember well what nobody told me when I started to.",
        }
    return {}


def _apart(everybody: list[Colleague]) -> list[Colleague]:
    """Ben is not Ana's manager: nobody mentors anyone in their own reporting line."""
    mentor = next(one for one in everybody if one.email == CAST[1].email)
    other = next(
        one
        for one in everybody
        if one.facts["department"] == "Engineering" and one.facts["title"] == TITLES["Engineering"][1] and one != mentor
    )
    return [
        Colleague(one.key, one.email, one.facts, other.key, one.profile)
        if one.email == CAST[0].email and one.manager == mentor.key
        else one
        for one in everybody
    ]
