"""Writing down that an order was shown again: who holds its codes by now matters when one turns up twice.

A client may ask for one order again and again; the audit keeps one entry a minute for each order and key in a
process, so that it grows with what happens and not with how often somebody asks.
"""

import time

from ticketsonic.accounts.audit import record
from ticketsonic.database import Database
from ticketsonic.orders.history import ORDER_SHOWN

QUIET_SECONDS = 60
MOST_REMEMBERED = 10_000


class ShownAgain:
    """Remembers what was written down a moment ago."""

    def __init__(self) -> None:
        self._quiet_until: dict[tuple[int, str, str], float] = {}

    async def record(
        self, database: Database, account_id: int, request_hash: str, actor: str, address: str | None
    ) -> None:
        """Write it down, unless that was done within the last minute."""
        now, shown = time.monotonic(), (account_id, request_hash, actor)
        if self._quiet_until.get(shown, 0.0) > now:
            return
        if len(self._quiet_until) >= MOST_REMEMBERED:
            self._quiet_until.clear()
        self._quiet_until[shown] = now + QUIET_SECONDS
        async with database.transaction() as connection:
            await record(connection, account_id, ORDER_SHOWN, actor=actor, address=address, subject=request_hash)
