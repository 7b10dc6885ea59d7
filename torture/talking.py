"""A small HTTP client: one connection, one request at a time, and no second try behind our back."""

import asyncio
import json
from typing import Any


class Unanswered(Exception):
    """No whole answer came: nobody outside knows what happened."""


class Line:
    """One person's connection to an address, opened again after each loss."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.port = port
        self._headers = _spell(headers)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: Any = None, timeout_seconds: float = 8.0) -> tuple[int, Any]:
        """Give status and JSON of the answer; raises :class:`Unanswered`."""
        content = b"" if body is None else json.dumps(body).encode()
        status, answer = await self._within(timeout_seconds, f"{method} /v1/{path}", self._headers, content)
        return status, json.loads(answer)

    async def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> int:
        """Send whatever it is, with these headers alone; give the answer's status or raise :class:`Unanswered`."""
        status, _ = await self._within(30.0, f"{method} {path}", _spell(headers), body)
        return status

    async def _within(self, timeout_seconds: float, line: str, headers: str, content: bytes) -> tuple[int, bytes]:
        try:
            return await asyncio.wait_for(self._exchange(line, headers, content), timeout_seconds)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            self.hang_up()
            raise Unanswered(type(error).__name__) from None

    async def _exchange(self, line: str, headers: str, content: bytes) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        reader, writer = self._streams
        head = f"{line} HTTP/1.1\r\nHost: torture\r\n{headers}Content-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        received = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        answer = await reader.readexactly(int(received.get("content-length", "0")))
        if received.get("connection") == "close":
            self.hang_up()
        return int(lines[0].split()[1]), answer

    def another(self) -> "Line":
        """Give one more connection for the same person."""
        line = Line(self.port, {})
        line._headers = self._headers
        return line

    def hang_up(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _spell(headers: dict[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
