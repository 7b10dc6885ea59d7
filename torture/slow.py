"""Slow and half-open clients, many at once, in a process of their own: each takes a connection and is of no use.

Whoever is cut comes back, so that their number stays. Standard input's end ends them; then what they saw is printed.

They stand for people elsewhere, whose machines are not ours: so they cost as little as can be, one thread that sleeps,
and whatever falls due within a hundredth of a second goes in one turn; and where the server wants a core, they wait.
"""

import argparse
import contextlib
import heapq
import itertools
import json
import os
import random
import resource
import selectors
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

BACK_AFTER_SECONDS = 0.2
CONNECT_SECONDS = 5.0
ENDLESS_CHUNK = b"400\r\n" + b" " * 1024 + b"\r\n"
HALF_CLOSED_AFTER_SECONDS = 1.0
HALF_CLOSED_STAYS_SECONDS = 3.0
HEAD = "POST /v1/order/new HTTP/1.1\r\nHost: slow\r\n"
NICE = 10
READY = "ready"
SMALL_BUFFER_BYTES = 4096
TURN_SECONDS = 0.01


@dataclass(frozen=True)
class Kind:
    """One way to be slow: what is sent at once, and what again and again."""

    name: str
    begin: Callable[[str], str]
    """What is sent at once, from the header lines that each client has."""
    part: bytes = b""
    every_seconds: float = 0.0
    reads: bool = True
    half_closes: bool = False


def _nothing(_headers: str) -> str:
    """Connect, and no more."""
    return ""


def _half_a_head(headers: str) -> str:
    """Stop in the middle of a header."""
    return (HEAD + headers)[:-20]


def _head_of_a_body(headers: str) -> str:
    """Announce a body, to send it a byte at a time."""
    return f"{HEAD}{headers}Content-Length: 1000\r\n\r\n"


def _head_of_chunks(headers: str) -> str:
    """Announce a body that never ends."""
    return f"{HEAD}{headers}Transfer-Encoding: chunked\r\n\r\n"


def _large_questions(_headers: str) -> str:
    """Ask for a large answer a few times, to read none of it."""
    return "GET /openapi.json HTTP/1.1\r\nHost: slow\r\n\r\n" * 10


def _half_a_body(headers: str) -> str:
    """Begin a body, and end the sending in the middle of it."""
    return _head_of_a_body(headers) + "{"


KINDS = (
    Kind("says_nothing", _nothing),
    Kind("half_a_head", _half_a_head),
    Kind("a_byte_a_second", _head_of_a_body, b" ", 1.0),
    Kind("an_endless_body", _head_of_chunks, ENDLESS_CHUNK, 0.25),
    # An empty line is no request, and tells whether anyone is still there: who does not read does not hear of it.
    Kind("reads_nothing", _large_questions, b"\r\n", 2.0, reads=False),
    Kind("half_closed", _half_a_body, half_closes=True),
)


@dataclass
class Seen:
    """What the clients of one kind saw: how often they came, how often they were cut, after how long at most."""

    came: int = 0
    cut: int = 0
    longest_seconds: float = 0.0
    refused: int = 0


class Crowd:
    """Everyone who is slow."""

    def __init__(self, port: int, headers: str, kinds: Sequence[Kind]) -> None:
        self.seen = {kind.name: Seen() for kind in kinds}
        self._port = port
        self._headers = headers
        self._selector = selectors.DefaultSelector()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._random = random.Random(0)

    def be_slow(self, clients: int, coming_seconds: float, kinds: Sequence[Kind]) -> dict[str, Seen]:
        """Have so many come, say so, and be slow until standard input ends."""
        for number in range(clients):
            self._after(coming_seconds * number / clients, self._coming(kinds[number % len(kinds)]))
        self._after(coming_seconds, lambda: print(READY, flush=True))
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select(self._sleep_seconds()):
                if key.data is None:
                    return self.seen
                key.data()
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                heapq.heappop(self._due)[2]()

    def _sleep_seconds(self) -> float:
        """Sleep until something is due, and a turn at least."""
        return max(self._due[0][0] - time.monotonic(), TURN_SECONDS) if self._due else TURN_SECONDS

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), act))

    def _coming(self, kind: Kind) -> Callable[[], None]:
        return lambda: self._come(kind)

    def _come(self, kind: Kind) -> None:
        seen = self.seen[kind.name]
        line = socket.socket()
        if not kind.reads:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
        try:
            line.settimeout(CONNECT_SECONDS)  # it is there at once, while the listener's queue has room
            line.connect(("127.0.0.1", self._port))
            line.setblocking(False)  # noqa: FBT003 - its only argument
            line.send(kind.begin(self._headers).encode())
        except OSError:
            line.close()
            seen.refused += 1
            self._after(BACK_AFTER_SECONDS, self._coming(kind))
            return
        seen.came += 1
        visit = _Visit(kind, line, time.monotonic())
        if kind.reads:
            self._selector.register(line, selectors.EVENT_READ, lambda: self._read(visit))
        if kind.part:
            self._after(self._random.uniform(0, kind.every_seconds), lambda: self._drip(visit))
        if kind.half_closes:
            self._after(HALF_CLOSED_AFTER_SECONDS, lambda: self._half_close(visit))

    def _read(self, visit: "_Visit") -> None:
        try:
            if visit.line.recv(SMALL_BUFFER_BYTES):
                return
        except OSError:
            self._leave(visit)
            return
        if visit.kind.half_closes:
            self._selector.unregister(visit.line)
            self._after(HALF_CLOSED_STAYS_SECONDS, lambda: self._leave(visit))
        else:
            self._leave(visit)

    def _drip(self, visit: "_Visit") -> None:
        if visit.is_over:
            return
        try:
            visit.line.send(visit.kind.part)
        except BlockingIOError:
            pass  # the server reads no more of it for now
        except OSError:
            self._leave(visit)
            return
        self._after(visit.kind.every_seconds, lambda: self._drip(visit))

    def _half_close(self, visit: "_Visit") -> None:
        if not visit.is_over:
            with contextlib.suppress(OSError):  # it was cut, which reading will tell
                visit.line.shutdown(socket.SHUT_WR)

    def _leave(self, visit: "_Visit") -> None:
        if visit.is_over:
            return
        visit.is_over = True
        with contextlib.suppress(KeyError):
            self._selector.unregister(visit.line)
        visit.line.close()
        seen = self.seen[visit.kind.name]
        seen.cut += 1
        seen.longest_seconds = max(seen.longest_seconds, time.monotonic() - visit.began)
        self._after(BACK_AFTER_SECONDS, self._coming(visit.kind))


@dataclass
class _Visit:
    """One client's connection, from its coming until it is cut."""

    kind: Kind
    line: socket.socket
    began: float
    is_over: bool = False


def main() -> None:
    """Read the arguments and be slow."""
    parser = argparse.ArgumentParser(prog="python -m torture.slow", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--coming-seconds", type=float, default=1.0, help="until all have come (default: 1)")
    parser.add_argument("--headers", default="", help="header lines that each sends, as JSON")
    names = [kind.name for kind in KINDS]
    parser.add_argument("--kind", action="append", choices=names, help="this kind alone; may be given again")
    options = parser.parse_args()
    kinds = [kind for kind in KINDS if kind.name in (options.kind or names)]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(options.clients + 256, 1024), hard))
    os.nice(NICE)
    given: dict[str, str] = json.loads(options.headers or "{}")
    headers = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    seen = Crowd(options.port, headers, kinds).be_slow(options.clients, options.coming_seconds, kinds)
    print(json.dumps({name: asdict(each) for name, each in seen.items()}), flush=True)


if __name__ == "__main__":
    main()
