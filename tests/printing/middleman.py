"""Stands between the server and a real printer, and loses what it is told to lose: a bad network, a frozen printer."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PRINT_JOB = 2


@dataclass
class Middleman:
    """Forwards to a port of this machine. What is lost is neither answered nor refused."""

    to_port: int
    port: int = 0
    loses_requests: bool = False
    """What is to be printed never arrives."""
    loses_answers: bool = False
    """What is to be printed arrives, and its answer does not come back."""
    then_silent: bool = False
    """After that nothing is answered any more."""
    is_silent: bool = False
    printed: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"ipp://127.0.0.1:{self.port}/ipp/print"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            while (request := await self._read(reader)) is not None:
                if (answer := await self._answer(request)) is None:
                    await asyncio.sleep(60)
                    return
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.tasks.discard(task)

    async def _answer(self, request: bytes) -> bytes | None:
        body = request[request.index(b"\r\n\r\n") + 4 :]
        prints = struct.unpack(">H", body[2:4])[0] == PRINT_JOB
        if self.is_silent:
            return None
        if prints:
            self.is_silent = self.then_silent
            if self.loses_requests:
                return None
            self.printed += 1
        answer = await self._forward(request)
        return None if prints and self.loses_answers else answer

    async def _forward(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        try:
            writer.write(request)
            await writer.drain()
            answer = await self._read(reader)
            assert answer is not None
            return answer
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> bytes | None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        lines = head.decode("latin-1").lower().split("\r\n")
        length = next((int(line.split(":")[1]) for line in lines if line.startswith("content-length:")), 0)
        return head + await reader.readexactly(length)


@asynccontextmanager
async def middleman(to_port: int) -> AsyncIterator[Middleman]:
    """Listen at a port of the system's choice until the block ends."""
    between = Middleman(to_port)
    server = await asyncio.start_server(between.serve, "127.0.0.1", 0)
    between.port = server.sockets[0].getsockname()[1]
    try:
        yield between
    finally:
        server.close()
        for task in list(between.tasks):
            task.cancel()
