"""Print jobs: exactly one for an admission, one for each reprint; taken by one, and never printed twice in silence.

Every change is one guarded UPDATE: it happens only from a state that states.py allows and, where somebody has the
job in hand, only by whoever that is. False says that it was no longer so: then nothing was changed. The one who
takes a job holds it until `taken_until`; whoever finds that moment passed may adopt it and ask what became of it.
"""

import secrets
import time
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, TextClause, and_, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.database import Database
from ticketsonic.identifiers import clockwork, moment_of
from ticketsonic.metrics import metrics
from ticketsonic.printing.routing import IS_OPEN, goes_to
from ticketsonic.printing.states import FOLLOWS, IN_HAND, OPEN, Act, State
from ticketsonic.schema import print_jobs, printers

LEASE_SECONDS = 30
"""How long a job is held without a word. Within the 60 s for which the least of printers remembers what it printed."""
LONGEST_DETAIL_CHARACTERS = 500
WAITED_FOR_SECONDS = 12 * 3600


class PrintJob(Struct, frozen=True):
    """One badge on its way to paper: a row of print_jobs, its columns in their order."""

    account_id: int
    job_id: int
    event_id: int
    barcode: int
    kind: str
    state: str
    api_key_id: int | None
    """The key that admitted, or that asked for the reprint: the gate."""
    requested_by: str | None
    printer_id: int | None
    printer_job: str | None
    """What the printer calls it."""
    taken_by: str | None
    taken_at: int | None
    """Since when: nothing of it reached a printer before."""
    taken_until: int | None
    requested_at: int
    finished_at: int | None
    detail: str | None
    """Why it is where it is, for people."""

    @property
    def name(self) -> str:
        """What it is called at the printer, so that it can be asked for; it tells nothing of the guest."""
        return f"ticketsonic-{self.account_id}-{self.job_id}"


class PrinterKey(Struct, frozen=True):
    """What a job is routed by: a printer, its event, and the gate it stands at, if at one."""

    account_id: int
    printer_id: int
    event_id: int
    api_key_id: int | None


def draw_taker() -> str:
    """Draw a name for one who takes jobs: a process, or a station page. It must not be another's."""
    return secrets.token_hex(16)


async def take_jobs(
    database: Database, printer: PrinterKey, taker: str, *, most: int, lease_seconds: int = LEASE_SECONDS
) -> list[PrintJob]:
    """Take the oldest waiting jobs that go to a printer: one taker a job, also with two processes or pages at once."""
    waiting = (
        select(print_jobs.c.account_id, print_jobs.c.id)
        .where(*goes_to(printer.account_id, printer.printer_id, printer.event_id, printer.api_key_id))
        .order_by(print_jobs.c.id)
        .limit(most)
    )
    if not await is_waited_for(database, printer):  # most looks find nothing: those shall not ask for the write lock
        return []
    async with database.transaction() as connection:
        # Where another takes them at this instant they are passed over (PostgreSQL), or it is over by now (SQLite).
        chosen = waiting.with_for_update(of=print_jobs, skip_locked=True).cte("chosen")
        statement = (
            update(print_jobs)
            .where(
                tuple_(print_jobs.c.account_id, print_jobs.c.id).in_(select(chosen.c.account_id, chosen.c.id)),
                _allows(Act.TAKE),
            )
            .values(
                state=State.SENDING,
                printer_id=printer.printer_id,
                taken_by=taker,
                taken_at=int(time.time()),
                taken_until=int(time.time()) + lease_seconds,
                detail=None,
            )
            .returning(*print_jobs.c)
        )
        taken = [PrintJob(*row) for row in await connection.execute(statement)]
    _count(State.SENDING, len(taken))
    return sorted(taken, key=lambda job: job.job_id)


async def is_waited_for(database: Database, printer: PrinterKey) -> bool:
    """Whether a job waits that goes to a printer."""
    waiting = goes_to(printer.account_id, printer.printer_id, printer.event_id, printer.api_key_id)
    async with database.reading() as connection:
        return (await connection.execute(select(print_jobs.c.id).where(*waiting).limit(1))).first() is not None


async def renew(
    database: Database, jobs: Sequence[PrintJob], taker: str, *, lease_seconds: int = LEASE_SECONDS
) -> list[PrintJob]:
    """Hold jobs for longer; returns those that are still in this taker's hand."""
    if not jobs:
        return []
    mine = tuple_(print_jobs.c.account_id, print_jobs.c.id).in_([(job.account_id, job.job_id) for job in jobs])
    statement = (
        update(print_jobs)
        .where(mine, print_jobs.c.taken_by == taker, print_jobs.c.state.in_(IN_HAND))
        .values(taken_until=int(time.time()) + lease_seconds)
        .returning(*print_jobs.c)
    )
    async with database.transaction() as connection:
        return [PrintJob(*row) for row in await connection.execute(statement)]


async def adopt_abandoned(
    database: Database, printer: PrinterKey, taker: str, *, most: int, lease_seconds: int = LEASE_SECONDS
) -> list[PrintJob]:
    """Take over what was in somebody's hand whose time is up: the printer is to be asked what became of it.

    Each comes as it was, with the old `taken_until`: a guard on that lets one take it.
    """
    abandoned = select(print_jobs).where(
        print_jobs.c.account_id == printer.account_id,
        print_jobs.c.event_id == printer.event_id,
        print_jobs.c.printer_id == printer.printer_id,
        print_jobs.c.state.in_(IN_HAND),
        IS_OPEN,
        print_jobs.c.taken_until < int(time.time()),
    )
    return await _adopt(database, abandoned.order_by(print_jobs.c.id).limit(most), taker, lease_seconds)


async def doubt_abandoned_by_stations(database: Database, taker: str, *, most: int = 100) -> list[PrintJob]:
    """Show as uncertain what a station's page took and then said nothing of: a page cannot be asked."""
    at_stations = select(printers.c.id).where(printers.c.kind == "station")
    abandoned = select(print_jobs).where(
        print_jobs.c.printer_id.in_(at_stations),
        print_jobs.c.state.in_(IN_HAND),
        IS_OPEN,
        print_jobs.c.taken_until < int(time.time()),
    )
    adopted = await _adopt(database, abandoned.order_by(print_jobs.c.id).limit(most), taker)
    silent = "The print station took it and did not say whether it was printed."
    return [job for job in adopted if await uncertain(database, job, taker, silent)]


async def give_up_stale(database: Database) -> int:
    """Cancel what nobody took for so long that no guest waits for it: a printer added tomorrow does not print it all.

    Returns how many.
    """
    now = int(time.time())
    stale = (print_jobs.c.state == State.WAITING) & (print_jobs.c.requested_at < now - WAITED_FOR_SECONDS)
    async with database.reading() as connection:
        if (await connection.execute(select(print_jobs.c.id).where(stale, IS_OPEN).limit(1))).first() is None:
            return 0
    over = {"state": State.CANCELLED, "finished_at": now, "detail": "No printer took it for 12 hours."}
    async with database.transaction() as connection:
        given_up = (await connection.execute(update(print_jobs).where(stale, IS_OPEN).values(over))).rowcount
    _count(State.CANCELLED, given_up)
    return given_up


async def _adopt(
    database: Database, abandoned: Select[Any], taker: str, lease_seconds: int = LEASE_SECONDS
) -> list[PrintJob]:
    async with database.reading() as connection:
        found = [PrintJob(*row) for row in await connection.execute(abandoned)]
    if not found:
        return []
    adopted = []
    async with database.transaction() as connection:
        for job in found:
            guard = _is(job) & (print_jobs.c.state == job.state) & (print_jobs.c.taken_until == job.taken_until)
            held = {"taken_by": taker, "taken_until": int(time.time()) + lease_seconds}
            done = await connection.execute(update(print_jobs).where(guard).values(held))
            if done.rowcount:
                adopted.append(job)
    return adopted


async def let_go(database: Database, taker: str) -> None:
    """End a taker's leases at once: whoever comes next asks what became of what it had in hand."""
    mine = (print_jobs.c.taken_by == taker) & print_jobs.c.state.in_(IN_HAND)
    async with database.transaction() as connection:
        await connection.execute(update(print_jobs).where(mine, IS_OPEN).values(taken_until=int(time.time()) - 1))


async def accepted(database: Database, job: PrintJob, taker: str, printer_job: str) -> bool:
    """Note that the printer has it, and what it calls it."""
    done = await _act(database, Act.ACCEPT, job, taker, printer_job=printer_job)
    if done:
        metrics.print_acceptance_seconds.observe(max(0.0, time.time() - moment_of(job.job_id)))
    return done


async def note(database: Database, job: PrintJob, taker: str, detail: str) -> bool:
    """Say something of the badge in hand, for people; it stays with the job when it comes out."""
    held = _is(job) & (print_jobs.c.taken_by == taker) & print_jobs.c.state.in_(IN_HAND)
    async with database.transaction() as connection:
        done = await connection.execute(update(print_jobs).where(held).values(detail=_short(detail)))
    return done.rowcount == 1


async def printed(database: Database, job: PrintJob, taker: str) -> bool:
    """Note that it came out; what was noted about the badge stays."""
    return await _act(database, Act.PRINT, job, taker, finished_at=int(time.time()))


async def uncertain(database: Database, job: PrintJob, taker: str, detail: str) -> bool:
    """Note that nobody can say whether it came out: a person looks."""
    return await _act(database, Act.DOUBT, job, taker, detail=detail)


async def release(database: Database, job: PrintJob, taker: str, detail: str | None = None) -> bool:
    """Put it back to wait: only where it is certain that nothing came out and nothing will."""
    nobody = {"printer_id": None, "printer_job": None, "taken_by": None, "taken_at": None, "taken_until": None}
    return await _act(database, Act.RELEASE, job, taker, detail=detail, **nobody)


async def failed(database: Database, job: PrintJob, taker: str, detail: str) -> bool:
    """Note that it did not come out and will not."""
    return await _act(database, Act.FAIL, job, taker, finished_at=int(time.time()), detail=detail)


async def cancelled_there(database: Database, job: PrintJob, taker: str, detail: str) -> bool:
    """Note that somebody cancelled it at the printer."""
    return await _act(database, Act.CANCEL, job, taker, finished_at=int(time.time()), detail=detail)


async def cancel(connection: AsyncConnection, account_id: int, job_id: int) -> bool:
    """Cancel a job that still waits."""
    guard = (print_jobs.c.account_id == account_id) & (print_jobs.c.id == job_id)
    guard &= print_jobs.c.state == State.WAITING
    values = {"state": State.CANCELLED, "finished_at": int(time.time())}
    return (await connection.execute(update(print_jobs).where(guard).values(values))).rowcount == 1


async def resolve(connection: AsyncConnection, account_id: int, job_id: int, *, came_out: bool, detail: str) -> bool:
    """Settle an uncertain job by a person's word. Where it did not come out, :func:`reprint` makes another one."""
    act = Act.CONFIRM if came_out else Act.DENY
    values = {"state": FOLLOWS[act][State.UNCERTAIN], "finished_at": int(time.time()), "detail": _short(detail)}
    guard = (print_jobs.c.account_id == account_id) & (print_jobs.c.id == job_id) & _allows(act)
    return (await connection.execute(update(print_jobs).where(guard).values(values))).rowcount == 1


async def reprint(
    connection: AsyncConnection,
    account_id: int,
    *,
    event_id: int,
    barcode: int,
    api_key_id: int | None,
    requested_by: str,
) -> PrintJob:
    """Ask for a ticket's badge once more: an act of its own, with its own record. The caller knows the ticket is his.

    Ring `engine.printing.bell` for the event after the commit.
    """
    job = PrintJob(
        account_id=account_id,
        job_id=clockwork.next_id(),
        event_id=event_id,
        barcode=barcode,
        kind="reprint",
        state=State.WAITING.value,
        api_key_id=api_key_id,
        requested_by=requested_by,
        printer_id=None,
        printer_job=None,
        taken_by=None,
        taken_at=None,
        taken_until=None,
        requested_at=int(time.time()),
        finished_at=None,
        detail=None,
    )
    values = {column.name: getattr(job, name) for name, column in zip(job.__struct_fields__, print_jobs.c, strict=True)}
    await connection.execute(insert(print_jobs).values(values))
    return job


async def find_job(connection: AsyncConnection, account_id: int, job_id: int) -> PrintJob | None:
    """Give one job of an account."""
    query = select(print_jobs).where(print_jobs.c.account_id == account_id, print_jobs.c.id == job_id)
    found = (await connection.execute(query)).one_or_none()
    return PrintJob(*found) if found else None


async def list_jobs(
    connection: AsyncConnection,
    account_id: int,
    event_id: int,
    *,
    states: Sequence[str] = (),
    before_job_id: int | None = None,
    most: int = 100,
) -> list[PrintJob]:
    """List an event's jobs, the newest first: of these states, or of all."""
    chosen: list[ColumnElement[bool] | TextClause] = [
        print_jobs.c.account_id == account_id,
        print_jobs.c.event_id == event_id,
    ]
    if states:
        chosen.append(print_jobs.c.state.in_(states))
        if set(states) <= set(OPEN):
            chosen.append(IS_OPEN)
    if before_job_id is not None:
        chosen.append(print_jobs.c.id < before_job_id)
    query = select(print_jobs).where(*chosen).order_by(print_jobs.c.id.desc()).limit(most)
    return [PrintJob(*row) for row in await connection.execute(query)]


async def _act(database: Database, act: Act, job: PrintJob, taker: str, **values: Any) -> bool:
    """Do an act to a job that the taker has in hand."""
    if "detail" in values:
        values["detail"] = _short(values["detail"])
    follows = FOLLOWS[act]
    (state,) = {follows[before] for before in IN_HAND if before in follows}
    guard = _is(job) & (print_jobs.c.taken_by == taker) & _allows(act)
    async with database.transaction() as connection:
        done = await connection.execute(update(print_jobs).where(guard).values(state=state, **values))
    _count(state, done.rowcount)
    return done.rowcount == 1


def _is(job: PrintJob) -> ColumnElement[bool]:
    return and_(print_jobs.c.account_id == job.account_id, print_jobs.c.id == job.job_id)


def _allows(act: Act) -> ColumnElement[bool]:
    return print_jobs.c.state.in_(tuple(FOLLOWS[act]))


def _short(detail: str | None) -> str | None:
    return None if detail is None else detail[:LONGEST_DETAIL_CHARACTERS]


def _count(state: State, jobs: int) -> None:
    if jobs:
        metrics.print_jobs.labels(state.value).inc(jobs)
