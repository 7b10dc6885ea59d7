"""The database: one engine for everything, hot statements for selling and admitting, and transactions.

Only `sqlite.py` and `postgresql.py`, whose statements are in `postgresql_statements.py`, know one from the other.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.ledger import Conflict, DatabaseAway, HotStatements

__all__ = ["Conflict", "Database", "DatabaseAway"]


class Database:
    """One database, opened. Make it inside a running event loop and `close` it there."""

    def __init__(self, url: str, *, bounded: bool = True) -> None:
        """`url` is `sqlite:///FILE` or `postgresql://…`; nothing is asked of the database yet.

        Where `bounded`, a statement gives up after some seconds; a migration may take its time.
        """
        # Only the driver in use is loaded: the other one would be a sixth of a start.
        if url.startswith("sqlite:"):
            from ticketsonic.database import sqlite  # noqa: PLC0415

            self._dialect: ModuleType = sqlite
            self.hot: HotStatements = sqlite.SqliteHot(url)
        else:
            from ticketsonic.database import postgresql  # noqa: PLC0415

            self._dialect = postgresql
            self.hot = postgresql.PostgresqlHot(url)
        self._engine = self._dialect.create_engine(url, bounded=bounded)
        self._readers = self._engine.execution_options(reads_only=True)
        self.lock_for_migration = self._dialect.lock_for_migration

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that is committed, to disk, when the block ends, and undone where it raises.

        Raises :class:`DatabaseAway` and :class:`Conflict`.
        """
        with self._translated():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that only reads. Raises :class:`DatabaseAway`."""
        with self._translated():
            async with self._readers.connect() as connection:
                yield connection

    def _translated(self) -> "_Translated":
        return _Translated(self._dialect.is_away)

    async def close(self) -> None:
        """Let go of every connection."""
        await self.hot.close()
        await self._engine.dispose()


class _Translated:
    """Turns what a driver raises into the words the rest of the house knows."""

    def __init__(self, is_away: object) -> None:
        self._is_away = is_away

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        driver_error = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(error, IntegrityError):
            raise Conflict(str(driver_error)) from error
        causes = (driver_error, getattr(driver_error, "__cause__", None))
        if isinstance(error, PoolTimeoutError) or any(self._is_away(cause) for cause in causes):  # type: ignore[operator]
            raise DatabaseAway(str(driver_error)) from error
