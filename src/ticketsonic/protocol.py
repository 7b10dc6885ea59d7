"""HTTP/1.1 as we let it in: uvicorn's httptools protocol, with bounds on size and time and errors in our shape.

What it adds: the head of a request is bounded in bytes, a request in time, a connection that says nothing is
closed, one that does not read its answer is cut, connections are counted, and what is no HTTP is answered in
JSON. Bounds: docs/configuration.md.
"""

import asyncio
import functools
import secrets
from typing import Any

import msgspec
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ticketsonic.answering import write_answer
from ticketsonic.errors import (
    FieldError,
    InvalidRequest,
    Refusal,
    RequestTimedOut,
    RequestTooLarge,
    TemporarilyUnavailable,
    answer_of,
)

HEAD_BYTES = 32 * 1024
SLOWEST_BYTES_PER_SECOND = 16 * 1024
LOOK_AGAIN_SECONDS = 5.0
UNREAD_ANSWER_SECONDS = 30.0
DEFAULT_REQUEST_SECONDS = 20
DEFAULT_CONNECTIONS = 10_000

assert HIGH_WATER_LIMIT >= HEAD_BYTES  # noqa: S101 - a head is judged before reading pauses


class BoundedProtocol(HttpToolsProtocol):
    """One connection. `app_state` (the lifespan's) may hold `request_seconds` and `connections`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, within bounds."""
        super().connection_made(transport)
        self._request_seconds: float = self.app_state.get("request_seconds", DEFAULT_REQUEST_SECONDS)
        self._receiving = True
        self._received_bytes = 0
        self._head_bytes = 0
        self._in_head = True
        self._refusal: Refusal | None = None
        self._unread_answer: asyncio.TimerHandle | None = None
        self._began = self.loop.time()
        self._deadline: asyncio.TimerHandle | None = None
        if len(self.connections) > self.app_state.get("connections", DEFAULT_CONNECTIONS):
            self._refuse(TemporarilyUnavailable())
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget every timer."""
        self._unwatch()
        if self._unread_answer is not None:
            self._unread_answer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came; refuse a head that never ends."""
        if self.transport.is_closing() or self._refusal is not None:
            return
        self._received_bytes += len(data)
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES:
            self._refuse(RequestTooLarge())
        elif self._receiving and self._deadline is None:
            self._watch()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer a client that ends its sending half-way; let one that is done sending have its answer."""
        if self._refusal is not None or self.transport.is_closing():
            return False
        waiting = self.cycle is not None and not self.cycle.response_complete
        if not self._receiving and waiting:
            self.cycle.keep_alive = False
            return True
        if self._received_bytes and self._receiving and self._head_bytes:
            self._refuse(InvalidRequest([FieldError("body", "ended before it was whole")]))
        return False

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._receiving, self._in_head = True, True
        self._began = self.loop.time()
        self.scope["ticketsonic.is_gone"] = self.transport.is_closing  # type: ignore[typeddict-unknown-key]

    def on_headers_complete(self) -> None:
        """Judge the head before anything is done for it."""
        self._in_head = False
        self._head_bytes = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if self._head_bytes > HEAD_BYTES:
            self._refusal = RequestTooLarge()
            raise ValueError("the head is over its limit")
        super().on_headers_complete()
        self.scope["ticketsonic.answer"] = functools.partial(write_answer, self.cycle)  # type: ignore[typeddict-unknown-key]

    def on_message_complete(self) -> None:
        """Have a request whole."""
        self._receiving, self._in_head = False, True
        self._head_bytes = 0
        self._received_bytes = 0
        self._unwatch()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Give a client that does not read its answer a while, then cut it off."""
        super().pause_writing()
        if self._unread_answer is None:
            self._unread_answer = self.loop.call_later(UNREAD_ANSWER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Have a client that reads again."""
        if self._unread_answer is not None:
            self._unread_answer.cancel()
            self._unread_answer = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP in the contract's one shape; `msg` is uvicorn's and not sent."""
        del msg
        refusal, self._refusal = self._refusal, None
        self._refuse(refusal or InvalidRequest([FieldError("request", "is no HTTP/1.1")]))

    def _watch(self) -> None:
        self._deadline = self.loop.call_later(self._request_seconds, self._look_again)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _look_again(self) -> None:
        """Time out a request that is not whole, unless its body comes at a decent pace."""
        self._deadline = None
        if not self._receiving or self.transport.is_closing():
            return
        if not self._received_bytes:
            self.transport.close()
            return
        reading = self.cycle is None or not getattr(self.flow, "read_paused", False)
        pace = self._received_bytes / max(self.loop.time() - self._began, 0.001)
        if not self._in_head and (pace >= SLOWEST_BYTES_PER_SECOND or not reading):
            self._deadline = self.loop.call_later(LOOK_AGAIN_SECONDS, self._look_again)
            return
        self._refuse(RequestTimedOut([FieldError("request", "arrived too slowly")]))

    def _refuse(self, refusal: Refusal) -> None:
        """Answer and close, unless an answer is on its way on this connection: then only close."""
        self._refusal = refusal
        self._unwatch()
        started = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if not started and not self.transport.is_closing():
            self.transport.write(_spell(refusal))
        self.transport.close()


def _spell(refusal: Refusal) -> bytes:
    body = msgspec.json.encode(answer_of(refusal))
    head = [
        STATUS_LINE[refusal.status],
        b"content-type: application/json\r\ncontent-length: %d\r\n" % len(body),
        b"x-request-id: %s\r\n" % secrets.token_hex(8).encode(),
        b"cache-control: no-store\r\nconnection: close\r\n",
    ]
    if refusal.retry_after_seconds is not None:
        head.append(b"retry-after: %d\r\n" % refusal.retry_after_seconds)
    return b"".join([*head, b"\r\n", body])


def bounds_of(request_seconds: float, connections: int) -> dict[str, Any]:
    """Spell the bounds as the lifespan's state, where each connection finds them."""
    return {"request_seconds": request_seconds, "connections": connections}
