"""One order with its tickets, their state, and what happened to each: issued, shown again, admitted, cancelled."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts.audit import Entry
from ticketsonic.identifiers import barcode_bytes, moment_of
from ticketsonic.ledger import OrderRow, TicketRow
from ticketsonic.orders.cancelling import ORDER_CANCELLED, TICKET_CANCELLED
from ticketsonic.schema import api_keys, audit_entries, orders, ticket_types, tickets

ORDER_SHOWN = "order.shown"
MOST_ENTRIES = 200


class Happening(Struct, frozen=True):
    """Something that happened to a ticket."""

    what: str
    """`issued`, `shown`, `admitted` or `cancelled`."""
    at: int
    by: str | None
    """An API key's name, or who acted as the audit says it; None where it was not written down."""


class TicketHistory(Struct, frozen=True):
    """One ticket and its life."""

    ticket: TicketRow
    title: str
    currency: str
    admitted_at: int | None
    cancelled_at: int | None
    happenings: list[Happening]

    @property
    def state(self) -> str:
        """`cancelled`, `admitted` or `waiting`."""
        if self.cancelled_at is not None:
            return "cancelled"
        return "waiting" if self.admitted_at is None else "admitted"

    @property
    def barcode(self) -> str:
        """Its barcode as 16 hex digits."""
        return barcode_bytes(self.ticket.barcode).hex()


class OrderHistory(Struct, frozen=True):
    """An order and the life of its tickets."""

    order: OrderRow
    placed_at: int
    tickets: list[TicketHistory]


async def find_history(connection: AsyncConnection, account_id: int, order_id: int) -> OrderHistory | None:
    """Tell the history of an account's order, None where it has no such order."""
    query = select(orders).where(orders.c.account_id == account_id, orders.c.id == order_id)
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        return None
    order = OrderRow(found.account_id, found.id, found.request_hash, found.customer, found.company)
    rows = (await connection.execute(_tickets_of(account_id, order_id))).all()
    subjects = [order.request_hash, *(barcode_bytes(row.barcode).hex() for row in rows)]
    entries = await _entries_about(connection, account_id, subjects)
    keys = select(api_keys.c.id, api_keys.c.name).where(api_keys.c.account_id == account_id)
    names = {f"key {key.id}": key.name for key in await connection.execute(keys)}
    lives = [_history(row, order, entries, names) for row in rows]
    return OrderHistory(order, int(moment_of(order.order_id)), lives)


def _tickets_of(account_id: int, order_id: int) -> Select[Any]:
    return (
        select(tickets, ticket_types.c.primary_text_pl, ticket_types.c.currency)
        .join(ticket_types, ticket_types.c.id == tickets.c.ticket_type_id)
        .where(tickets.c.account_id == account_id, tickets.c.order_id == order_id)
        .order_by(tickets.c.position)
    )


async def _entries_about(connection: AsyncConnection, account_id: int, subjects: Sequence[str]) -> list[Entry]:
    query = (
        select(audit_entries)
        .where(audit_entries.c.account_id == account_id, audit_entries.c.subject.in_(subjects))
        .order_by(audit_entries.c.sequence.desc())
        .limit(MOST_ENTRIES)
    )
    rows = (await connection.execute(query)).all()
    return [
        Entry(row.sequence, int(moment_of(row.sequence)), row.act, row.actor, row.address, row.subject, row.details)
        for row in rows
    ]


def _history(row: Row[Any], order: OrderRow, entries: list[Entry], names: Mapping[str, str]) -> TicketHistory:
    barcode = barcode_bytes(row.barcode).hex()
    happenings = [Happening("issued", int(moment_of(order.order_id)), None)]
    happenings += [
        Happening("shown", entry.at, names.get(entry.actor, entry.actor))
        for entry in entries
        if entry.act == ORDER_SHOWN
    ]
    if row.admitted_at is not None:
        happenings.append(Happening("admitted", row.admitted_at, names.get(f"key {row.admitted_by_key_id}")))
    if row.cancelled_at is not None:
        actor = _who_cancelled(barcode, entries)
        happenings.append(Happening("cancelled", row.cancelled_at, names.get(actor or "", actor)))
    return TicketHistory(
        ticket=TicketRow(*(getattr(row, name) for name in TicketRow.__struct_fields__)),
        title=row.primary_text_pl,
        currency=row.currency,
        admitted_at=row.admitted_at,
        cancelled_at=row.cancelled_at,
        happenings=sorted(happenings, key=lambda happening: happening.at),
    )


def _who_cancelled(barcode: str, entries: list[Entry]) -> str | None:
    for entry in entries:
        alone = entry.act == TICKET_CANCELLED and entry.subject == barcode
        whole = entry.act == ORDER_CANCELLED and barcode in (entry.details or {}).get("tickets", ())
        if alone or whole:
            return entry.actor
    return None
