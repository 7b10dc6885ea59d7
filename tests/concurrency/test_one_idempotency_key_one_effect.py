"""One Idempotency-Key sent 32 times at one instant: one effect, and the same answer for all (contract.md §6)."""

import httpx

from tests.concurrency.crowd import Ask, Site, messages
from tests.servers import Tenant, fresh_hash, ticket_type


def assert_one_answer(answers: list[httpx.Response]) -> None:
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    replayed = [answer.headers.get("idempotent-replayed") for answer in answers]
    assert replayed.count("true") == len(answers) - 1


def test_32_orders_with_one_key_are_one_order_and_all_get_its_tickets(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 100})
    body = {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 2}]}
    assert_one_answer(site.at_once(shop, [Ask("order/new", body, {"idempotency-key": fresh_hash()})] * 32))
    assert shop.stock(sku) == 98
    site.assert_stock_adds_up(sku)


def test_32_events_with_one_key_are_one_event(site: Site, shop: Tenant) -> None:
    body = {"request_hash": fresh_hash(), "primary_text_pl": "Owls", "tickets": [ticket_type()], "badge": {}}
    assert_one_answer(site.at_once(shop, [Ask("event/new", body, {"idempotency-key": fresh_hash()})] * 32))
    assert len(shop.get("event/list").json()["events"]) == 1


def test_32_gates_with_one_key_are_one_admission(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event()
    (code,) = shop.codes((sku, 1))
    ask = Ask("ticket/validate", {"ticket_sensitive": code}, {"idempotency-key": fresh_hash()})
    answers = site.at_once(shop, [ask] * 32)
    assert_one_answer(answers)
    assert answers[0].json()["status"] == "success"
    assert shop.validate(code).json()["reason"] == "already_used"


def test_one_key_with_32_bodies_is_one_order(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 100})
    key = {"idempotency-key": fresh_hash()}
    bodies = [{"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 1}]} for _ in range(32)]
    answers = site.at_once(shop, [Ask("order/new", body, key) for body in bodies])
    assert messages(answers) == {"success": 1, "duplicated request": 31}
    assert shop.stock(sku) == 99


def test_one_key_at_32_tickets_admits_one_of_them(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event()
    key = {"idempotency-key": fresh_hash()}
    codes = shop.codes((sku, 32))
    answers = site.at_once(shop, [Ask("ticket/validate", {"ticket_sensitive": code}, key) for code in codes])
    assert messages(answers) == {"success": 1, "duplicated request": 31}
    ((admitted,),) = site.rows(
        "SELECT count(*) FROM tickets WHERE ticket_type_id = :number AND admitted_at IS NOT NULL",
        number=int(sku.replace("-", "")),
    )
    assert admitted == 1
