"""Load at a constant rate: requests leave by the clock, whether answers come or not.

A latency counts from the moment the request was due, not from when it could be sent: a server that stalls is charged
for everyone who would have come meanwhile (no coordinated omission). Timers are good for about a millisecond, which
counts against the server.
"""

import asyncio
import contextlib
import gc
import itertools
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import msgspec
import uvloop

CONNECTIONS = 128
APART_SECONDS = 0.001
"""Between one connection and the next, as shops' come: so all are accepted before the first request. Of 500 in a
second, those that wait for that would be the p99."""
LEAST_PAUSE_SECONDS = 0.001
"""A shorter one is none to uvloop's timers: the generator would spin, and take from the server a core of its two."""
LAST_ANSWERS_SECONDS = 10.0
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Status(msgspec.Struct):
    """What is read of each answer's JSON."""

    status: str


class Paced(msgspec.Struct, frozen=True):
    """What came back of a load at a constant rate."""

    offered_per_second: float
    answers: dict[str, int]
    unanswered: int
    p50_ms: float
    p99_ms: float
    most_ms: float


class _Connection(asyncio.Protocol):
    def __init__(self, pacer: "_Pacer") -> None:
        self._pacer = pacer
        self._received = b""
        self._due = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def send(self, due: float, request: bytes) -> None:
        assert self._transport is not None
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_length = self._received.find(_HEAD_END) + len(_HEAD_END)
        if head_length < len(_HEAD_END):
            return
        head = self._received[:head_length].lower()
        start = head.index(_LENGTH) + len(_LENGTH)
        body_length = int(head[start : head.index(b"\r", start)])
        if len(self._received) < head_length + body_length:
            return
        body = self._received[head_length : head_length + body_length]
        word = f"{head[9:12].decode()} {msgspec.json.decode(body, type=Status).status}"
        self._received = b""
        self._pacer.finish(self, time.perf_counter() - self._due, word)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's own signature
        self._pacer.lose(self)


class _Pacer:
    """Sends what is due on whichever connection is free; where none is, it waits, and its clock runs."""

    def __init__(self, make_request: Callable[[], bytes]) -> None:
        self._make_request = make_request
        self._free: deque[_Connection] = deque()
        self._waiting: deque[float] = deque()
        self.latencies: list[float] = []
        self.answers: dict[str, int] = {}

    def add(self, connection: _Connection) -> None:
        self._free.append(connection)

    def fall_due(self, due: float) -> None:
        if self._free:
            self._free.popleft().send(due, self._make_request())
        else:
            self._waiting.append(due)

    def finish(self, connection: _Connection, seconds: float, word: str) -> None:
        self.latencies.append(seconds)
        self.answers[word] = self.answers.get(word, 0) + 1
        if self._waiting:
            connection.send(self._waiting.popleft(), self._make_request())
        else:
            self._free.append(connection)

    def lose(self, connection: _Connection) -> None:
        with contextlib.suppress(ValueError):
            self._free.remove(connection)


def offer(url: str, make_request: Callable[[], bytes], per_second: float, seconds: float) -> Paced:
    """Offer requests to a server at a constant rate for so long."""
    gc.collect()
    gc.freeze()
    try:
        return uvloop.run(_offer(url, make_request, per_second, seconds))
    finally:
        gc.unfreeze()


async def _offer(url: str, make_request: Callable[[], bytes], per_second: float, seconds: float) -> Paced:
    place = urlsplit(url)
    loop = asyncio.get_running_loop()
    pacer = _Pacer(make_request)
    connections = []
    for _ in range(CONNECTIONS):
        _, connection = await loop.create_connection(lambda: _Connection(pacer), place.hostname, place.port)
        connections.append(connection)
        pacer.add(connection)
        await asyncio.sleep(APART_SECONDS)
    count = max(1, round(per_second * seconds))
    started = time.perf_counter() + 0.01
    sent = 0
    while sent < count:
        now = time.perf_counter()
        while sent < count and started + sent / per_second <= now:
            pacer.fall_due(started + sent / per_second)
            sent += 1
        await asyncio.sleep(max(LEAST_PAUSE_SECONDS, started + sent / per_second - time.perf_counter()))
    give_up = time.perf_counter() + LAST_ANSWERS_SECONDS
    while len(pacer.latencies) < count and time.perf_counter() < give_up:
        await asyncio.sleep(0.01)
    for connection in connections:
        connection.close()
    return _summarise(pacer, count, per_second)


def _summarise(pacer: _Pacer, count: int, per_second: float) -> Paced:
    unanswered = count - len(pacer.latencies)
    # Who got no answer waited longer than anyone: they sort last, as what they waited at least.
    sorted_ms = sorted([each * 1000 for each in pacer.latencies] + [LAST_ANSWERS_SECONDS * 1000] * unanswered)
    return Paced(
        offered_per_second=per_second,
        answers=pacer.answers,
        unanswered=unanswered,
        p50_ms=_percentile(sorted_ms, 0.50),
        p99_ms=_percentile(sorted_ms, 0.99),
        most_ms=sorted_ms[-1],
    )


def _percentile(sorted_values: list[float], share: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def requests_for(user_id: str, key: str, path: str, bodies: Iterator[bytes]) -> Callable[[], bytes]:
    """Make requests of one route, each with the next body."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nX-Api-UserID: {user_id}\r\nX-API-Key: {key}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()

    def make() -> bytes:
        body = next(bodies)
        return b"%s%d\r\n\r\n%s" % (head, len(body), body)

    return make


def order_bodies(sku: str) -> Iterator[bytes]:
    """Bodies of order/new for one unit, each with a hash of its own; the same as in load.lua."""
    prefix = secrets.token_hex(8)
    for number in itertools.count():
        yield (
            b'{"request_hash":"%s-%d","order_details":{"primary_text_pl":"Martin Vassilev",'
            b'"secondary_text_pl":"Martin Vassilev Company"},'
            b'"tickets":[{"sku":"%s","stock":1,"start_time":null,"end_time":null}]}'
        ) % (prefix.encode(), number, sku.encode())


def scan_bodies(codes: Iterator[str]) -> Iterator[bytes]:
    """Bodies of ticket/validate, one a code."""
    for code in codes:
        yield b'{"ticket_sensitive":"%s"}' % code.encode()
