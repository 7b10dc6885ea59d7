"""Codes signed ahead of a sale: the same as if signed on the spot, bounded, and dropped when what they say changed."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from tests.servers import RunningServer, fresh_hash
from ticketsonic.accounts.accounts import create_account
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.database import Database
from ticketsonic.database.migrating import migrate
from ticketsonic.events.badge import BadgeFields
from ticketsonic.events.events import NewEvent, create_event
from ticketsonic.events.ticket_types import (
    TicketTypeChanges,
    TicketTypeFields,
    edit_ticket_type,
    list_ticket_types,
)
from ticketsonic.identifiers import ticket_type_id_of
from ticketsonic.ledger import SaleQuestion
from ticketsonic.repeats import Repeatable
from ticketsonic.sealing import Seal
from ticketsonic.tickets.minting import Minter

STOCKS = (50, 30)


class Shop:
    """One account with two ticket types, and a minter that is driven by hand."""

    def __init__(self, database: Database, most_codes: int) -> None:
        self.database = database
        self.keyring = Keyring(database, Seal(secrets.token_hex(16)))
        self.minter = Minter(database, self.keyring, most_codes=most_codes, is_busy=lambda: False)

    async def open(self, email: str = "alice@example.com") -> None:
        await migrate(self.database)
        account, _ = await create_account(self.database, self.keyring, email, rsa_bits=1024)
        self.account_id = account.account_id
        types = [TicketTypeFields(primary_text_pl="Pass", price=100, currency="EUR", stock=stock) for stock in STOCKS]
        event = NewEvent(request_hash="h", primary_text_pl="Event", tickets=types, badge=BadgeFields())
        await create_event(self.database, Repeatable(self.account_id, "event/new", "h", None), event)
        async with self.database.reading() as connection:
            listed = await list_ticket_types(connection, self.account_id, None)
        self.type_ids = [ticket_type_id_of(found.sku) or 0 for found in listed]

    async def fill(self) -> None:
        await self.minter.look_around()
        while await self.minter.mint_some():
            pass

    async def take(self, type_id: int) -> tuple[int, bytes] | None:
        """Take as a sale would: with the facts of this moment and the newest key."""
        view = await self.database.hot.read_sale_view(SaleQuestion([type_id], [], []))
        key = await self.keyring.published_key(self.account_id)
        return self.minter.take(type_id, view.facts[type_id], key.number)

    async def edit(self, type_id: int, changes: TicketTypeChanges) -> None:
        request = Repeatable(self.account_id, "ticket/edit", changes.request_hash, None)
        await edit_ticket_type(self.database, request, type_id, changes)


@pytest.fixture
def with_shop(fresh_database_url: str) -> Callable[[int, Callable[[Shop], Awaitable[None]]], None]:
    def run(most_codes: int, work: Callable[[Shop], Awaitable[None]]) -> None:
        async def session() -> None:
            database = Database(fresh_database_url)
            shop = Shop(database, most_codes)
            try:
                await shop.open()
                await work(shop)
            finally:
                await shop.minter.stop()
                await database.close()

        asyncio.run(session())

    return run


WithShop = Callable[[int, Callable[[Shop], Awaitable[None]]], None]


def test_it_mints_no_more_than_is_left_to_sell(with_shop: WithShop) -> None:
    async def work(shop: Shop) -> None:
        await shop.fill()
        for type_id, stock in zip(shop.type_ids, STOCKS, strict=True):
            taken = [await shop.take(type_id) for _ in range(stock + 1)]
            assert len({code for code in taken if code is not None}) == stock
            assert taken[-1] is None

    with_shop(1000, work)


def test_its_room_is_bounded_and_goes_to_demand_before_stock(with_shop: WithShop) -> None:
    async def work(shop: Shop) -> None:
        _, smaller = shop.type_ids
        assert await shop.take(smaller) is None
        await shop.fill()
        sizes = {number: len(pool.codes) for number, pool in shop.minter._pools.items()}
        assert sizes == {smaller: STOCKS[1], shop.type_ids[0]: 40 - STOCKS[1]}

    with_shop(40, work)


@pytest.mark.parametrize(
    "changes",
    [
        TicketTypeChanges(request_hash="p", price=120),
        TicketTypeChanges(request_hash="s", start_datetime=2_000_000_000),
    ],
)
def test_a_new_price_or_start_drops_what_was_minted(with_shop: WithShop, changes: TicketTypeChanges) -> None:
    async def work(shop: Shop) -> None:
        await shop.fill()
        assert await shop.take(shop.type_ids[0]) is not None
        await shop.edit(shop.type_ids[0], changes)
        assert await shop.take(shop.type_ids[0]) is None
        assert await shop.take(shop.type_ids[1]) is not None
        await shop.fill()
        assert await shop.take(shop.type_ids[0]) is not None

    with_shop(1000, work)


def test_a_new_signing_key_drops_what_was_minted(with_shop: WithShop) -> None:
    async def work(shop: Shop) -> None:
        await shop.fill()
        await shop.keyring.rotate(shop.account_id)
        assert await shop.take(shop.type_ids[0]) is None

    with_shop(1000, work)


def test_a_key_that_cannot_be_opened_keeps_nobody_elses_pools_empty(
    with_shop: WithShop, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(shop: Shop) -> None:
        stranger = Shop(shop.database, 0)  # with a secret of its own, which the minter does not know
        await stranger.open("bob@example.com")
        await shop.fill()
        assert all([await shop.take(type_id) for type_id in shop.type_ids])
        view = await shop.database.hot.read_sale_view(SaleQuestion(stranger.type_ids, [], []))
        for type_id in stranger.type_ids:
            assert shop.minter.take(type_id, view.facts[type_id], 1) is None
        await shop.fill()
        assert [record.error for record in caplog.records] == ["WrongSecret"] * len(STOCKS)

    with_shop(200, work)


def test_what_was_minted_is_sold_shown_again_and_admitted_as_if_signed_on_the_spot(
    fresh_database_url: str, tmp_path: Path
) -> None:
    with (
        RunningServer.start(fresh_database_url, tmp_path, minted_codes="40") as server,
        server.new_tenant("alice") as alice,
    ):
        _, (sku,) = alice.event({"stock": 60})
        end = time.monotonic() + 20
        while "ticketsonic_minted_codes 40.0" not in httpx.get(f"{server.url}/metrics").text:
            assert time.monotonic() < end, "nothing minted"
            time.sleep(0.1)
        request_hash = fresh_hash()
        answer = alice.order((sku, 50), request_hash=request_hash).json()
        assert alice.get("order/show", x_api_requesthash=request_hash).json() == answer
        codes = [ticket["encrypted_data"] for ticket in answer["tickets"]]
        assert len(set(codes)) == 50
        assert {alice.validate(code).json()["status"] for code in codes} == {"success"}
        assert alice.validate(codes[0]).json()["reason"] == "already_used"
