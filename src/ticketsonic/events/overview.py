"""An account's events at a glance: when, where, how many are sold and left; newest first, page by page."""

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.schema import events, stocks, ticket_types

PAGE_EVENTS = 50


class EventAtAGlance(Struct, frozen=True):
    """One row of the list."""

    event_id: int
    sequence: int
    title: str
    start_datetime: int | None
    location: str | None
    time_zone: str
    types: int
    sold: int
    """Issued and not cancelled: what was put on sale less what is left (promise 1)."""
    left: int


async def list_overview(
    connection: AsyncConnection, account_id: int, *, older_than: int | None = None
) -> tuple[list[EventAtAGlance], int | None]:
    """List a page of events; also gives the sequence before which the next page begins, None at the end."""
    page = select(events).where(events.c.account_id == account_id)
    if older_than is not None:
        page = page.where(events.c.sequence < older_than)
    some = page.order_by(events.c.sequence.desc()).limit(PAGE_EVENTS + 1).subquery()
    left = func.coalesce(func.sum(stocks.c.available), 0)
    columns = (some.c.id, some.c.sequence, some.c.primary_text_pl, some.c.start_datetime, some.c.location)
    query = (
        select(
            *columns,
            some.c.time_zone,
            func.count(ticket_types.c.id).label("types"),
            (func.coalesce(func.sum(stocks.c.put_on_sale), 0) - left).label("sold"),
            left.label("left_over"),
        )
        .outerjoin(ticket_types, ticket_types.c.event_id == some.c.id)
        .outerjoin(stocks, stocks.c.ticket_type_id == ticket_types.c.id)
        .group_by(*columns, some.c.time_zone)
        .order_by(some.c.sequence.desc())
    )
    rows = [
        EventAtAGlance(
            event_id=row.id,
            sequence=row.sequence,
            title=row.primary_text_pl,
            start_datetime=row.start_datetime,
            location=row.location,
            time_zone=row.time_zone,
            types=row.types,
            sold=int(row.sold),
            left=int(row.left_over),
        )
        for row in await connection.execute(query)
    ]
    return rows[:PAGE_EVENTS], rows[PAGE_EVENTS - 1].sequence if len(rows) > PAGE_EVENTS else None


async def event_titles(connection: AsyncConnection, account_id: int) -> list[tuple[int, str]]:
    """Name the newest events of an account, for a list to choose from."""
    query = (
        select(events.c.id, events.c.primary_text_pl)
        .where(events.c.account_id == account_id)
        .order_by(events.c.sequence.desc())
        .limit(200)
    )
    return [(row[0], row[1]) for row in await connection.execute(query)]


async def event_zones(connection: AsyncConnection, account_id: int, event_ids: Iterable[int]) -> dict[int, str]:
    """Give the time zones of some events of an account."""
    query = select(events.c.id, events.c.time_zone).where(
        events.c.account_id == account_id, events.c.id.in_(sorted(set(event_ids)))
    )
    return {row[0]: row[1] for row in await connection.execute(query)}
