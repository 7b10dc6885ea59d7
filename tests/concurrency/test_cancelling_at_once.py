"""Sales, cancellations, admissions and changes of stock at one instant: promise 1 and 5 hold through all of it."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.concurrency.crowd import Ask, Site, messages
from tests.servers import Tenant, fresh_hash

ORDER_CANCEL, TICKET_CANCEL = "order/cancel", "ticket/cancel"


def order_of(*lines: tuple[str, int]) -> Ask:
    tickets = [{"sku": sku, "stock": units} for sku, units in lines]
    return Ask("order/new", {"request_hash": fresh_hash(), "tickets": tickets})


def cancel_ticket(code: str) -> Ask:
    return Ask(TICKET_CANCEL, {"request_hash": fresh_hash(), "ticket_sensitive": code})


def cancel_order(order_hash: str) -> Ask:
    return Ask(ORDER_CANCEL, {"request_hash": fresh_hash(), "order_request_hash": order_hash})


def sold(answers: list[Any]) -> list[tuple[str, list[str]]]:
    """The hash and codes of every order that was placed."""
    placed = [answer.json() for answer in answers if answer.status_code == 200]
    return [(one["request_hash"], [ticket["encrypted_data"] for ticket in one["tickets"]]) for one in placed]


def test_of_16_cancellations_of_one_order_each_ticket_is_given_back_once(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 5})
    ((order_hash, codes),) = sold(site.at_once(shop, [order_of((sku, 5))]))
    asks = [cancel_order(order_hash) for _ in range(8)] + [cancel_ticket(code) for code in codes for _ in range(2)]
    answers = site.at_once(shop, asks)
    assert messages(answers) == {"success": len(asks)}
    assert sum(answer.json()["cancelled"] for answer in answers) == 5
    assert shop.stock(sku) == 5
    site.assert_stock_adds_up(sku)


def test_a_ticket_is_either_admitted_or_cancelled(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 12})
    codes = shop.codes((sku, 12))
    asks = [cancel_ticket(code) for code in codes]
    asks += [Ask("ticket/validate", {"ticket_sensitive": code}) for code in codes]
    random.Random(1).shuffle(asks)
    answers = site.at_once(shop, asks)
    won: dict[str, list[str]] = {code: [] for code in codes}
    for ask, answer in zip(asks, answers, strict=True):
        if answer.json()["status"] == "success":
            won[ask.body["ticket_sensitive"]].append(ask.operation)
    assert all(len(winners) == 1 for winners in won.values()), won
    site.assert_stock_adds_up(sku)


def test_what_is_cancelled_is_sold_again_and_never_twice(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 10})
    orders = sold(site.at_once(shop, [order_of((sku, 1)) for _ in range(10)]))
    asks = [order_of((sku, 1)) for _ in range(30)] + [cancel_order(order_hash) for order_hash, _ in orders]
    random.Random(2).shuffle(asks)
    site.at_once(shop, asks)
    site.assert_stock_adds_up(sku)
    left = shop.stock(sku)
    # No process refuses on what it believed before the cancellations: exactly what is left can be bought.
    assert messages(site.at_once(shop, [order_of((sku, 1)) for _ in range(left + 3)])).get("success", 0) == left
    site.assert_stock_adds_up(sku)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["sell", "sell both", "cancel ticket", "cancel order", "admit", "change", "set"]),
        st.integers(0, 200),
    ),
    min_size=1,
    max_size=24,
)


@settings(max_examples=6)
@given(crowds=st.lists(ACTS, min_size=2, max_size=4))
def test_any_crowd_of_acts_keeps_the_sum(site: Site, shop: Tenant, crowds: list[list[tuple[str, int]]]) -> None:
    _, skus = shop.event({"stock": 8}, {"stock": 8})
    orders: list[tuple[str, list[str]]] = []
    for crowd in crowds:
        answers = site.at_once(shop, [ask for act, pick in crowd if (ask := _ask(act, pick, skus, orders)) is not None])
        assert all(answer.status_code in {200, 400} for answer in answers), [answer.text for answer in answers]
        orders += sold([answer for answer in answers if "tickets" in answer.json()])
        for sku in skus:
            site.assert_stock_adds_up(sku)


def _ask(act: str, pick: int, skus: list[str], orders: list[tuple[str, list[str]]]) -> Ask | None:
    sku, edited = skus[pick % 2], {"x-api-sku": skus[pick % 2]}
    asks = {
        "sell": order_of((sku, 1 + pick % 4)),
        "sell both": order_of((sku, 1), (skus[(pick + 1) % 2], 2)),
        "change": Ask("ticket/edit", {"request_hash": fresh_hash(), "stock_change": pick % 7 - 3 or 1}, edited),
        "set": Ask("ticket/edit", {"request_hash": fresh_hash(), "stock": pick % 9}, edited),
    }
    if act not in asks and orders:
        order_hash, codes = orders[pick % len(orders)]
        code = codes[pick % len(codes)]
        asks |= {
            "cancel ticket": cancel_ticket(code),
            "cancel order": cancel_order(order_hash),
            "admit": Ask("ticket/validate", {"ticket_sensitive": code}),
        }
    return asks.get(act)
