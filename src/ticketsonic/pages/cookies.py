"""The cookies of the pages, by the names they have here. Where the server speaks TLS they are `__Host-` ones."""

from collections.abc import Mapping
from typing import Final, Literal

from starlette.responses import Response

from ticketsonic.accounts.sessions import SESSION_DAYS
from ticketsonic.settings import Settings

Kind = Literal["session", "visitor", "note", "language"]
SESSION: Final = "session"
VISITOR: Final = "visitor"
NOTE: Final = "note"
LANGUAGE: Final = "language"
_DAY_SECONDS = 86_400
_SECONDS: Mapping[Kind, int | None] = {
    SESSION: SESSION_DAYS * _DAY_SECONDS,
    VISITOR: None,
    NOTE: 120,
    LANGUAGE: 365 * _DAY_SECONDS,
}


class Cookies:
    """Reads and writes them. A `__Host-` cookie no other host, subdomain or plain connection can set (RFC 6265bis)."""

    def __init__(self, settings: Settings) -> None:
        self.secure = speaks_tls(settings)
        self._prefix = "__Host-ticketsonic-" if self.secure else "ticketsonic-"

    def read(self, given: Mapping[str, str], kind: Kind) -> str:
        """Give a cookie's value; "" where the browser sent none."""
        return given.get(self._prefix + kind, "")

    def write(self, response: Response, kind: Kind, value: str) -> None:
        """Set a cookie: out of reach of scripts, and never sent along from other sites' forms."""
        name = self._prefix + kind
        if value:
            seconds = _SECONDS[kind]
            response.set_cookie(name, value, seconds, secure=self.secure, httponly=True, samesite="lax")
        else:
            response.delete_cookie(name, secure=self.secure, httponly=True, samesite="lax")


def speaks_tls(settings: Settings) -> bool:
    """Whether browsers reach this server by https: its own certificate, or a proxy's."""
    return settings.tls_certificate is not None or (settings.public_url or "").startswith("https://")
