"""HTTP/1.1 as we let it in: uvicorn's httptools protocol, with bounds on size and time and errors in our shape.

What it adds: the head of a request is bounded in bytes, what comes around a body likewise, a request in time,
pipelined requests in number; a connection that says nothing is closed, one that does not read its answer is cut,
connections are counted, a wish to speak HTTP/2 is passed over, and what is no HTTP is answered in JSON, in its turn.
Bounds: docs/configuration.md.

A request is *plain*, and goes past ASGI (answering.py), where its method and address are exactly a plain route's, its
body comes with a length of no more than `PLAIN_BODY_BYTES` and is not to be asked for, and no other waits before it.
"""

import asyncio
import enum
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ticketsonic import refusing
from ticketsonic.answering import Exchange
from ticketsonic.api.cors import cors_headers
from ticketsonic.errors import (
    FieldError,
    InvalidRequest,
    Refusal,
    RequestTimedOut,
    RequestTooLarge,
    TemporarilyUnavailable,
    TooManyRequests,
)
from ticketsonic.lingering import LingeringTransport, Pauses
from ticketsonic.metrics import metrics

HEAD_BYTES = 32 * 1024
DISCARDED_BYTES = 64 * 1024 * 1024
CHUNK_OVERHEAD = 16  # a chunk of 1 byte comes in 6
PLAIN_BODY_BYTES = 64 * 1024
PIPELINED_REQUESTS = 100
SLOWEST_BYTES_PER_SECOND = 16 * 1024
LOOK_AGAIN_SECONDS = 5.0
STREAM_FAREWELL_SECONDS = 0.2
DEFAULT_REQUEST_SECONDS = 20
DEFAULT_CONNECTIONS = 10_000

assert HIGH_WATER_LIMIT >= HEAD_BYTES  # noqa: S101 - a head is judged before reading pauses

PlainRoutes = Mapping[tuple[bytes, bytes], Callable[[Exchange], Awaitable[None]]]
"""What answers a plain request, by method and address as they are sent."""


class Stage(enum.Enum):
    """Where the parser stands."""

    BETWEEN = "no request has begun, or the last one is whole"
    HEAD = "in the head of a request"
    BODY = "after the head, and the request is not whole"


class BoundedProtocol(HttpToolsProtocol):
    """One connection. `app_state` (the lifespan's) may hold what :func:`bounds_of` makes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, within bounds."""
        self._request_seconds: float = self.app_state.get("request_seconds", DEFAULT_REQUEST_SECONDS)
        lingering = LingeringTransport(transport, self.loop, self._is_unread, self._request_seconds)
        self._lingering = lingering
        super().connection_made(lingering)  # type: ignore[arg-type]
        self.flow = _OrderedFlow(lingering, self.pipeline)
        self._plain_routes: PlainRoutes = self.app_state.get("plain_routes", {})
        self._plain_answer: Callable[[Exchange], Awaitable[None]] | None = None
        self._stage = Stage.BETWEEN
        self._pauses = Pauses(self.loop, self.timeout_keep_alive, lingering.close)
        self._unanswered = 0
        self._received_bytes = 0
        self._head_bytes = 0
        self._arrived_bytes = 0
        self._since_last_bytes = 0
        self._body_bytes = 0
        self._discarded_bytes = 0
        self._ended = False
        self._stopping = False
        self._declining = False
        self._keep_alive_after_body = False
        self._judgement: Refusal | None = None
        self._refusal: Refusal | None = None
        self._began = self.loop.time()
        self._deadline: asyncio.TimerHandle | None = None
        most = self.app_state.get("connections", DEFAULT_CONNECTIONS)
        if len(self.connections) > 2 * most:
            lingering.abort()
        elif len(self.connections) > most:
            self._refuse(TemporarilyUnavailable())
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget every timer, what was read and who knows whom: a ring would stay until the collector comes."""
        self._unwatch()
        self._pauses.cancel()
        self._lingering.lose()
        super().connection_lost(exc)
        self.pipeline.clear()
        if self.cycle is not None:
            self.cycle.body = bytearray()
            self.cycle = None  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Parse what came; refuse what never ends."""
        if self._refusal is not None or self.transport.is_closing():
            self._discard(len(data))
            return
        self._arrived_bytes = len(data)
        self._since_last_bytes += len(data)
        if self._stage is not Stage.BODY:
            self._head_bytes += len(data)
        self._received_bytes += len(data)
        self._feed(data)
        if self._refusal is not None or self._stage is Stage.BETWEEN:
            return
        if self._is_oversized():
            self._refuse(RequestTooLarge())
        elif self._deadline is None:
            self._watch()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer a client that ends its sending half-way; let one that is done sending have its answers."""
        self._ended = True
        self._lingering.end_reading()
        if self.transport.is_closing():
            return False
        if self._stage is not Stage.BETWEEN and self._refusal is None:
            self._refuse(InvalidRequest([FieldError("request", "ended before it was whole")]))
        if not self._unanswered or "ticketsonic.stream" in self.cycle.scope:
            return False  # who ends a stream's connection reads no more of it either
        if self._refusal is None:
            self.cycle.keep_alive = False
        return self.scheme != "https"  # TLS has no half-open connection: it is closed whatever we say

    def shutdown(self) -> None:
        """Answer what has begun, and close then: the server stops."""
        self._stopping = True
        stop_streams: Callable[[], None] | None = self.app_state.get("stop_streams")
        if stop_streams is not None:
            stop_streams()
        if self._unanswered:
            self.cycle.keep_alive = False
            if "ticketsonic.stream" in self.cycle.scope:  # pages/live.py: its reader may have stopped reading
                self.loop.call_later(STREAM_FAREWELL_SECONDS, self._lingering.abort)
        elif self._stage is not Stage.HEAD and self._refusal is None:
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._pauses.end()
        self._stage = Stage.HEAD
        self._began = self.loop.time()
        self._plain_answer = None
        self.scope["ticketsonic.is_gone"] = self._lingering.is_closing  # type: ignore[typeddict-unknown-key]

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what it means is looked at when all are there."""
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Judge the head before anything is done for it."""
        method = self.parser.get_method()
        headers = dict(self.headers)
        if self._since_last_bytes > HEAD_BYTES:  # else no head among it can be too large
            self._head_bytes = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if self._head_bytes > HEAD_BYTES:
                self._judge(RequestTooLarge())
        if len(self.pipeline) >= PIPELINED_REQUESTS:
            self._judge(TooManyRequests())
        if method == b"CONNECT":
            self._judge(refusing.no_http())
        if self.parser.should_upgrade():
            self._declining = True
            return
        is_1_1 = self.parser.get_http_version() == "1.1"
        self.expect_100_continue = is_1_1 and headers.get(b"expect", b"").lower() == b"100-continue"
        if is_1_1 and self._is_plain(headers) and (answer := self._plain_routes.get((method, self.url))):
            self._plain_answer = answer
            self.scope["method"], self.scope["path"] = method.decode(), self.url.decode()
            self.scope["query_string"] = b""
            keep_alive = self.parser.should_keep_alive()
            self.cycle = Exchange(self, self.scope, headers, keep_alive=keep_alive)  # type: ignore[assignment]
        else:
            super().on_headers_complete()
        self._stage = Stage.BODY
        self.headers = []  # what trails a chunked body is none of ours (RFC 9110 §6.5.1)
        self._body_bytes = 0
        self._unanswered += 1
        self._keep_alive_after_body = self.cycle.keep_alive
        if self.expect_100_continue or self._stopping:
            # Answered before its body was asked for, it may come or not: what follows could not be told apart.
            self.cycle.keep_alive = False

    def _is_plain(self, headers: Mapping[bytes, bytes]) -> bool:
        if self.expect_100_continue or b"transfer-encoding" in headers:
            return False
        # The parser has read the length already: it is a number, and comes once.
        return int(headers.get(b"content-length", b"0")) <= PLAIN_BODY_BYTES and (
            self.cycle is None or self.cycle.response_complete
        )

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._body_bytes += len(body)
        if self._plain_answer is not None:
            self.cycle.body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Have a request whole."""
        if self._declining:
            return
        self._stage = Stage.BETWEEN
        self._head_bytes = self._received_bytes = 0
        self._since_last_bytes = self._arrived_bytes  # the next request may have begun in it
        self._unwatch()
        if self._plain_answer is not None:
            self.cycle.start(self._plain_answer, self.loop)  # type: ignore[attr-defined]
            return
        if self.expect_100_continue and not self._stopping and not self.cycle.response_started:
            self.cycle.keep_alive = self._keep_alive_after_body
        super().on_message_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self._pauses.begin()

    def on_response_complete(self) -> None:
        """Go on with what waits in line behind this answer."""
        self._unanswered -= 1
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.flow.resume_reading()
            if self.pipeline:
                self._start_asgi_task(*self.pipeline.pop())
            else:
                self._pauses.begin()
        if self._refusal is not None:
            self._pauses.end()
            if not self._unanswered:
                self._say_refusal()
        elif self._stage is not Stage.BETWEEN:
            self._pauses.end()  # answered early: the rest of the request is still bounded by its own

    def pause_writing(self) -> None:
        """Give a client that does not read its answer a while, then cut it off."""
        super().pause_writing()
        self._lingering.watch_reader()

    def resume_writing(self) -> None:
        """Have a client that reads again."""
        self._lingering.unwatch_reader()
        super().resume_writing()

    def _feed(self, data: bytes) -> None:
        """Parse; go past every wish to speak another protocol, as Java's HTTP client utters with its first request."""
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                if not self._decline_upgrade():
                    self._refuse(self._judgement or refusing.no_http())
                    return
            except httptools.HttpParserError:
                self._refuse(self._judgement or refusing.no_http())
                return
            else:
                return

    def _decline_upgrade(self) -> bool:
        """Parse the head once more without the wish: the parser takes a body after it for the other protocol."""
        self._declining = False
        line = b"%s %s HTTP/%s\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        kept = [b"%s: %s\r\n" % (name, value) for name, value in self.headers if name != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        try:
            self.parser.feed_data(b"".join([line, *kept, b"\r\n"]))
        except httptools.HttpParserError:
            return False
        return True

    def _judge(self, refusal: Refusal) -> None:
        """Stop the parser within one of its callbacks, and say why."""
        self._judgement = refusal
        raise ValueError(refusal.message)

    def _is_unread(self) -> bool:
        return not self._ended and (self._refusal is not None or self._stage is not Stage.BETWEEN)

    def _is_oversized(self) -> bool:
        """Whether a head never ends, or what comes around a body (chunk sizes, trailers), or a body nobody reads."""
        if self._stage is Stage.HEAD:
            return self._head_bytes > HEAD_BYTES
        around_bytes = self._received_bytes - self._body_bytes
        return around_bytes > 2 * HEAD_BYTES + CHUNK_OVERHEAD * self._body_bytes or self._body_bytes > DISCARDED_BYTES

    def _discard(self, count: int) -> None:
        self._discarded_bytes += count
        if self._discarded_bytes > DISCARDED_BYTES:
            self._lingering.abort()

    def _unset_keepalive_if_required(self) -> None:
        """End a pause, by the name that uvicorn has for it."""
        self._pauses.end()

    def _watch(self) -> None:
        self._deadline = self.loop.call_later(self._request_seconds, self._look_again)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _look_again(self) -> None:
        """Time out a request that is not whole, unless its body comes at a decent pace, or waits for us."""
        self._deadline = None
        if self.transport.is_closing() or self._refusal is not None:
            return
        if self._stage is Stage.BETWEEN:
            if not self._unanswered and not self._pauses.is_one:
                self.transport.close()
            return
        pace = self._received_bytes / max(self.loop.time() - self._began, 0.001)
        if self._stage is Stage.BODY and (pace >= SLOWEST_BYTES_PER_SECOND or self.flow.read_paused):
            self._deadline = self.loop.call_later(LOOK_AGAIN_SECONDS, self._look_again)
            return
        self._refuse(RequestTimedOut([FieldError("request", "arrived too slowly")]))

    def _refuse(self, refusal: Refusal) -> None:
        """Take nothing more; say why once every request before has its answer (RFC 9112 §9.3.2), and close."""
        self._refusal = refusal
        self._unwatch()
        self._pauses.end()
        if self._stage is Stage.BODY and not self._give_up(self.cycle):
            self.transport.close()
        elif not self._unanswered:
            self._say_refusal()

    def _give_up(self, cycle: Any) -> bool:
        """Tell the application that its request will never be whole; False where it has answered it already."""
        if cycle.response_complete:
            return False
        if cycle.response_started:
            cycle.keep_alive = False
            return True
        queued = next((entry for entry in self.pipeline if entry[0] is cycle), None)
        if queued is not None:
            self.pipeline.remove(queued)
        cycle.disconnected = True
        cycle.message_event.set()
        self._unanswered -= 1
        return True

    def _say_refusal(self) -> None:
        if self._refusal is not None and not self.transport.is_closing():
            origin = (
                cors_headers(dict(self.headers or self.scope["headers"])) if self._stage is not Stage.BETWEEN else []
            )
            self.transport.write(refusing.spell(self._refusal, origin))
            metrics.requests.labels("unknown", self._refusal.status).inc()
        self.transport.close()


class _OrderedFlow(FlowControl):
    """Reads on only where no request waits in line: else one client could queue without end."""

    def __init__(self, transport: LingeringTransport, pipeline: Any) -> None:
        super().__init__(transport)  # type: ignore[arg-type]
        self._pipeline = pipeline

    def resume_reading(self) -> None:
        if not self._pipeline:
            super().resume_reading()


def bounds_of(
    request_seconds: float, connections: int, stop_streams: Callable[[], None], plain_routes: PlainRoutes
) -> dict[str, Any]:
    """Spell what a connection must know as the lifespan's state, where each finds it.

    `stop_streams` ends the answers that have no end of their own, when the server stops.
    """
    return {
        "request_seconds": request_seconds,
        "connections": connections,
        "stop_streams": stop_streams,
        "plain_routes": plain_routes,
    }
