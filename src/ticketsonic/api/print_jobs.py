"""ticket/reprint, print/jobs and print/resolve: the badges on their way. Additive; docs/printing.md."""

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import select

from ticketsonic.api.barcodes import barcode_of
from ticketsonic.api.calling import Call
from ticketsonic.api.events import repeatable
from ticketsonic.errors import FieldError, InvalidEventId, InvalidRequest
from ticketsonic.events.ticket_types import owns_event
from ticketsonic.identifiers import barcode_bytes, event_id_of
from ticketsonic.printing.jobs import PrintJob, list_jobs
from ticketsonic.printing.reprinting import OUTCOMES, reprint_badge, resolve_job
from ticketsonic.printing.states import STATES
from ticketsonic.schema import printers
from ticketsonic.wire.kinds import Kind, Number, RefusedValue, RequestHash, anything, choice
from ticketsonic.wire.reading import reader

MOST_LISTED = 100
_JOB_ID = re.compile("[1-9][0-9]{0,18}")
_JOB_STATE = "must be one of " + ", ".join(STATES)


def read_job_id(value: Any) -> int:
    """Read a print job's number. It comes as a text: JavaScript would round the number."""
    if not isinstance(value, str) or isinstance(value, Number) or not _JOB_ID.fullmatch(value):
        raise RefusedValue("must be a print job's number, as a text")
    return min(int(value), 2**63 - 1)


PrintJobId = Annotated[
    int, Kind(read=read_job_id, schema={"type": "string", "pattern": f"^{_JOB_ID.pattern}$", "maxLength": 19})
]


class TicketToReprint(Struct):
    """The body of ticket/reprint."""

    request_hash: RequestHash
    ticket_sensitive: Annotated[str, anything()]


class JobToResolve(Struct):
    """The body of print/resolve."""

    request_hash: RequestHash
    print_job_id: PrintJobId
    outcome: Annotated[str, choice(*OUTCOMES)]


class ListedPrintJob(Struct, frozen=True):
    """One print job, as print/jobs shows it."""

    print_job_id: str
    event_id: str
    barcode: str
    kind: str
    state: str
    detail: str | None
    printer_id: int | None
    printer: str | None
    requested_by: str | None
    requested_at: int
    finished_at: int | None


class PrintJobList(Struct, frozen=True):
    """The answer of print/jobs."""

    status: Literal["success"]
    print_jobs: list[ListedPrintJob]


_read_reprint = reader(TicketToReprint)
_read_resolve = reader(JobToResolve)


async def ticket_reprint(call: Call) -> bytes:
    """Print a ticket's badge once more: at the printer of this key's gate, where it has one. It admits nobody."""
    caller = await call.authenticate()
    body = _read_reprint(call.body)
    barcode = await barcode_of(body.ticket_sensitive, caller.account_id, call.engine.keyring.all_keys)
    request = repeatable(call, caller, body.request_hash)
    printed = await reprint_badge(call.engine.database, request, barcode, caller.api_key_id)
    answer, call.replayed, event_id = printed
    _ring(call, event_id)
    return answer


async def print_resolve(call: Call) -> bytes:
    """Settle a print job by the word of a person who looked: `printed`, `again`, or `cancelled` while it waits."""
    caller = await call.authenticate()
    body = _read_resolve(call.body)
    request = repeatable(call, caller, body.request_hash)
    outcome = next(outcome for outcome in OUTCOMES if outcome == body.outcome)
    resolved = await resolve_job(call.engine.database, request, body.print_job_id, outcome)
    answer, call.replayed, event_id = resolved
    _ring(call, event_id)
    return answer


async def print_jobs(call: Call) -> bytes:
    """List an event's print jobs, the newest first: 100 at once, and those before one of them."""
    caller = await call.authenticate()
    state, before = call.query("job_state"), call.query("before")
    errors = []
    if state and state not in STATES:
        errors.append(FieldError("job_state", _JOB_STATE))
    if before and not _JOB_ID.fullmatch(before):
        errors.append(FieldError("before", "must be a print job's number"))
    if errors:
        raise InvalidRequest(errors)
    event_id = event_id_of(call.header(b"x-api-eventid"))
    async with call.engine.database.reading() as connection:
        if event_id is None or not await owns_event(connection, caller.account_id, event_id):
            raise InvalidEventId
        found = await list_jobs(
            connection,
            caller.account_id,
            event_id,
            states=[state] if state else (),
            before_job_id=read_job_id(before) if before else None,
            most=MOST_LISTED,
        )
        names = select(printers.c.id, printers.c.name).where(
            printers.c.account_id == caller.account_id, printers.c.event_id == event_id
        )
        named: dict[int, str] = {row[0]: row[1] for row in await connection.execute(names)}
    return msgspec.json.encode(PrintJobList("success", [_listed(job, named) for job in found]))


def _listed(job: PrintJob, named: dict[int, str]) -> ListedPrintJob:
    return ListedPrintJob(
        print_job_id=str(job.job_id),
        event_id=str(job.event_id),
        barcode=barcode_bytes(job.barcode).hex(),
        kind=job.kind,
        state=job.state,
        detail=job.detail,
        printer_id=job.printer_id,
        printer=named.get(job.printer_id or 0),
        requested_by=job.requested_by,
        requested_at=job.requested_at,
        finished_at=job.finished_at,
    )


def _ring(call: Call, event_id: int | None) -> None:
    if event_id is not None:
        call.engine.printing.tell([event_id])
