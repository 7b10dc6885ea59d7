"""What one serving process does about print jobs: it hears of its own at once, and looks for what others left.

Each printer is worked by a press of its own, in every process that has to do with it: that a job has one taker is for
the database to see to (jobs.py), so nothing is agreed between processes.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ticketsonic.allowed_hosts import AllowedHosts
from ticketsonic.badges.jobs import BadgeTexts, Job
from ticketsonic.database import Database, DatabaseAway
from ticketsonic.errors import TemporarilyUnavailable
from ticketsonic.events.badge import DEFAULTS
from ticketsonic.metrics import metrics
from ticketsonic.printing import jobs
from ticketsonic.printing.bell import Bell
from ticketsonic.printing.documents import Draw
from ticketsonic.printing.ipp.exchange import Exchange
from ticketsonic.printing.ipp.printer import Printer
from ticketsonic.printing.press import Press
from ticketsonic.printing.states import State
from ticketsonic.printing.work import FoundPrinter, find_work

log = logging.getLogger("ticketsonic.printing")

LOOK_SECONDS = 1.0
SWEEP_SECONDS = 5.0
IDLE_SECONDS = 60.0
STOP_SECONDS = 15.0


@dataclass(slots=True)
class _Room:
    """A press with the task that runs it, and what wakes it."""

    press: Press
    url: str
    work: asyncio.Event = field(default_factory=asyncio.Event)
    look: bool = False
    used_at: float = field(default_factory=time.monotonic)
    task: asyncio.Task[None] | None = None


class Printing:
    """The printing of one serving process."""

    def __init__(self, database: Database, draw: Draw, allowed: AllowedHosts) -> None:
        """Nothing is asked of anybody before `start`."""
        self.bell = Bell()
        self.bell.tell(self._hurry)
        self._database = database
        self._draw = draw
        self._exchange = Exchange(allowed)
        self._taker = jobs.draw_taker()
        self._rooms: dict[int, _Room] = {}
        self._printerless: set[int] = set()
        self._rung: set[int] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self._warming: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to print. Call inside the event loop."""
        self._task = asyncio.create_task(self._watch(), name="printing")

    async def stop(self) -> None:
        """Send nothing more; what a printer has comes out all the same, and the next process asks after it."""
        self._stopping = True
        self._wake.set()
        for room in self._rooms.values():
            room.press.stop()
            room.work.set()
        tasks = [
            task
            for task in (self._task, self._warming, *(room.task for room in self._rooms.values()))
            if task is not None
        ]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
        if self._rooms:
            with contextlib.suppress(DatabaseAway):
                await jobs.let_go(self._database, self._taker)
        await self._exchange.close()

    def tell(self, event_ids: Sequence[int]) -> None:
        """Hear of jobs that were just made: an event's id for each."""
        metrics.print_jobs.labels(State.WAITING.value).inc(len(event_ids))
        self.bell.ring(event_ids)

    def _hurry(self, event_ids: set[int]) -> None:
        """Look at once for what these events have to print, and not in a second."""
        fresh = event_ids - self._printerless
        if not fresh:
            return
        known = {room.press.key.event_id for room in self._rooms.values()}
        for room in self._rooms.values():
            if room.press.key.event_id in fresh:
                room.work.set()
        if unknown := fresh - known:
            self._rung |= unknown
            self._wake.set()

    async def _watch(self) -> None:
        swept_at = 0.0
        while not self._stopping:
            rung, self._rung = self._rung, set()
            self._wake.clear()
            try:
                await self._look(rung)
                if time.monotonic() > swept_at + SWEEP_SECONDS:
                    swept_at = time.monotonic()
                    await jobs.doubt_abandoned_by_stations(self._database, self._taker)
                    await jobs.give_up_stale(self._database)
            except DatabaseAway:
                log.warning("print jobs not looked for: database away")
            except Exception:
                log.exception("print jobs not looked for")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)

    async def _look(self, rung: set[int]) -> None:
        found = await find_work(self._database)
        events = {printer.key.event_id for printer in found if printer.has_jobs}
        self._printerless = rung - events if rung else set()
        for printer in found:
            room = self._room_of(printer)
            room.used_at = time.monotonic()
            room.look = room.look or not printer.has_jobs
            room.work.set()
        for printer_id, room in list(self._rooms.items()):
            if room.used_at + IDLE_SECONDS < time.monotonic() and room.task is not None and not room.work.is_set():
                room.task.cancel()
                del self._rooms[printer_id]

    def _room_of(self, printer: FoundPrinter) -> _Room:
        room = self._rooms.get(printer.key.printer_id)
        if room is None:
            self._warm_up()
            ipp = Printer(self._exchange, printer.url)
            press = Press(self._database, printer.key, ipp, self._draw, self._taker)
            room = self._rooms[printer.key.printer_id] = _Room(press, printer.url)
            room.task = asyncio.create_task(self._run(room), name=f"printer {printer.key.printer_id}")
        return room

    def _warm_up(self) -> None:
        """Draw a badge of nothing before the first guest comes: the process that draws takes a second to begin."""
        if self._warming is None:
            self._warming = asyncio.create_task(self._draw_nothing(), name="printing warms up")

    async def _draw_nothing(self) -> None:
        with contextlib.suppress(TemporarilyUnavailable):
            await self._draw(Job(dict(DEFAULTS), None, [BadgeTexts("", "")]))

    async def _run(self, room: _Room) -> None:
        """Work a press whenever there may be something to do, until the process ends or long nothing is."""
        again_seconds: float | None = None
        while not self._stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(room.work.wait(), again_seconds)
            room.work.clear()
            try:
                if room.look:
                    room.look = False
                    await room.press.look()
                again_seconds = await room.press.work()
                if again_seconds is not None:
                    room.used_at = time.monotonic()
            except DatabaseAway:
                log.warning("printer waits: database away", extra={"printer": room.press.key.printer_id})
                again_seconds = LOOK_SECONDS
            except Exception:
                log.exception("printer fault", extra={"printer": room.press.key.printer_id})
                again_seconds = LOOK_SECONDS * 5
