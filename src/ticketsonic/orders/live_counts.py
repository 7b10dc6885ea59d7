"""How an event goes, now: sold, left and admitted for each type, orders and admissions a minute.

Sold and left are read off the stocks, which hold them at every commit (promise 1). What was sold in a minute stands
in the order of sale, so only the last minutes are read each time. Admissions stand in no order of time, and an index
over them would cost every admission: they are counted by looking through the event's tickets, shared by all who
watch in this process, and no more often than keeps it to a small part of the time. All of it comes from the
database, so it is right with several processes.
"""

import asyncio
import time
from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import func, select

from ticketsonic.database import Database
from ticketsonic.identifiers import first_number_at
from ticketsonic.schema import events, stocks, ticket_types, tickets

HOURS = 3
"""How far back the minutes go."""
_MINUTES = HOURS * 60
_FRESH_SECONDS = 1.0
SHARE = 10
"""A count of admissions is good for so many times as long as it took."""
OLDEST_SECONDS = 15.0
"""And never longer than this."""
_UNSETTLED_MINUTES = 2
"""Minutes that are read again: an order draws its number a moment before it is committed."""
_MOST_WATCHED = 200


class TypeCounts(Struct, frozen=True):
    """One ticket type."""

    ticket_type_id: int
    title: str
    sold: int
    """Issued and not cancelled."""
    left: int
    admitted: int


class LiveCounts(Struct, frozen=True):
    """One event at a moment. Orders and admissions by minute since 1970, for the last hours; absent is none."""

    at: int
    types: list[TypeCounts]
    orders_by_minute: dict[int, int]
    admitted_by_minute: dict[int, int]


class _Watched:
    """What is remembered of one event."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.counts: LiveCounts | None = None
        self.fresh_until = 0.0
        self.orders_by_minute: dict[int, int] = {}
        self.settled_before = 0
        self.admitted: dict[int, int] = {}
        self.admitted_by_minute: dict[int, int] = {}
        self.admitted_until = 0.0


class LiveBoard:
    """Counts events for everybody in this process who watches them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watched: dict[tuple[int, int], _Watched] = {}

    async def counts(self, account_id: int, event_id: int) -> LiveCounts | None:
        """Count an account's event, at most a second ago; None where it has no such event."""
        if len(self._watched) >= _MOST_WATCHED:
            self._watched.clear()
        watched = self._watched.setdefault((account_id, event_id), _Watched())
        async with watched.lock:
            if time.monotonic() >= watched.fresh_until:
                watched.counts = await self._count(watched, account_id, event_id)
                watched.fresh_until = time.monotonic() + _FRESH_SECONDS
            if watched.counts is None:
                self._watched.pop((account_id, event_id), None)
            return watched.counts

    async def _count(self, watched: _Watched, account_id: int, event_id: int) -> LiveCounts | None:
        now = int(time.time())
        types = await self._types(account_id, event_id)
        if types is None:
            return None
        await self._count_sales(watched, account_id, event_id, now)
        if time.monotonic() >= watched.admitted_until:
            await self._count_admissions(watched, account_id, event_id, now)
        counted = [
            TypeCounts(number, title, put_on_sale - left, left, watched.admitted.get(number, 0))
            for number, title, left, put_on_sale in types
        ]
        return LiveCounts(now, counted, dict(watched.orders_by_minute), dict(watched.admitted_by_minute))

    async def _types(self, account_id: int, event_id: int) -> list[tuple[int, str, int, int]] | None:
        owned = select(events.c.id).where(events.c.account_id == account_id, events.c.id == event_id)
        query = (
            select(ticket_types.c.id, ticket_types.c.primary_text_pl, stocks.c.available, stocks.c.put_on_sale)
            .join(stocks, stocks.c.ticket_type_id == ticket_types.c.id)
            .where(ticket_types.c.event_id == event_id)
            .order_by(ticket_types.c.sequence)
        )
        async with self._database.reading() as connection:
            if (await connection.execute(owned)).first() is None:
                return None
            return [(row[0], row[1], row[2], row[3]) for row in await connection.execute(query)]

    async def _count_sales(self, watched: _Watched, account_id: int, event_id: int, now: int) -> None:
        oldest = now // 60 - _MINUTES + 1
        since = max(oldest, watched.settled_before)
        # The moment of a sale is in its order's id (identifiers.py): microseconds above 12 random bits.
        minute = ((tickets.c.order_id - first_number_at(since * 60)) // (60_000_000 << 12)).label("minute")
        query = (
            select(minute, func.count(tickets.c.order_id.distinct()))
            .where(
                tickets.c.account_id == account_id,
                tickets.c.order_id >= first_number_at(since * 60),
                tickets.c.event_id == event_id,
            )
            .group_by("minute")
        )
        async with self._database.reading() as connection:
            fresh = {since + int(row[0]): int(row[1]) for row in await connection.execute(query)}
        kept = {at: sold for at, sold in watched.orders_by_minute.items() if oldest <= at < since}
        watched.orders_by_minute = kept | fresh
        watched.settled_before = now // 60 - _UNSETTLED_MINUTES + 1

    async def _count_admissions(self, watched: _Watched, account_id: int, event_id: int, now: int) -> None:
        began = time.monotonic()
        minute = (tickets.c.admitted_at // 60).label("minute")
        query = (
            select(tickets.c.ticket_type_id, minute, func.count())
            .where(
                tickets.c.account_id == account_id,
                tickets.c.event_id == event_id,
                tickets.c.admitted_at.is_not(None),
            )
            .group_by(tickets.c.ticket_type_id, "minute")
        )
        async with self._database.reading() as connection:
            rows = [(row[0], int(row[1]), int(row[2])) for row in await connection.execute(query)]
        watched.admitted = _added((number, units) for number, _, units in rows)
        oldest = now // 60 - _MINUTES + 1
        watched.admitted_by_minute = _added((at, units) for _, at, units in rows if at >= oldest)
        finished = time.monotonic()
        watched.admitted_until = finished + min(SHARE * (finished - began), OLDEST_SECONDS)


def _added(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    added: dict[int, int] = {}
    for name, units in pairs:
        added[name] = added.get(name, 0) + units
    return added
