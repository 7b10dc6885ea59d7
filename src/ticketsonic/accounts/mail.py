"""Mail to an account's person, over SMTP where it is configured: queued, so that no answer tells whether one was sent.

What goes wrong is logged without the address; whoever waits in vain asks for another.
"""

import asyncio
import base64
import contextlib
import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from msgspec import Struct

from ticketsonic.settings import Settings

log = logging.getLogger("ticketsonic.mail")

MOST_WAITING = 200
TIMEOUT_SECONDS = 15
TRIES = 3
_AGAIN_SECONDS = 5.0
_SIGNED_IN = 235


class Letter(Struct, frozen=True):
    """One mail, as plain text."""

    to: str
    subject: str
    text: str


class Mailer:
    """Sends the mails of one process, one after another."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: asyncio.Queue[Letter] = asyncio.Queue(MOST_WAITING)
        self._sending: asyncio.Task[None] | None = None

    @property
    def is_configured(self) -> bool:
        """Whether mail can be sent at all."""
        return self._settings.smtp_host is not None

    def start(self) -> None:
        """Begin to send."""
        if self.is_configured:
            self._sending = asyncio.create_task(self._send_all())

    async def stop(self) -> None:
        """Send no more; what waits is asked for again."""
        if self._sending is not None:
            self._sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sending

    def post(self, letter: Letter) -> None:
        """Let a letter be sent soon."""
        try:
            self._waiting.put_nowait(letter)
        except asyncio.QueueFull:
            log.warning("mail not sent: too many wait")

    async def _send_all(self) -> None:
        while True:
            letter = await self._waiting.get()
            for attempt in range(1, TRIES + 1):
                try:
                    await asyncio.to_thread(self._send, letter)
                    break
                except smtplib.SMTPRecipientsRefused:
                    log.warning("mail not sent: the server refuses its recipient")
                    break
                except (OSError, smtplib.SMTPException) as error:
                    log.warning("mail not sent", extra={"error": type(error).__name__, "attempt": attempt})
                    if attempt < TRIES:
                        await asyncio.sleep(_AGAIN_SECONDS * attempt)
                except ValueError as error:  # a letter that cannot be spelled: those behind it go on
                    log.warning("mail not sent", extra={"error": type(error).__name__, "attempt": attempt})
                    break

    def _send(self, letter: Letter) -> None:
        settings = self._settings
        with self._connect() as server:
            if settings.smtp_user:
                _sign_in(server, settings.smtp_user, settings.smtp_password or "")
            server.send_message(spell(letter, settings.mail_from or ""))

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        host, port = settings.smtp_host or "", settings.smtp_port
        if settings.smtp_security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        if settings.smtp_security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server


def _sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """Sign in; smtplib itself knows no name or password beyond ASCII, which RFC 4616 sends in UTF-8."""
    if (user + password).isascii():
        server.login(user, password)
        return
    server.ehlo_or_helo_if_needed()
    given = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
    code, answer = server.docmd("AUTH", f"PLAIN {given}")
    if code != _SIGNED_IN:
        raise smtplib.SMTPAuthenticationError(code, answer)


def spell(letter: Letter, mail_from: str) -> EmailMessage:
    """Spell a letter as a message. A line break in a header is refused by the library."""
    message = EmailMessage()
    message["From"] = mail_from
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=mail_from.rpartition("@")[2].strip("> ") or "localhost")
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(letter.text)
    return message
