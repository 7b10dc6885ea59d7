"""A print station: what its page is told, and what the person in front of it says. Issue 5; see docs/printing.md.

A page takes one job at a time (jobs.py), prints it and reports. A page that dies in between cannot be asked: its job
becomes uncertain, at once where the page comes back and says so, else when its time is up, and a person settles it.
"""

import secrets
import time
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.database import Database
from ticketsonic.errors import InvalidRequest
from ticketsonic.printing.glyphs import missing_in, say_missing
from ticketsonic.printing.jobs import (
    PrinterKey,
    PrintJob,
    accepted,
    find_job,
    note,
    printed,
    release,
    resolve,
    take_jobs,
    uncertain,
)
from ticketsonic.printing.printers import Printer, find_station
from ticketsonic.printing.reprinting import resolve_job
from ticketsonic.printing.routing import IS_OPEN, goes_to
from ticketsonic.printing.states import IN_HAND
from ticketsonic.repeats import Repeatable
from ticketsonic.schema import events, orders, print_jobs, printers, tickets

RECENT_BADGES = 8
WAITING_SHOWN = 20
UNCERTAIN_SHOWN = 50
LOOKED_THROUGH = 300
"""How many of an event's newest jobs are looked through for those of one station."""
PAGE_SECONDS = 120
"""How long a page may have a job in hand: a person may stand before its print dialog."""
GONE_SECONDS = 10
"""How long it still may once its stream has ended: by then a page is back whose server or line was gone."""
LATE = "The print station said only later that it was printed."
RELOADED = "The print station's page was loaded anew while it printed."
OPEN = "open"
SEEN_SECONDS = 45
"""Without a sign of life for so long a station counts as closed: three heartbeats of its page (pages/live.py)."""


class Guest(Struct, frozen=True):
    """A badge in a list of the page."""

    job: str
    name: str
    company: str
    at: int
    misses_glyphs: bool
    """Whether it has characters that no font of the server has."""


class Snapshot(Struct, frozen=True):
    """All that a station's page shows; it prints as long as any waits."""

    waiting: int
    """Up to 20 are counted: more are "20 or more"."""
    upcoming: str | None
    """The job that waits longest: tells one that waits from another one, where the count is the same."""
    uncertain: list[Guest]
    recent: list[Guest]


def station_owner(printer_id: int) -> str:
    """Name the owner of a station's streams."""
    return f"station {printer_id}"


def key_of(station: Printer) -> PrinterKey:
    """Give what jobs are routed to a station by."""
    return PrinterKey(station.account_id, station.printer_id, station.event_id, station.api_key_id)


async def look_at_station(connection: AsyncConnection, station: Printer) -> Snapshot:
    """Read what a station's page shows now."""
    goes = goes_to(station.account_id, station.printer_id, station.event_id, station.api_key_id)
    oldest = select(print_jobs.c.id).where(*goes).order_by(print_jobs.c.id).limit(WAITING_SHOWN)
    waiting = (await connection.execute(oldest)).all()
    doubted = _guests(print_jobs).where(
        print_jobs.c.account_id == station.account_id,
        print_jobs.c.event_id == station.event_id,
        print_jobs.c.printer_id == station.printer_id,
        print_jobs.c.state == "uncertain",
        IS_OPEN,
    )
    newest = (
        select(print_jobs)
        .where(print_jobs.c.account_id == station.account_id, print_jobs.c.event_id == station.event_id)
        .order_by(print_jobs.c.id.desc())
        .limit(LOOKED_THROUGH)
        .subquery("newest")
    )
    came_out = _guests(newest).where(newest.c.printer_id == station.printer_id, newest.c.state == "printed")
    return Snapshot(
        waiting=len(waiting),
        upcoming=str(waiting[0].id) if waiting else None,
        uncertain=await _listed(connection, doubted.order_by(print_jobs.c.id).limit(UNCERTAIN_SHOWN)),
        recent=await _listed(connection, came_out.order_by(newest.c.id.desc()).limit(RECENT_BADGES)),
    )


def _guests(jobs: Any) -> Select[Any]:
    """Select jobs with the name and company on their badges."""
    of_job = (tickets.c.account_id == jobs.c.account_id) & (tickets.c.barcode == jobs.c.barcode)
    of_ticket = (orders.c.account_id == tickets.c.account_id) & (orders.c.id == tickets.c.order_id)
    columns = (jobs.c.id, jobs.c.requested_at, jobs.c.finished_at, jobs.c.detail, orders.c.customer, orders.c.company)
    return select(*columns).select_from(jobs).outerjoin(tickets, of_job).outerjoin(orders, of_ticket)


async def _listed(connection: AsyncConnection, query: Select[Any]) -> list[Guest]:
    rows = (await connection.execute(query)).all()
    return [
        Guest(
            job=str(row.id),
            name=row.customer or "",
            company=row.company or "",
            at=row.finished_at or row.requested_at,
            misses_glyphs=missing_in(row.detail) is not None,
        )
        for row in rows
    ]


async def take_job(database: Database, station: Printer, page: str) -> PrintJob | None:
    """Give a page the job it is to print next, None where nothing waits for it.

    A page asks when it holds nothing: what it has in hand by our books, it never heard of, and gets again.
    """
    in_hand = _in_hand(station, page)
    async with database.reading() as connection:
        held = (await connection.execute(select(print_jobs).where(in_hand).limit(1))).one_or_none()
    if held is not None:
        return PrintJob(*held)
    for job in await take_jobs(database, key_of(station), page, most=1, lease_seconds=PAGE_SECONDS):
        if await accepted(database, job, page, page):
            return job
    return None


async def say_printed(database: Database, station: Printer, job_id: int, page: str) -> bool:
    """Note that a page printed what it took, also where it says so after its time was up; returns whether it counts."""
    async with database.reading() as connection:
        job = await job_at_station(connection, station, job_id)
    if job is None or job.printer_job != page:
        return False
    if await printed(database, job, page):
        return True
    async with database.transaction() as connection:
        return await resolve(connection, job.account_id, job_id, came_out=True, detail=LATE)


async def note_missing(database: Database, job: PrintJob, characters: str) -> None:
    """Note of a job in a page's hand that its badge has characters that no font has."""
    if job.taken_by is not None and missing_in(job.detail) is None:
        await note(database, job, job.taken_by, say_missing(characters))


async def say_unprinted(database: Database, station: Printer, job_id: int, page: str, detail: str) -> bool:
    """Put back what a page took and did not print."""
    async with database.reading() as connection:
        job = await job_at_station(connection, station, job_id)
    return job is not None and await release(database, job, page, detail)


async def say_unsure(database: Database, station: Printer, job_id: int, page: str) -> bool:
    """Show as uncertain what a page was about to print when it was loaded anew."""
    async with database.reading() as connection:
        job = await job_at_station(connection, station, job_id)
    return job is not None and await uncertain(database, job, page, RELOADED)


async def hold_jobs(database: Database, station: Printer, page: str, seconds: int) -> None:
    """Let what a page has in hand be its own for so long from now."""
    in_hand = _in_hand(station, page)
    async with database.reading() as connection:
        if (await connection.execute(select(print_jobs.c.id).where(in_hand))).first() is None:
            return
    async with database.transaction() as connection:
        await connection.execute(update(print_jobs).where(in_hand).values(taken_until=int(time.time()) + seconds))


def _in_hand(station: Printer, page: str) -> ColumnElement[bool]:
    return and_(
        print_jobs.c.account_id == station.account_id,
        print_jobs.c.event_id == station.event_id,
        print_jobs.c.printer_id == station.printer_id,
        print_jobs.c.taken_by == page,
        print_jobs.c.state.in_(IN_HAND),
        IS_OPEN,
    )


async def job_at_station(connection: AsyncConnection, station: Printer, job_id: int) -> PrintJob | None:
    """Give a job that is or was in this station's hand, None for any other."""
    job = await find_job(connection, station.account_id, job_id)
    is_its = job is not None and job.printer_id == station.printer_id and job.event_id == station.event_id
    return job if is_its else None


async def settle(database: Database, station: Printer, job_id: int, *, came_out: bool, address: str | None) -> bool:
    """Settle an uncertain job of a station by a person's word: it came out, or another badge is asked for.

    Returns whether there was such a job. Ring the bell for the event afterwards.
    """
    async with database.reading() as connection:
        job = await job_at_station(connection, station, job_id)
    if job is None:
        return False
    actor = f"station {station.printer_id}"
    word = Repeatable(job.account_id, "print/resolve", secrets.token_hex(16), None, actor, address)
    try:
        await resolve_job(database, word, job_id, "printed" if came_out else "again")
    except InvalidRequest:  # it is not uncertain any more
        return False
    return True


async def see_station(database: Database, printer_id: int, token: str) -> bool:
    """Note that a page of this station is open; returns whether its link still opens it."""
    now = int(time.time())
    async with database.reading() as connection:
        station = await find_station(connection, token)
    if station is None or station.printer_id != printer_id:
        return False
    if station.state != OPEN or station.state_at is None or station.state_at < now:
        this = (printers.c.account_id == station.account_id) & (printers.c.id == printer_id)
        async with database.transaction() as connection:
            await connection.execute(update(printers).where(this).values(state=OPEN, state_at=now))
    return True


def is_open(printer: Printer) -> bool:
    """Whether a page of a station is open, as far as is known."""
    return printer.state == OPEN and (printer.state_at or 0) >= time.time() - SEEN_SECONDS


async def title_of_event(connection: AsyncConnection, station: Printer) -> str:
    """Give the title of the event that a station prints for."""
    ours = (events.c.account_id == station.account_id) & (events.c.id == station.event_id)
    return str((await connection.execute(select(events.c.primary_text_pl).where(ours))).scalar_one())
