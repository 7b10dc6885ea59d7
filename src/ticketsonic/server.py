"""Serving: prepares the database, then runs uvicorn in this process or in several."""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import uvicorn
from sqlalchemy import insert, select
from uvicorn.supervisors import Multiprocess

from ticketsonic.app import create_app
from ticketsonic.database import Conflict, Database
from ticketsonic.database.migrating import migrate
from ticketsonic.logs import set_up_logs
from ticketsonic.protocol import BoundedProtocol
from ticketsonic.schema import server_facts
from ticketsonic.sealing import Seal, WrongSecret, load_secret
from ticketsonic.settings import PREFIX, Settings

log = logging.getLogger("ticketsonic")

KEEP_ALIVE_SECONDS = 75
BACKLOG = 4096
Announce = Callable[[str], None]


async def prepare(settings: Settings) -> None:
    """Migrate the database, safely beside others doing the same, and hold the secret against it.

    Raises :class:`WrongSecret` where the database was made with another secret.
    """
    seal = Seal(load_secret(settings))
    database = Database(settings.database_url)
    try:
        if await migrate(database):
            log.info("database migrated")
        await _check_secret(database, seal)
    finally:
        await database.close()


async def _check_secret(database: Database, seal: Seal) -> None:
    query = select(server_facts.c.value).where(server_facts.c.name == "secret_fingerprint")
    async with database.reading() as connection:
        stored = (await connection.execute(query)).scalar()
    if stored is None:
        values = {"name": "secret_fingerprint", "value": seal.fingerprint}
        try:
            async with database.transaction() as connection:
                await connection.execute(insert(server_facts).values(values))
        except Conflict:  # another server was first
            await _check_secret(database, seal)
    elif stored != seal.fingerprint:
        raise WrongSecret("this database was made with another secret: its signing keys cannot be opened with this one")


def serve(settings: Settings, announce: Announce = lambda _: None) -> None:
    """Serve until SIGTERM or SIGINT; what was taken by then is answered.

    `announce` gets the address, once it answers there.
    """
    if settings.workers == 1:
        _Announcing(_configure(settings, create_app(settings)), announce).run()
        return
    os.environ |= environment_of(settings)
    folder = tempfile.mkdtemp(prefix="ticketsonic-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        config = _configure(settings, "ticketsonic.server:create_worker_app", factory=True)
        socket = config.bind_socket()
        announce(address_of(settings, socket.getsockname()[1]))
        Multiprocess(config, [socket]).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create_worker_app() -> object:
    """Wire the application of one worker process; its settings are in the environment."""
    app = create_app()
    set_up_logs(app.settings.log_level, app.settings.log_format)
    return app


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

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            port = next((s.getsockname()[1] for server in self.servers for s in server.sockets), 0)
            self._announce(address_of(self._settings, port))
