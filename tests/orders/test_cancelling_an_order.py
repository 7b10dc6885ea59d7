"""order/cancel: every ticket of an order, or none."""

import httpx

from tests.servers import Tenant, fresh_hash


def cancel(tenant: Tenant, order_request_hash: str, **headers: str) -> httpx.Response:
    body = {"request_hash": fresh_hash(), "order_request_hash": order_request_hash}
    return tenant.post("order/cancel", body, **headers)


def place(tenant: Tenant, *lines: tuple[str, int]) -> tuple[str, list[str]]:
    """Place an order; its hash and codes."""
    answer = tenant.order(*lines).json()
    return answer["request_hash"], [ticket["encrypted_data"] for ticket in answer["tickets"]]


def test_every_ticket_is_refused_and_every_unit_comes_back(alice: Tenant) -> None:
    _, skus = alice.event({"stock": 5}, {"stock": 7})
    order_hash, codes = place(alice, (skus[0], 2), (skus[1], 3), (skus[0], 1))
    assert cancel(alice, order_hash).json() == {"status": "success", "cancelled": 6}
    assert [alice.stock(sku) for sku in skus] == [5, 7]
    assert {alice.validate(code).json()["reason"] for code in codes} == {"cancelled"}
    assert cancel(alice, order_hash).json()["cancelled"] == 0
    assert [alice.stock(sku) for sku in skus] == [5, 7]


def test_it_cancels_the_tickets_that_are_left(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 5})
    order_hash, codes = place(alice, (sku, 3))
    assert alice.post("ticket/cancel", {"request_hash": fresh_hash(), "ticket_sensitive": codes[1]}).status_code == 200
    assert cancel(alice, order_hash).json()["cancelled"] == 2
    assert alice.stock(sku) == 5


def test_an_order_with_an_admitted_ticket_stays_whole(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 5})
    order_hash, codes = place(alice, (sku, 3))
    alice.validate(codes[2])
    answer = cancel(alice, order_hash)
    assert (answer.status_code, answer.json()["message"]) == (400, "invalid request")
    assert "one by one" in answer.json()["errors"][0]["reason"]
    assert alice.stock(sku) == 2
    assert alice.validate(codes[0]).json()["status"] == "success"


def test_its_tickets_can_still_be_shown_and_its_hash_is_never_free_again(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 5})
    order_hash, codes = place(alice, (sku, 1))
    cancel(alice, order_hash)
    shown = alice.get("order/show", x_api_requesthash=order_hash).json()
    assert [ticket["encrypted_data"] for ticket in shown["tickets"]] == codes
    again = alice.post("order/new", {"request_hash": order_hash, "tickets": [{"sku": sku, "stock": 1}]})
    assert again.json()["message"] == "duplicated order"


def test_another_s_order_is_as_none(alice: Tenant, bob: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 5})
    order_hash, _ = place(alice, (sku, 2))
    others, nobodys = cancel(bob, order_hash), cancel(bob, fresh_hash())
    assert others.status_code == nobodys.status_code == 400
    assert others.json() == nobodys.json()
    assert alice.stock(sku) == 3
