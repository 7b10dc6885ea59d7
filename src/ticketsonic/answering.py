"""A whole answer in one write: the ASGI extension `ticketsonic.answer`.

ASGI sends an answer as two messages, and uvicorn writes each to the socket on its own: two system calls and two
packets where the answers of the hot path fit into one. A connection offers :func:`write_answer` in the scope;
who has the whole answer at hand uses it, and everything else goes by ASGI's messages. Measured with the order
benchmark (docs/performance.md).
"""

from collections.abc import Sequence

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_EMPTY_BODIED = "HEAD"


def write_answer(cycle: RequestResponseCycle, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bool:
    """Write an answer whose headers name its length; returns whether it did.

    It does not where the client reads slowly, hung up, or asked for the head alone: then ASGI's messages have to.
    """
    if cycle.response_started or cycle.disconnected or cycle.flow.write_paused:
        return False
    if cycle.scope["method"] == _EMPTY_BODIED or not cycle.keep_alive or cycle.waiting_for_100_continue:
        return False
    parts = [STATUS_LINE[status]]
    for name, value in cycle.default_headers:
        parts += (name, b": ", value, b"\r\n")
    for name, value in headers:
        if name == b"connection" or b"\n" in value or b"\r" in value:
            return False
        parts += (name, b": ", value, b"\r\n")
    parts += (b"\r\n", body)
    cycle.response_started = True
    cycle.response_complete = True
    cycle.transport.write(b"".join(parts))
    cycle.message_event.set()
    cycle.on_response()
    return True
