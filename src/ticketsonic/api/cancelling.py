"""ticket/cancel and order/cancel. Additive: no client of v1 needs them."""

import re
from typing import Annotated

from msgspec import Struct

from ticketsonic.api.calling import Call
from ticketsonic.api.events import repeatable
from ticketsonic.identifiers import BARCODE_BYTES, barcode_from_bytes
from ticketsonic.orders.cancelling import cancel_order, cancel_ticket
from ticketsonic.tickets.codes.payload import UnreadableCode
from ticketsonic.tickets.codes.reading import read_code
from ticketsonic.wire.kinds import Number, RequestHash, anything
from ticketsonic.wire.reading import reader

_BARCODE = re.compile(r"[0-9A-Fa-f]{16}")


class TicketToCancel(Struct):
    """The body of ticket/cancel."""

    request_hash: RequestHash
    ticket_sensitive: Annotated[str, anything()]


class OrderToCancel(Struct):
    """The body of order/cancel."""

    request_hash: RequestHash
    order_request_hash: RequestHash


_read_ticket = reader(TicketToCancel)
_read_order = reader(OrderToCancel)


async def ticket_cancel(call: Call) -> bytes:
    """Cancel a ticket: its unit goes back into stock, and it is not admitted from then on.

    Cancelling what is cancelled already succeeds and changes nothing. A ticket that was admitted cannot be cancelled.
    """
    caller = await call.authenticate()
    body = _read_ticket(call.body)
    barcode = await barcode_of(call, caller.account_id, body.ticket_sensitive)
    request = repeatable(call, caller, body.request_hash)
    answer, call.replayed = await cancel_ticket(call.engine.database, request, barcode)
    return answer


async def order_cancel(call: Call) -> bytes:
    """Cancel all tickets of an order, or none where one of them was admitted already."""
    caller = await call.authenticate()
    body = _read_order(call.body)
    request = repeatable(call, caller, body.request_hash)
    answer, call.replayed = await cancel_order(call.engine.database, request, body.order_request_hash)
    return answer


async def barcode_of(call: Call, account_id: int, ticket: object) -> int | None:
    """Read a ticket's barcode from its 16 hex digits or from what its QR says; None where it is neither."""
    if not isinstance(ticket, str) or isinstance(ticket, Number):
        return None
    if _BARCODE.fullmatch(ticket):
        return barcode_from_bytes(bytes.fromhex(ticket))
    try:
        # With every key there ever was: a ticket whose key was revoked can be cancelled all the same.
        payload, _ = read_code(ticket, reversed(await call.engine.keyring.all_keys(account_id)))
    except UnreadableCode:
        return None
    return barcode_from_bytes(payload.barcode) if len(payload.barcode) == BARCODE_BYTES else None
