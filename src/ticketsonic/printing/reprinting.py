"""A person's word on print jobs: print it again, it came out, it did not, it is not to. Each leaves its record."""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts.audit import record
from ticketsonic.database import Database
from ticketsonic.errors import FieldError, InvalidRequest, InvalidSensitive
from ticketsonic.identifiers import barcode_bytes
from ticketsonic.printing import jobs
from ticketsonic.printing.jobs import PrintJob
from ticketsonic.repeats import Repeatable, once
from ticketsonic.schema import tickets

Outcome = Literal["printed", "again", "cancelled"]
OUTCOMES: tuple[Outcome, ...] = ("printed", "again", "cancelled")

CANCELLED_TICKET = "is a cancelled ticket's"
NO_JOB = "is no print job of this account"
NOT_UNCERTAIN = "is for a job that is uncertain: look again how it is"
NOT_WAITING = "is for a job that still waits: look again how it is"
REPRINTED, RESOLVED = "badge.reprinted", "badge.resolved"

UseHash = Callable[[], Awaitable[None]]


class Reprinted(Struct, frozen=True):
    """The answer of ticket/reprint."""

    status: Literal["success"]
    print_job_id: str


class Resolved(Struct, frozen=True):
    """The answer of print/resolve. `print_job_id` is that of the new job, where it is printed again."""

    status: Literal["success"]
    print_job_id: str | None


async def reprint_badge(
    database: Database, request: Repeatable, barcode: int | None, api_key_id: int | None
) -> tuple[bytes, bool, int | None]:
    """Print a ticket's badge once more; returns the answer as of :func:`repeats.once`, and the event to ring for.

    Raises :class:`InvalidSensitive` where the account has no such ticket, :class:`InvalidRequest` for a cancelled one.
    """
    rung: list[int] = []

    async def effect(connection: AsyncConnection, use_hash: UseHash) -> bytes:
        ours = (tickets.c.account_id == request.account_id) & (tickets.c.barcode == barcode)
        found = (await connection.execute(select(tickets.c.event_id, tickets.c.cancelled_at).where(ours))).one_or_none()
        if barcode is None or found is None:
            raise InvalidSensitive
        await use_hash()
        if found.cancelled_at is not None:
            raise InvalidRequest([FieldError("ticket_sensitive", CANCELLED_TICKET)])
        job = await _print_again(connection, request, found.event_id, barcode, api_key_id)
        rung.append(job.event_id)
        return msgspec.json.encode(Reprinted("success", str(job.job_id)))

    answer, replayed = await once(database, request, effect)
    return answer, replayed, None if replayed or not rung else rung[-1]


async def resolve_job(
    database: Database, request: Repeatable, job_id: int, outcome: Outcome
) -> tuple[bytes, bool, int | None]:
    """Settle a job by a person's word: an uncertain one came out, or not and is printed again; a waiting one is not to.

    Raises :class:`InvalidRequest` where the account has no such job, or where it is in no such state any more.
    """
    rung: list[int] = []

    async def effect(connection: AsyncConnection, use_hash: UseHash) -> bytes:
        job = await jobs.find_job(connection, request.account_id, job_id)
        if job is None:
            raise InvalidRequest([FieldError("print_job_id", NO_JOB)])
        await use_hash()
        await _settle(connection, request, job, outcome)
        again = None
        if outcome == "again":
            again = await _print_again(connection, request, job.event_id, job.barcode, job.api_key_id)
            rung.append(job.event_id)
        return msgspec.json.encode(Resolved("success", str(again.job_id) if again else None))

    answer, replayed = await once(database, request, effect)
    return answer, replayed, None if replayed or not rung else rung[-1]


async def _settle(connection: AsyncConnection, request: Repeatable, job: PrintJob, outcome: Outcome) -> None:
    if outcome == "cancelled":
        if not await jobs.cancel(connection, request.account_id, job.job_id):
            raise InvalidRequest([FieldError("outcome", NOT_WAITING)])
    else:
        came_out = outcome == "printed"
        detail = f"{'It came out' if came_out else 'It did not come out'}, says {request.actor}."
        if not await jobs.resolve(connection, request.account_id, job.job_id, came_out=came_out, detail=detail):
            raise InvalidRequest([FieldError("outcome", NOT_UNCERTAIN)])
    await record(
        connection,
        request.account_id,
        RESOLVED,
        actor=request.actor,
        address=request.address,
        subject=barcode_bytes(job.barcode).hex(),
        details={"print_job_id": str(job.job_id), "outcome": outcome},
    )


async def _print_again(
    connection: AsyncConnection, request: Repeatable, event_id: int, barcode: int, api_key_id: int | None
) -> PrintJob:
    job = await jobs.reprint(
        connection,
        request.account_id,
        event_id=event_id,
        barcode=barcode,
        api_key_id=api_key_id,
        requested_by=request.actor,
    )
    await record(
        connection,
        request.account_id,
        REPRINTED,
        actor=request.actor,
        address=request.address,
        subject=barcode_bytes(barcode).hex(),
        details={"print_job_id": str(job.job_id)},
    )
    return job
