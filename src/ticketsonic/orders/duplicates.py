"""Probable duplicates: the same buyer and the same lines within ten minutes under different hashes (contract.md §5).

A shop's hook that is repeated draws a fresh hash, so the server cannot know; it can show. The same buyer is the same
customer and company, letter for letter. An order without either is never flagged: two strangers who buy one ticket
each look just the same. An order with nothing left to cancel is no duplicate any more.
"""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.identifiers import moment_of
from ticketsonic.orders.finding import PAGE_ORDERS, match_orders, of_event
from ticketsonic.orders.search_terms import Term
from ticketsonic.schema import orders, tickets

APART_SECONDS = 600
LOOKED_THROUGH = 20_000
"""Orders in which duplicates are looked for at a time."""
_MOST_NEAR = 500
NEAR_READ = 200
"""Orders with another one shortly before them that a page reads."""
COMPARED_WITH = 100
"""The oldest of those are there to be compared with alone, where there are more."""
_APART = APART_SECONDS * 1_000_000 << 12
"""In an order's id, which is the moment in microseconds and 12 random bits."""

Buyer = tuple[str | None, str | None]
"""(customer, company), letter for letter; one of both is there."""
Lines = tuple[tuple[int, int | None, int | None, int], ...]
"""(ticket type, valid from, valid until, units), sorted: what was bought, whether cancelled since or not."""

_BUYER = orders.c.customer, orders.c.company


class Candidate(Struct, frozen=True):
    """An order by somebody who placed another one about then."""

    order_id: int
    request_hash: str
    customer: str | None
    company: str | None
    lines: Lines
    is_cancelled: bool


class Twin(Struct, frozen=True):
    """The earlier order that an order probably repeats."""

    order_id: int
    request_hash: str
    placed_at: int


class Near(Struct, frozen=True):
    """An order whose buyer placed another one shortly before."""

    order_id: int
    before: int


class Newest(Struct, frozen=True):
    """A page of duplicates."""

    twins: dict[int, Twin]
    older_than: int | None = None
    """Give it to come to the next page; None where there is none."""
    looked_back_to: int | None = None
    """When the oldest order that was looked at was placed, where the page is not full and there are older ones."""


def pair_up(candidates: Sequence[Candidate]) -> dict[int, Twin]:
    """Give each order that probably repeats an earlier one that earlier one, the nearest; pure."""
    named = [one for one in candidates if (one.customer or one.company) and not one.is_cancelled]

    def sort_key(one: Candidate) -> tuple[str, str, str, int]:
        return one.customer or "", one.company or "", repr(one.lines), one.order_id

    twins = {}
    for _, alike in groupby(sorted(named, key=sort_key), key=lambda one: sort_key(one)[:3]):
        for first, second in pairwise(alike):
            if second.order_id - first.order_id <= _APART:
                twins[second.order_id] = Twin(first.order_id, first.request_hash, int(moment_of(first.order_id)))
    return twins


async def twins_of(connection: AsyncConnection, account_id: int, order_ids: Sequence[int]) -> dict[int, Twin]:
    """Say which of some orders probably repeat an earlier one, and which."""
    ranges: list[list[int]] = []
    for order_id in sorted(order_ids):
        if ranges and order_id - _APART <= ranges[-1][1]:
            ranges[-1][1] = order_id
        else:
            ranges.append([order_id - _APART, order_id])
    buyers = await _buyers_of(connection, account_id, order_ids)
    if not buyers:
        return {}
    near = await _near(connection, account_id, ranges, buyers, most=_MOST_NEAR)
    found = pair_up(await _candidates(connection, account_id, near))
    return {order_id: twin for order_id, twin in found.items() if order_id in set(order_ids)}


async def _buyers_of(connection: AsyncConnection, account_id: int, order_ids: Sequence[int]) -> list[Buyer]:
    """List the buyers of some orders: in a rush ten minutes hold 20,000 orders, of which a page's placed a few."""
    query = (
        select(*_BUYER)
        .distinct()
        .where(orders.c.account_id == account_id, _is_named(orders), orders.c.id.in_(order_ids))
    )
    return [(row.customer, row.company) for row in await connection.execute(query)]


async def newest_twins(
    connection: AsyncConnection,
    account_id: int,
    older_than: int | None = None,
    *,
    term: Term | None = None,
    event_id: int | None = None,
) -> Newest:
    """Find a page of duplicates among the newest orders, or among the newest of those before one.

    Orders of one event alone are compared with each other, for both of a pair are of it. A text is looked for in the
    second of a pair: the first has another hash.
    """
    conditions = [orders.c.account_id == account_id]
    if older_than is not None:
        conditions.append(orders.c.id < older_than)
    ends = select(orders.c.id).where(*conditions).order_by(orders.c.id.desc())
    high = (await connection.execute(ends.limit(1))).scalar()
    if high is None:
        return Newest({})
    low = (await connection.execute(ends.offset(LOOKED_THROUGH).limit(1))).scalar()
    recent = [((low or 0) - _APART, high)]
    near = await _near(connection, account_id, recent, None, most=NEAR_READ + 1, event_id=event_id)
    twins = pair_up(await _candidates(connection, account_id, near[:NEAR_READ]))
    decided_down_to = near[NEAR_READ - COMPARED_WITH - 1].order_id if len(near) > NEAR_READ else 0
    left = max(decided_down_to - 1, low or 0)
    found = sorted((order_id for order_id in twins if order_id > left), reverse=True)
    if term is not None:
        found = await match_orders(connection, account_id, found, term)
    listed = {order_id: twins[order_id] for order_id in found[:PAGE_ORDERS]}
    if len(found) > PAGE_ORDERS:
        return Newest(listed, found[PAGE_ORDERS - 1])
    return Newest(listed, left + 1, int(moment_of(left))) if left else Newest(listed)


async def _near(
    connection: AsyncConnection,
    account_id: int,
    ranges: Sequence[Sequence[int]],
    buyers: Sequence[Buyer] | None,
    *,
    most: int,
    event_id: int | None = None,
) -> list[Near]:
    """List the orders in some ranges whose buyer placed another one shortly before, newest first."""
    some = _within(account_id, ranges, buyers, event_id)
    before = func.lag(some.c.id).over(partition_by=[some.c.customer, some.c.company], order_by=some.c.id)
    pairs = select(some.c.id, before.label("before")).where(_is_named(some)).subquery()
    query = select(pairs).where(pairs.c.id - pairs.c.before <= _APART).order_by(pairs.c.id.desc()).limit(most)
    return [Near(row.id, row.before) for row in await connection.execute(query)]


def _within(
    account_id: int, ranges: Sequence[Sequence[int]], buyers: Sequence[Buyer] | None, event_id: int | None
) -> Subquery:
    """Give the orders in some ranges, by some buyers or by all, the newest of each range: narrow, to be sorted."""
    conditions = [orders.c.account_id == account_id]
    if buyers is not None:
        customers = {customer for customer, _ in buyers if customer is not None}
        companies = {company for customer, company in buyers if customer is None}
        conditions.append(
            or_(orders.c.customer.in_(customers), orders.c.customer.is_(None) & orders.c.company.in_(companies))
        )
    if event_id is not None:
        conditions.append(of_event(event_id))
    each = [
        select(orders.c.id, *_BUYER)
        .where(*conditions, orders.c.id.between(low, high))
        .order_by(orders.c.id.desc())
        .limit(2 * LOOKED_THROUGH)
        .subquery()
        for low, high in ranges
    ]
    return union_all(*(select(one) for one in each)).subquery()


def _is_named(some: FromClause) -> ColumnElement[bool]:
    return or_(some.c.customer.is_not(None), some.c.company.is_not(None))


async def _candidates(connection: AsyncConnection, account_id: int, near: Sequence[Near]) -> list[Candidate]:
    """Read some orders and those shortly before them."""
    order_ids = sorted({order_id for one in near for order_id in (one.order_id, one.before)})
    if not order_ids:
        return []
    query = select(orders).where(orders.c.account_id == account_id, orders.c.id.in_(order_ids))
    rows = (await connection.execute(query)).all()
    lines = await _lines(connection, account_id, order_ids)
    return [
        Candidate(row.id, row.request_hash, row.customer, row.company, *lines.get(row.id, ((), True))) for row in rows
    ]


async def _lines(
    connection: AsyncConnection, account_id: int, order_ids: Sequence[int]
) -> dict[int, tuple[Lines, bool]]:
    kinds = tickets.c.order_id, tickets.c.ticket_type_id, tickets.c.valid_from, tickets.c.valid_until
    query: Select[Any] = (
        select(*kinds, func.count(), func.count(tickets.c.cancelled_at))
        .where(and_(tickets.c.account_id == account_id, tickets.c.order_id.in_(order_ids)))
        .group_by(*kinds)
    )
    lines: dict[int, list[tuple[int, int | None, int | None, int]]] = {}
    good: dict[int, int] = {}
    for row in await connection.execute(query):
        order_id, number, valid_from, valid_until, units, cancelled = tuple(row)
        lines.setdefault(order_id, []).append((number, valid_from, valid_until, units))
        good[order_id] = good.get(order_id, 0) + units - cancelled
    return {order_id: (tuple(sorted(bought, key=repr)), good[order_id] == 0) for order_id, bought in lines.items()}
