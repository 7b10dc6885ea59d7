"""On PostgreSQL an admission finds room in its ticket's page: no index learns of it, however many were sold before."""

import asyncio

import asyncpg
import pytest

from tests.servers import Tenant

SOLD = 1000
_PAGES = """
SELECT t.barcode, (t.ctid::text::point)[0]::integer AS page
  FROM tickets t JOIN accounts a ON a.id = t.account_id WHERE a.email = $1"""
_ADMITTED = f"{_PAGES} AND t.admitted_at IS NOT NULL"


def test_an_admitted_ticket_stays_in_its_page(alice: Tenant, database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite changes a row in its place")
    _, (sku,) = alice.event({"stock": SOLD})
    codes = alice.codes((sku, SOLD))

    async def pages(query: str) -> dict[int, int]:
        connection = await asyncpg.connect(database_url)
        try:
            return {row["barcode"]: row["page"] for row in await connection.fetch(query, alice.user_id)}
        finally:
            await connection.close()

    before = asyncio.run(pages(_PAGES))
    assert len(set(before.values())) > 5
    for code in codes[::20]:
        alice.validate(code)
    admitted = asyncio.run(pages(_ADMITTED))
    assert len(admitted) == SOLD // 20
    assert admitted.items() <= before.items()
