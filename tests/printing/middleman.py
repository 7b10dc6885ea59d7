"""Stands between the server and a real printer, and loses what it is told to lose: a bad network, a frozen printer."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PRINT_JOB, CREATE_JOB, SEND_DOCUMENT, CANCEL_JOB, GET_JOBS, GET_PRINTER_ATTRIBUTES = 2, 5, 6, 8, 10, 11
_PRINTS = (PRINT_JOB, SEND_DOCUMENT)
# As the value of an attribute: one that offers to open jobs offers to print them whole twice instead.
_OPENS, _PRINTS_WHOLE = (b"\x23\0\0\0\4" + number.to_bytes(4, "big") for number in (CREATE_JOB, PRINT_JOB))


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
    knows_no_opening: bool = False
    """It takes a job only whole, with its document."""
    loses_openings: bool = False
    """That a job is opened arrives, and its answer does not come back."""
    holds: int | None = None
    """The next request of this operation is held back, as if whoever sends it were frozen, until `let_go`."""
    is_held: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    held_answer: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the printer has answered what was held back."""
    lets_go_at_cancel: bool = False
    """What is held back reaches the printer right before it is told to drop it."""
    printed: int = 0
    was_asked_for_jobs: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: int = 0
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
        operation = struct.unpack(">H", body[2:4])[0]
        prints = operation in _PRINTS
        if self.is_silent:
            return None
        if operation == self.holds:
            return await self._answer_late(request)
        if operation == GET_JOBS:
            self.was_asked_for_jobs.set()
        if operation == CANCEL_JOB:
            self.cancelled += 1
            if self.lets_go_at_cancel:
                self.let_go.set()
                await self.held_answer.wait()
        if prints:
            self.is_silent = self.then_silent
            if self.loses_requests:
                return None
            self.printed += 1
        answer = await self._forward(request)
        if self.knows_no_opening and operation == GET_PRINTER_ATTRIBUTES:
            answer = answer.replace(_OPENS, _PRINTS_WHOLE)
        lost = self.loses_answers if prints else self.loses_openings and operation == CREATE_JOB
        return None if lost else answer

    async def _answer_late(self, request: bytes) -> bytes:
        self.holds = None
        self.is_held.set()
        await self.let_go.wait()
        answer = await self._forward(request)
        self.held_answer.set()
        return answer

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
