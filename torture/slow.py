"""Slow and half-open clients, many at once, in a process of their own: each takes a connection and is of no use.

Whoever is cut comes back, so that their number stays. Standard input's end ends them; then what they saw is printed.
"""

import argparse
import asyncio
import contextlib
import json
import resource
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field

from torture.talking import Unanswered

HEAD = "POST /v1/order/new HTTP/1.1\r\nHost: slow\r\n"
BACK_AFTER_SECONDS = 1.0
ENDLESS_CHUNK = b"400\r\n" + b" " * 1024 + b"\r\n"
SMALL_BUFFER_BYTES = 4096
READY = "ready"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Seen:
    """What the clients of one kind saw: how often they came, how often they were cut, after how long at most."""

    came: int = 0
    cut: int = 0
    longest_seconds: float = 0.0
    refused: int = 0


@dataclass
class Crowd:
    """Everyone who is slow."""

    port: int
    headers: str
    seen: dict[str, Seen] = field(default_factory=dict)
    connected: int = 0

    async def be(self, kind: str, behave: "Behaviour") -> None:
        """Connect and behave like that, for ever."""
        seen = self.seen.setdefault(kind, Seen())
        while True:
            line = socket.socket()
            line.setblocking(False)  # noqa: FBT003 - its only argument
            if behave is reads_nothing:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
            try:
                await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", self.port))
                streams = await asyncio.open_connection(sock=line, limit=SMALL_BUFFER_BYTES)
            except OSError:
                line.close()
                seen.refused += 1
                await asyncio.sleep(BACK_AFTER_SECONDS)
                continue
            seen.came += 1
            self.connected += 1
            began = time.monotonic()
            try:
                await behave(streams, self.headers)
            except (OSError, EOFError, Unanswered):
                pass
            finally:
                self.connected -= 1
                streams[1].transport.abort()
            seen.cut += 1
            seen.longest_seconds = max(seen.longest_seconds, time.monotonic() - began)
            await asyncio.sleep(BACK_AFTER_SECONDS)


async def says_nothing(streams: Streams, _headers: str) -> None:
    """Connect, and no more."""
    await _until_cut(streams[0])


async def half_a_head(streams: Streams, headers: str) -> None:
    """Stop in the middle of a header."""
    streams[1].write((HEAD + headers)[:-20].encode())
    await _until_cut(streams[0])


async def a_byte_a_second(streams: Streams, headers: str) -> None:
    """Send a body a byte a second."""
    streams[1].write(f"{HEAD}{headers}Content-Length: 1000\r\n\r\n".encode())
    await _while_sending(streams, b" ", 1.0)


async def an_endless_body(streams: Streams, headers: str) -> None:
    """Send a body that never ends, slowly."""
    streams[1].write(f"{HEAD}{headers}Transfer-Encoding: chunked\r\n\r\n".encode())
    await _while_sending(streams, ENDLESS_CHUNK, 0.25)


async def reads_nothing(streams: Streams, _headers: str) -> None:
    """Ask for a large answer a few times, and read none of it."""
    streams[1].transport.pause_reading()  # type: ignore[attr-defined]
    streams[1].write(b"GET /openapi.json HTTP/1.1\r\nHost: slow\r\n\r\n" * 10)
    while True:
        await asyncio.sleep(2.0)
        streams[1].write(b"\r\n")  # whether anyone is still there: without reading there is no other way to know
        await streams[1].drain()


async def half_closed(streams: Streams, headers: str) -> None:
    """End the sending in the middle of a request, and keep the rest open."""
    streams[1].write(f"{HEAD}{headers}Content-Length: 1000\r\n\r\n{{".encode())
    await asyncio.sleep(1.0)
    streams[1].write_eof()
    await _until_cut(streams[0])
    await asyncio.sleep(3.0)


Behaviour = Callable[[Streams, str], Awaitable[None]]
KINDS: tuple[Behaviour, ...] = (
    says_nothing, half_a_head, a_byte_a_second, an_endless_body, reads_nothing, half_closed,
)  # fmt: skip


async def _until_cut(reader: asyncio.StreamReader) -> None:
    while await reader.read(SMALL_BUFFER_BYTES):
        pass


async def _while_sending(streams: Streams, part: bytes, pause_seconds: float) -> None:
    reading = asyncio.create_task(_until_cut(streams[0]))
    try:
        while not reading.done():
            streams[1].write(part)
            await asyncio.wait([reading], timeout=pause_seconds)
        await reading
    finally:
        reading.cancel()


async def crowd(port: int, headers: str, clients: int, kinds: Sequence[Behaviour] = KINDS) -> dict[str, Seen]:
    """Be slow until standard input ends; says so once all are connected."""
    everyone = Crowd(port, headers)
    over = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    tasks = []
    for number in range(clients):
        kind = kinds[number % len(kinds)]
        tasks.append(asyncio.create_task(everyone.be(kind.__name__, kind)))
        if number % 50 == 0:
            await asyncio.sleep(0.05)
    print(READY, flush=True)
    await over.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return everyone.seen


def main() -> None:
    """Read the arguments and be slow."""
    parser = argparse.ArgumentParser(prog="python -m torture.slow", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--headers", default="", help="header lines that each sends, as JSON")
    names = [kind.__name__ for kind in KINDS]
    parser.add_argument("--kind", action="append", choices=names, help="this kind alone; may be given again")
    options = parser.parse_args()
    kinds = [kind for kind in KINDS if kind.__name__ in (options.kind or names)]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(options.clients + 256, 1024), hard))
    given: dict[str, str] = json.loads(options.headers or "{}")
    headers = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    seen = asyncio.run(crowd(options.port, headers, options.clients, kinds))
    print(json.dumps({kind: asdict(each) for kind, each in seen.items()}), flush=True)


if __name__ == "__main__":
    main()
