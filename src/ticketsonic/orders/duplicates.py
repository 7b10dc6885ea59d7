"""Probable duplicates: the same buyer and the same lines within ten minutes under different hashes (contract.md §5).

A shop's hook that is repeated draws a fresh hash, so the server cannot know; it can show. The same buyer is the same
customer and company, letter for letter. An order without either is never flagged: two strangers who buy one ticket
each look just the same. An order with nothing left to cancel is no duplicate any more.
"""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.identifiers import moment_of
from ticketsonic.schema import orders, tickets

APART_SECONDS = 600
LOOKED_THROUGH = 20_000
"""Orders in which duplicates are looked for at a time."""
_MOST_CANDIDATES = 500
_APART = APART_SECONDS * 1_000_000 << 12
"""In an order's id, which is the moment in microseconds and 12 random bits."""

Lines = tuple[tuple[int, int | None, int | None, int], ...]
"""(ticket type, valid from, valid until, units), sorted: what was bought, whether cancelled since or not."""


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
    found = {} if buyers is None else pair_up(await _candidates(connection, account_id, ranges, buyers))
    return {order_id: twin for order_id, twin in found.items() if order_id in set(order_ids)}


async def _buyers_of(
    connection: AsyncConnection, account_id: int, order_ids: Sequence[int]
) -> ColumnElement[bool] | None:
    """Give the condition that an order is by a buyer of some orders, None where none of them has a name.

    In a rush ten minutes hold 20,000 orders, of which a page's buyers placed a few.
    """
    named = or_(orders.c.customer.is_not(None), orders.c.company.is_not(None))
    query = select(orders.c.customer, orders.c.company).where(orders.c.account_id == account_id, named)
    buyers = (await connection.execute(query.where(orders.c.id.in_(order_ids)))).all()
    if not buyers:
        return None
    customers = {row.customer for row in buyers if row.customer is not None}
    companies = {row.company for row in buyers if row.customer is None}
    return or_(orders.c.customer.in_(customers), orders.c.customer.is_(None) & orders.c.company.in_(companies))


async def newest_twins(
    connection: AsyncConnection, account_id: int, older_than: int | None = None
) -> tuple[dict[int, Twin], int | None]:
    """Look for duplicates among the newest orders; also says before which order to look further, None at the end."""
    conditions = [orders.c.account_id == account_id]
    if older_than is not None:
        conditions.append(orders.c.id < older_than)
    ends = select(orders.c.id).where(*conditions).order_by(orders.c.id.desc())
    high = (await connection.execute(ends.limit(1))).scalar()
    if high is None:
        return {}, None
    low = (await connection.execute(ends.offset(LOOKED_THROUGH).limit(1))).scalar()
    twins = pair_up(await _candidates(connection, account_id, [((low or 0) - _APART, high)]))
    return {order_id: twin for order_id, twin in twins.items() if low is None or order_id > low}, low and low + 1


async def _candidates(
    connection: AsyncConnection,
    account_id: int,
    ranges: Sequence[Sequence[int]],
    buyers: ColumnElement[bool] | None = None,
) -> list[Candidate]:
    """List the orders in some ranges whose buyer placed another one within ten minutes: the newest ones, bounded."""
    conditions = [orders.c.account_id == account_id, *([] if buyers is None else [buyers])]
    each = [
        select(orders)
        .where(*conditions, orders.c.id.between(low, high))
        .order_by(orders.c.id.desc())
        .limit(2 * LOOKED_THROUGH)
        .subquery()
        for low, high in ranges
    ]
    some = union_all(*(select(one) for one in each)).subquery()
    buyer = [some.c.customer, some.c.company]
    pairs = (
        select(
            *some.c,
            func.lag(some.c.id).over(partition_by=buyer, order_by=some.c.id).label("before"),
            func.lead(some.c.id).over(partition_by=buyer, order_by=some.c.id).label("behind"),
        )
        .where(or_(some.c.customer.is_not(None), some.c.company.is_not(None)))
        .subquery()
    )
    near = or_(pairs.c.id - pairs.c.before <= _APART, pairs.c.behind - pairs.c.id <= _APART)
    query = select(pairs).where(near).order_by(pairs.c.id.desc()).limit(_MOST_CANDIDATES)
    rows = (await connection.execute(query)).all()
    lines = await _lines(connection, account_id, [row.id for row in rows])
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
