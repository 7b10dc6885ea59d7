"""A mail server as providers have it: nothing but STARTTLS or TLS, and a name and password before any mail."""

import contextlib
import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.portal.letterbox import Letterbox, free_port

NAME, PASSWORD = "tickets", "with spaces, and § signs"


def make_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody has signed but itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "letterbox")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    spelled = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "letterbox.pem"
    file.write_bytes(spelled + certificate.public_bytes(serialization.Encoding.PEM))
    return file


class StrictLetterbox(Letterbox):
    """Notes how each mail came."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = 0
        self.came: list[bool] = []
        """Of each mail, whether who brought it had signed in. Without TLS none is taken."""

    def check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        """aiosmtpd's authenticator."""
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (NAME.encode(), PASSWORD.encode())
        self.refused += not right
        return AuthResult(success=right, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        self.came.append(bool(session.authenticated))
        return await super().handle_DATA(server, session, envelope)


@contextlib.contextmanager
def open_strict_letterbox(certificate: Path, *, starttls: bool) -> Iterator[StrictLetterbox]:
    """Listen until the block ends: for STARTTLS, or for TLS from the first byte."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    letterbox = StrictLetterbox()
    letterbox.port = free_port()
    controller = Controller(
        letterbox,
        hostname="127.0.0.1",
        port=letterbox.port,
        ssl_context=None if starttls else context,
        tls_context=context if starttls else None,
        require_starttls=starttls,
        auth_required=starttls,  # aiosmtpd does not see TLS from the first byte, and warns
        auth_require_tls=starttls,
        authenticator=letterbox.check,
    )
    controller.start()
    try:
        yield letterbox
    finally:
        controller.stop()
