"""Several processes on one address: a parent that starts them, replaces those that die, and stops them.

The parent serves nothing and asks the database nothing: so it is there within 0.2 s, and the workers load, each
prepares the database (migrating.py lets one do it), and only then do they answer. The first that is ready says so.
"""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from ticketsonic.listening import BACKLOG, NotServed, address_of, spread
from ticketsonic.settings import PREFIX, Settings
from ticketsonic.worker import METRICS_FOLDER, READY, WorkerConfig

LOOK_SECONDS = 0.5
"""How often the parent looks after signals and workers, as uvicorn's own does."""


def serve_with_workers(
    settings: Settings,
    sockets: list[socket.socket],
    announce: Callable[[str], None],
    options: dict[str, Any],
    *,
    is_prepared: bool,
) -> None:
    """Serve until a signal. Raises :class:`NotServed` with the reason where the database cannot be used."""
    os.environ |= environment_of(settings)
    folder = tempfile.mkdtemp(prefix="ticketsonic-metrics-")
    os.environ[METRICS_FOLDER] = folder
    heard, reports = Pipe(duplex=False)
    everyone = spread(sockets, settings.workers)
    share = len(sockets) if len(everyone) > len(sockets) else None

    def greet() -> None:
        for listening in everyone:
            listening.listen(BACKLOG)  # from now on who connects waits for the first worker
        announce(address_of(settings, sockets))

    try:
        config = WorkerConfig(reports, is_prepared=is_prepared, addresses=share, **options)
        supervisor = _Supervisor(config, everyone, heard, greet)
        supervisor.run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if any(worker.exitcode == STARTUP_FAILURE for worker in supervisor.processes):
        sys.exit(STARTUP_FAILURE)


class _Supervisor(Multiprocess):
    """uvicorn's, which also hears what its workers find out before they serve."""

    config: WorkerConfig

    def __init__(
        self, config: WorkerConfig, sockets: list[socket.socket], heard: Connection, greet: Callable[[], None]
    ) -> None:
        super().__init__(config, sockets)
        self._heard = heard
        self._greet = greet
        self._is_greeted = False

    def run(self) -> None:
        """Start the workers and look after them until a signal, or until one says why nothing can be served."""
        try:
            self.init_processes()
            while not self.should_exit.is_set():
                if wait([self._heard], LOOK_SECONDS):
                    self._hear(self._heard.recv())
                self.handle_signals()
                self.keep_subprocess_alive()
        finally:
            self.terminate_all()
            self.join_all()

    def _hear(self, report: str) -> None:
        if report == READY:
            self.config.is_prepared = True  # a worker that replaces another serves, as they do, also while it is away
            if not self._is_greeted:
                self._is_greeted = True
                self._greet()
        elif not self.config.is_prepared:
            raise NotServed(report)


def environment_of(settings: Settings) -> dict[str, str]:
    """Spell settings as environment variables, for the worker processes."""
    names = [name for name in Settings.__dataclass_fields__ if getattr(settings, name) is not None]
    return {PREFIX + name.upper(): str(getattr(settings, name)) for name in names}
