"""Finding the printers that have something to do, or that nobody has looked at for long."""

import time

from msgspec import Struct
from sqlalchemy import and_, exists, or_, select

from ticketsonic.database import Database
from ticketsonic.printing.jobs import PrinterKey
from ticketsonic.printing.routing import IS_OPEN
from ticketsonic.printing.states import IN_HAND, State
from ticketsonic.schema import print_jobs, printers

MOST_FOUND = 1000
MOST_LOOKED_AT = 20
LOOKED_AT_SECONDS = 60
LOOKED_AFTER_DAYS = 90
"""For how long after it was added a printer without jobs is asked how it is."""


class FoundPrinter(Struct, frozen=True):
    """A printer with work: jobs for it, or that it is to be looked at."""

    key: PrinterKey
    url: str
    has_jobs: bool


async def find_work(database: Database) -> list[FoundPrinter]:
    """Find the printers whose events have a job for them, and those that nobody has asked how they are for a minute."""
    columns = (printers.c.account_id, printers.c.id, printers.c.event_id, printers.c.api_key_id, printers.c.url)
    here = printers.c.removed_at.is_(None)
    is_ipp = (printers.c.kind == "ipp") & printers.c.url.is_not(None)
    waits = and_(print_jobs.c.state == State.WAITING, here)
    has_it = and_(print_jobs.c.state.in_(IN_HAND), print_jobs.c.printer_id == printers.c.id)
    of_event = and_(print_jobs.c.event_id == printers.c.event_id, print_jobs.c.account_id == printers.c.account_id)
    with_jobs = select(*columns).where(is_ipp, exists().where(of_event, IS_OPEN, or_(waits, has_it))).limit(MOST_FOUND)
    now = int(time.time())
    unseen = or_(printers.c.state_at.is_(None), printers.c.state_at < now - LOOKED_AT_SECONDS)
    in_use = printers.c.created_at > now - LOOKED_AFTER_DAYS * 86_400
    newest_first = (printers.c.state_at.is_not(None), printers.c.state_at)
    to_look_at = select(*columns).where(is_ipp, here, unseen, in_use).order_by(*newest_first).limit(MOST_LOOKED_AT)
    async with database.reading() as connection:
        working = [_found(row, has_jobs=True) for row in await connection.execute(with_jobs)]
        known = {printer.key.printer_id for printer in working}
        looked_at = [_found(row, has_jobs=False) for row in await connection.execute(to_look_at)]
    return working + [printer for printer in looked_at if printer.key.printer_id not in known]


def _found(row: tuple[int, int, int, int | None, str], *, has_jobs: bool) -> FoundPrinter:
    account_id, printer_id, event_id, api_key_id, url = row
    return FoundPrinter(PrinterKey(account_id, printer_id, event_id, api_key_id), url, has_jobs)
