"""Mail over a real SMTP conversation on the loopback interface."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mentormesh.stack import ports
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


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mailer(inbox: Inbox) -> Iterator[SmtpMailer]:
    port = ports.free()
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
        SmtpMailer(f"smtp://127.0.0.1:{ports.free()}", SENDER).send(MAIL)


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody but itself vouches for, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "server.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def guarded(inbox: Inbox, identity: Path) -> Iterator[int]:
    """The port of a server that takes mail after STARTTLS and a login (`mesh`, `p@ss:word`) only."""

    def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, told: LoginPassword) -> AuthResult:
        return AuthResult(success=(told.login, told.password) == (b"mesh", b"p@ss:word"), handled=False)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(identity)
    port = ports.free()
    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=knows,
        auth_required=True,
    )
    controller.start()
    yield port
    controller.stop()


def test_mail_goes_after_starttls_and_a_login(
    guarded: int, inbox: Inbox, identity: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(identity))
    SmtpMailer(f"smtp+starttls://mesh:p%40ss%3Aword@127.0.0.1:{guarded}", SENDER).send(MAIL)
    assert [envelope.rcpt_tos for envelope in inbox.received] == [["ana@example.org"]]


def test_a_wrong_password_is_tried_later(
    guarded: int, inbox: Inbox, identity: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(identity))
    with pytest.raises(NotDelivered, match="not_authenticated"):
        SmtpMailer(f"smtp+starttls://mesh:wrong@127.0.0.1:{guarded}", SENDER).send(MAIL)
    assert inbox.received == []


def test_a_server_that_nobody_vouches_for_gets_no_password(guarded: int, inbox: Inbox) -> None:
    with pytest.raises(NotDelivered, match="server_unreachable"):
        SmtpMailer(f"smtp+starttls://mesh:p%40ss%3Aword@127.0.0.1:{guarded}", SENDER).send(MAIL)
    assert inbox.received == []


@pytest.mark.parametrize("address", ["smtp+starttls://127.0.0.1", "smtp://mesh:secret@127.0.0.1"])
def test_a_server_without_what_the_address_asks_for_blames_no_recipient(
    mailer: SmtpMailer, inbox: Inbox, address: str
) -> None:
    with pytest.raises(NotDelivered, match="server_unfit"):
        SmtpMailer(f"{address}:{mailer._url.port}", SENDER).send(MAIL)
    assert inbox.received == []
