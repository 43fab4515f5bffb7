"""The match's reasons as plain sentences for the mentee, who reads nothing here that is another's to keep."""

from collections.abc import Iterable, Mapping, Sequence

import engine
from matching.domain.person import Word

PLACES = {"department": "another department", "site": "another site"}


def sentences(
    reasons: Iterable[engine.Reason], mentee: engine.Person, components: Mapping[str, float], words: Mapping[str, Word]
) -> tuple[str, ...]:
    """One sentence a reason, strongest first; a mentor's wish stays the mentor's."""
    told = (_sentence(reason, mentee, components, words) for reason in reasons)
    return tuple(sentence for sentence in told if sentence)


def _sentence(
    reason: engine.Reason, mentee: engine.Person, components: Mapping[str, float], words: Mapping[str, Word]
) -> str | None:
    match reason.code:
        case "offers_wanted_skill":
            return f"Can help you learn {_listed(_names(reason.about, words))}."
        case "helps_with_goal":
            goals = _names(reason.about, words)
            return f"Helps with your {'goal' if len(goals) == 1 else 'goals'} {_listed(goals)}."
        case "right_seniority":
            return "Has about the seniority that this program looks for."
        case "free_at_the_same_time":
            return _shared_hours(mentee, components.get("availability", 0.0))
        case "sees_it_from_elsewhere":
            return f"Brings a view from {_listed([PLACES.get(name, f'another {name}') for name in reason.about])}."
        case "you_wished":
            return "You named this mentor as a wish."
        case _:
            return None


def _shared_hours(mentee: engine.Person, share: float) -> str:
    free = {(one.day, half) for one in mentee.availability for half in range(one.start, one.end)}
    hours = round(share * len(free)) / 2
    return f"You are both free for {hours:g} hour{'' if hours == 1 else 's'} a week."


def _names(ids: Sequence[str], words: Mapping[str, Word]) -> list[str]:
    return [words[id].name if id in words else "something you look for" for id in ids]


def _listed(names: Sequence[str]) -> str:
    once = list(dict.fromkeys(names))
    return once[0] if len(once) == 1 else f"{', '.join(once[:-1])} and {once[-1]}"
