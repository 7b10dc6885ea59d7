"""A job was perhaps sent, and no answer came: ask the printer by the job's name, and believe only what it can know.

That it knows no such job proves something only where it would still know: it has been on since before the job was
sent, and not so long ago that it may have forgotten (60 s is the least that printers remember). One that was opened,
and whose document has not come, is withdrawn: from then on the printer refuses the document, however late its sender
wakes up (press.py).

What was sent may still be on its way into a printer that has just woken up: a document, or a job that it would then
keep open, and take no other. And a printer may be reading a document while it is told to drop it, and print it all the
same. So nothing is believed that it does not say twice.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from ticketsonic.printing.ipp.conditions import JobState, JobThere, PrinterSays
from ticketsonic.printing.ipp.exchange import NoAnswer, NotSent
from ticketsonic.printing.ipp.printer import Printer, Refused
from ticketsonic.printing.jobs import PrintJob

REMEMBERED_SECONDS = 55
ASKING_SECONDS = 20
"""For how long a printer is asked that does not answer, or not for good, beyond the first question."""
AGAIN_SECONDS = 3.0
_CLOCK_SECONDS = 2
"""By how much a printer's seconds since it was switched on may be off."""


class Lost(Enum):
    """What it came to where the printer's job does not tell; the value is why, for people."""

    NEVER_ARRIVED = "It did not reach the printer."
    SILENT = "The printer took it, or not, and does not answer."
    RESTARTED = "The printer was switched off and on, and does not know what it printed before."
    TOO_LATE = "The printer was asked too late to know."
    MAY_YET_COME = "Whoever was sending it fell silent, and could still send it."
    CUT_SHORT = "It reached the printer just as it was withdrawn there, and may have come out."
    FORGOTTEN = "The printer had accepted it, and does not know it any more."
    NOT_ASKED = "The server is stopping: the next one asks."


class _Said(Enum):
    """What a printer must say twice."""

    UNKNOWN = "no such job"
    LACKING = "its document has not come"
    WITHDRAWN = "it was cancelled, and nothing of it came out"


async def settle(
    printer: Printer,
    job: PrintJob,
    *,
    is_stopping: Callable[[], bool],
    hold: Callable[[PrintJob], Awaitable[bool]],
    by_another: bool = False,
) -> JobThere | Lost:
    """Ask until it is settled. `hold` keeps the job in hand meanwhile; where it says no, somebody else asks.

    `by_another` says that another process had it in hand, which may be frozen, not dead.
    """
    give_up_at = time.monotonic() + ASKING_SECONDS
    inquiry = _Inquiry(printer, job, by_another)
    while not is_stopping():
        with contextlib.suppress(NotSent, NoAnswer, Refused):
            found = await inquiry.ask()
            if found is not None:
                return found
        if time.monotonic() > give_up_at:
            return Lost.SILENT
        if not await hold(job):
            break
        await asyncio.sleep(AGAIN_SECONDS)
    return Lost.NOT_ASKED


@dataclass(slots=True)
class _Inquiry:
    """What a printer has said of one job so far."""

    printer: Printer
    job: PrintJob
    by_another: bool
    _said: _Said | None = None
    _withdrew: bool = False
    _came_all_the_same: bool = False

    async def ask(self) -> JobThere | Lost | None:
        """Ask once; returns what settles it, None where it is to be asked again. Raises as `Printer` does."""
        there = await self.printer.find(self.job.name)
        if there is None:
            return await self._unknown()
        if there.lacks_document:
            await self._lacking(there)
            return None
        return self._withdrawn(there) if self._withdrew else there

    async def _unknown(self) -> Lost | None:
        says = await self.printer.describe()
        if not self._says_again(_Said.UNKNOWN):
            return None
        return _what_not_knowing_means(self.job.taken_at or 0, says, by_another=self.by_another)

    async def _lacking(self, opened: JobThere) -> None:
        if self._says_again(_Said.LACKING):
            self._withdrew = True
            await self.printer.withdraw(opened)
            self._said = _Said.WITHDRAWN

    def _withdrawn(self, there: JobThere) -> JobThere | Lost | None:
        if there.state in {JobState.COMPLETED, JobState.ABORTED}:
            return there
        if there.state != JobState.CANCELED:
            self._came_all_the_same = True
            return None
        if self._came_all_the_same or not there.was_withdrawn:
            return Lost.CUT_SHORT
        return there if self._says_again(_Said.WITHDRAWN) else None

    def _says_again(self, said: _Said) -> bool:
        before, self._said = self._said, said
        return before is said


def _what_not_knowing_means(sent_at: int, says: PrinterSays, *, by_another: bool) -> Lost:
    now = time.time()
    if says.up_seconds is None or now - says.up_seconds > sent_at - _CLOCK_SECONDS:
        return Lost.RESTARTED
    if now >= sent_at + REMEMBERED_SECONDS:
        return Lost.TOO_LATE
    return Lost.MAY_YET_COME if by_another and not says.opens_jobs else Lost.NEVER_ARRIVED
