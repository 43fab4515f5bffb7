"""`mentormesh seed`: fill the running stack with the demonstration, and say what to try."""

import json
from datetime import UTC, datetime

import click

from mentormesh.stack.command import json_option, root_option

# Whose APIs the seeding calls.
ACTING = ("profiles", "matching", "feedback")


@click.command()
@root_option
@json_option
def seed(root: str | None, as_json: bool) -> None:
    """Fill the platform with 500 people, two programs and 60 mentorships at different stages.

    Everything is made through the platform's own APIs. A second run does nothing twice.
    """
    from mentormesh.seed.diary import Diary
    from mentormesh.seed.people import people
    from mentormesh.seed.planting import Garden, plant, steps
    from mentormesh.seed.platform import Platform
    from mentormesh.seed.story import offers
    from mentormesh.stack.identity import register
    from mentormesh.stack.running import running_stack, service_url
    from mentormesh.tokens import sign_in_of

    folder, stack = running_stack(root)
    urls = {service: service_url(stack, folder, service) for service in ACTING}
    everybody = people()
    for one in everybody:
        register(stack["identity"], one.email, str(one.facts["name"]))
    now = datetime.now(UTC)
    folder.root.mkdir(parents=True, exist_ok=True)
    diary = Diary(folder.root / f"seed{'-' + stack['name'] if 'name' in stack else ''}.jsonl")
    # Dates are part of the programs: a later run continues the story of the first one's day.
    began = datetime.fromisoformat(diary.once("began", now.isoformat))
    told = offers(everybody, began.date())
    length = steps(everybody, told)
    if as_json:
        garden = Garden(Platform(urls, sign_in_of(root)), diary, everybody, lambda what: None)
        click.echo(json.dumps(plant(garden, told, began)))
        return
    with click.progressbar(length=length, label="Seeding", item_show_func=lambda what: what) as bar:
        garden = Garden(Platform(urls, sign_in_of(root)), diary, everybody, lambda what: bar.update(1, what))
        counts = plant(garden, told, began)
    click.echo(
        f"{counts['people']} people, {counts['programs']} programs, {counts['mentorships']} mentorships, "
        f"{counts['waiting']} requests that wait."
    )
    click.echo(_tour(stack))


def _tour(stack: dict[str, object]) -> str:
    known = stack["people"]
    people: dict[str, str] = known if isinstance(known, dict) else {}
    return "\n".join(
        [
            "",
            f"Open {stack['portal'] or 'the portal (not running: `mentormesh up`)'} and sign in as",
            f"  {people.get('mentee')}   Ana has a mentor in one program: see the next session and her review, then",
            "      find a mentor in `Crossing departments`, read why each is suggested, and ask one",
            f"  {people.get('mentor')}   Ben mentors her: look at his inbox and his mentees",
            f"  {people.get('program_manager')}   Cara runs both programs: enrolments, waiting requests, health",
            f"  {people.get('people_admin')}   Dora keeps the people: find Ana under People and what happened to",
            "      her, give a role, import a file and look before you confirm, make a client, search the audit log",
            "",
            "`mentormesh events tail` shows what they cause; mail arrives in " + str(stack["mail"]) + ".",
        ]
    )
