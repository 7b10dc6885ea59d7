"""Closing a connection so that its last answer arrives, and never waiting for ever for a client to read it.

Whoever closes a socket with bytes unread in it makes the kernel send a reset, and a reset may overtake the answer
on the client's side. So a connection that is closed before all of a request was read stops writing first,
reads on for a moment, and is closed then (RFC 9112 §9.6).
"""

import asyncio
from collections.abc import Callable
from typing import Any

LINGER_SECONDS = 2.0
SLOWEST_READ_BYTES_PER_SECOND = 1024


class Pauses:
    """Closes a connection whose pause between two requests lasts too long.

    One timer does for all the pauses of a connection: to set one for each and cancel it costs as much as a header.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, longest_seconds: float, close: Callable[[], None]) -> None:
        self._loop = loop
        self._longest_seconds = longest_seconds
        self._close = close
        self._began: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_one(self) -> bool:
        """Whether a pause has begun, and not ended."""
        return self._began is not None

    def begin(self) -> None:
        """Begin a pause."""
        self._began = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._longest_seconds, self._look)

    def end(self) -> None:
        """End it: the next request comes."""
        self._began = None

    def cancel(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._began is None:
            return
        left_seconds = self._began + self._longest_seconds - self._loop.time()
        if left_seconds > 0:
            self._timer = self._loop.call_later(left_seconds, self._look)
        else:
            self._close()


class LingeringTransport:
    """A transport as uvicorn uses it, whose `close` lingers where the request is not read to its end."""

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        is_unread: Callable[[], bool],
        reading_seconds: float,
    ) -> None:
        """`reading_seconds` is how often a client must have read some of an answer that waits for it."""
        self._transport = transport
        self._loop = loop
        self._is_unread = is_unread
        self._reading_seconds = reading_seconds
        self._encrypted = transport.get_extra_info("sslcontext") is not None
        self._closing = False
        self._lost = False
        self._ended = False
        self._linger: asyncio.TimerHandle | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._unread_answer_bytes = 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Give what the socket knows of itself."""
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        """Whether nothing more will be answered here."""
        return self._closing or self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Write, unless that is over."""
        if not self._closing and not self._lost:
            self._transport.write(data)

    def pause_reading(self) -> None:
        """Leave what comes in the kernel."""
        if not self._ended and not self.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on, unless the client has ended its sending."""
        if not self._ended and not self.is_closing():
            self._transport.resume_reading()

    def end_reading(self) -> None:
        """Know that the client has ended its sending: there is nothing to read on for."""
        self._ended = True

    def close(self) -> None:
        """Close once what was written is read; linger where more of the request may come."""
        if self._closing or self._lost:
            return
        self._closing = True
        if self._ended or self._transport.is_closing() or not self._is_unread():
            self._finish()
            return
        self._transport.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._linger = self._loop.call_later(LINGER_SECONDS, self._finish)

    def abort(self) -> None:
        """Cut the connection."""
        self._closing = True
        self._transport.abort()

    def watch_reader(self) -> None:
        """Cut the connection if the client does not read what waits for it."""
        if self._watch is None:
            self._unread_answer_bytes = self._transport.get_write_buffer_size()
            self._watch = self._loop.call_later(self._reading_seconds, self._look_at_reader)

    def unwatch_reader(self) -> None:
        """Have a client that has read."""
        if self._watch is not None and not self._closing:
            self._watch.cancel()
            self._watch = None

    def lose(self) -> None:
        """Know that the connection is gone; forget every timer, and whoever said whether a request was read."""
        self._lost = self._closing = True
        for timer in (self._linger, self._watch):
            if timer is not None:
                timer.cancel()
        self._linger = self._watch = None
        self._is_unread = _nothing_more

    def _finish(self) -> None:
        if self._lost:
            return
        self._transport.close()
        if self._transport.get_write_buffer_size():
            self.watch_reader()
        elif self._encrypted:  # TLS waits for the client's farewell: half a minute, where it never comes
            self._linger = self._loop.call_later(LINGER_SECONDS, self._transport.abort)

    def _look_at_reader(self) -> None:
        self._watch = None
        if self._lost:
            return
        waiting = self._transport.get_write_buffer_size()
        enough = self._unread_answer_bytes - SLOWEST_READ_BYTES_PER_SECOND * self._reading_seconds
        if waiting > enough or (self._closing and not waiting):
            self._transport.abort()
        elif waiting:
            self.watch_reader()


def _nothing_more() -> bool:
    return False
