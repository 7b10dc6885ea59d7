"""The same buyer and the same lines within ten minutes under different hashes: flagged, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.orders.asking import ask
from tests.servers import RunningServer, Tenant, fresh_hash
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.database import Database
from ticketsonic.orders import duplicates
from ticketsonic.orders.duplicates import APART_SECONDS, Candidate, newest_twins, pair_up, twins_of
from ticketsonic.orders.finding import find_orders

LINES = ((1, None, None, 2),)
_SECOND = 1_000_000 << 12
START = 10**15


def order(after_seconds: float, name: str | None = "Ada", **given: object) -> Candidate:
    fields = {"customer": name, "company": None, "lines": LINES, "is_cancelled": False, **given}
    number = START + int(after_seconds * _SECOND)
    return Candidate(order_id=number, request_hash=str(number), **fields)  # type: ignore[arg-type]


def flagged(*orders: Candidate) -> list[int]:
    twins = pair_up(orders)
    return [place for place, one in enumerate(orders) if one.order_id in twins]


def test_the_later_of_two_is_flagged_up_to_ten_minutes() -> None:
    assert flagged(order(0), order(APART_SECONDS)) == [1]
    assert flagged(order(APART_SECONDS), order(0)) == [0]
    assert flagged(order(0), order(APART_SECONDS + 1)) == []


def test_another_name_company_or_line_is_another_order() -> None:
    assert flagged(order(0), order(1, "Bea")) == []
    assert flagged(order(0), order(1, company="Engines")) == []
    assert flagged(order(0), order(1, lines=((1, None, None, 3),))) == []
    assert flagged(order(0), order(1, lines=((1, 5, None, 2),))) == []


def test_orders_without_a_name_are_never_flagged() -> None:
    assert flagged(order(0, None), order(1, None)) == []
    assert flagged(order(0, None, company="Engines"), order(1, None, company="Engines")) == [1]


def test_what_is_cancelled_is_no_duplicate_any_more() -> None:
    assert flagged(order(0), order(1, is_cancelled=True)) == []
    assert flagged(order(0, is_cancelled=True), order(1)) == []
    assert flagged(order(0), order(1), order(2)) == [1, 2]


@given(st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(["Ada", "Bea", None])), unique_by=lambda one: one[0]))
def test_of_a_run_of_orders_the_first_is_never_flagged_and_every_twin_is_earlier(made: list[tuple[int, str]]) -> None:
    orders = [order(seconds, name) for seconds, name in made]
    twins = pair_up(orders)
    for one in orders:
        earlier = [o for o in orders if o.customer == one.customer and 0 < one.order_id - o.order_id <= 600 * _SECOND]
        assert (one.order_id in twins) is bool(one.customer and earlier)
        if one.order_id in twins:
            assert twins[one.order_id].order_id == max(o.order_id for o in earlier)


def test_they_are_found_in_the_database_until_one_is_cancelled(server: RunningServer, alice: Tenant) -> None:
    _, skus = alice.event({}, {})
    details = {"primary_text_pl": "Ada", "secondary_text_pl": "Engines"}
    first, second, other, nameless = (
        alice.order(*lines, order_details=named).json()["request_hash"]
        for lines, named in [
            (((skus[0], 2), (skus[1], 1)), details),
            (((skus[1], 1), (skus[0], 1), (skus[0], 1)), details),
            (((skus[0], 2),), details),
            (((skus[0], 2),), None),
        ]
    )
    alice.order((skus[0], 2))
    assert _twins(server, alice) == [(second, first)]
    alice.post("order/cancel", {"request_hash": fresh_hash(), "order_request_hash": second})
    assert _twins(server, alice) == []
    assert other != nameless


def test_a_buyer_who_gave_a_name_alone_or_a_company_alone_is_found_too(server: RunningServer, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    buyers = [{"primary_text_pl": "Ada"}, {"secondary_text_pl": "Ada"}, {"secondary_text_pl": "Engines"}]
    hashes = [alice.order((sku, 1), order_details=one).json()["request_hash"] for one in [*buyers, *buyers]]
    assert sorted(_twins(server, alice)) == sorted(zip(hashes[3:], hashes[:3], strict=True))


@pytest.mark.parametrize(("a_page", "looked_through"), [(3, 100), (50, 100), (50, 4), (2, 5)])
def test_page_by_page_each_is_listed_once(
    server: RunningServer, alice: Tenant, monkeypatch: pytest.MonkeyPatch, a_page: int, looked_through: int
) -> None:
    _, (sku,) = alice.event()
    hashes = [
        alice.order((sku, 1 + number % 2), order_details={"primary_text_pl": "Box office"}).json()["request_hash"]
        for number in range(12)
    ]
    for name, count in {
        "PAGE_ORDERS": a_page,
        "LOOKED_THROUGH": looked_through,
        "NEAR_READ": 6,
        "COMPARED_WITH": 2,
    }.items():
        monkeypatch.setattr(duplicates, name, count)

    async def work(database: Database, _: Keyring, account_id: int) -> list[str]:
        listed: list[str] = []
        older_than, pages = None, 0
        while pages == 0 or older_than is not None:
            async with database.reading() as connection:
                newest = await newest_twins(connection, account_id, older_than)
                found = await find_orders(connection, account_id, list(newest.twins))
            assert len(found) <= a_page
            assert older_than is None or newest.older_than is None or newest.older_than < older_than
            listed += [order.request_hash for order in found]
            older_than, pages = newest.older_than, pages + 1
        return listed

    assert ask(server, alice, work) == hashes[:1:-1]


def _twins(server: RunningServer, tenant: Tenant) -> list[tuple[str, str]]:
    """(later hash, earlier hash), as the list of duplicates and as a page of orders see it, which is the same."""

    async def work(database: Database, _: Keyring, account_id: int) -> list[tuple[str, str]]:
        async with database.reading() as connection:
            newest = await newest_twins(connection, account_id)
            assert newest.older_than is None
            twins = newest.twins
            assert await twins_of(connection, account_id, list(twins)) == twins
        return [(await _hash_of(database, account_id, later), twin.request_hash) for later, twin in twins.items()]

    return ask(server, tenant, work)


async def _hash_of(database: Database, account_id: int, order_id: int) -> str:
    async with database.reading() as connection:
        (found,) = await find_orders(connection, account_id, [order_id])
    return found.request_hash
