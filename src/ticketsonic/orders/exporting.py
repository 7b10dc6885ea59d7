"""Orders, tickets and admissions as CSV, streamed: a page of the database at a time, in the order of sale.

No transaction stays open between two pages, so an export of a million tickets holds nobody up; what is sold while it
runs stands at its end. Keys of the pages are those of the table, so each page costs the same.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import ColumnElement, Row, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.database import Database
from ticketsonic.identifiers import moment_of, sku_of
from ticketsonic.orders.spreadsheets import (
    MARK,
    POINT,
    Cell,
    Spelling,
    spell_barcode,
    spell_moment,
    spell_price,
    spell_rows,
)
from ticketsonic.schema import api_keys, events, orders, ticket_types, tickets

PAGE_ROWS = 250
"""Few, since spelling a page holds up whoever else waits in this process."""
Kind = Literal["orders", "tickets", "admissions"]
KINDS: tuple[Kind, ...] = ("orders", "tickets", "admissions")

_ORDER_COLUMNS = ("placed_at", "request_hash", "customer", "company", "tickets", "admitted", "cancelled")
_TICKET_COLUMNS = (
    "sold_at",
    "request_hash",
    "customer",
    "company",
    "event_id",
    "event",
    "sku",
    "ticket_type",
    "barcode",
    "price",
    "currency",
    "valid_from",
    "valid_until",
    "state",
    "admitted_at",
    "cancelled_at",
)
_ADMISSION_COLUMNS = ("admitted_at", "admitted_by", *_TICKET_COLUMNS[1:11])


class Export(Struct, frozen=True):
    """What to export: of one event, or of the whole account."""

    account_id: int
    kind: Kind
    event_id: int | None = None
    time_zone: str = "UTC"
    spelling: Spelling = POINT


Cells = tuple[Cell, ...]


async def export(database: Database, asked: Export) -> AsyncGenerator[bytes, None]:
    """Give the file part by part. The first row names the columns and the time zone of the moments."""
    columns = {"orders": _ORDER_COLUMNS, "tickets": _TICKET_COLUMNS, "admissions": _ADMISSION_COLUMNS}[asked.kind]
    named = [f"{name} ({asked.time_zone})" if name.endswith(("_at", "_from", "_until")) else name for name in columns]
    yield MARK + spell_rows([named], asked.spelling)
    async for page in _order_pages(database, asked) if asked.kind == "orders" else _ticket_pages(database, asked):
        yield spell_rows(page, asked.spelling)


async def _order_pages(database: Database, asked: Export) -> AsyncGenerator[list[Cells], None]:
    """Give a row for each order, with what became of its tickets."""
    zone = ZoneInfo(asked.time_zone)
    own = (tickets.c.account_id == orders.c.account_id) & (tickets.c.order_id == orders.c.id)
    chosen = orders.c.account_id == asked.account_id
    of_event = tickets.c.account_id == asked.account_id
    if asked.event_id is not None:
        of_event &= tickets.c.event_id == asked.event_id
        chosen &= select(tickets.c.order_id).where(own, of_event).correlate(orders).exists()
    last = 0
    while True:
        query = select(orders).where(chosen, orders.c.id > last).order_by(orders.c.id).limit(PAGE_ROWS)
        async with database.reading() as connection:
            rows = (await connection.execute(query)).all()
            counted = await _counted(connection, of_event, rows)
        yield [_order(row, counted.get(row.id, (0, 0, 0)), zone) for row in rows]
        if len(rows) < PAGE_ROWS:
            return
        last = rows[-1].id


async def _counted(
    connection: AsyncConnection, of_event: ColumnElement[bool], rows: Sequence[Row[Any]]
) -> dict[int, tuple[int, int, int]]:
    """Count the tickets of a page of orders: all, admitted, cancelled."""
    if not rows:
        return {}
    counted = func.count(), func.count(tickets.c.admitted_at), func.count(tickets.c.cancelled_at)
    query = (
        select(tickets.c.order_id, *counted)
        .where(of_event, tickets.c.order_id.between(rows[0].id, rows[-1].id))
        .group_by(tickets.c.order_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in await connection.execute(query)}


async def _ticket_pages(database: Database, asked: Export) -> AsyncGenerator[list[Cells], None]:
    """Give a row for each ticket, or for each that was admitted.

    What stands in other tables is looked up for a page: a join would let a database think of reading those whole.
    """
    zone = ZoneInfo(asked.time_zone)
    spell = _admission if asked.kind == "admissions" else _ticket
    chosen = tickets.c.account_id == asked.account_id
    if asked.event_id is not None:
        chosen &= tickets.c.event_id == asked.event_id
    if asked.kind == "admissions":
        chosen &= tickets.c.admitted_at.is_not(None)
    last = (0, 0)
    while True:
        behind = tuple_(tickets.c.order_id, tickets.c.position) > last
        query = select(tickets).where(chosen, behind).order_by(tickets.c.order_id, tickets.c.position).limit(PAGE_ROWS)
        async with database.reading() as connection:
            rows = (await connection.execute(query)).all()
            around = await _around(connection, asked.account_id, rows)
        yield [spell(row, around, zone) for row in rows]
        if len(rows) < PAGE_ROWS:
            return
        last = (rows[-1].order_id, rows[-1].position)


class _Around(Struct):
    """What a page of tickets refers to, by id."""

    orders: dict[int, Row[Any]]
    types: dict[int, Any]
    key_names: dict[int, str]


async def _around(connection: AsyncConnection, account_id: int, rows: Sequence[Row[Any]]) -> _Around:
    placed = select(orders).where(orders.c.account_id == account_id, orders.c.id.in_({row.order_id for row in rows}))
    types = (
        select(
            ticket_types.c.id,
            ticket_types.c.primary_text_pl.label("title"),
            ticket_types.c.currency,
            events.c.primary_text_pl.label("event_title"),
        )
        .join(events, events.c.id == ticket_types.c.event_id)
        .where(ticket_types.c.id.in_({row.ticket_type_id for row in rows}))
    )
    keys = select(api_keys.c.id, api_keys.c.name).where(
        api_keys.c.account_id == account_id, api_keys.c.id.in_({row.admitted_by_key_id for row in rows} - {None})
    )
    return _Around(
        orders={row.id: row for row in await connection.execute(placed)},
        types={row[0]: row for row in await connection.execute(types)},
        key_names={row[0]: row[1] for row in await connection.execute(keys)},
    )


def _order(row: Row[Any], counted: tuple[int, int, int], zone: ZoneInfo) -> Cells:
    return spell_moment(int(moment_of(row.id)), zone), row.request_hash, row.customer, row.company, *counted


def _ticket(row: Row[Any], around: _Around, zone: ZoneInfo) -> Cells:
    admitted, cancelled = row.admitted_at is not None, row.cancelled_at is not None
    return (
        spell_moment(int(moment_of(row.order_id)), zone),
        *_sold(row, around),
        spell_moment(row.valid_from, zone),
        spell_moment(row.valid_until, zone),
        "cancelled" if cancelled else "admitted" if admitted else "waiting",
        spell_moment(row.admitted_at, zone),
        spell_moment(row.cancelled_at, zone),
    )


def _admission(row: Row[Any], around: _Around, zone: ZoneInfo) -> Cells:
    admitted_by = around.key_names.get(row.admitted_by_key_id)
    return spell_moment(row.admitted_at, zone), admitted_by, *_sold(row, around)


def _sold(row: Row[Any], around: _Around) -> Cells:
    order, kind = around.orders[row.order_id], around.types[row.ticket_type_id]
    return (
        order.request_hash,
        order.customer,
        order.company,
        row.event_id,
        kind.event_title,
        sku_of(row.ticket_type_id),
        kind.title,
        spell_barcode(row.barcode),
        spell_price(row.price_minor),
        kind.currency,
    )
