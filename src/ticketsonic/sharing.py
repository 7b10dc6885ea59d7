"""Connections are shared out evenly among the workers of one address (docs/decisions/0016).

Of one socket that all of them listen at, whichever worker is awake accepts nearly all of a burst, and keeps it. So each
worker has a socket of its own at the same address, and the system deals the connections out (`listening.spread`). What
waits at the socket of a worker that is dead, stopped or long at work, the others take: they look every few
milliseconds. The parent holds every socket, so that nobody who waits at one is turned away when its worker dies.
"""

import asyncio
import fcntl
import os
import select
import socket
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import uvloop

LOOK_SECONDS = 0.02
MOST_AT_A_LOOK = 16
"""Connections that a worker takes off another at once: whoever else looks has some, too."""

Factory = Callable[[], asyncio.BaseProtocol]


class Claims:
    """Says whose sockets are whose: a worker's claim is a lock, which ends with it, however that ends."""

    def __init__(self, folder: Path, workers: int) -> None:
        """`folder` is the workers' own."""
        self._folder = folder
        self._workers = workers
        self.mine: int | None = None

    def claim(self) -> int | None:
        """Claim what nobody has, if there is any; gives the place of what is this worker's."""
        for place in range(self._workers) if self.mine is None else ():
            descriptor = os.open(self._folder / f"sockets-{place}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
            else:
                self.mine = place  # the descriptor stays open for as long as the process lives, and the lock with it
                break
        return self.mine


class SharingLoop(uvloop.Loop):
    """uvicorn's loop in a worker: it listens at its own sockets, and looks after the others'."""

    _claims: Claims
    _addresses: int
    _seen = 0

    def share(self, claims: Claims, addresses: int) -> "SharingLoop":
        """Have the sockets come, in `spread`'s order, for `addresses` addresses."""
        self._claims, self._addresses = claims, addresses
        claims.claim()
        return self

    async def create_server(self, protocol_factory: Any, *args: Any, **options: Any) -> Any:
        """Serve at a socket where it is this worker's own, and else look after it."""
        listening: socket.socket | None = options.get("sock")
        if listening is None:
            return await super().create_server(protocol_factory, *args, **options)
        place, self._seen = self._seen // self._addresses, self._seen + 1

        async def serve() -> asyncio.AbstractServer:
            return await super(SharingLoop, self).create_server(protocol_factory, *args, **options)

        if place == self._claims.mine:
            return await serve()
        return _Watch(self, protocol_factory, options, lambda: self._claims.claim() == place, serve)


class _Watch:
    """Takes what waits at another worker's socket; serves there where that has no worker, and this one no socket.

    uvicorn has it for the server that it asked for.
    """

    def __init__(
        self,
        loop: SharingLoop,
        factory: Factory,
        options: Mapping[str, Any],
        is_mine: Callable[[], bool],
        serve: Callable[[], Coroutine[Any, Any, asyncio.AbstractServer]],
    ) -> None:
        self._loop = loop
        self._factory = factory
        self._listening: socket.socket = options["sock"]
        self._encryption = options.get("ssl")
        self._is_mine = is_mine
        self._serve = serve
        self._served: asyncio.AbstractServer | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._listening.setblocking(False)  # noqa: FBT003 - the system's own signature
        self._waiting = select.poll()
        self._waiting.register(self._listening, select.POLLIN)
        self._timer: asyncio.TimerHandle | None = loop.call_later(LOOK_SECONDS, self._look)

    def close(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._served is not None:
            self._served.close()

    async def wait_closed(self) -> None:
        """Wait for nothing: its connections are uvicorn's to wait for."""

    def _look(self) -> None:
        self._timer = None
        if self._is_mine():
            self._run(self._take_over())
            return
        if self._waiting.poll(0):
            self._take()
        self._timer = self._loop.call_later(LOOK_SECONDS, self._look)

    async def _take_over(self) -> None:
        self._served = await self._serve()

    def _take(self) -> None:
        for _ in range(MOST_AT_A_LOOK):
            try:
                accepted, _ = self._listening.accept()
            except OSError:  # its worker, or another one that looks, was there before; or files are short
                return
            accepted.setblocking(False)  # noqa: FBT003 - the system's own signature
            self._run(self._loop.connect_accepted_socket(self._factory, accepted, ssl=self._encryption))

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # a handshake that fails is the client's own affair
