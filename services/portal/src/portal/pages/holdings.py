"""What each part of the platform keeps about a person, in plain words: what, what for, how long, and who sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.pages.language import N_

UNTIL_FORGOTTEN = N_("Until you ask to be forgotten.")
YOU_AND_ADMINS = N_("You, and people admins; each look of theirs is noted.")
THE_TWO = N_("You and the other person. Program managers see states and dates, never notes.")
YOU_BY_ARCHIVE = N_("You; a people admin only by making your archive.")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One kind of data; `names` are what the services call it in an archive."""

    names: tuple[str, ...]
    title: str
    purpose: str
    seen_by: str
    until: str = UNTIL_FORGOTTEN


AUDIT = Kept(
    names=("audit",),
    title=N_("What was done with your data"),
    purpose=N_("Who changed it, and who of others looked at what is private to you, so that it can be proven."),
    seen_by=N_("You, in your archive, and auditors."),
    until=N_("It stays even when you are forgotten, in ids and codes that name you no more."),
)
BY_SERVICE: Mapping[str, tuple[Kept, ...]] = {
    "profiles": (
        Kept(
            names=("person",),
            title=N_("Your employment facts"),
            purpose=N_("They come from your organisation, to recognise you and to keep to the rules of programs."),
            seen_by=N_("Colleagues see name, title, department and site. People admins see the rest."),
        ),
        Kept(
            names=("profile", "skills", "themes", "questions"),
            title=N_("Your mentoring profile"),
            purpose=N_("What you say of yourself, to find people who fit you."),
            seen_by=N_(
                "Colleagues see the skills you pass on, the themes you help with, your words about yourself, and "
                "answers marked as on your card. Answers marked as private are read by program managers too, all of "
                "it by people admins."
            ),
        ),
        Kept(
            names=("consent",),
            title=N_("What you agreed to"),
            purpose=N_("Every word that you gave or took back, to go by the last one."),
            seen_by=YOU_AND_ADMINS,
        ),
        Kept(
            names=("roles", "groups"),
            title=N_("Your roles and groups"),
            purpose=N_("They decide what you may do here."),
            seen_by=N_("You and people admins; auditors see the roles."),
        ),
        Kept(
            names=("sign_in_links", "sessions"),
            title=N_("How you sign in"),
            purpose=N_("Which account of your organisation is yours, by a hash, and since when you are signed in."),
            seen_by=YOU_AND_ADMINS,
            until=N_("A sign-in for twelve hours, the account until you ask to be forgotten."),
        ),
        Kept(
            names=("import_rows",),
            title=N_("Lines of HR files"),
            purpose=N_("What a file that is being imported says of you."),
            seen_by=N_("People admins."),
            until=N_("Seven days at most."),
        ),
        Kept(
            names=("erasures",),
            title=N_("Whether you asked to be forgotten"),
            purpose=N_("To carry it out, and to prove afterwards that it was."),
            seen_by=N_("You, people admins and auditors."),
            until=N_("It stays, with an id that names you no more."),
        ),
    ),
    "matching": (
        Kept(
            names=("person", "profile", "seats"),
            title=N_("Copies for matching"),
            purpose=N_("What the match goes by: facts, profile, and how many mentorships you have room for."),
            seen_by=N_("Nobody as a whole; people see the pairs that come of it, and why."),
        ),
        Kept(
            names=("enrolments",),
            title=N_("Your places in programs"),
            purpose=N_("In which program you are mentor or mentee, and whom you wished for."),
            seen_by=N_("You and the program's managers. Nobody whom you wished for learns of it."),
        ),
        Kept(
            names=("requests",),
            title=N_("Requests"),
            purpose=N_("What you asked of others and others of you."),
            seen_by=N_("The two people, each their side, and the program's managers. Nobody learns why you declined."),
        ),
        Kept(
            names=("mentorships",),
            title=N_("Your mentorships"),
            purpose=N_("Who works with whom, since when, and how it ended."),
            seen_by=N_("Its people and the program's managers."),
        ),
        Kept(
            names=("proposals", "unmatched", "run_questions"),
            title=N_("Whole matches of a program"),
            purpose=N_(
                "Pairs with you that were computed, or that nobody was found; and what managers asked about a pair with"
                " you that was not made."
            ),
            seen_by=N_("The program's managers; you, once a pair is proposed to you."),
        ),
    ),
    "feedback": (
        Kept(
            names=("person", "participations"),
            title=N_("Copies for the journey"),
            purpose=N_("Whether you work here, your time zone and your places in programs."),
            seen_by=N_("Nobody by itself."),
        ),
        Kept(
            names=("journeys",),
            title=N_("What you agreed on"),
            purpose=N_("The agreement, goals and milestones of your mentorships."),
            seen_by=THE_TWO,
        ),
        Kept(
            names=("sessions",),
            title=N_("Your sessions"),
            purpose=N_("Dates, agendas and notes of your meetings."),
            seen_by=THE_TWO,
        ),
        Kept(
            names=("reviews",),
            title=N_("Reviews"),
            purpose=N_("What you said after sessions, and what was said to you."),
            seen_by=N_("Whoever it is about, once it is revealed. Never managers or people admins."),
        ),
        Kept(
            names=("health",),
            title=N_("How your mentorships go"),
            purpose=N_("Worked out from dates and attendance alone, so that somebody can help in time."),
            seen_by=N_("The program's managers."),
        ),
    ),
    "notifications": (
        Kept(
            names=("contact",),
            title=N_("How to reach you"),
            purpose=N_("Your name, address and language, to write to you."),
            seen_by=N_("Nobody; messages are sent by it."),
        ),
        Kept(
            names=("preferences",),
            title=N_("What you want to be told"),
            purpose=N_("To tell you that, and nothing else."),
            seen_by=YOU_AND_ADMINS,
        ),
        Kept(
            names=("messages", "deliveries"),
            title=N_("Messages to you"),
            purpose=N_("What you were told of and when, and over which channel it went out."),
            seen_by=YOU_BY_ARCHIVE,
        ),
    ),
}
