"""A job was perhaps sent, and no answer came: ask the printer by the job's name, and believe only what it can know.

That it knows no such job proves something only where it would still know: it has been on since before the job was
sent, and not so long ago that it may have forgotten (60 s is the least that printers remember). And what was sent may
still be on its way into a printer that has just woken up: so it is asked twice.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import Enum

from ticketsonic.printing.ipp.conditions import JobThere
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
    FORGOTTEN = "The printer had accepted it, and does not know it any more."
    NOT_ASKED = "The server is stopping: the next one asks."


async def settle(
    printer: Printer,
    job: PrintJob,
    *,
    is_stopping: Callable[[], bool],
    hold: Callable[[PrintJob], Awaitable[bool]],
) -> JobThere | Lost:
    """Ask until it is settled. `hold` keeps the job in hand meanwhile; where it says no, somebody else asks."""
    sent_at = job.taken_at or 0
    give_up_at = time.monotonic() + ASKING_SECONDS
    misses = 0
    while True:
        if is_stopping():
            return Lost.NOT_ASKED
        try:
            there = await printer.find(job.name)
            if there is not None:
                return there
            lost = _what_not_knowing_means(sent_at, (await printer.describe()).up_seconds)
            misses += 1
            if lost is not Lost.NEVER_ARRIVED or misses > 1:
                return lost
        except (NotSent, NoAnswer, Refused):
            if time.monotonic() > give_up_at:
                return Lost.SILENT
        if not await hold(job):
            return Lost.NOT_ASKED
        await asyncio.sleep(AGAIN_SECONDS)


def _what_not_knowing_means(sent_at: int, up_seconds: int | None) -> Lost:
    now = time.time()
    if up_seconds is None or now - up_seconds > sent_at - _CLOCK_SECONDS:
        return Lost.RESTARTED
    return Lost.NEVER_ARRIVED if now < sent_at + REMEMBERED_SECONDS else Lost.TOO_LATE
