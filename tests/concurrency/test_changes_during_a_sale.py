"""What an organiser changes while the sale runs: stock, price, code, signing key. Nothing is lost by it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.concurrency.crowd import Ask, Site, messages
from tests.servers import Tenant, fresh_hash
from ticketsonic.accounts.signing_keys import PUBLIC_KEYS_SECONDS


def order_of(*lines: tuple[str, int]) -> Ask:
    tickets = [{"sku": sku, "stock": units} for sku, units in lines]
    return Ask("order/new", {"request_hash": fresh_hash(), "tickets": tickets})


def test_edits_of_stock_and_price_keep_the_sum_and_every_price_was_in_force(site: Site, shop: Tenant) -> None:
    event_id, skus = shop.event({"stock": 30, "price": 10}, {"stock": 30, "price": 10})
    prices = [10, 11, 12, 13]
    asks: list[Ask] = []
    for turn in range(16):
        asks += [order_of((skus[0], 1)), order_of((skus[1], 1), (skus[0], 2)), order_of((skus[1], 3))]
        change = {"price": prices[turn % 4]} | ({"stock": 20 + turn} if turn % 2 else {})
        asks.append(Ask("ticket/edit", {"request_hash": fresh_hash(), **change}, {"x-api-sku": skus[turn % 2]}))
        code = ("ed25519", "rsa")[turn % 2]
        edit = {"request_hash": fresh_hash(), "ticket_code": code}
        asks.append(Ask("event/edit", edit, {"x-api-eventid": str(event_id)}))
    answers = site.at_once(shop, asks)
    assert set(messages(answers)) <= {"success", "invalid stock or sku"}
    edits = [answer for ask, answer in zip(asks, answers, strict=True) if ask.operation != "order/new"]
    assert messages(edits) == {"success": 32}
    for sku in skus:
        site.assert_stock_adds_up(sku)
        found = site.rows(
            "SELECT DISTINCT price_minor FROM tickets WHERE ticket_type_id = :number",
            number=int(sku.replace("-", "")),
        )
        assert {price for (price,) in found} <= {price * 100 for price in prices}
    codes = [
        ticket["encrypted_data"]
        for ask, answer in zip(asks, answers, strict=True)
        if ask.operation == "order/new" and answer.status_code == 200
        for ticket in answer.json()["tickets"]
    ]
    admitted = site.at_once(shop, [Ask("ticket/validate", {"ticket_sensitive": code}) for code in codes])
    assert messages(admitted) == {"success": len(codes)}


def test_after_an_edit_is_answered_no_server_sells_at_the_old_price(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 1000, "price": 1})
    for price in range(2, 5):
        site.at_once(shop, [order_of((sku, 1)) for _ in range(8)])  # believed by every process
        edit = {"request_hash": fresh_hash(), "price": price}
        assert shop.post("ticket/edit", edit, x_api_sku=sku).status_code == 200
        answers = site.at_once(shop, [order_of((sku, 1)) for _ in range(8)])
        codes = [answer.json()["tickets"][0]["encrypted_data"] for answer in answers]
        admitted = site.at_once(shop, [Ask("ticket/validate", {"ticket_sensitive": code}) for code in codes])
        assert {answer.json()["message"]["price"] for answer in admitted} == {price}


@pytest.mark.parametrize("site", ["sqlite", "two servers"], indirect=True)
def test_a_signing_key_rotated_during_a_sale_loses_no_ticket(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 10_000})
    before = shop.codes((sku, 8))
    rotated = threading.Event()

    def rotate() -> None:
        site.servers[0].command("signing-key", "rotate", shop.user_id, "--bits", "1024")
        rotated.set()

    old_key = shop.get("event/list").json()["user_public_key"]
    verdicts: dict[str, int] = {}
    with ThreadPoolExecutor(1) as background:
        rotation = background.submit(rotate)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            answers = site.at_once(shop, [order_of((sku, 2)) for _ in range(4)])
            assert messages(answers) == {"success": 4}
            codes = [ticket["encrypted_data"] for answer in answers for ticket in answer.json()["tickets"]]
            # Held up at other processes than sold them, also.
            scans = site.at_once(shop, [Ask("ticket/validate", {"ticket_sensitive": code}) for code in codes])
            for name, number in messages(scans).items():
                verdicts[name] = verdicts.get(name, 0) + number
            if rotated.is_set():
                rotated.clear()
                end = time.monotonic() + PUBLIC_KEYS_SECONDS + 0.5  # by then every process has forgotten the old one
            time.sleep(0.05)
        rotation.result()
    assert list(verdicts) == ["success"]
    assert shop.get("event/list").json()["user_public_key"] != old_key
    assert [shop.validate(code).json()["status"] for code in before] == ["success"] * 8
    site.assert_stock_adds_up(sku)
