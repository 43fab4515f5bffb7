"""Why a service said no, in a reader's words: by the problem's type, and beside a field by the field.

Services write English for whoever writes programs. A type or a field that is not listed here is shown in their words;
tests hold the lists to what the services can say and to what the forms send.
"""

from portal.clients import ServiceProblem
from portal.pages.language import LANGUAGES, N_, _, language

_NO_ANSWER = N_("This part of MentorMesh does not answer right now. Please try again in a minute.")
_SIGN_IN = N_(
    "Your organisation's sign-in was not accepted here. Sign in again; if that does not help, tell your operator."
)
_BROKEN = N_("Something broke in this part of MentorMesh. What you wanted may not have been done; please try again.")
_UNREADABLE = N_("The portal asked in a way that was not understood. Please tell your operator.")
WORDS = {
    "no-answer": _NO_ANSWER,
    "no-seat-left": N_("There is no free seat any more. Ask somebody else."),
    "not-available": N_("This person is not available in this program. Ask somebody else."),
    "not-enrolled": N_("You need an approved place in this program first."),
    "not-eligible": N_("This program is for other departments, sites or levels."),
    "already-enrolled": N_("You already have a place in this program in that role."),
    "already-asked": N_("A request between the two of you is waiting for an answer already."),
    "already-paired": N_("The two of you already work together in this program."),
    "too-many-open-requests": N_("Too many requests are open at once. Wait for an answer, or withdraw one."),
    "deadline-passed": N_("The time to answer is over."),
    "too-many-runs": N_("Five matches of this program are not finished yet. Wait for one of them, or cancel one."),
    "too-many-questions": N_("Five questions about this program's matches wait for an answer. Wait for one of them."),
    "erasure-under-way": N_("This person is being forgotten already."),
    "already-publishing": N_("Another match of this program is being published. Wait until it is done."),
    "program-full": N_("All places of this program are given."),
    "session-not-held": N_("A session can be reviewed once it was held."),
    "review-closed": N_("This review cannot be changed any more."),
    "journey-closed": N_("This mentorship is paused or over, so nothing new can be planned."),
    "not-yet-known": N_("This is still on its way between two parts of MentorMesh. Please try again in a moment."),
    "stale": N_("Somebody changed this meanwhile. Look at it as it is now, then make your change again."),
    "precondition-required": N_(
        "Somebody changed this meanwhile. Look at it as it is now, then make your change again."
    ),
    "too-busy": N_("Many people are changing this at the moment. Please try again."),
    "not-found": N_("This does not exist, or is not for you to see."),
    "forbidden": N_("This is not for you to do."),
    "unauthenticated": N_("You are signed out. Please sign in again."),
    "not-provisioned": N_("You are not registered in MentorMesh. Ask your people admins."),
    "invalid_client": _SIGN_IN,
    "invalid_grant": _SIGN_IN,
    "invalid_request": _SIGN_IN,
    "invalid_scope": _SIGN_IN,
    "unauthorized_client": _SIGN_IN,
    "unsupported_grant_type": _SIGN_IN,
    "no-signing-key": _NO_ANSWER,
    "provider-unreachable": N_("Your organisation's sign-in does not answer right now. Please try again later."),
    "issuer-unreachable": _NO_ANSWER,
    "store-unavailable": _NO_ANSWER,
    "internal-error": _BROKEN,
    "idempotency-key-reused": N_("This form was sent before with something else in it. Reload the page and try again."),
    "refused": N_("This was refused. Reload the page and try again."),
    "malformed": _UNREADABLE,
    "bad-request": _UNREADABLE,
    "method-not-allowed": _UNREADABLE,
    "unsupported-body": _UNREADABLE,
    "unsupported-media-type": _UNREADABLE,
    "request-uri-too-long": _UNREADABLE,
    "request-entity-too-large": N_("That was more than fits into this form. Please write less."),
    "too-many-requests": N_("That was too much at once. Please wait a minute."),
}
# What a service says about these names a state, a date or a value, so whoever reads its language reads that instead.
IN_SHORT = {
    "wrong-state": N_("This cannot be done in its present state. Reload the page to see how it stands."),
    "invalid-input": N_("Something in it cannot be like this. Look over what you wrote, then try again."),
    "already-exists": N_("There is one of these already."),
    "confirmation-needed": N_("Many people would leave by this. Look at them, and confirm their number."),
    "email-taken": N_("Somebody else has this e-mail address."),
    "external-id-taken": N_("Somebody else has this staff number."),
    "key-taken": N_("There is a question of this key already."),
    "user-name-taken": N_("Somebody else has this account name."),
    "name-taken": N_("There is an entry of this name already."),
    "not-yours-to-change": N_("Only people admins may change this."),
    "last-people-admin": N_("Somebody has to look after people: give that role to somebody else first."),
}

_LESS = N_("Write less here, in plain text.")
_SKILL = N_("Name each skill once, in a few words.")
_THEME = N_("Name each theme once, in a few words.")
_AT_LEAST_NOTHING = N_("Write a number of 0 or more; just 0 if no two are to rather have each other.")
_CHOOSE = N_("Choose one of what is offered.")
_TIMES = N_("Choose full or half hours, with the end after the start on the same day.")
ADVICE = {
    "name": N_("Write a short name."),
    "kind": _CHOOSE,
    "approval": _CHOOSE,
    "starts_on": N_("Choose the first day."),
    "ends_on": N_("Choose a last day that is not before the first."),
    "description": _LESS,
    "skills_offered": _SKILL,
    "skills_wanted": _SKILL,
    "skill": _SKILL,
    "level": _CHOOSE,
    "goals": _THEME,
    "helps_with": _THEME,
    "availability": _TIMES,
    "day": _TIMES,
    "start": _TIMES,
    "end": _TIMES,
    "free": _TIMES,
    "until": N_("Choose a day that is to come."),
    "languages": N_("Tick the languages you speak."),
    "fields": N_("Look at this answer again."),
    "label": N_("Write the question in a few words, different from those asked already."),
    "key": N_("Write the question in a few words, different from those asked already."),
    "hint": _LESS,
    "options": N_("Write two or more different answers, each in a few words."),
    "least": N_("Write a number, or leave it empty."),
    "most": N_("Write a number that is not below the smallest, or leave it empty."),
    "visible": _CHOOSE,
    "required": _CHOOSE,
    "matched": _CHOOSE,
    "retired": _CHOOSE,
    "order": N_("Write a whole number from 0 to 1000."),
    "synonyms": N_("Write at most twenty words, one a line, each in a few words."),
    "category": _LESS,
    "scopes": N_("Tick at least one."),
    "programs": _CHOOSE,
    "mode": _CHOOSE,
    "capacity": N_("Write how many, as a whole number such as 2."),
    "bio": _LESS,
    "opted_out": _CHOOSE,
    "starts_at": N_("Choose a day and a time that are not too far from today."),
    "minutes": _CHOOSE,
    "agenda": _LESS,
    "place": _LESS,
    "notes": _LESS,
    "message": _LESS,
    "rating": N_("Choose one to five stars."),
    "comment": _LESS,
    "about": N_("Say whom the review is for."),
    "role": _CHOOSE,
    "reason": _CHOOSE,
    "kinds": _CHOOSE,
    "confirmation": _CHOOSE,
    "confirm_within": N_("Write how many days, as a whole number such as 7."),
    "objective": _CHOOSE,
    "fairness": N_("Choose nobody in particular here, or something else to look for: the two do not go together."),
    "tolerance": N_("Write percent from 0 to 100, such as 2."),
    "weights": N_("Write numbers of 0 or more, and at least one above 0."),
    "spread": _AT_LEAST_NOTHING,
    "stickiness": _AT_LEAST_NOTHING,
    "floor": N_("Write a number from 0 to 1, such as 0.2."),
}


def refusal(problem: ServiceProblem) -> str:
    """Why a service said no and what to do."""
    known = WORDS.get(problem.slug)
    if known is None and language() != LANGUAGES[0]:
        known = IN_SHORT.get(problem.slug)
    return _(known) if known else problem.detail


def advice(pointer: str, said: str) -> str:
    """What to write in the field that a pointer such as `/availability/1/end` names; else what the service `said`."""
    known = next((ADVICE[name] for name in reversed(pointer.split("/")) if name in ADVICE), None)
    return _(known) if known else said
