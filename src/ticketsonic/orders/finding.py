"""Finding orders: by name, company, hash, SKU, barcode or code; newest first, page by page, each page bounded.

A barcode, a whole code and a whole hash go by index. Words and SKUs are looked for among so many orders at a time,
:data:`LOOKED_THROUGH`, and the answer says from where to look further back. Parts of a code: see code_parts.py.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.identifiers import moment_of
from ticketsonic.orders.search_terms import Term, patterns_of
from ticketsonic.schema import orders, ticket_types, tickets

PAGE_ORDERS = 50
LOOKED_THROUGH = 50_000
"""Orders that one page looks through at the most."""


class FoundLine(Struct, frozen=True):
    """The tickets of one type in an order."""

    ticket_type_id: int
    event_id: int
    title: str
    currency: str
    units: int
    admitted: int
    cancelled: int
    price_minor: int
    """Of all its units that are not cancelled."""


class FoundOrder(Struct, frozen=True):
    """An order, as lists show it."""

    order_id: int
    request_hash: str
    customer: str | None
    company: str | None
    placed_at: int
    lines: list[FoundLine]

    @property
    def is_cancelled(self) -> bool:
        """Whether none of its tickets is good any more."""
        return all(line.cancelled == line.units for line in self.lines)


class Page(Struct, frozen=True):
    """Some orders, newest first."""

    orders: list[FoundOrder]
    older_than: int | None
    """Give it to come to the next page; None where there is none."""
    looked_back_to: int | None = None
    """When the oldest order that was looked at was placed, where there are older ones that were not."""


async def list_orders(
    connection: AsyncConnection,
    account_id: int,
    *,
    term: Term | None = None,
    event_id: int | None = None,
    older_than: int | None = None,
) -> Page:
    """List an account's orders that match, newest first. Without a term all do."""
    conditions = [orders.c.account_id == account_id]
    if older_than is not None:
        conditions.append(orders.c.id < older_than)
    floor = None
    if term is not None or event_id is not None:
        floor = await _floor(connection, conditions)
    if floor is not None:
        conditions.append(orders.c.id > floor)
    if event_id is not None:
        conditions.append(of_event(event_id))
    if term is not None:
        conditions.append(_matches(term))
    query = select(orders).where(*conditions).order_by(orders.c.id.desc()).limit(PAGE_ORDERS + 1)
    rows = (await connection.execute(query)).all()
    found = await with_lines(connection, account_id, rows[:PAGE_ORDERS])
    if len(rows) > PAGE_ORDERS:
        return Page(found, rows[PAGE_ORDERS - 1].id)
    return Page(found, None) if floor is None else Page(found, floor + 1, int(moment_of(floor)))


async def find_exactly(
    connection: AsyncConnection, account_id: int, term: Term, barcode: int | None = None
) -> list[FoundOrder]:
    """Find by what names one order alone: its hash, a ticket's barcode, or the one that a whole code holds."""
    barcodes = [*term.barcodes, *([] if barcode is None else [barcode])]
    named = select(tickets.c.order_id).where(tickets.c.account_id == account_id, tickets.c.barcode.in_(barcodes))
    # Two look-ups: an OR over both would look through all orders.
    ids = list((await connection.execute(named)).scalars()) if barcodes else []
    by_hash = select(orders.c.id).where(orders.c.account_id == account_id, orders.c.request_hash == term.text)
    ids += (await connection.execute(by_hash)).scalars()
    return await find_orders(connection, account_id, ids)


async def match_orders(connection: AsyncConnection, account_id: int, order_ids: Sequence[int], term: Term) -> list[int]:
    """Give those of some orders that match, newest first."""
    ours = orders.c.account_id == account_id, orders.c.id.in_(order_ids)
    query = select(orders.c.id).where(*ours, _matches(term)).order_by(orders.c.id.desc())
    return list((await connection.execute(query)).scalars())


async def find_orders(connection: AsyncConnection, account_id: int, order_ids: Sequence[int]) -> list[FoundOrder]:
    """Give some orders of an account, newest first."""
    if not order_ids:
        return []
    query = select(orders).where(orders.c.account_id == account_id, orders.c.id.in_(order_ids))
    rows = (await connection.execute(query.order_by(orders.c.id.desc()))).all()
    return await with_lines(connection, account_id, rows)


async def _floor(connection: AsyncConnection, conditions: Sequence[ColumnElement[bool]]) -> int | None:
    """Give the order before which no more is looked at, None where all that there are can be."""
    query = select(orders.c.id).where(*conditions).order_by(orders.c.id.desc()).offset(LOOKED_THROUGH).limit(1)
    return (await connection.execute(query)).scalar()


def of_event(event_id: int) -> ColumnElement[bool]:
    """Whether an order has a ticket of an event."""
    return _has_ticket(tickets.c.event_id == event_id)


def _has_ticket(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    own = (tickets.c.account_id == orders.c.account_id) & (tickets.c.order_id == orders.c.id)
    return select(tickets.c.order_id).where(own, condition).correlate(orders).exists()


def _matches(term: Term) -> ColumnElement[bool]:
    texts = (orders.c.customer, orders.c.company, orders.c.request_hash)
    words = and_(
        true(),
        *(
            or_(*(column.ilike(pattern, escape="\\") for column in texts for pattern in patterns_of(word)))
            for word in term.words
        ),
    )
    if term.ticket_type_id is None:
        return words
    return words | _has_ticket(tickets.c.ticket_type_id == term.ticket_type_id)


async def with_lines(connection: AsyncConnection, account_id: int, rows: Sequence[Row[Any]]) -> list[FoundOrder]:
    """Give rows of orders with what was bought."""
    query: Select[Any] = (
        select(
            tickets.c.order_id,
            tickets.c.ticket_type_id,
            tickets.c.event_id,
            ticket_types.c.primary_text_pl,
            ticket_types.c.currency,
            func.count().label("units"),
            func.count(tickets.c.admitted_at).label("admitted"),
            func.count(tickets.c.cancelled_at).label("cancelled"),
            func.sum(tickets.c.price_minor).filter(tickets.c.cancelled_at.is_(None)).label("price_minor"),
        )
        .join(ticket_types, ticket_types.c.id == tickets.c.ticket_type_id)
        .where(tickets.c.account_id == account_id, tickets.c.order_id.in_([row.id for row in rows]))
        .group_by(
            tickets.c.order_id,
            tickets.c.ticket_type_id,
            tickets.c.event_id,
            ticket_types.c.primary_text_pl,
            ticket_types.c.currency,
        )
        .order_by(func.min(tickets.c.position))
    )
    lines: dict[int, list[FoundLine]] = {}
    for row in await connection.execute(query):
        line = FoundLine(
            ticket_type_id=row.ticket_type_id,
            event_id=row.event_id,
            title=row.primary_text_pl,
            currency=row.currency,
            units=row.units,
            admitted=row.admitted,
            cancelled=row.cancelled,
            price_minor=int(row.price_minor or 0),
        )
        lines.setdefault(row.order_id, []).append(line)
    return [
        FoundOrder(
            order_id=row.id,
            request_hash=row.request_hash,
            customer=row.customer,
            company=row.company,
            placed_at=int(moment_of(row.id)),
            lines=lines.get(row.id, []),
        )
        for row in rows
    ]
