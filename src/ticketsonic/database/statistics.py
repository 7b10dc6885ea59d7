"""PostgreSQL is told to look at a table as it grows.

It chooses how to look a row up by what it knows of a table. Of one that was filled within the last minute it knows
nothing, since its own analysis comes round once a minute: it then takes an account's orders or tickets to be one or
two, reads all of them for each ticket at the gate, and keeps to that plan (docs/decisions/0015).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from ticketsonic.ledger import DatabaseAway

FEWEST_ROWS = 20
"""Reading so many does no harm."""
_KNOWN_ROWS = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = $1::text::regclass"

Run = Callable[[Callable[[Any], Awaitable[int]]], Awaitable[int]]
"""Lends a connection to a piece of work. Raises :class:`DatabaseAway`."""


class Statistics:
    """Has one table analysed whenever as many rows were written to it as PostgreSQL knew of."""

    def __init__(self, table: str, run: Run) -> None:
        self._table = table
        self._run = run
        self._written = 0
        self._enough = FEWEST_ROWS
        self._task: asyncio.Task[None] | None = None

    def count(self, rows: int) -> None:
        """Take note of rows that were written. Call inside the event loop; it waits for nothing."""
        self._written += rows
        if self._written >= self._enough and self._task is None:
            self._task = asyncio.create_task(self._look_again(), name=f"statistics of {self._table}")

    async def close(self) -> None:
        """Let go of an analysis that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _look_again(self) -> None:
        try:
            known_rows = await self._run(self._known_rows)
            if self._written >= known_rows:
                self._written = 0
                known_rows = await self._run(self._analyze)
            self._enough = max(FEWEST_ROWS, known_rows)
        except DatabaseAway:  # whoever writes next hears of it
            self._written = 0
        finally:
            self._task = None

    async def _known_rows(self, connection: Any) -> int:
        return int(await connection.fetchval(_KNOWN_ROWS, self._table))

    async def _analyze(self, connection: Any) -> int:
        # Where it is being analysed or vacuumed just now, nobody waits for that.
        await connection.execute(f"ANALYZE (SKIP_LOCKED) {self._table}")
        return await self._known_rows(connection)
