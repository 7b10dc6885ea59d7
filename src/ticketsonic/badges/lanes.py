"""Drawing in processes of its own, so that selling is never delayed: bounded in number, and behind it in line.

Two lanes, each a process that begins with its first job: one for single badges, which somebody waits for at a
printer, and one for the sheets of a whole event, which may take seconds.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from pathlib import Path
from typing import TYPE_CHECKING

from ticketsonic.badges.jobs import Drawn, Job
from ticketsonic.badges.progress import Places, Tell, free_places
from ticketsonic.badges.turns import Turns
from ticketsonic.errors import TemporarilyUnavailable
from ticketsonic.logs import set_up_logs
from ticketsonic.settings import Settings

if TYPE_CHECKING:
    from ticketsonic.badges.drawing import Drawer

log = logging.getLogger("ticketsonic.badges")

SINGLES_WAITING = 64
SHEETS_WAITING = 4
NICENESS = 5
LOOK_SECONDS = 0.05
_UNHEARD = 2
"""Jobs that the process has in hand although nobody waits for them any more: it has one, and the next beside it."""
OWN_FONTS = "fonts"
"""The folder, in the data folder, for fonts of the operator's own."""


class Lane:
    """One process that draws, and the jobs that may wait for it."""

    def __init__(self, name: str, settings: Settings, *, most_waiting: int) -> None:
        """Nothing is started before the first job."""
        self._name = name
        self._settings = settings
        self._most_waiting = most_waiting
        self._waiting = 0
        self._pool: ProcessPoolExecutor | None = None
        self._places: Places
        self._free = free_places(0)

    async def draw(self, job: Job, tell: Tell | None = None) -> Drawn:
        """Draw a job when its turn comes; raises :class:`TemporarilyUnavailable` where too many wait.

        `tell` hears how many of its badges are laid out, as that changes. Whoever does not wait to the end, by a
        cancellation, has it stopped.
        """
        if self._waiting >= self._most_waiting:
            raise TemporarilyUnavailable
        pool = self._pool = self._pool or self._open()
        places, free = self._places, self._free
        if not free:
            raise TemporarilyUnavailable
        place = free.popleft()
        places.clear(place)
        self._waiting += 1
        try:
            submitted = pool.submit(_draw, job, place)
            submitted.add_done_callback(lambda _: free.append(place))
            drawing = asyncio.wrap_future(submitted)
            return await (drawing if tell is None else _watch(drawing, places, place, tell))
        except asyncio.CancelledError:
            places.give_up(place)
            raise
        except BrokenProcessPool:
            log.warning("drawing process died", extra={"lane": self._name, "badges": len(job.texts)})
            if self._pool is pool:
                self._pool = None
            raise TemporarilyUnavailable from None
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Draw nothing more, and wait for what is being drawn; what waits in line is not drawn."""
        pool, self._pool = self._pool, None
        if pool is not None:
            # Waited for, since a worker of several is ended by its own signal right after: what a process pool
            # shares with its process would lie about, and Python would complain of it.
            pool.shutdown(wait=True, cancel_futures=True)

    def _open(self) -> ProcessPoolExecutor:
        count = self._most_waiting + _UNHEARD
        self._places, self._free = Places(count), free_places(count)
        return ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(
                self._places,
                self._settings.data_dir / OWN_FONTS,
                self._settings.log_level,
                self._settings.log_format,
            ),
        )


class Lanes:
    """Both lanes of one serving process."""

    def __init__(self, settings: Settings) -> None:
        self._singles = Lane("singles", settings, most_waiting=SINGLES_WAITING)
        self._sheets = Lane("sheets", settings, most_waiting=SHEETS_WAITING)
        self.turns = Turns()
        """Of the accounts, for the sheets that people wait for before a page."""

    async def draw_badge(self, job: Job) -> Drawn:
        """Draw one badge."""
        return await self._singles.draw(job)

    async def draw_sheet(self, job: Job, tell: Tell | None = None) -> Drawn:
        """Draw many badges into one PDF; `tell` hears how many are laid out."""
        return await self._sheets.draw(job, tell)

    def close(self) -> None:
        """End both processes. Blocks for as long as one badge or print may take."""
        self._singles.close()
        self._sheets.close()


async def _watch(drawing: "asyncio.Future[Drawn]", places: Places, place: int, tell: Tell) -> Drawn:
    try:
        while not drawing.done():
            await asyncio.wait([drawing], timeout=LOOK_SECONDS)
            tell(places.laid_out(place))
        return drawing.result()
    finally:
        drawing.cancel()  # of no effect on what is done


_drawer: "Drawer | None" = None
_places: Places | None = None


def _begin(places: Places, own_fonts: Path, log_level: str, log_format: str) -> None:
    """Get ready in the drawing process: behind those who sell, and gone when the server is."""
    from ticketsonic.badges.drawing import Drawer  # noqa: PLC0415 - typst and its fonts stay out of the server

    global _drawer, _places
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server says when to stop, not the terminal
    os.nice(NICENESS)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    set_up_logs(log_level, log_format)
    _places, _drawer = places, Drawer(own_fonts)


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    if _drawer is not None:
        _drawer.close()
    os._exit(0)


def _draw(job: Job, place: int) -> Drawn:
    if _drawer is None or _places is None:
        raise RuntimeError("the drawing process has not begun")
    tell = _places.teller(place)
    tell(0)
    return _drawer.draw(job, tell)
