"""Speaking HTTP byte by byte, as no library would: for requests that are odd, slow, broken or hostile."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.servers import Tenant

PATIENCE_SECONDS = 15


@dataclass
class Answer:
    """One answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Line:
    """One connection to a server."""

    def __init__(self, line: socket.socket) -> None:
        self.socket = line
        self._buffer = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def end_sending(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def answer(self, *, to_head: bool = False) -> Answer:
        """Read one answer; `to_head` where it has no body."""
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
        status = int(line.split(" ")[1])
        length = 0 if to_head or status in {100, 204} else int(headers["content-length"])
        while len(self._buffer) < length:
            self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return Answer(status, headers, body)

    def is_closed(self) -> bool:
        """Wait for the server to end the connection, with nothing said before."""
        try:
            return not self._buffer and self.socket.recv(65536) == b""
        except ConnectionResetError:
            return True

    def _more(self) -> None:
        data = self.socket.recv(65536)
        assert data, f"closed in the midst of an answer: {self._buffer[:300]!r}"
        self._buffer += data


@contextlib.contextmanager
def connected(url: str) -> Iterator[Line]:
    """Connect to a server."""
    address = urlsplit(url)
    assert address.hostname is not None
    with socket.create_connection((address.hostname, address.port or 80), timeout=PATIENCE_SECONDS) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield Line(line)


def request(method: str, path: str, body: bytes | None = None, *more: str, version: str = "1.1") -> bytes:
    """Spell a request, with Content-Length where there is a body."""
    lines = [f"{method} {path} HTTP/{version}", "Host: tickets.example", *more]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def credentials(tenant: Tenant) -> tuple[str, ...]:
    return tuple(f"{name}: {value}" for name, value in tenant.credentials.items())


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def drip(line: Line, data: bytes, pause_seconds: float) -> None:
    """Send byte by byte until the server has had enough, or all is sent."""
    with contextlib.suppress(ConnectionError):
        for byte in data:
            line.send(bytes([byte]))
            time.sleep(pause_seconds)
            line.socket.setblocking(False)
            try:
                if line.socket.recv(1, socket.MSG_PEEK) is not None:
                    return
            except BlockingIOError:
                pass
            finally:
                line.socket.settimeout(PATIENCE_SECONDS)


def assert_refused(answer: Answer, status: int, message: str) -> None:
    """The one shape of an error (contract.md §1)."""
    assert answer.status == status, answer
    found = answer.json()
    assert found["status"] == "error"
    assert found["message"] == message
    assert set(found) <= {"status", "message", "errors"}
    assert all(set(error) == {"field", "reason"} for error in found.get("errors", []))
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
