"""SQLite's log is copied into its file beside the commits.

SQLite itself does that within whichever commit finds 1,000 pages in the log. Of a large file those pages lie all over
the disk, so the orders of that commit wait for a thousand writes and a flush: at 500 orders a second they are the
hundredth part that a p99 is made of. Here a thread does it, and commits go on meanwhile.
"""

import contextlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

COMMITS = 50
"""After so many it is time for another."""
LONGEST_LOG_PAGES = 4_000
"""Beyond, a commit does it after all: only where nothing is added to the log meanwhile can it begin anew."""


class Checkpoints:
    """Copies now and then, one at a time, on a connection and a thread of its own."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-checkpoints")
        self._commits = 0
        self._is_under_way = False

    def count_commit(self) -> None:
        """Take note of a commit."""
        self._commits += 1
        if self._commits >= COMMITS and not self._is_under_way:
            self._commits = 0
            self._is_under_way = True
            try:
                self._thread.submit(self._copy)
            except RuntimeError:  # no thread can be started now: what is committed is so all the same
                self._is_under_way = False

    def close(self) -> None:
        """Let the one that is under way end; SQLite itself copies what is left, as its last connection closes."""
        if self._connection is not None or self._is_under_way:
            self._thread.submit(self._disconnect).result()
        self._thread.shutdown()

    def _copy(self) -> None:
        # What keeps it from copying, a full disk before all, is said by the next commit, or it is gone by then.
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error:
            self._disconnect()
        finally:
            self._is_under_way = False

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
