"""The match's reasons as codes and as plain sentences; the mentee reads nothing here that is another's to keep."""

from collections.abc import Iterable, Mapping, Sequence

import engine
from matching.domain.person import Word
from matching.ports.matcher import Why

NAMED = ("offers_wanted_skill", "helps_with_goal")
PLACES = {"department": "another department", "site": "another site"}


def named(reasons: Iterable[engine.Reason]) -> frozenset[str]:
    """The skills and themes that reasons are about."""
    return frozenset(id for reason in reasons if reason.code in NAMED for id in reason.about)


def told(
    reasons: Iterable[engine.Reason], mentee: engine.Person, components: Mapping[str, float], words: Mapping[str, Word]
) -> tuple[Why, ...]:
    """What a mentee may know of each reason, strongest first; a mentor's wish stays the mentor's."""
    known = (_told(reason, mentee, components, words) for reason in reasons)
    return tuple(why for why in known if why is not None)


def sentence(why: Why) -> str:
    """The reason in plain English."""
    match why.code:
        case "offers_wanted_skill":
            return f"Can help you learn {_listed(why.about) or 'something you look for'}."
        case "helps_with_goal":
            goals = "goal" if len(why.about) == 1 else "goals"
            return f"Helps with your {goals} {_listed(why.about)}." if why.about else "Helps with what you aim for."
        case "right_seniority":
            return "Has about the seniority that this program looks for."
        case "free_at_the_same_time":
            return f"You are both free for {why.hours or 0:g} hour{'' if why.hours == 1 else 's'} a week."
        case "sees_it_from_elsewhere":
            return f"Brings a view from {_listed([PLACES.get(name, f'another {name}') for name in why.about])}."
        case "you_wished":
            return "You named this mentor as a wish."


def _told(
    reason: engine.Reason, mentee: engine.Person, components: Mapping[str, float], words: Mapping[str, Word]
) -> Why | None:
    match reason.code:
        case "offers_wanted_skill" | "helps_with_goal" as code:
            names = dict.fromkeys(words[id].name for id in reason.about if id in words)
            return Why(code=code, about=tuple(names))
        case "free_at_the_same_time" as code:
            return Why(code=code, hours=_shared_hours(mentee, components.get("availability", 0.0)))
        case "sees_it_from_elsewhere" as code:
            return Why(code=code, about=tuple(dict.fromkeys(reason.about)))
        case "right_seniority" | "you_wished" as code:
            return Why(code=code)
        case _:
            return None


def _shared_hours(mentee: engine.Person, share: float) -> float:
    free = {(one.day, half) for one in mentee.availability for half in range(one.start, one.end)}
    return round(share * len(free)) / 2


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
