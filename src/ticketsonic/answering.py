"""Past ASGI on the hot path: a plain request handed over whole, and its answer in one write.

ASGI hands a body over as messages, sends an answer as two, and uvicorn keeps a cycle, an event and a task's callback
for each request to do so: a third of what a request costs that does nothing. A request of the API that is plain, as
nearly all are (protocol.py says which), is an :class:`Exchange` instead; everything else goes by ASGI's messages.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

log = logging.getLogger("ticketsonic")

NO_CONTENT = 204

ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
"""Headers of every answer: nothing of it may be kept by a cache on the way, for it may hold tickets."""

_HEADS = {status: line + b"".join(b"%b: %b\r\n" % header for header in ALWAYS) for status, line in STATUS_LINE.items()}

Headers = Sequence[tuple[bytes, bytes]]


class Connection(Protocol):
    """What an exchange needs of its connection."""

    flow: FlowControl
    tasks: set[asyncio.Task[None]]
    transport: asyncio.Transport
    server_state: Any

    def on_response_complete(self) -> None:
        """Go on with what is behind this answer."""


class _NobodyWaits:
    """Stands for the event by which ASGI's `receive` hears of more."""

    def set(self) -> None:
        """Wake nobody."""


class Exchange:
    """One plain request and its answer. Has what uvicorn's protocol looks at in a request that is under way."""

    message_event: ClassVar = _NobodyWaits()
    __slots__ = (
        "_connection",
        "_task",
        "body",
        "disconnected",
        "headers",
        "keep_alive",
        "response_complete",
        "response_started",
        "scope",
    )

    def __init__(
        self, connection: Connection, scope: Mapping[str, Any], headers: Mapping[bytes, bytes], *, keep_alive: bool
    ) -> None:
        """Begin with the head; whoever reads the body adds it, and calls `start` once all of it is there."""
        self._connection = connection
        self.scope = scope
        self.headers = headers
        self.keep_alive = keep_alive
        self.body = bytearray()
        self.disconnected = False
        self.response_started = False
        self.response_complete = False

    def start(self, answer: Callable[["Exchange"], Awaitable[None]], loop: asyncio.AbstractEventLoop) -> None:
        """Have it answered, in a task that a server which stops waits for."""
        self._task = loop.create_task(self._run(answer))
        self._connection.tasks.add(self._task)

    async def _run(self, answer: Callable[["Exchange"], Awaitable[None]]) -> None:
        try:
            await answer(self)
        except Exception:
            log.exception("fault")
        finally:
            # Said here and not by a callback of the task, which would cost as much as the task.
            self._connection.tasks.discard(self._task)
            if not self.response_complete and not self.disconnected:
                self._connection.transport.close()

    async def write(self, status: int, headers: Headers, body: bytes) -> None:
        """Write the answer with :data:`ALWAYS`, these headers and its length, once the client has read what was before.

        Nothing is written to who hung up. Raises ValueError for a header that would be two.
        """
        flow = self._connection.flow
        if flow.write_paused and not self.disconnected:
            await flow.drain()
        if self.disconnected or self.response_started:
            return
        parts = [_HEADS[status]]
        for name, value in (*self._connection.server_state.default_headers, *headers):
            if b"\n" in value or b"\r" in value:
                raise ValueError(name)
            parts += (name, b": ", value, b"\r\n")
        if not self.keep_alive:
            parts.append(b"connection: close\r\n")
        parts += (b"content-length: %d\r\n\r\n" % len(body), body)
        self.response_started = self.response_complete = True
        transport = self._connection.transport
        transport.write(b"".join(parts))
        if not self.keep_alive:
            transport.close()
        self._connection.on_response_complete()
