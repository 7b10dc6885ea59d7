"""ticket/cancel and order/cancel. Additive: no client of v1 needs them."""

from typing import Annotated

from msgspec import Struct

from ticketsonic.api.barcodes import barcode_of
from ticketsonic.api.calling import Call
from ticketsonic.api.events import repeatable
from ticketsonic.orders.cancelling import cancel_order, cancel_ticket
from ticketsonic.wire.kinds import RequestHash, anything
from ticketsonic.wire.reading import reader


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
    # With every key there ever was: a ticket whose key was revoked can be cancelled all the same.
    barcode = await barcode_of(body.ticket_sensitive, caller.account_id, call.engine.keyring.all_keys)
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
