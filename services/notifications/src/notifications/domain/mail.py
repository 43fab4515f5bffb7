"""A mail as its reader gets it: subject, plain text, simple HTML and, for a session, what calendars must know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from notifications.domain.known import Contact
from notifications.domain.message import Message, Method
from notifications.domain.texts import Text, one_line, words_for


@dataclass(frozen=True, kw_only=True)
class Attendee:
    """Somebody who is invited."""

    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """One revision of one calendar entry, moments in UTC; `uid` stays the same through all revisions."""

    uid: str
    method: Method
    sequence: int
    starts_at: datetime
    ends_at: datetime
    stamped_at: datetime
    summary: str
    url: str
    attendees: tuple[Attendee, ...]


@dataclass(frozen=True, kw_only=True)
class Mail:
    """Everything but the sender. `id` is stable over attempts, so that a repeat is recognised by its Message-ID."""

    id: str
    to: Attendee
    subject: str
    text: str
    html: str
    language: str
    preferences_url: str
    invitation: Invitation | None = None


def compose(id: str, message: Message, text: Text, reader: Contact, people: Sequence[Contact], portal_url: str) -> Mail:
    """The mail for a message; `people` are the contacts that a calendar invitation should name."""
    words = words_for(reader.locale)
    name = one_line(reader.name)
    greeting = words.greeting.format(name=name)
    link = portal_url + message.notice.link
    preferences = portal_url + "/preferences"
    return Mail(
        id=id,
        to=Attendee(name=name, email=reader.email),
        subject=one_line(text.title),
        text=_plain(greeting, text, (words.open_page, link), words.why, (words.change, preferences)),
        html=_html(words.language, greeting, text, (words.open_page, link), words.why, (words.change, preferences)),
        language=words.language,
        preferences_url=preferences,
        invitation=_invitation(message, people, words.session_with, link),
    )


def _invitation(message: Message, people: Sequence[Contact], summary: str, link: str) -> Invitation | None:
    meeting = message.notice.meeting
    if meeting is None or meeting.method is None:
        return None
    reachable = [one for one in people if one.email and not one.is_gone]
    return Invitation(
        uid=meeting.session_id,
        method=meeting.method,
        sequence=meeting.revision,
        starts_at=meeting.starts_at,
        ends_at=meeting.starts_at + timedelta(minutes=meeting.minutes),
        stamped_at=message.created_at,
        summary=summary.format(names=", ".join(one_line(one.name) for one in reachable)),
        url=link,
        attendees=tuple(Attendee(name=one_line(one.name), email=one.email) for one in reachable),
    )


def _plain(greeting: str, text: Text, page: tuple[str, str], why: str, change: tuple[str, str]) -> str:
    return f"{greeting}\n\n{text.body}\n\n{page[0]}: {page[1]}\n\n-- \n{why}\n{change[0]}: {change[1]}\n"


def _html(language: str, greeting: str, text: Text, page: tuple[str, str], why: str, change: tuple[str, str]) -> str:
    title = escape(text.title)
    body = "font-family:sans-serif;line-height:1.5;color:#1f2937;max-width:36em;margin:0 auto;padding:16px"
    button = "display:inline-block;padding:10px 16px;background:#1d4ed8;color:#ffffff;border-radius:6px"
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f'<body style="{body}">\n'
        f'<h1 style="font-size:1.25em">{title}</h1>\n'
        f"<p>{escape(greeting)}</p>\n<p>{escape(text.body)}</p>\n"
        f'<p><a href="{escape(page[1])}" style="{button}">{escape(page[0])}</a></p>\n'
        f'<p style="font-size:0.85em;color:#4b5563">{escape(why)}\n'
        f'<a href="{escape(change[1])}">{escape(change[0])}</a></p>\n'
        "</body></html>\n"
    )
