"""E-mail: a composed mail as MIME with its calendar part, handed to the organisation's SMTP server."""

import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

from icalendar import Calendar, Event, vCalAddress, vText, vUri

from notifications.domain.mail import Attendee, Invitation, Mail
from notifications.domain.texts import one_line
from notifications.ports import AddressRefused, NotDelivered

TIMEOUT_SECONDS = 15.0
_PERMANENT = 500


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who the mails come from: `MentorMesh <mentoring@example.org>` taken apart."""

    name: str
    email: str

    @staticmethod
    def read(text: str) -> "Sender":
        """Take apart a name with an address, or an address alone.

        Raises:
            ValueError: there is no address in it.
        """
        name, email = parseaddr(text)
        if "@" not in email:
            raise ValueError(f"{text!r} holds no address")
        return Sender(name=one_line(name), email=email)

    @property
    def domain(self) -> str:
        """What ids of mails and calendar entries end with, so that they are unique in the world."""
        return self.email.rpartition("@")[2]


class SmtpMailer:
    """Hands mails to one SMTP server.

    `url` is `smtp://[user:password@]host[:port]`, `smtps://` for TLS from the start, `smtp+starttls://` for TLS after
    the greeting.
    """

    def __init__(self, url: str, sender: Sender) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Hand over one mail; see `notifications.ports.Mailer`."""
        message = mime(mail, self._sender)
        try:
            with self._connected() as server:
                server.send_message(message, self._sender.email, [mail.to.email])
        except smtplib.SMTPRecipientsRefused as refusal:
            code = max((code for code, _ in refusal.recipients.values()), default=_PERMANENT)
            raise _by_code(code, "address_refused") from refusal
        except smtplib.SMTPNotSupportedError as refusal:
            # An address with letters that this server does not take will not be taken later either.
            raise AddressRefused("address_not_supported") from refusal
        except smtplib.SMTPAuthenticationError as failure:
            raise NotDelivered("not_authenticated") from failure
        except smtplib.SMTPResponseException as failure:
            raise _by_code(failure.smtp_code, "mail_refused") from failure
        except (smtplib.SMTPException, OSError) as failure:
            raise NotDelivered("server_unreachable") from failure

    def _connected(self) -> smtplib.SMTP:
        host, port = self._url.hostname or "localhost", self._url.port
        server: smtplib.SMTP
        if self._url.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(
                host, port or (587 if "starttls" in self._url.scheme else 25), timeout=TIMEOUT_SECONDS
            )
        try:
            if self._url.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
        except smtplib.SMTPNotSupportedError as failure:
            # It offers no TLS or no login that we know: an operator's matter, for which no address is given up.
            server.close()
            raise NotDelivered("server_unfit") from failure
        except BaseException:
            server.close()
            raise
        return server


def mime(mail: Mail, sender: Sender) -> EmailMessage:
    """The mail as it goes over the wire: plain text, HTML and, for a session, a `text/calendar` part.

    Raises:
        AddressRefused: the address cannot be written into a header.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(sender.name, addr_spec=sender.email)
    message["To"] = _address(mail.to)
    message["Subject"] = mail.subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{mail.id}@{sender.domain}>"
    # Nobody's out-of-office reply should come back for what a program wrote (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{mail.preferences_url}>"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if mail.invitation is not None:
        message.add_alternative(
            calendar(mail.invitation, sender).decode(),
            subtype="calendar",
            cte="base64",
            params={"method": mail.invitation.method},
        )
    message["Content-Language"] = mail.language
    return message


def calendar(invitation: Invitation, sender: Sender) -> bytes:
    """The invitation as iCalendar (RFC 5545) with the method of RFC 5546."""
    entry = Event()
    entry.add("uid", f"{invitation.uid}@{sender.domain}")
    entry.add("sequence", invitation.sequence)
    entry.add("dtstamp", invitation.stamped_at)
    entry.add("dtstart", invitation.starts_at)
    entry.add("dtend", invitation.ends_at)
    entry.add("summary", vText(invitation.summary))
    entry.add("url", vUri(invitation.url))
    entry.add("status", "CANCELLED" if invitation.method == "CANCEL" else "CONFIRMED")
    entry.add("organizer", _calendar_address(Attendee(name=sender.name, email=sender.email)))
    for attendee in invitation.attendees:
        address = _calendar_address(attendee)
        address.params["ROLE"] = vText("REQ-PARTICIPANT")
        address.params["PARTSTAT"] = vText("NEEDS-ACTION")
        # Answers would go to a mailbox that nobody reads; sessions are moved and cancelled in the portal.
        address.params["RSVP"] = vText("FALSE")
        entry.add("attendee", address)
    whole = Calendar()
    whole.add("prodid", "-//MentorMesh//Sessions//EN")
    whole.add("version", "2.0")
    whole.add("method", invitation.method)
    whole.add_component(entry)
    return bytes(whole.to_ical())


def _calendar_address(person: Attendee) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    if person.name:
        # A quote cannot be written inside a parameter's value.
        address.params["CN"] = vText(person.name.replace('"', "'"))
    return address


def _address(person: Attendee) -> Address:
    try:
        return Address(person.name, addr_spec=person.email)
    except (ValueError, IndexError, MessageError) as failure:
        # Malformed addresses come as several kinds of error from the standard library's parser.
        raise AddressRefused("bad_address") from failure


def _by_code(code: int, permanent: str) -> Exception:
    return AddressRefused(permanent) if code >= _PERMANENT else NotDelivered("try_later")
