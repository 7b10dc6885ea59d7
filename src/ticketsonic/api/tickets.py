"""ticket/new, ticket/edit, ticket/list and ticket/validate."""

import functools
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType
from prometheus_client import Counter

from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.api.calling import Call
from ticketsonic.api.events import listed_public_key, repeatable
from ticketsonic.checkin.admitting import Scan
from ticketsonic.errors import DuplicatedRequest, InvalidEventId, InvalidSensitive
from ticketsonic.events.ticket_types import (
    ListedTicketType,
    NewTicketType,
    TicketTypeChanges,
    create_ticket_type,
    edit_ticket_type,
    list_ticket_types,
    owns_event,
)
from ticketsonic.identifiers import BARCODE_BYTES, event_id_of, ticket_type_id_of
from ticketsonic.metrics import metrics
from ticketsonic.tickets.codes.payload import CodePayload, UnreadableCode
from ticketsonic.tickets.codes.reading import read_code
from ticketsonic.wire.kinds import Flag, Number, anything
from ticketsonic.wire.reading import reader


class TicketTypeMade(Struct, frozen=True):
    """The answer of ticket/new."""

    status: Literal["success"]
    sku: str


class TicketTypeList(Struct, frozen=True):
    """The answer of ticket/list."""

    status: Literal["success"]
    user_public_key: str
    tickets: list[ListedTicketType]


class ScannedCode(Struct):
    """The body of ticket/validate."""

    ticket_sensitive: Annotated[str, anything()]
    print: Flag | UnsetType = UNSET


_read_new = reader(NewTicketType)
_read_changes = reader(TicketTypeChanges)
_read_code = reader(ScannedCode, fast=True)


async def ticket_new(call: Call) -> bytes:
    """Add a ticket type to an event."""
    caller = await call.authenticate()
    body = _read_new(call.body)
    event_id = event_id_of(call.header(b"x-api-eventid"))
    request = repeatable(call, caller, body.request_hash)
    answer, call.replayed = await create_ticket_type(call.engine.database, request, event_id, body)
    return answer


async def ticket_edit(call: Call) -> bytes:
    """Change a ticket type."""
    caller = await call.authenticate()
    body = _read_changes(call.body)
    ticket_type_id = ticket_type_id_of(call.header(b"x-api-sku"))
    request = repeatable(call, caller, body.request_hash)
    answer, call.replayed = await edit_ticket_type(call.engine.database, request, ticket_type_id, body)
    return answer


async def ticket_list(call: Call) -> bytes:
    """List the ticket types of an event, or of all."""
    caller = await call.authenticate()
    header = call.header(b"x-api-eventid")
    event_id = event_id_of(header) if header else None
    public_key = await listed_public_key(call.engine, caller.account_id)
    async with call.engine.database.reading() as connection:
        if header and (event_id is None or not await owns_event(connection, caller.account_id, event_id)):
            raise InvalidEventId
        tickets = await list_ticket_types(connection, caller.account_id, event_id)
    return msgspec.json.encode(TicketTypeList("success", public_key, tickets))


async def ticket_validate(call: Call) -> bytes:
    """Admit a ticket, once (contract.md §2, ticket/validate)."""
    caller = await call.authenticate()
    body = _read_code(call.body)
    code = body.ticket_sensitive
    idempotency = call.idempotency()
    if not isinstance(code, str) or isinstance(code, Number):
        raise _no_ticket()
    try:
        payload, key_number = await _verify(call.engine.keyring, caller.account_id, code)
    except UnreadableCode:
        raise _no_ticket() from None
    if len(payload.barcode) != BARCODE_BYTES:
        raise _no_ticket()
    prints = None if isinstance(body.print, UnsetType) else body.print
    scan = Scan(caller.account_id, caller.api_key_id, payload, key_number, idempotency, prints)
    scanned = await call.engine.admissions.submit(scan, call.is_gone)
    if scanned.key_reused:
        raise DuplicatedRequest
    if scanned.verdict is None:
        raise _no_ticket()
    admissions_counted(scanned.verdict.value).inc()
    call.replayed = scanned.replayed
    return scanned.answer


async def _verify(keyring: Keyring, account_id: int, code: str) -> tuple[CodePayload, int]:
    """Verify a code with the keys that are remembered, and with those that are newer: a rotation loses no ticket."""
    known = await keyring.public_keys(account_id)
    try:
        return read_code(code, reversed(known))
    except UnreadableCode:
        numbers = {key.number for key in known}
        fresh = [key for key in await keyring.public_keys_now(account_id) if key.number not in numbers]
        return read_code(code, reversed(fresh))


@functools.cache
def admissions_counted(verdict: str) -> Counter:
    """Find a counter once: looking it up by its label costs more than counting."""
    return metrics.admissions.labels(verdict)


def _no_ticket() -> InvalidSensitive:
    admissions_counted("no_ticket").inc()
    return InvalidSensitive()
