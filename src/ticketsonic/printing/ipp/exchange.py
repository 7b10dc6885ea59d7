"""One question to a printer and its answer, over HTTP: bounded in time and size, and honest about what is unknown.

No redirect is followed, no proxy of the environment used, and an answer is only ever read as IPP: whatever else
stands at an address that a tenant gave is never shown to anybody. A printer's certificate is not checked: printers
sign their own. So `ipps` keeps listeners out, and says nothing of who answers.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ticketsonic.allowed_hosts import AllowedHosts
from ticketsonic.printing.ipp.messages import Answer, UnreadableAnswer, read_answer

if TYPE_CHECKING:
    import httpx

LONGEST_ANSWER_BYTES = 2 * 1024 * 1024
ANSWER_SECONDS = 10.0
CONNECT_SECONDS = 4.0
KEPT_SECONDS = 2.0
"""How long a connection is kept: less than any printer does, so that none is found closed when a badge is sent."""
_SCHEMES = {"ipp": ("http", 631), "ipps": ("https", 631), "http": ("http", 80), "https": ("https", 443)}
_MEDIA_TYPE = "application/ipp"
_OK, _UNAUTHORIZED, _FORBIDDEN, _SERVER_ERRORS = 200, 401, 403, 500


class NotSent(Exception):
    """Nothing reached the printer: that is certain."""


class NotAllowedHost(NotSent):
    """The operator's setting does not allow this address."""


class NeedsPassword(NotSent):
    """The printer wants credentials first."""


class NoPrinter(NotSent):
    """Something answers at this address, and takes no IPP."""


class NoAnswer(Exception):
    """It may have reached the printer: nobody can say."""


class _Place(NamedTuple):
    scheme: str
    host: str
    port: int
    path: str

    def url_at(self, address: str) -> str:
        shown = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{shown}:{self.port}{self.path}"


def _place_of(url: str) -> _Place:
    parts = urlsplit(url)
    scheme, port = _SCHEMES[parts.scheme]
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Place(scheme, parts.hostname or "", parts.port or port, path)


def printer_uri_of(url: str) -> str:
    """Spell an address as the `printer-uri` that IPP names printers by: its scheme is ipp or ipps."""
    scheme, _, rest = url.partition("://")
    return {"http": "ipp", "https": "ipps"}.get(scheme, scheme) + "://" + rest


class Exchange:
    """The HTTP client of one process, for all printers."""

    def __init__(self, allowed: AllowedHosts) -> None:
        """Nothing is opened or loaded before the first question."""
        self._allowed = allowed
        self._client: httpx.AsyncClient | None = None

    async def ask(self, url: str, content: bytes, *, seconds: float = ANSWER_SECONDS) -> Answer:
        """Ask a question. Raises :class:`NotSent` where it is certain that nothing arrived, else :class:`NoAnswer`."""
        place = _place_of(url)
        addresses = await self._addresses(place)
        for last, address in zip([False] * (len(addresses) - 1) + [True], addresses, strict=True):
            try:
                return await self._ask_at(place, address, content, seconds)
            except _Unreached as unreached:
                if last:
                    raise NotSent(str(unreached)) from unreached
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()

    async def _addresses(self, place: _Place) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, TimeoutError) as error:
            raise NotSent(f"the name {place.host} is not known") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._allowed.trusts(place.host):
            addresses = [address for address in addresses if self._allowed.allows(address)]
        if not addresses:
            raise NotAllowedHost(place.host)
        return addresses

    async def _ask_at(self, place: _Place, address: str, content: bytes, seconds: float) -> Answer:
        import httpx  # noqa: PLC0415 - a sixth of a start, for those who print

        headers = {"host": f"{place.host}:{place.port}", "content-type": _MEDIA_TYPE, "accept": _MEDIA_TYPE}
        request = self._opened().build_request(
            "POST",
            place.url_at(address),
            content=content,
            headers=headers,
            extensions={
                "sni_hostname": place.host,
                "timeout": httpx.Timeout(seconds, connect=CONNECT_SECONDS).as_dict(),
            },
        )
        try:
            async with asyncio.timeout(seconds + CONNECT_SECONDS), self._sent(request) as response:
                return await _read(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _Unreached(type(error).__name__) from error
        except (httpx.HTTPError, OSError, TimeoutError, UnreadableAnswer) as error:
            raise NoAnswer(type(error).__name__) from error

    @asynccontextmanager
    async def _sent(self, request: "httpx.Request") -> AsyncIterator["httpx.Response"]:
        response = await self._opened().send(request, stream=True, follow_redirects=False)
        try:
            yield response
        finally:
            await response.aclose()

    def _opened(self) -> "httpx.AsyncClient":
        if self._client is None:
            import httpx  # noqa: PLC0415 - likewise

            unchecked = ssl.create_default_context()
            unchecked.check_hostname = False
            unchecked.verify_mode = ssl.CERT_NONE
            self._client = httpx.AsyncClient(
                verify=unchecked,
                trust_env=False,
                limits=httpx.Limits(max_connections=None, keepalive_expiry=KEPT_SECONDS),
            )
        return self._client


class _Unreached(Exception):
    """No connection came about at one of a name's addresses."""


async def _read(response: "httpx.Response") -> Answer:
    if response.status_code in {_UNAUTHORIZED, _FORBIDDEN}:
        raise NeedsPassword
    if response.status_code >= _SERVER_ERRORS:
        raise NoAnswer(f"HTTP {response.status_code}")
    if response.status_code != _OK or response.headers.get("content-type", "").split(";")[0] != _MEDIA_TYPE:
        raise NoPrinter(f"HTTP {response.status_code}")
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > LONGEST_ANSWER_BYTES:
            raise NoAnswer("an answer without an end")
    return read_answer(bytes(content))
