"""Taking turns: one sheet of an account at a time, so that no account holds up the others' with its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ticketsonic.errors import TooManyRequests

MOST_WAITING = 3


class Turns:
    """Who is at it, and who waits, in this process."""

    def __init__(self, *, most_waiting: int = MOST_WAITING) -> None:
        """`most_waiting` is how many of one account may wait for its turn."""
        self._most_waiting = most_waiting
        self._locks: dict[int, asyncio.Lock] = {}
        self._there: dict[int, int] = {}

    @asynccontextmanager
    async def taken(self, account_id: int) -> AsyncIterator[None]:
        """Wait for an account's turn, and have it. Raises :class:`TooManyRequests` where too many of it wait."""
        there = self._there.get(account_id, 0)
        if there > self._most_waiting:
            raise TooManyRequests
        self._there[account_id] = there + 1
        try:
            async with self._locks.setdefault(account_id, asyncio.Lock()):
                yield
        finally:
            self._there[account_id] -= 1
            if not self._there[account_id]:
                del self._there[account_id], self._locks[account_id]
