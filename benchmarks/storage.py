"""What the databases hold: rows, and bytes with every index."""

import asyncio
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg

TABLES = ("tickets", "orders")


def _path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _ask(url: str, query: str) -> Any:
    """Ask for one value."""
    if url.startswith("sqlite:"):
        connection = sqlite3.connect(_path_of(url), timeout=10)
        try:
            return connection.execute(query).fetchone()[0]
        finally:
            connection.close()
    return asyncio.run(_ask_postgresql(url, query))


async def _ask_postgresql(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def count_orders(url: str) -> int:
    return int(_ask(url, "SELECT count(*) FROM orders"))


def written_bytes(url: str) -> int:
    """Say how far the write-ahead log has come: it stands still where nothing is written."""
    if url.startswith("sqlite:"):
        path = _path_of(url)
        return sum(each.stat().st_size for each in (path, path.with_name(path.name + "-wal")) if each.exists())
    return int(_ask(url, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"))


def settle(url: str) -> None:
    """Let database and system finish what was left them to do, by a fill or a full load, so that no run pays for it."""
    if url.startswith("sqlite:"):
        _ask(url, "PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        asyncio.run(_settle_postgresql(url))
    os.sync()  # what else was written would go to the same disk during the first runs


async def _settle_postgresql(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


def bytes_a_row(url: str) -> Mapping[str, float]:
    """Give the bytes of a ticket's row and of an order's, each with its indexes."""
    found = {}
    for table in TABLES:
        rows = int(_ask(url, f"SELECT count(*) FROM {table}"))
        if url.startswith("sqlite:"):
            query = (
                "SELECT sum(d.pgsize) FROM dbstat d JOIN sqlite_master m ON m.name = d.name"
                f" WHERE m.tbl_name = '{table}'"
            )
        else:
            query = f"SELECT pg_total_relation_size('{table}')"
        found[table] = int(_ask(url, query)) / max(1, rows)
    return found
