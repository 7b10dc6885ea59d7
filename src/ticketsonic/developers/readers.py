"""What a reader who is signed in has of their own, for the samples: their newest event, a SKU, tickets just sold."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts.sessions import Session
from ticketsonic.api import examples
from ticketsonic.api.engine import Engine
from ticketsonic.developers.requests import Reader
from ticketsonic.identifiers import barcode_bytes, sku_of
from ticketsonic.schema import events, orders, print_jobs, printers, stocks, ticket_types, tickets

LOOKED_AT = 100
"""How many of the newest tickets are looked at for one that is still good."""
ANYBODY = Reader()
_OPEN_STATES = frozenset({"waiting", "uncertain"})


async def reader_of(engine: Engine, session: Session | None) -> Reader:
    """Tell who reads, and what of theirs a sample can use; the examples' own where they have none."""
    if session is None:
        return ANYBODY
    values: dict[str, str] = {}
    async with engine.database.reading() as connection:
        sold = await _newest_untouched(connection, session.account_id)
        if on_sale := await _on_sale(connection, session.account_id, sold[0].event_id if sold else None):
            values |= {examples.EVENT_ID: str(on_sale.event_id), examples.SKU: sku_of(on_sale.id)}
        if printer_id := await _newest_printer(connection, session.account_id):
            values[examples.PRINTER_ID] = str(printer_id)
        if job_id := await _open_job(connection, session.account_id):
            values[examples.PRINT_JOB_ID] = str(job_id)
    if sold:
        shown, cancelled, whole = sold[0], sold[min(1, len(sold) - 1)], sold[-1]
        values |= {
            examples.REQUEST_HASH: shown.request_hash,
            examples.BARCODE: barcode_bytes(shown.barcode).hex(),
            examples.CODE: await _code_of(engine, session.account_id, shown),
            examples.CANCELLED_BARCODE: barcode_bytes(cancelled.barcode).hex(),
            examples.CANCELLED_HASH: whole.request_hash,
        }
    return Reader(session.email, values)


async def _on_sale(connection: AsyncConnection, account_id: int, event_id: int | None) -> Any:
    """Find an event that has something to sell, and its first type that has: this event, else the newest."""
    types = ticket_types.join(stocks, stocks.c.ticket_type_id == ticket_types.c.id)
    query = (
        select(ticket_types.c.event_id, ticket_types.c.id)
        .select_from(types.join(events, events.c.id == ticket_types.c.event_id))
        .where(events.c.account_id == account_id, stocks.c.available > 0)
        .order_by(case((events.c.id == event_id, 0), else_=1), events.c.sequence.desc(), ticket_types.c.sequence)
        .limit(1)
    )
    return (await connection.execute(query)).first()


async def _newest_printer(connection: AsyncConnection, account_id: int) -> int | None:
    query = select(func.max(printers.c.id)).where(printers.c.account_id == account_id, printers.c.removed_at.is_(None))
    newest: int | None = (await connection.execute(query)).scalar()
    return newest


async def _open_job(connection: AsyncConnection, account_id: int) -> int | None:
    """Find the newest print job of which a person may still say what became of it."""
    query = (
        select(print_jobs.c.id, print_jobs.c.state)
        .where(print_jobs.c.account_id == account_id)
        .order_by(print_jobs.c.id.desc())
        .limit(LOOKED_AT)
    )
    return next((row.id for row in await connection.execute(query) if row.state in _OPEN_STATES), None)


async def _newest_untouched(connection: AsyncConnection, account_id: int) -> list[Row[Any]]:
    """Find the first tickets of up to three of the newest orders of which none was admitted or cancelled."""
    query = (
        select(tickets)
        .where(tickets.c.account_id == account_id)
        .order_by(tickets.c.order_id.desc(), tickets.c.position.desc())
        .limit(LOOKED_AT)
    )
    first = _first_of_untouched((await connection.execute(query)).all())
    if not first:
        return []
    joined = tickets.join(orders, (orders.c.account_id == tickets.c.account_id) & (orders.c.id == tickets.c.order_id))
    query = (
        select(tickets.c.barcode, tickets.c.event_id, orders.c.request_hash)
        .select_from(joined)
        .where(tickets.c.account_id == account_id, tickets.c.barcode.in_(first))
        .order_by(tickets.c.order_id.desc())
    )
    return list((await connection.execute(query)).all())


def _first_of_untouched(newest: Sequence[Row[Any]]) -> list[int]:
    touched = {row.order_id for row in newest if row.admitted_at is not None or row.cancelled_at is not None}
    first = {row.order_id: row.barcode for row in newest if row.order_id not in touched}
    return list(first.values())[:3]


async def _code_of(engine: Engine, account_id: int, sold: Row[Any]) -> str:
    """Make a ticket's code once more; it is the same for ever."""
    found = await engine.database.hot.read_order(account_id, sold.request_hash)
    if found is None:
        return examples.CODE
    order, rows = found
    signed = await engine.issuer.sign(order, rows)
    by_barcode = dict(zip((row.barcode for row in rows), signed, strict=True))
    return by_barcode[sold.barcode].encrypted_data
