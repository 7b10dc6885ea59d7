"""Cancelling a ticket or an order: its units go back into stock, and the door refuses it from then on.

A ticket that was admitted cannot be cancelled: its place was used. An order is cancelled whole or not at all. What is
cancelled already stays as it is, so cancelling twice gives nothing back twice (promise 1). Locks as the others do:
stocks in id order first, as a sale; then tickets by barcode, as an admission.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts.audit import record
from ticketsonic.database import Database
from ticketsonic.errors import FieldError, InvalidRequest, InvalidSensitive
from ticketsonic.events.stock import give_back, lock_stocks
from ticketsonic.identifiers import barcode_bytes
from ticketsonic.repeats import Repeatable, once
from ticketsonic.schema import orders, tickets

ADMITTED = "was admitted already, so it cannot be cancelled"
SOME_ADMITTED = "has tickets that were admitted already: cancel the others one by one"
NO_SUCH_ORDER = "no order has it"
TICKET_CANCELLED, ORDER_CANCELLED = "ticket.cancelled", "order.cancelled"


class Cancelled(Struct, frozen=True):
    """The answer of ticket/cancel and order/cancel."""

    status: Literal["success"]
    cancelled: int
    """How many tickets this request cancelled: none where they were already."""


async def cancel_ticket(database: Database, request: Repeatable, barcode: int | None) -> tuple[bytes, bool]:
    """Cancel one ticket. Returns the answer as of :func:`ticketsonic.repeats.once`.

    Raises :class:`InvalidSensitive` where the account has no such ticket, :class:`InvalidRequest` where it was
    admitted.
    """

    async def effect(connection: AsyncConnection, use_hash: Callable[[], Awaitable[None]]) -> bytes:
        chosen = (tickets.c.account_id == request.account_id) & (tickets.c.barcode == barcode)
        if barcode is None or not await _types_of(connection, chosen):
            raise InvalidSensitive
        await use_hash()
        refusal = InvalidRequest([FieldError("ticket_sensitive", ADMITTED)])
        cancelled = await _cancel(connection, chosen, refusal)
        if cancelled:
            await record(
                connection,
                request.account_id,
                TICKET_CANCELLED,
                actor=request.actor,
                address=request.address,
                subject=barcode_bytes(barcode).hex(),
            )
        return msgspec.json.encode(Cancelled("success", len(cancelled)))

    return await once(database, request, effect)


async def cancel_order(database: Database, request: Repeatable, order_request_hash: str) -> tuple[bytes, bool]:
    """Cancel every ticket of an order that is not cancelled yet, or nothing; answers as :func:`cancel_ticket`.

    Raises :class:`InvalidRequest` where the account has no such order, or where one of its tickets was admitted.
    """

    async def effect(connection: AsyncConnection, use_hash: Callable[[], Awaitable[None]]) -> bytes:
        ours = (orders.c.account_id == request.account_id) & (orders.c.request_hash == order_request_hash)
        order_id = (await connection.execute(select(orders.c.id).where(ours))).scalar()
        if order_id is None:
            raise InvalidRequest([FieldError("order_request_hash", NO_SUCH_ORDER)])
        await use_hash()
        chosen = (tickets.c.account_id == request.account_id) & (tickets.c.order_id == order_id)
        refusal = InvalidRequest([FieldError("order_request_hash", SOME_ADMITTED)])
        cancelled = await _cancel(connection, chosen, refusal)
        if cancelled:
            barcodes = [barcode_bytes(ticket.barcode).hex() for ticket in cancelled]
            await record(
                connection,
                request.account_id,
                ORDER_CANCELLED,
                actor=request.actor,
                address=request.address,
                subject=order_request_hash,
                details={"tickets": barcodes},
            )
        return msgspec.json.encode(Cancelled("success", len(cancelled)))

    return await once(database, request, effect)


async def _cancel(connection: AsyncConnection, chosen: ColumnElement[bool], refusal: InvalidRequest) -> list[Row[Any]]:
    """Cancel those of the chosen tickets that are not, and give their units back; raises where one was admitted."""
    await lock_stocks(connection, await _types_of(connection, chosen))
    query = select(tickets).where(chosen).order_by(tickets.c.barcode).with_for_update(key_share=True)
    open_tickets = [ticket for ticket in await connection.execute(query) if ticket.cancelled_at is None]
    if any(ticket.admitted_at is not None for ticket in open_tickets):
        raise refusal
    if not open_tickets:
        return []
    still_open = tickets.c.cancelled_at.is_(None) & tickets.c.admitted_at.is_(None)
    done = await connection.execute(update(tickets).where(chosen, still_open).values(cancelled_at=int(time.time())))
    if done.rowcount != len(open_tickets):
        raise RuntimeError("a locked ticket changed")
    await give_back(connection, Counter(ticket.ticket_type_id for ticket in open_tickets))
    return open_tickets


async def _types_of(connection: AsyncConnection, chosen: ColumnElement[bool]) -> list[int]:
    """List the ticket types of some tickets, which never change."""
    return list((await connection.execute(select(tickets.c.ticket_type_id).where(chosen).distinct())).scalars())
