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
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: Any = None, timeout_seconds: float = 8.0) -> tuple[int, Any]:
        """Give status and JSON of the answer; raises :class:`Unanswered`."""
        try:
            return await asyncio.wait_for(self._ask(method, path, body), timeout_seconds)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            self.hang_up()
            raise Unanswered(type(error).__name__) from None

    async def _ask(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        reader, writer = self._streams
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} /v1/{path} HTTP/1.1\r\nHost: torture\r\n{self._headers}Content-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        answer = await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection") == "close":
            self.hang_up()
        return int(lines[0].split()[1]), json.loads(answer)

    def hang_up(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
