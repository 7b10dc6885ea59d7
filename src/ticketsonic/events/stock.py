"""Stock: how many units of a ticket type are left to sell, and how many were ever put on sale.

The only writer of the `stocks` table beside the sale itself (database/*.py, `write_sales`). Promise 1: what is
left and what was issued and not cancelled are together what was put on sale, at every commit.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.schema import stocks, ticket_types
from ticketsonic.wire.kinds import LARGEST_INTEGER


async def put_on_sale(connection: AsyncConnection, account_id: int, ticket_type_id: int, units: int) -> None:
    """Begin to sell a new ticket type."""
    values = {
        "account_id": account_id,
        "ticket_type_id": ticket_type_id,
        "available": units,
        "put_on_sale": units,
        "version": 1,
    }
    await connection.execute(insert(stocks).values(values))


async def set_available(connection: AsyncConnection, ticket_type_id: int, units: int) -> None:
    """Set what is left to sell from now on (contract.md §2, ticket/edit)."""
    change = update(stocks).where(stocks.c.ticket_type_id == ticket_type_id)
    difference = units - stocks.c.available
    await connection.execute(change.values(available=units, put_on_sale=stocks.c.put_on_sale + difference))


async def renew_facts(connection: AsyncConnection, ticket_type_ids: Iterable[int]) -> None:
    """Say that price, start or code of some types changed: what sales believe of them holds no longer.

    Locks in id order, as a sale does.
    """
    ids = sorted(ticket_type_ids)
    await lock_stocks(connection, ids)
    change = update(stocks).where(stocks.c.ticket_type_id.in_(ids))
    await connection.execute(change.values(version=stocks.c.version + 1))


async def lock_stocks(connection: AsyncConnection, ticket_type_ids: Iterable[int]) -> None:
    """Hold the stocks of some types until the transaction ends; in id order, so that nobody waits in a circle."""
    query = (
        select(stocks.c.ticket_type_id)
        .where(stocks.c.ticket_type_id.in_(sorted(ticket_type_ids)))
        .order_by(stocks.c.ticket_type_id)
        .with_for_update(key_share=True)
    )
    await connection.execute(query)


async def types_of_event(connection: AsyncConnection, event_id: int) -> list[int]:
    """List the ticket types of an event."""
    query = select(ticket_types.c.id).where(ticket_types.c.event_id == event_id)
    return list((await connection.execute(query)).scalars())


async def change_available(connection: AsyncConnection, ticket_type_id: int, difference: int) -> bool:
    """Add units to what is left to sell, or take some away; False where fewer are left, or more than a stock holds.

    Beside a sale nothing is undone: the difference counts from what is left at this moment (issue 4).
    """
    change = update(stocks).where(
        stocks.c.ticket_type_id == ticket_type_id,
        stocks.c.available + difference >= 0,
        stocks.c.available + difference <= LARGEST_INTEGER,
    )
    done = await connection.execute(
        change.values(available=stocks.c.available + difference, put_on_sale=stocks.c.put_on_sale + difference)
    )
    return done.rowcount == 1


async def give_back(connection: AsyncConnection, units: Mapping[int, int]) -> None:
    """Put cancelled units of some types back into what is left; their stocks are locked already (`lock_stocks`)."""
    for ticket_type_id in sorted(units):
        change = update(stocks).where(stocks.c.ticket_type_id == ticket_type_id)
        await connection.execute(change.values(available=stocks.c.available + units[ticket_type_id]))
