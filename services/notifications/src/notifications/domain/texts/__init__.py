"""The words of each notice, in the reader's language and time zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list

from notifications.domain.known import Contact, Program
from notifications.domain.message import Notice
from notifications.domain.texts import english, german
from notifications.domain.texts.words import Words

_LANGUAGES: Mapping[str, Words] = {"en": english.WORDS, "de": german.WORDS}
LANGUAGES = tuple(_LANGUAGES)


@dataclass(frozen=True, kw_only=True)
class Text:
    """A notice in words: one line and one paragraph, both plain text."""

    title: str
    body: str


def words_for(locale: str) -> Words:
    """The words of the locale's language; English where there are none."""
    return _LANGUAGES.get(locale.replace("_", "-").split("-")[0].lower(), english.WORDS)


def written(notice: Notice, reader: Contact, others: Sequence[Contact], program: Program | None) -> Text:
    """The notice as `reader` reads it; people and programs that are not known yet get a neutral word."""
    words = words_for(reader.locale)
    zone, region = zone_of(reader.time_zone), region_of(reader.locale, words)
    names = [one_line(other.name) or words.somebody for other in others] or [words.somebody]
    values = {
        "other": format_list(names, locale=region),
        "program": one_line(program.name) if program else words.some_program,
        "deadline": moment(notice.deadline, zone, region) if notice.deadline else words.soon,
        "when": moment(notice.meeting.starts_at, zone, region) if notice.meeting else words.soon,
        "minutes": notice.meeting.minutes if notice.meeting else 0,
    }
    title, body = words.notices[notice.kind]
    return Text(title=title.format(**values), body=body.format(**values))


def region_of(locale: str, words: Words) -> Locale:
    """How dates and lists are written there: `en-GB` is not `en-US`; the words' own where nobody knows the locale."""
    try:
        region = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale(words.language)
    return region if region.language == words.language else Locale(words.language)


def moment(at: datetime, zone: tzinfo, region: Locale) -> str:
    """A moment as somebody there says it, with the zone that it is in."""
    local = at.astimezone(zone)
    day, time = format_date(local, "full", locale=region), format_time(local, "short", locale=region)
    # Babel's narrow no-break space turns into a question mark in some mail programs.
    return f"{day}, {time} ({zone})".replace("\u202f", " ")


def zone_of(name: str) -> tzinfo:
    """The zone of that name; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def one_line(text: str) -> str:
    """The text without line breaks and control characters, since names end up in headers."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


__all__ = ["LANGUAGES", "Text", "Words", "moment", "one_line", "region_of", "words_for", "written", "zone_of"]
