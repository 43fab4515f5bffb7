"""The four people whom the demonstration offers as sign-ins, one for each role."""

from typing import Final, NamedTuple

DOMAIN: Final = "harbour.example"


class Lead(NamedTuple):
    """One sign-in: the role it shows, the e-mail to type, and the person's name."""

    role: str
    email: str
    name: str


CAST: Final = (
    Lead("mentee", f"ana.silva@{DOMAIN}", "Ana Silva"),
    Lead("mentor", f"ben.okafor@{DOMAIN}", "Ben Okafor"),
    Lead("program_manager", f"cara.lindqvist@{DOMAIN}", "Cara Lindqvist"),
    Lead("people_admin", f"dora.novak@{DOMAIN}", "Dora Novak"),
)


def email_of(role: str) -> str:
    """The sign-in that shows `role`."""
    return next(lead.email for lead in CAST if lead.role == role)
