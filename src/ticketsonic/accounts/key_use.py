"""When an API key was last used: noted in memory, written a moment later, at most once a minute for a key."""

import asyncio
import contextlib
import logging
import time

from sqlalchemy import update

from ticketsonic.database import Conflict, Database, DatabaseAway
from ticketsonic.schema import api_keys

log = logging.getLogger("ticketsonic")

NOTED_SECONDS = 60.0
GATHERING_SECONDS = 1.0
MOST_KEYS = 100_000


class KeyUse:
    """Notes which keys are used, for one process. Noting costs a request a look into a dictionary."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[int, float] = {}
        self._unwritten: set[int] = set()
        self._some = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    def note(self, api_key_id: int, now_seconds: float) -> None:
        """Note that a key was used at this moment of the monotonic clock."""
        noted_at = self._noted.get(api_key_id)
        if noted_at is None or now_seconds - noted_at >= NOTED_SECONDS:
            if len(self._noted) >= MOST_KEYS:
                self._noted.clear()
            self._noted[api_key_id] = now_seconds
            self._unwritten.add(api_key_id)
            self._some.set()

    def start(self) -> None:
        """Begin to write down what is noted."""
        self._writing = asyncio.create_task(self._write_on())

    async def stop(self) -> None:
        """Write down what is left."""
        if self._writing is not None:
            self._writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writing
            await self._write()

    async def _write_on(self) -> None:
        while True:
            await self._some.wait()
            await asyncio.sleep(GATHERING_SECONDS)
            self._some.clear()
            await self._write()

    async def _write(self) -> None:
        ids, self._unwritten = self._unwritten, set()
        if not ids:
            return
        used = update(api_keys).where(api_keys.c.id.in_(sorted(ids))).values(last_used_at=int(time.time()))
        try:
            async with self._database.transaction() as connection:
                await connection.execute(used)
        except (DatabaseAway, Conflict):
            log.warning("last use of keys not written: database away")
