"""printer/new, printer/list and printer/remove: an event's printers and print stations. Additive; docs/printing.md."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.api.calling import Call
from ticketsonic.api.events import public_url_of, repeatable
from ticketsonic.errors import FieldError, InvalidEventId, InvalidRequest
from ticketsonic.events.ticket_types import owns_event
from ticketsonic.identifiers import event_id_of
from ticketsonic.printing.printers import (
    Printer,
    PrinterFields,
    add_printer,
    list_printers,
    remove_printer,
    station_url,
)
from ticketsonic.printing.stations import station_owner
from ticketsonic.repeats import once
from ticketsonic.wire.kinds import RequestHash, integer
from ticketsonic.wire.reading import reader

NO_PRINTER = "is no printer of this account"


class NewPrinter(PrinterFields, kw_only=True):
    """The body of printer/new."""

    request_hash: RequestHash


class PrinterToRemove(Struct):
    """The body of printer/remove."""

    request_hash: RequestHash
    printer_id: Annotated[int, integer(1)]


class PrinterMade(Struct, frozen=True):
    """The answer of printer/new."""

    status: Literal["success"]
    printer_id: int
    station_url: str | None


class ListedPrinter(Struct, frozen=True):
    """One printer, as printer/list shows it."""

    printer_id: int
    event_id: str
    name: str
    kind: str
    url: str | None
    gate: str | None
    state: str
    state_at: int | None
    waiting: int
    uncertain: int


class PrinterList(Struct, frozen=True):
    """The answer of printer/list."""

    status: Literal["success"]
    printers: list[ListedPrinter]


_read_new = reader(NewPrinter)
_read_removal = reader(PrinterToRemove)


async def printer_new(call: Call) -> bytes:
    """Give an event a printer that is spoken to by IPP, or a print station with the link that opens it."""
    caller = await call.authenticate()
    body = _read_new(call.body)
    event_id = event_id_of(call.header(b"x-api-eventid"))
    engine, public_url = call.engine, public_url_of(call)
    belongs_to = f"printer/new of {caller.account_id}"

    request = repeatable(call, caller, body.request_hash)

    async def effect(connection: AsyncConnection, use_hash: Any) -> bytes:
        if event_id is None or not await owns_event(connection, caller.account_id, event_id):
            raise InvalidEventId
        await use_hash()
        made = await add_printer(
            connection, caller.account_id, event_id, body, actor=request.actor, address=request.address
        )
        link = station_url(public_url, made.token) if made.token else None
        answer = msgspec.json.encode(PrinterMade("success", made.printer_id, link))
        return engine.seal.close(answer, belongs_to=belongs_to)  # kept for a repetition: the link only sealed

    sealed, call.replayed = await once(engine.database, request, effect)
    if event_id is not None:
        engine.printing.bell.ring([event_id])
    return engine.seal.open(sealed, belongs_to=belongs_to)


async def printer_list(call: Call) -> bytes:
    """List the printers of an event, or of all, with their state and how many badges wait."""
    caller = await call.authenticate()
    header = call.header(b"x-api-eventid")
    event_id = event_id_of(header) if header else None
    async with call.engine.database.reading() as connection:
        if header and (event_id is None or not await owns_event(connection, caller.account_id, event_id)):
            raise InvalidEventId
        found = await list_printers(connection, caller.account_id, event_id)
    return msgspec.json.encode(PrinterList("success", [_listed(printer) for printer in found]))


async def printer_remove(call: Call) -> bytes:
    """Remove a printer, and end a print station's link. What waited for it waits for the event's others."""
    caller = await call.authenticate()
    body = _read_removal(call.body)
    request = repeatable(call, caller, body.request_hash)
    removed: list[Printer] = []

    async def effect(connection: AsyncConnection, use_hash: Any) -> bytes:
        await use_hash()
        found = await remove_printer(
            connection, caller.account_id, body.printer_id, actor=request.actor, address=request.address
        )
        if found is None:
            raise InvalidRequest([FieldError("printer_id", NO_PRINTER)])
        removed.append(found)
        return b'{"status":"success"}'

    answer, call.replayed = await once(call.engine.database, request, effect)
    for printer in removed:
        call.engine.printing.bell.ring([printer.event_id])
        call.scope["state"]["streams"].end_owner(station_owner(printer.printer_id))
    return answer


def _listed(printer: Printer) -> ListedPrinter:
    return ListedPrinter(
        printer_id=printer.printer_id,
        event_id=str(printer.event_id),
        name=printer.name,
        kind=printer.kind,
        url=printer.url,
        gate=printer.gate,
        state=printer.state,
        state_at=printer.state_at,
        waiting=printer.waiting,
        uncertain=printer.uncertain,
    )
