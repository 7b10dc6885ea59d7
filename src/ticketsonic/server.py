"""Serving: uvicorn in this process, or in several.

What is imported here is on every start's way to its first answer: the rest is imported by the process that needs it.
"""

import dataclasses
import logging
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

from ticketsonic.listening import BACKLOG, address_of
from ticketsonic.open_files import connections_within_open_files
from ticketsonic.settings import Settings

log = logging.getLogger("ticketsonic")

KEEP_ALIVE_SECONDS = 75
Announce = Callable[[str], None]


def serve(
    settings: Settings,
    sockets: list[socket.socket],
    announce: Announce = lambda _: None,
    *,
    is_prepared: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; what was taken by then is answered. Exits with 0 then.

    `announce` gets the address, once it answers there. Where the database is not prepared (preparing.py), workers do
    that before anything is answered; one process alone wants it done. Raises :class:`NotServed`.
    """
    settings = _within_open_files(settings)
    if settings.workers == 1:
        _serve_here(settings, sockets, announce)
    else:
        from ticketsonic.workers import serve_with_workers  # noqa: PLC0415 - one process needs no supervisor

        serve_with_workers(settings, sockets, announce, options_of(settings), is_prepared=is_prepared)


def _within_open_files(settings: Settings) -> Settings:
    """Take no more connections than the system gives open files for; workers inherit the limit."""
    connections = connections_within_open_files(settings.connections)
    if connections < settings.connections:
        fields = {"connections": connections, "wanted": settings.connections, "see": "LimitNOFILE, ulimit -n"}
        log.warning("fewer connections than set: too few open files", extra=fields)
    return dataclasses.replace(settings, connections=connections)


def _serve_here(settings: Settings, sockets: list[socket.socket], announce: Announce) -> None:
    from ticketsonic.app import create_app  # noqa: PLC0415 - 0.4 s that the parent of workers does not need

    # uvicorn raises the signal once more when everything is answered: asked to stop and stopped is no failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    config = uvicorn.Config(create_app(settings), **options_of(settings))
    _Announcing(config, lambda: announce(address_of(settings, sockets))).run(sockets)


def options_of(settings: Settings) -> dict[str, Any]:
    """Spell out what uvicorn has to know; by name where it would be loaded only for this."""
    return {
        "host": settings.host,
        "port": settings.port,
        "workers": settings.workers,
        "loop": "uvloop",
        "http": "ticketsonic.protocol:BoundedProtocol",
        "ws": "none",
        "lifespan": "on",
        "interface": "asgi3",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "backlog": BACKLOG,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": settings.shutdown_seconds,
        "ssl_certfile": _text(settings.tls_certificate),
        "ssl_keyfile": _text(settings.tls_key),
    }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


class _Announcing(uvicorn.Server):
    """Says that it answers, once it does."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()
