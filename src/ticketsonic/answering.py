"""Past ASGI on the hot path: a whole body at once, and a whole answer in one write.

ASGI hands a body over as messages and sends an answer as two, which uvicorn writes to the socket on their own: two
system calls and two packets where the answers of the hot path fit into one. A connection offers
:func:`take_body` and :func:`write_answer` in the scope (`ticketsonic.body`, `ticketsonic.answer`); who has use for
them takes them, and everything else goes by ASGI's messages. Measured with the order benchmark
(docs/performance.md).
"""

from collections.abc import Sequence

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

NO_CONTENT = 204
_BY_MESSAGES = frozenset({NO_CONTENT, 413})  # without a length, or with the connection closed behind it
_EMPTY_BODIED = "HEAD"

ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
"""Headers of every answer: nothing of it may be kept by a cache on the way, for it may hold tickets."""

_HEADS = {status: line + b"".join(b"%b: %b\r\n" % header for header in ALWAYS) for status, line in STATUS_LINE.items()}


def take_body(cycle: RequestResponseCycle) -> bytes | None:
    """Give a request's body where all of it is there; None where ASGI's messages have to bring it."""
    if cycle.more_body or cycle.disconnected or cycle.waiting_for_100_continue:
        return None
    if cycle.flow.read_paused:
        cycle.flow.resume_reading()
    body = bytes(cycle.body)
    cycle.body = bytearray()
    cycle.message_event.clear()
    return body


def write_answer(cycle: RequestResponseCycle, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bool:
    """Write an answer with :data:`ALWAYS`, these headers and its length; returns whether it did.

    It does not where the client reads slowly, hung up, or asked for the head alone: then ASGI's messages have to.
    """
    if cycle.response_started or cycle.disconnected or cycle.flow.write_paused or status in _BY_MESSAGES:
        return False
    if cycle.scope["method"] == _EMPTY_BODIED or not cycle.keep_alive or cycle.waiting_for_100_continue:
        return False
    parts = [_HEADS[status]]
    for name, value in cycle.default_headers:
        parts += (name, b": ", value, b"\r\n")
    for name, value in headers:
        if name == b"connection" or b"\n" in value or b"\r" in value:
            return False
        parts += (name, b": ", value, b"\r\n")
    parts += (b"content-length: %d\r\n\r\n" % len(body), body)
    cycle.response_started = True
    cycle.response_complete = True
    cycle.transport.write(b"".join(parts))
    cycle.message_event.set()
    cycle.on_response()
    return True
