"""Holding a ticket type's stock from outside, so that a sale of it must wait."""

import contextlib
from collections.abc import AsyncIterator

from sqlalchemy import text

from ticketsonic.database import Database


@contextlib.asynccontextmanager
async def stock_held(database_url: str, sku: str) -> AsyncIterator[None]:
    """Lock one stock (on SQLite: the whole file against writes) until the block ends."""
    database = Database(database_url)
    try:
        async with database.transaction() as connection:
            touch = text("UPDATE stocks SET version = version WHERE ticket_type_id = :number")
            await connection.execute(touch, {"number": int(sku.replace("-", ""))})
            yield
    finally:
        await database.close()
