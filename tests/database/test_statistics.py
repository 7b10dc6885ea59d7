"""PostgreSQL looks rows up one by one from the start, though its own analysis comes round only once a minute."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.commands.conftest import soon
from tests.postgresql import make_postgresql_database
from tests.servers import RunningServer, fresh_hash
from ticketsonic.database.postgresql import _HOT_SESSION
from ticketsonic.database.postgresql_statements import ADMISSION_VIEW

ORDERS = 150
TICKETS_AN_ORDER = 20
PATIENCE_SECONDS = 10
TABLES = ("orders", "tickets")


async def _ask(url: str, *statements: str) -> list[str]:
    """Ask as a hot connection would; gives the last one's answer."""
    connection = await asyncpg.connect(url, server_settings=_HOT_SESSION)
    try:
        rows: list[asyncpg.Record] = []
        for statement in statements:
            rows = await connection.fetch(statement)
        return [str(row[0]) for row in rows]
    finally:
        await connection.close()


def _known_rows(url: str, table: str) -> int:
    return int(asyncio.run(_ask(url, f"SELECT reltuples::bigint FROM pg_class WHERE oid = '{table}'::regclass"))[0])


@pytest.fixture
def unanalysed(tmp_path: Path) -> Iterator[RunningServer]:
    """A database whose own analysis never comes round."""
    url = make_postgresql_database()
    with RunningServer.start(url, tmp_path) as server:
        asyncio.run(
            _ask(
                url,
                *(f"ALTER TABLE {table} SET (autovacuum_enabled = false)" for table in (*TABLES, "idempotency_keys")),
            )
        )
        yield server


def test_what_was_just_sold_is_looked_up_by_its_own_indexes(unanalysed: RunningServer) -> None:
    url = unanalysed.environment["TICKETSONIC_DATABASE"]
    with unanalysed.new_tenant("alice") as shop:
        _, (sku,) = shop.event({"stock": ORDERS * TICKETS_AN_ORDER}, ticket_code="ed25519")
        codes = shop.codes((sku, 1))  # the plans of empty tables are made, and would be kept
        assert shop.validate(codes[0]).json()["status"] == "success"
        for _ in range(ORDERS):
            body = {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": TICKETS_AN_ORDER - 1}]}
            assert shop.post("order/new", body, idempotency_key=fresh_hash()).status_code == 200

    assert all(soon(lambda table=table: _known_rows(url, table) > ORDERS // 4, PATIENCE_SECONDS) for table in TABLES)
    plan = "\n".join(
        asyncio.run(
            _ask(url, f"PREPARE look AS {ADMISSION_VIEW[True]}", "EXPLAIN EXECUTE look('{}', '{}', '{}', '{}')")
        )
    )
    assert set(re.findall(r"Scan using (\w+) on (?:tickets|orders|idempotency_keys)", plan)) == {
        "tickets_account_id_barcode_key",
        "orders_pkey",
        "idempotency_keys_pkey",
    }
    (keys,) = re.findall(r"idempotency_keys_pkey.*\n\s+Index Cond: (.*)", plan)
    assert "idempotency_key)" in keys
