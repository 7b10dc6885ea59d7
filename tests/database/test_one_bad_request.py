"""An unexpected error of the database reaches only the request that causes it (promise 8), and tells nothing."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.concurrency.crowd import Ask, Site, messages
from tests.database.holding import stock_held
from tests.servers import RunningServer, Tenant, fresh_hash
from ticketsonic.database import Database

POISON = "Mallory O'Fault"
SQLITE_TRAP = f"""
CREATE TRIGGER trap BEFORE INSERT ON orders WHEN NEW.customer = '{POISON.replace("'", "''")}'
BEGIN SELECT json('no json at all'); END"""
POSTGRESQL_TRAP = f"""
CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.customer = '{POISON.replace("'", "''")}' THEN RAISE EXCEPTION 'a fault in the engine room'; END IF;
  RETURN NEW; END $$"""
POSTGRESQL_TRIGGER = "CREATE TRIGGER trap BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION trap()"


def execute(database_url: str, *statements: str) -> None:
    async def main() -> None:
        database = Database(database_url)
        try:
            async with database.transaction() as connection:
                for statement in statements:
                    await connection.execute(text(statement))
        finally:
            await database.close()

    asyncio.run(main())


@pytest.fixture
def trapped(server: RunningServer, database_url: str) -> Iterator[Site]:
    """A database that chokes on one customer's name."""
    sqlite = database_url.startswith("sqlite")
    execute(database_url, *([SQLITE_TRAP] if sqlite else [POSTGRESQL_TRAP, POSTGRESQL_TRIGGER]))
    yield Site(database_url, [server])
    execute(database_url, *(["DROP TRIGGER trap"] if sqlite else ["DROP FUNCTION trap CASCADE"]))


def order_of(sku: str, customer: str) -> Ask:
    lines = [{"sku": sku, "stock": 1}]
    body = {"request_hash": fresh_hash(), "tickets": lines, "order_details": {"primary_text_pl": customer}}
    return Ask("order/new", body)


def test_only_the_request_that_the_database_chokes_on_fails(trapped: Site, alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 100})
    asks = [order_of(sku, POISON if place in {5, 21} else "Ada") for place in range(32)]

    async def held_together() -> None:
        async with stock_held(trapped.database_url, sku):
            await asyncio.sleep(0.5)  # so that all of them wait for one another

    async def main() -> list[str]:
        holding = asyncio.create_task(held_together())
        answers = await trapped.send(alice, asks)
        await holding
        assert messages(answers) == {"success": 30, "error fetching data": 2}
        return [answer.text for answer in answers if answer.status_code == 500]

    assert asyncio.run(main()) == ['{"status":"error","message":"error fetching data"}'] * 2
    assert alice.stock(sku) == 70
    trapped.assert_stock_adds_up(sku)


def test_after_the_fault_the_same_hash_may_be_sent_again(trapped: Site, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    ask = order_of(sku, POISON)
    assert alice.post("order/new", ask.body).status_code == 500
    assert alice.post("order/new", ask.body | {"order_details": {}}).status_code == 200
    assert alice.stock(sku) == 99
