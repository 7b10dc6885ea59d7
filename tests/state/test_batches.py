"""The committers' functions against both databases: batches of any size and split, whatever is believed (promise 8)."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from tests.database.holding import stock_held
from tests.state.test_decisions import one_by_one
from ticketsonic.checkin.admitting import Scan, Scanned, admit
from ticketsonic.database import Database
from ticketsonic.database.migrating import migrate
from ticketsonic.events.stock import put_on_sale, renew_facts, set_available
from ticketsonic.identifiers import barcode_bytes, clockwork, draw_ticket_type_id
from ticketsonic.ledger import IdempotencyKey, SaleFacts, SaleView, TicketRow
from ticketsonic.orders.decision import OrderLine, OrderRequest, Sold
from ticketsonic.orders.placing import Placed, Seller
from ticketsonic.schema import accounts, events, stocks, ticket_types
from ticketsonic.tickets.codes.payload import CodePayload
from ticketsonic.tickets.issuing import Batch

STOCKS = (3, 5, 9)
numbers = itertools.count(1)

order_lines = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), min_size=1, max_size=3)
"""(place of the type, 3 for one that is not; units)"""
plans = st.lists(st.tuples(order_lines, st.integers(0, 9), st.none() | st.integers(0, 3)), min_size=1, max_size=14)
"""(lines, hash, Idempotency-Key)"""
splits = st.lists(st.integers(1, 8), min_size=1, max_size=14)


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    async def main() -> None:
        async with opened(database_url) as database:
            await migrate(database)

    asyncio.run(main())
    return database_url


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def make_types(database: Database) -> tuple[int, list[int]]:
    """Put a fresh account's types on sale; returns account and types in the order of STOCKS."""
    number = next(numbers) + time.time_ns()
    async with database.transaction() as connection:
        made = insert(accounts).values(email=f"{number}@example.com", created_at=0).returning(accounts.c.id)
        account_id = (await connection.execute(made)).scalar_one()
        event_id = number % 10**15
        names = {"account_id": account_id, "primary_text_pl": "Owls", "sequence": clockwork.next_id()}
        await connection.execute(insert(events).values(id=event_id, ticket_code="rsa", badge={}, **names))
        types = []
        for units in STOCKS:
            ticket_type_id = draw_ticket_type_id()
            names["sequence"] = clockwork.next_id()
            values = {"id": ticket_type_id, "event_id": event_id, "price_minor": 100, "currency": "EUR", **names}
            await connection.execute(insert(ticket_types).values(values))
            await put_on_sale(connection, account_id, ticket_type_id, units)
            types.append(ticket_type_id)
    return account_id, types


def requests_of(plan: Sequence[tuple[list[tuple[int, int]], int, int | None]], account_id: int, types: list[int]):  # noqa: ANN201
    return [
        OrderRequest(
            account_id=account_id,
            request_hash=f"hash {name}",
            customer=None,
            company=None,
            lines=tuple(OrderLine([*types, 99][place], units, None, None) for place, units in lines),
            rsa_key_number=1,
            ed25519_key_number=2,
            idempotency=None if key is None else IdempotencyKey("order/new", f"key {key}", repr(lines).encode()),
        )
        for lines, name, key in plan
    ]


async def place_split(seller: Seller, requests: Sequence[OrderRequest], sizes: Sequence[int]) -> list[Placed]:
    placed: list[Placed] = []
    for size in itertools.cycle(sizes):
        if len(placed) == len(requests):
            return placed
        placed += await seller.place(requests[len(placed) : len(placed) + size])
    raise AssertionError("unreachable")


async def disturb(database: Database, seller: Seller, belief: str, types: list[int], first: OrderRequest) -> None:
    """Leave the seller with the belief that is asked for."""
    if belief == "empty":
        return
    warm = OrderRequest(first.account_id, "warm", None, None, (OrderLine(types[2], 1, None, None),), 1, 2, None)
    await seller.place([warm])
    everything = tuple(OrderLine(number, 1000, None, None) for number in types)
    await seller.place([OrderRequest(first.account_id, "look", None, None, everything, 1, 2, None)])
    async with database.transaction() as connection:
        if belief != "right":  # another process sold, edited and repriced meanwhile
            await renew_facts(connection, types[:2])
            await connection.execute(update(ticket_types).where(ticket_types.c.id == types[0]).values(price_minor=777))
        for number, units in zip(types, STOCKS, strict=True):
            await set_available(connection, number, units)


@pytest.mark.parametrize("belief", ["empty", "right", "stale"])
def test_batches_of_orders_get_what_one_by_one_would_get(migrated_url: str, belief: str) -> None:
    @settings(max_examples=12)
    @given(plans, splits)
    def check(plan: list[tuple[list[tuple[int, int]], int, int | None]], sizes: list[int]) -> None:
        asyncio.run(main(plan, sizes))

    async def main(plan: list[tuple[list[tuple[int, int]], int, int | None]], sizes: list[int]) -> None:
        async with opened(migrated_url) as database:
            account_id, types = await make_types(database)
            requests = requests_of(plan, account_id, types)
            seller = Seller(database)
            await disturb(database, seller, belief, types, requests[0])
            placed = await place_split(seller, requests, sizes)
            facts = {number: SaleFacts(account_id, 7, 100, None, "rsa", 1) for number in types}
            view = SaleView(facts, dict(zip(types, STOCKS, strict=True)), set(), {})
            expected, after = one_by_one(requests, view)
            assert [one.outcome for one in placed] == expected
            async with database.reading() as connection:
                query = select(stocks.c.ticket_type_id, stocks.c.available).where(stocks.c.account_id == account_id)
                left = {number: available for number, available in await connection.execute(query)}  # noqa: C416 - rows
                assert left == after.available
            price = 777 if belief == "stale" else 100
            for one in placed:
                assert isinstance(one.outcome, Sold) == (one.order is not None)
                charged = {t.price_minor for t in one.tickets if t.ticket_type_id == types[0]}
                assert charged <= {price}

    check()


def scan_of(ticket: TicketRow, key: str | None) -> Scan:
    payload = CodePayload(
        barcode_bytes(ticket.barcode), ticket.event_id, ticket.ticket_type_id, ticket.price_minor, None, None
    )
    name = None if key is None else IdempotencyKey("ticket/validate", key, barcode_bytes(ticket.barcode))
    return Scan(ticket.account_id, 1, payload, ticket.key_number, name)


def told(scanned: object) -> tuple[object, ...]:
    assert isinstance(scanned, Scanned)
    return scanned.verdict, scanned.replayed, scanned.key_reused


def test_batches_of_scans_get_what_one_by_one_would_get(migrated_url: str) -> None:
    scans = st.lists(st.tuples(st.integers(0, 3), st.none() | st.sampled_from("xyz")), min_size=1, max_size=14)

    @settings(max_examples=12)
    @given(scans, splits)
    def check(plan: list[tuple[int, str | None]], sizes: list[int]) -> None:
        asyncio.run(main(plan, sizes))

    async def main(plan: list[tuple[int, str | None]], sizes: list[int]) -> None:
        async with opened(migrated_url) as database:
            results = []
            for cuts in ([1], sizes):
                account_id, types = await make_types(database)
                order = OrderRequest(account_id, "h", None, None, (OrderLine(types[2], 4, None, None),), 1, 2, None)
                (sold,) = await Seller(database).place([order])
                batch = [scan_of(sold.tickets[place], key) for place, key in plan]
                outcomes: list[object] = []
                for size in itertools.cycle(cuts):
                    if len(outcomes) == len(batch):
                        break
                    outcomes += await admit(database, batch[len(outcomes) : len(outcomes) + size])
                results.append([told(outcome) for outcome in outcomes])
            assert results[0] == results[1]

    check()


class Signer:
    """Signs at once, and keeps count of the codes it made for each batch."""

    def __init__(self) -> None:
        self.made: list[int] = []
        self.has_signed = asyncio.Event()

    def sign(self, batch: Batch) -> None:
        codes = [(ticket.barcode, each) for tickets, each in batch for ticket in tickets]
        for barcode, each in codes:
            each[barcode] = b"code"
        self.made.append(len(codes))
        self.has_signed.set()


def one_of(account_id: int, ticket_type_id: int, request_hash: str) -> OrderRequest:
    return OrderRequest(account_id, request_hash, None, None, (OrderLine(ticket_type_id, 1, None, None),), 1, 2, None)


def test_a_batch_is_signed_while_the_database_writes_it(migrated_url: str) -> None:
    async def main() -> None:
        signer = Signer()
        async with asyncio.timeout(10), opened(migrated_url) as database:
            account_id, types = await make_types(database)
            seller = Seller(database, sign=signer.sign)
            orders = [one_of(account_id, types[2], name) for name in "ab"]
            async with stock_held(migrated_url, str(types[2])):
                placing = asyncio.create_task(seller.place(orders))
                # On PostgreSQL the statement is on its way; SQLite waits for its file before anything is.
                if migrated_url.startswith("postgresql"):
                    await signer.has_signed.wait()
                await asyncio.sleep(0.1)
                assert not placing.done()
            placed = await placing
            assert signer.made == [2]
            assert [len(each.tickets) == len(each.codes) == 1 for each in placed] == [True, True]

    asyncio.run(main())


def test_who_repeats_himself_has_no_two_batches_in_a_row_signed_in_vain(migrated_url: str) -> None:
    async def main() -> None:
        signer = Signer()
        async with opened(migrated_url) as database:
            account_id, types = await make_types(database)
            seller = Seller(database, sign=signer.sign)
            await seller.place([one_of(account_id, types[2], "again")])
            made = []
            for name in "abc":
                signer.made.clear()
                batch = [one_of(account_id, types[2], "again"), one_of(account_id, types[2], name)]
                repeated, sold = await seller.place(batch)
                assert (len(repeated.tickets), len(sold.tickets), len(sold.codes)) == (0, 1, 1)
                made.append(sum(signer.made))
            assert made == ([3, 1, 1] if migrated_url.startswith("postgresql") else [1, 1, 1])

    asyncio.run(main())
