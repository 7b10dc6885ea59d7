"""One of several serving processes: it loads, prepares the database, says so to its parent, and serves."""

import asyncio
import contextlib
import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE

from ticketsonic.logs import set_up_logs
from ticketsonic.settings import Settings, load_settings

log = logging.getLogger("ticketsonic")

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
READY = ""
"""What a worker reports that may serve; any other report says in one line why none may."""


class WorkerConfig(uvicorn.Config):
    """uvicorn's, as it goes to each worker: loading it there is what comes before a worker serves."""

    def __init__(self, reports: Connection, *, is_prepared: bool, addresses: int | None, **options: Any) -> None:
        """Take `reports`, where a worker says what it found; the database may be prepared already.

        A worker's sockets are as many as `addresses`; all of them are everyone's where it is None (sharing.py).
        """
        super().__init__("ticketsonic.worker:create_worker_app", factory=True, **options)
        self.is_prepared = is_prepared
        self._reports = reports
        self._addresses = addresses

    def get_loop_factory(self) -> Callable[[], asyncio.AbstractEventLoop] | None:
        """Give the loop that a worker shares connections with."""
        addresses = self._addresses
        if addresses is None:
            return super().get_loop_factory()
        from ticketsonic.sharing import Claims, SharingLoop  # noqa: PLC0415 - the parent loads this file too

        claims = Claims(Path(os.environ[METRICS_FOLDER]), self.workers)
        return lambda: SharingLoop().share(claims, addresses)

    def load(self) -> None:
        """Load the application and prepare the database, before a socket listens; a signal ends that at once."""
        _end_with_parent()
        gc.disable()  # nothing of what is loaded goes away again; the application turns it on
        with _stopped_at_once():
            super().load()
            if not self.is_prepared:
                self._prepare()
            self._reports.send(READY)

    def _prepare(self) -> None:
        from ticketsonic.preparing import prepare, words_for  # noqa: PLC0415 - the parent loads this file too

        settings: Settings = self.loaded_app.settings
        try:
            with ThreadPoolExecutor(1) as thread:  # in this one uvicorn's loop runs already, and serves nothing yet
                thread.submit(asyncio.run, prepare(settings)).result()
        except Exception as error:  # whatever it is, nothing may be served
            words = words_for(error)
            if words is None:
                log.exception("fault")
                sys.exit(STARTUP_FAILURE)
            self._reports.send(words)
            sys.exit(1)  # no failure to start: where others serve, the parent may replace it


@contextlib.contextmanager
def _stopped_at_once() -> Iterator[None]:
    """Let SIGTERM and SIGINT end the process as if nobody minded them: nothing is taken yet, a migration is undone."""
    minded = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in minded.items():
        signal.signal(number, handler)


def create_worker_app() -> object:
    """Wire the application of one worker process; its settings are in the environment."""
    settings = load_settings()
    set_up_logs(settings.log_level, settings.log_format)
    from ticketsonic.app import create_app  # noqa: PLC0415 - the parent loads this file too

    _forget_dead_workers(Path(os.environ[METRICS_FOLDER]))
    return create_app(settings)


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
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - the parent loads this file too

    for file in folder.glob("gauge_live*_*.db"):
        process_id = int(file.stem.rpartition("_")[2])
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            mark_process_dead(process_id, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            continue
