"""Many buyers at one instant (promises 1, 2 and 3)."""

from tests.concurrency.crowd import Ask, Site, messages
from tests.servers import Tenant, fresh_hash


def order_of(*lines: tuple[str, int]) -> Ask:
    tickets = [{"sku": sku, "stock": units} for sku, units in lines]
    return Ask("order/new", {"request_hash": fresh_hash(), "tickets": tickets})


def test_64_buyers_for_10_tickets_buy_exactly_10(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 10})
    answers = site.at_once(shop, [order_of((sku, 1)) for _ in range(64)])
    assert messages(answers) == {"success": 10, "invalid stock or sku": 54}
    assert shop.stock(sku) == 0
    site.assert_stock_adds_up(sku)


def test_every_code_sold_at_once_is_another_ticket_and_is_admitted(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 40})
    answers = site.at_once(shop, [order_of((sku, 2)) for _ in range(20)])
    codes = [ticket["encrypted_data"] for answer in answers for ticket in answer.json()["tickets"]]
    assert len(set(codes)) == 40
    admitted = site.at_once(shop, [Ask("ticket/validate", {"ticket_sensitive": code}) for code in codes])
    assert messages(admitted) == {"success": 40}


def test_units_that_do_not_fit_are_refused_and_those_that_do_are_sold(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 20})
    answers = site.at_once(shop, [order_of((sku, 3)) for _ in range(32)])
    assert messages(answers) == {"success": 6, "invalid stock or sku": 26}
    assert shop.stock(sku) == 2
    site.assert_stock_adds_up(sku)


def test_orders_over_several_skus_in_opposite_order_never_deadlock_nor_half_happen(site: Site, shop: Tenant) -> None:
    _, skus = shop.event(*({"stock": 12} for _ in range(4)))
    lines = [(sku, 1) for sku in skus]
    asks = [order_of(*(lines if turn % 2 else reversed(lines))) for turn in range(32)]
    asks += [order_of(*pair) for pair in (lines[:2], lines[2:], lines[1::-1], lines[:1:-1]) for _ in range(8)]
    answers = site.at_once(shop, asks)
    assert set(messages(answers)) == {"success", "invalid stock or sku"}
    for ask, answer in zip(asks, answers, strict=True):
        found = site_order_skus(shop, ask)
        wanted = [line["sku"] for line in ask.body["tickets"]]
        assert found == (wanted if answer.status_code == 200 else None)
    for sku in skus:
        assert shop.stock(sku) == 0
        site.assert_stock_adds_up(sku)


def site_order_skus(shop: Tenant, ask: Ask) -> list[str] | None:
    answer = shop.get("order/show", x_api_requesthash=ask.body["request_hash"])
    if answer.status_code == 400:
        return None
    return [ticket["sku"] for ticket in answer.json()["tickets"]]


def test_another_tenants_refused_orders_at_the_same_instant_spoil_nothing(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 16})
    with site.tenant() as stranger:
        refused = [Ask("order/new", order_of((sku, 1)).body, stranger.credentials) for _ in range(32)]
        sold = [order_of((sku, 1)) for _ in range(32)]
        mixed = [ask for pair in zip(refused, sold, strict=True) for ask in pair]
        answers = site.at_once(shop, mixed)
    assert messages(answers[::2]) == {"invalid stock or sku": 32}
    assert messages(answers[1::2]) == {"success": 16, "invalid stock or sku": 16}
    site.assert_stock_adds_up(sku)
