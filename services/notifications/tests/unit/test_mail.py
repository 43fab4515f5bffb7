"""Mails: what people read and what their calendars understand."""

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from contracts.feedback import SessionCancelled, SessionReminded, SessionRescheduled
from contracts.profiles import ContactChanged
from notifications.channels import Sender, mime
from notifications.domain.mail import Mail
from notifications.ports import AddressRefused

from .conftest import ASKED, SCHEDULED, SESSION, STARTS, KeptMail, Send, Tell

GOLDEN = Path(__file__).parent / "golden"
SENDER = Sender.read("MentorMesh <mentoring@example.org>")


def parsed(mail: Mail) -> EmailMessage:
    """The mail as a receiver reads it from the wire."""
    message = message_from_bytes(mime(mail, SENDER).as_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> Any:
    (found,) = [one for one in message.walk() if one.get_content_type() == kind]
    return found


def entry(mail: Mail) -> tuple[str, Any]:
    """The method and the only event of a mail's calendar part."""
    text = part(parsed(mail), "text/calendar")
    whole = Calendar.from_ical(text.get_payload(decode=True))
    (event,) = whole.walk("VEVENT")
    assert text.get_param("method") == whole["METHOD"]
    return str(whole["METHOD"]), event


@pytest.mark.parametrize("name", ["request_received.de", "session_scheduled.en"])
def test_bodies_are_as_they_were_approved(tell: Tell, send: Send, server: KeptMail, known: None, name: str) -> None:
    tell(ASKED, SCHEDULED)
    send()
    person, index = ("ben", 0) if name.endswith("de") else ("ana", 0)
    message = parsed(server.to(person)[index])
    for kind, suffix in (("text/plain", "txt"), ("text/html", "html")):
        body = part(message, kind).get_content().replace("\r\n", "\n")
        assert body == (GOLDEN / f"{name}.{suffix}").read_text(encoding="utf-8")


def test_headers_say_who_to_whom_and_how_to_stop_it(tell: Tell, send: Send, server: KeptMail, known: None) -> None:
    tell(ASKED)
    send()
    message = parsed(server.mails[0])
    assert message["From"] == "MentorMesh <mentoring@example.org>"
    assert message["To"].addresses[0].addr_spec == "ben@example.org"
    assert message["To"].addresses[0].display_name == "Ben Müller"
    assert message["Message-ID"] == f"<{server.mails[0].id}@example.org>"
    assert message["List-Unsubscribe"] == "<https://mentoring.example.org/preferences>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "de"
    assert [one.get_content_type() for one in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_a_session_comes_with_an_invitation_for_both(tell: Tell, send: Send, server: KeptMail, known: None) -> None:
    tell(SCHEDULED)
    send()
    for person in ("ana", "ben"):
        (mail,) = server.to(person)
        method, event = entry(mail)
        assert method == "REQUEST"
        assert event["UID"] == "ses_1@example.org"
        assert event["SEQUENCE"] == 0
        assert (event.start, event.end) == (STARTS, STARTS + timedelta(minutes=45))
        assert event["DTSTART"].to_ical() == b"20270112T093000Z"
        assert event["ORGANIZER"] == "mailto:mentoring@example.org"
        assert [str(one) for one in event["ATTENDEE"]] == ["mailto:ben@example.org", "mailto:ana@example.org"]
        assert event["ATTENDEE"][0].params["CN"] == "Ben Müller"


def test_one_calendar_entry_moves_and_goes(tell: Tell, send: Send, server: KeptMail, known: None) -> None:
    later = {**SESSION, "starts_at": STARTS + timedelta(days=1), "revision": 1}
    tell(SCHEDULED, SessionRescheduled(**later), SessionCancelled(**{**later, "revision": 2}))
    send()
    entries = [entry(mail) for mail in server.to("ana")]
    assert [method for method, _ in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [event["SEQUENCE"] for _, event in entries] == [0, 1, 2]
    assert len({str(event["UID"]) for _, event in entries}) == 1
    assert [str(event["STATUS"]) for _, event in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert entries[1][1].start == STARTS + timedelta(days=1)


def test_a_reminder_changes_no_calendar(tell: Tell, send: Send, server: KeptMail, known: None) -> None:
    tell(SessionReminded(**SESSION))
    send()
    assert all(mail.invitation is None for mail in server.mails)


@pytest.mark.parametrize(
    "name",
    [
        "Eve\r\nBcc: all@example.org",
        "Eve\nSubject: You won",
        'Eve"; DROP',
        "Eve <evil@example.org>",
        "Eve\x00\u2028\u202eX",
        "<script>alert(1)</script>",
        "{other} {0}",
    ],
)
def test_a_name_cannot_change_a_header_a_calendar_or_a_page(
    tell: Tell, send: Send, server: KeptMail, known: None, name: str
) -> None:
    tell(ContactChanged(person_id="prs_ana", name=name, email="ana@example.org", locale="en", time_zone="UTC"))
    tell(ASKED, SCHEDULED)
    send()
    for mail in server.mails:
        message = parsed(mail)
        assert message["Bcc"] is None
        assert len(message.get_all("Subject", [])) == 1
        assert [one.addr_spec for one in message["To"].addresses] in (["ana@example.org"], ["ben@example.org"])
        assert "<script>" not in part(message, "text/html").get_content()
        if mail.invitation is not None:
            assert len(entry(mail)[1]["ATTENDEE"]) == 2


@pytest.mark.parametrize("address", ["no-at-sign", "a@b@c", "x\r\nBcc: y@example.org", "", "spaces in@example.org"])
def test_an_address_that_cannot_be_written_is_refused(
    tell: Tell, send: Send, server: KeptMail, known: None, address: str
) -> None:
    tell(ASKED)
    send()
    mail = server.mails[0]
    broken = Mail(**{**vars(mail), "to": type(mail.to)(name="Ben", email=address)})
    with pytest.raises(AddressRefused, match="bad_address"):
        mime(broken, SENDER)


def test_a_sender_is_a_name_with_an_address() -> None:
    assert Sender.read("mentoring@example.org") == Sender(name="", email="mentoring@example.org")
    assert SENDER.domain == "example.org"
    with pytest.raises(ValueError, match="no address"):
        Sender.read("MentorMesh")
