"""contract.md §6: getting an order's answer once more."""

from urllib.parse import quote

import pytest

from tests.api.answers import assert_refused
from tests.servers import Tenant, fresh_hash


def test_it_shows_an_order_byte_for_byte(alice: Tenant, sku: str) -> None:
    _, (small,) = alice.event(ticket_code="ed25519")
    used = fresh_hash()
    order = alice.order((sku, 2), (small, 1), request_hash=used, order_details={"primary_text_pl": "Martin"})
    by_header = alice.get("order/show", x_api_requesthash=used)
    assert (by_header.status_code, by_header.content) == (200, order.content)
    assert alice.client.get("/v1/order/show", params={"request_hash": used}).content == order.content


def test_it_shows_the_same_after_an_admission_and_an_edit(alice: Tenant) -> None:
    event_id, (sku,) = alice.event()
    order = alice.order((sku, 1))
    alice.validate(order.json()["tickets"][0]["encrypted_data"])
    edit = {"request_hash": fresh_hash(), "price": 999, "stock": 0, "start_datetime": 4_000_000_000}
    alice.post("ticket/edit", edit, x_api_sku=sku)
    switch = {"request_hash": fresh_hash(), "ticket_code": "ed25519"}
    alice.post("event/edit", switch, x_api_eventid=str(event_id))
    assert alice.get("order/show", x_api_requesthash=order.json()["request_hash"]).content == order.content


@pytest.mark.parametrize("name", [" spaces ", "a&b=c+d%20", "поръчка", "🦖\n", "a/b?c#d", '"', "x" * 247])
def test_it_takes_in_the_query_what_a_header_cannot_hold(alice: Tenant, sku: str, name: str) -> None:
    used = fresh_hash()[:8] + name
    order = alice.order((sku, 1), request_hash=used)
    assert order.status_code == 200
    assert alice.client.get(f"/v1/order/show?request_hash={quote(used, safe='')}").content == order.content


def test_it_takes_utf_8_in_the_header(alice: Tenant, sku: str) -> None:
    used = "поръчка " + fresh_hash()
    order = alice.order((sku, 1), request_hash=used)
    answer = alice.client.get("/v1/order/show", headers={"X-API-RequestHash": used.encode()})
    assert answer.content == order.content


@pytest.mark.parametrize("unknown", ["unknown", "x" * 3000, "%00", "%ff%fe", "%ED%A0%80", "a&" * 300])
def test_it_says_invalid_request_where_there_is_none(alice: Tenant, unknown: str) -> None:
    answer = alice.client.get(f"/v1/order/show?request_hash={unknown}")
    assert answer.json()["message"] == "invalid request"
    assert answer.status_code == 400


def test_it_says_invalid_request_where_no_hash_is_given(alice: Tenant) -> None:
    assert_refused(alice.get("order/show"), "invalid request", "X-API-RequestHash")
    assert_refused(alice.get("order/show", x_api_requesthash=""), "invalid request", "X-API-RequestHash")
    assert_refused(alice.get("order/show", x_api_requesthash="unknown"), "invalid request", "request_hash")


def test_it_does_not_show_a_refused_order(alice: Tenant) -> None:
    used = fresh_hash()
    assert alice.order(("100-00000", 1), request_hash=used).status_code == 400
    assert_refused(alice.get("order/show", x_api_requesthash=used), "invalid request", "request_hash")
