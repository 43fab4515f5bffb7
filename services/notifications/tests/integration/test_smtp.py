"""Mail over a real SMTP conversation on the loopback interface."""

import socket
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from notifications.channels import Sender, SmtpMailer
from notifications.domain.mail import Attendee, Mail
from notifications.ports import AddressRefused, NotDelivered

SENDER = Sender.read("MentorMesh <mentoring@example.org>")
MAIL = Mail(
    id="dlv_1-email",
    to=Attendee(name="Ana Díaz", email="ana@example.org"),
    subject="Grüße",
    text="Hallo\n",
    html="<p>Hallo</p>\n",
    language="de",
    preferences_url="https://mentoring.example.org/preferences",
)


class Inbox:
    """An SMTP server's memory; it answers a recipient with what it was told to answer."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.answer = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.received.append(envelope)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mailer(inbox: Inbox) -> Iterator[SmtpMailer]:
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER)
    controller.stop()


def test_a_mail_arrives_as_it_was_composed(mailer: SmtpMailer, inbox: Inbox) -> None:
    mailer.send(MAIL)
    mailer.send(MAIL)
    first, second = (message_from_bytes(envelope.content) for envelope in inbox.received)
    assert inbox.received[0].mail_from == "mentoring@example.org"
    assert inbox.received[0].rcpt_tos == ["ana@example.org"]
    assert first["Message-ID"] == second["Message-ID"] == "<dlv_1-email@example.org>"
    assert [part.get_content_type() for part in first.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ("550 no such user", AddressRefused, "address_refused"),
        ("452 mailbox full", NotDelivered, "try_later"),
    ],
)
def test_a_refused_recipient_is_for_ever_or_for_now(
    mailer: SmtpMailer, inbox: Inbox, answer: str, error: type[Exception], code: str
) -> None:
    inbox.answer = answer
    with pytest.raises(error, match=code):
        mailer.send(MAIL)
    assert inbox.received == []


def test_a_server_that_is_away_is_tried_later() -> None:
    with pytest.raises(NotDelivered, match="server_unreachable"):
        SmtpMailer(f"smtp://127.0.0.1:{free_port()}", SENDER).send(MAIL)
