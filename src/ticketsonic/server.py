"""Serving: binds the address, then runs uvicorn in this process or in several."""

import dataclasses
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import ssl
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from ticketsonic.app import create_app
from ticketsonic.logs import set_up_logs
from ticketsonic.open_files import connections_within_open_files
from ticketsonic.protocol import BoundedProtocol
from ticketsonic.settings import PREFIX, InvalidSetting, Settings, variable_of

log = logging.getLogger("ticketsonic")

KEEP_ALIVE_SECONDS = 75
BACKLOG = 4096
SEND_BUFFER_BYTES = 128 * 1024
"""What the kernel keeps of answers that a client does not read, twice for its own books: it would take 4 MB each."""
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
Announce = Callable[[str], None]


def bind(settings: Settings) -> list[socket.socket]:
    """Take the address, at every address its host's name stands for; nothing is answered before `serve`.

    Raises :class:`InvalidSetting` where it cannot be had, or the certificate cannot be used.
    """
    _check_certificate(settings)
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            port = sockets[0].getsockname()[1] if sockets else settings.port
            sockets.append(listening := socket.socket(family, kind, protocol))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)  # its connections inherit it
            if family == socket.AF_INET6:
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listening.bind((address[0], port, *address[2:]))
    except OSError as error:
        for each in sockets:
            each.close()
        where = f"{variable_of('host')} ({settings.host!r}), {variable_of('port')} ({settings.port})"
        raise InvalidSetting(f"{where}: {error.strerror or error}") from None
    return sockets


def _check_certificate(settings: Settings) -> None:
    if settings.tls_certificate is None:
        return
    try:
        # Asked for a passphrase there is nobody to type it: an empty one is refused.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.tls_certificate, settings.tls_key, password=lambda: b"")
    except OSError as error:
        names = f"{variable_of('tls_certificate')} and {variable_of('tls_key')}"
        raise InvalidSetting(f"{names} are no PEM certificate and its key without passphrase: {error}") from None


def serve(settings: Settings, sockets: list[socket.socket], announce: Announce = lambda _: None) -> None:
    """Serve until SIGTERM or SIGINT; what was taken by then is answered. Exits with 0 then.

    `announce` gets the address, once it answers there.
    """
    settings = _within_open_files(settings)
    if settings.workers == 1:
        _serve_here(settings, sockets, announce)
    else:
        _serve_with_workers(settings, sockets, announce)


def _within_open_files(settings: Settings) -> Settings:
    """Take no more connections than the system gives open files for; workers inherit the limit."""
    connections = connections_within_open_files(settings.connections)
    if connections < settings.connections:
        fields = {"connections": connections, "wanted": settings.connections, "see": "LimitNOFILE, ulimit -n"}
        log.warning("fewer connections than set: too few open files", extra=fields)
    return dataclasses.replace(settings, connections=connections)


def _serve_here(settings: Settings, sockets: list[socket.socket], announce: Announce) -> None:
    # uvicorn raises the signal once more when everything is answered: asked to stop and stopped is no failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    _Announcing(_configure(settings, create_app(settings)), announce).run(sockets)


def _serve_with_workers(settings: Settings, sockets: list[socket.socket], announce: Announce) -> None:
    os.environ |= environment_of(settings)
    folder = tempfile.mkdtemp(prefix="ticketsonic-metrics-")
    os.environ[METRICS_FOLDER] = folder
    try:
        supervisor = Multiprocess(_configure(settings, "ticketsonic.server:create_worker_app", factory=True), sockets)
        for listening in sockets:
            listening.listen(BACKLOG)  # from now on who connects waits for the first worker
        announce(address_of(settings, sockets[0].getsockname()[1]))
        supervisor.run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if any(worker.exitcode == STARTUP_FAILURE for worker in supervisor.processes):
        sys.exit(STARTUP_FAILURE)


def create_worker_app() -> object:
    """Wire the application of one worker process; its settings are in the environment."""
    _end_with_parent()
    _forget_dead_workers(Path(os.environ[METRICS_FOLDER]))
    app = create_app()
    set_up_logs(app.settings.log_level, app.settings.log_format)
    return app


def _end_with_parent() -> None:
    """Stop like at SIGTERM where the parent was killed: a worker alone would hold the port and nobody restart it."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


def _forget_dead_workers(folder: Path) -> None:
    """Let what a killed worker last had waiting go from the queue depth; what it counted stays counted."""
    for file in folder.glob("gauge_live*_*.db"):
        process_id = int(file.stem.rpartition("_")[2])
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            mark_process_dead(process_id, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            continue


def environment_of(settings: Settings) -> dict[str, str]:
    """Spell settings as environment variables, for the worker processes."""
    names = [name for name in Settings.__dataclass_fields__ if getattr(settings, name) is not None]
    return {PREFIX + name.upper(): str(getattr(settings, name)) for name in names}


def address_of(settings: Settings, port: int) -> str:
    """Spell the address the server answers at."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'https' if settings.tls_certificate else 'http'}://{host}:{port}"


def _configure(settings: Settings, app: object, *, factory: bool = False) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        factory=factory,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        ssl_certfile=_text(settings.tls_certificate),
        ssl_keyfile=_text(settings.tls_key),
    )


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


class _Announcing(uvicorn.Server):
    """Says where it answers, once it does."""

    def __init__(self, config: uvicorn.Config, announce: Announce) -> None:
        super().__init__(config)
        self._announce = announce
        self._settings: Settings = config.app.settings  # type: ignore[union-attr]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            self._announce(address_of(self._settings, sockets[0].getsockname()[1]))
