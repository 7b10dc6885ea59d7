"""Server-sent events for the pages: streams that heal themselves, end when they must, and never grow.

A stream says `retry:` first, gives each event the id that its client sends back as Last-Event-ID when it comes again,
and a comment every 15 s, so that nothing on the way takes it for dead. It ends at once when the server stops, when
the client goes, when what it was opened with (a session, a station's link) has ended, or when its owner opens more
streams than one may have: then the oldest, which may be a line that broke without a word.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Iterator

from msgspec import Struct
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from ticketsonic.database import DatabaseAway

log = logging.getLogger("ticketsonic.pages")

HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 1000
MOST_STREAMS_OF_ONE = 32
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-accel-buffering", b"no"),  # nginx would keep the events until it has a bufferful
]


class Event(Struct, frozen=True):
    """One event. `data` is usually JSON; with an `event_id` a client that comes again goes on behind it."""

    data: str
    name: str = "message"
    event_id: str | None = None

    def spell(self) -> bytes:
        """Spell it as the stream has it. Raises ValueError where a name or id would not stay one line."""
        fields = [("event", self.name)] if self.name != "message" else []
        if self.event_id is not None:
            fields.append(("id", self.event_id))
        if any(set(value) & {"\r", "\n", "\0"} for _, value in fields):
            raise ValueError("a name or id is one line")
        lines = self.data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        spelled = [f"{name}: {value}\n" for name, value in [*fields, *(("data", line) for line in lines)]]
        return "".join([*spelled, "\n"]).encode()


Source = Callable[[str], AsyncGenerator[Event, None]]
"""Gives the events behind a Last-Event-ID ("" at first), for as long as it is asked. It is asked for the next one
only when the last is on its way, so what it holds back is what a slow client costs."""


class Streams:
    """The open streams of one process, by owner."""

    def __init__(self, *, most_of_one: int = MOST_STREAMS_OF_ONE) -> None:
        """`most_of_one` is how many streams one owner may have; beyond it the oldest ends."""
        self._most_of_one = most_of_one
        self._stopping = False
        self._ends: dict[Hashable, dict[asyncio.Event, None]] = {}

    @contextlib.contextmanager
    def joined(self, owner: Hashable) -> Iterator[asyncio.Event]:
        """Count a stream of an owner; gives what is set when it has to end."""
        ends = self._ends.setdefault(owner, {})
        end = asyncio.Event()
        if self._stopping:
            end.set()
        if len(ends) >= self._most_of_one:
            oldest = next(iter(ends))
            del ends[oldest]
            oldest.set()
        ends[end] = None
        try:
            yield end
        finally:
            ends.pop(end, None)
            if not ends and self._ends.get(owner) is ends:
                del self._ends[owner]

    def end_owner(self, owner: Hashable) -> None:
        """End an owner's streams in this process: what they were opened with is over."""
        for end in self._ends.get(owner, {}):
            end.set()

    def stop(self) -> None:
        """End every stream, and each that is opened from now on: the server stops."""
        self._stopping = True
        for ends in self._ends.values():
            for end in ends:
                end.set()

    def __len__(self) -> int:
        return sum(len(ends) for ends in self._ends.values())


class LiveResponse:
    """Answers a request with a stream of events: what an endpoint returns."""

    def __init__(
        self,
        streams: Streams,
        source: Source,
        *,
        owner: Hashable,
        is_allowed: Callable[[], Awaitable[bool]],
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        """`owner` is whom the stream counts for; `is_allowed` is asked with each heartbeat, and no ends it."""
        self._streams = streams
        self._source = source
        self._owner = owner
        self._is_allowed = is_allowed
        self._heartbeat_seconds = heartbeat_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until something ends it."""
        scope["ticketsonic.stream"] = True  # protocol.py: a server that stops waits for no reader of it
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        with self._streams.joined(self._owner) as end:
            writing = asyncio.create_task(self._write(last_event_id(Request(scope)), send))
            ending = [asyncio.create_task(_until_gone(receive)), asyncio.create_task(end.wait())]
            try:
                await asyncio.wait([writing, *ending], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (writing, *ending):
                    task.cancel()
                await asyncio.gather(writing, *ending, return_exceptions=True)
        _tell(writing)
        await send({"type": "http.response.body", "body": b""})

    async def _write(self, after: str, send: Send) -> None:
        await _send_part(send, f"retry: {RETRY_MILLISECONDS}\n\n".encode())
        source = self._source(after)
        loop = asyncio.get_running_loop()
        beat_at = loop.time() + self._heartbeat_seconds
        upcoming = asyncio.ensure_future(anext(source))
        try:
            while True:
                await asyncio.wait([upcoming], timeout=max(0.0, beat_at - loop.time()))
                if loop.time() >= beat_at:
                    if not await self._is_allowed():
                        return
                    await _send_part(send, b": still here\n\n")
                    beat_at = loop.time() + self._heartbeat_seconds
                if upcoming.done():
                    await _send_part(send, upcoming.result().spell())
                    upcoming = asyncio.ensure_future(anext(source))
        except StopAsyncIteration:
            return
        finally:
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)
            await source.aclose()


def last_event_id(request: Request) -> str:
    """Give the id behind which a client wants to go on, "" where it begins.

    A page that opens its stream anew, and not its browser by itself, can say it in the query alone.
    """
    return request.headers.get("last-event-id") or request.query_params.get("last_event_id", "")


async def _send_part(send: Send, part: bytes) -> None:
    await send({"type": "http.response.body", "body": part, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _tell(writing: "asyncio.Task[None]") -> None:
    """Log what ended a stream where that was a fault; its client comes again by itself."""
    error = None if writing.cancelled() else writing.exception()
    if isinstance(error, DatabaseAway):
        log.warning("stream ended: database away")
    elif error is not None:
        log.error("stream ended by a fault", exc_info=error)
