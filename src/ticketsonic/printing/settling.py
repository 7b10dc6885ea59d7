"""A job was perhaps sent, and no answer came: ask the printer by the job's name, and believe only what it can know.

That it knows no such job proves something only where it would still know: it has been on since before the job was
sent, and not so long ago that it may have forgotten (60 s is the least that printers remember). And what was sent may
still be on its way into a printer that has just woken up: so it is asked twice. One that was opened, and whose document
has not come, is withdrawn: from then on the printer refuses the document, however late its sender wakes up (press.py).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import Enum

from ticketsonic.printing.ipp.conditions import JobThere, PrinterSays
from ticketsonic.printing.ipp.exchange import NoAnswer, NotSent
from ticketsonic.printing.ipp.printer import Printer, Refused
from ticketsonic.printing.jobs import PrintJob

REMEMBERED_SECONDS = 55
ASKING_SECONDS = 20
"""For how long a printer that does not answer is asked, beyond the first question."""
AGAIN_SECONDS = 3.0
_CLOCK_SECONDS = 2
"""By how much a printer's seconds since it was switched on may be off."""


class Lost(Enum):
    """Where no job was found; the value is why that settles nothing, for people."""

    NEVER_ARRIVED = "It did not reach the printer."
    SILENT = "The printer took it, or not, and does not answer."
    RESTARTED = "The printer was switched off and on, and does not know what it printed before."
    TOO_LATE = "The printer was asked too late to know."
    MAY_YET_COME = "Whoever was sending it fell silent, and could still send it."
    FORGOTTEN = "The printer had accepted it, and does not know it any more."
    NOT_ASKED = "The server is stopping: the next one asks."


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
    misses = 0
    while True:
        if is_stopping():
            return Lost.NOT_ASKED
        try:
            there = await printer.find(job.name)
            if there is not None and there.lacks_document:
                there = await printer.withdraw(there)
            if there is None:
                lost = _what_not_knowing_means(job.taken_at or 0, await printer.describe(), by_another=by_another)
                misses += 1
                if lost is not Lost.NEVER_ARRIVED or misses > 1:
                    return lost
            elif not there.lacks_document:
                return there
        except (NotSent, NoAnswer, Refused):
            pass
        if time.monotonic() > give_up_at:
            return Lost.SILENT
        if not await hold(job):
            return Lost.NOT_ASKED
        await asyncio.sleep(AGAIN_SECONDS)


def _what_not_knowing_means(sent_at: int, says: PrinterSays, *, by_another: bool) -> Lost:
    now = time.time()
    if says.up_seconds is None or now - says.up_seconds > sent_at - _CLOCK_SECONDS:
        return Lost.RESTARTED
    if now >= sent_at + REMEMBERED_SECONDS:
        return Lost.TOO_LATE
    return Lost.MAY_YET_COME if by_another and not says.opens_jobs else Lost.NEVER_ARRIVED
