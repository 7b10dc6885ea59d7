"""contract.md §1 `request_hash`, and §6: the same request sent again has one effect."""

from typing import Any

import httpx
import pytest

from tests.api.answers import assert_done, assert_refused, listed_event, listed_type
from tests.servers import Tenant, fresh_hash, ticket_type

KEY = "idempotent-replayed"


def assert_replayed(again: httpx.Response, first: httpx.Response) -> None:
    assert (first.status_code, first.headers.get(KEY)) == (200, None)
    assert (again.status_code, again.headers.get(KEY)) == (200, "true")
    assert again.content == first.content


def new_event() -> dict[str, Any]:
    return {"request_hash": fresh_hash(), "primary_text_pl": "Dinosaurs", "tickets": [ticket_type()], "badge": {}}


@pytest.mark.parametrize("path", ["event/new", "event/edit", "ticket/new", "ticket/edit", "order/new"])
def test_the_same_key_with_the_same_body_gives_the_first_success_again(
    alice: Tenant, event: tuple[int, str], sku: str, path: str
) -> None:
    bodies = {
        "event/new": new_event(),
        "event/edit": {"location": "Louvre"},
        "ticket/new": ticket_type(),
        "ticket/edit": {"location": "Louvre"},
        "order/new": {"tickets": [{"sku": sku, "stock": 2}]},
    }
    body = bodies[path] | {"request_hash": fresh_hash()}
    headers = {"x_api_eventid": str(event[0]), "x_api_sku": event[1], "idempotency_key": fresh_hash()}
    first = alice.post(path, body, **headers)
    for _ in range(2):
        assert_replayed(alice.post(path, body, **headers), first)
    used = "duplicated order" if path == "order/new" else "duplicated request"
    assert_refused(alice.post(path, body | {"request_hash": fresh_hash()}, **headers), "duplicated request")
    assert_refused(alice.post(path, body, **headers | {"idempotency_key": fresh_hash()}), used)
    assert_refused(alice.post(path, body, **headers | {"idempotency_key": ""}), used)


def test_a_repeated_order_takes_stock_once(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 5})
    body = {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 3}]}
    key = fresh_hash()
    answers = [alice.post("order/new", body, idempotency_key=key) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert alice.stock(sku) == 2


def test_a_repeated_event_is_made_once(newcomer: Tenant) -> None:
    body, key = new_event(), fresh_hash()
    for _ in range(2):
        assert newcomer.post("event/new", body, idempotency_key=key).status_code == 200
    assert len(newcomer.get("event/list").json()["events"]) == 1


def test_a_repeated_admission_is_answered_as_the_first(alice: Tenant, sku: str) -> None:
    one, two = alice.codes((sku, 2))
    key = fresh_hash()
    first = alice.validate(one, idempotency_key=key)
    assert first.json()["status"] == "success"
    assert_replayed(alice.validate(one, idempotency_key=key), first)
    assert alice.validate(one).json()["reason"] == "already_used"
    assert alice.validate(one, idempotency_key=fresh_hash()).json()["reason"] == "already_used"
    assert_refused(alice.validate(two, idempotency_key=key), "duplicated request")
    assert alice.validate(two).json()["status"] == "success"


def test_a_refused_admission_is_judged_anew(alice: Tenant, sku: str) -> None:
    (code,) = alice.codes((sku, 1))
    alice.validate(code)
    key = fresh_hash()
    for _ in range(2):
        answer = alice.validate(code, idempotency_key=key)
        assert (answer.json()["reason"], answer.headers.get(KEY)) == ("already_used", None)


def test_an_error_is_not_kept(alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"stock": 1})
    key = fresh_hash()
    body = {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 2}]}
    assert_refused(alice.post("order/new", body, idempotency_key=key), "invalid stock or sku", "tickets[0].stock")
    assert_done(alice.post("ticket/edit", {"request_hash": fresh_hash(), "stock": 2}, x_api_sku=sku))
    assert alice.post("order/new", body, idempotency_key=key).status_code == 200
    edit = {"request_hash": fresh_hash(), "stock": -1}
    assert_refused(alice.post("ticket/edit", edit, x_api_sku=sku, idempotency_key=key), "invalid request", "stock")
    assert_done(alice.post("ticket/edit", edit | {"stock": 1}, x_api_sku=sku, idempotency_key=key))
    assert listed_type(alice, event_id, sku)["stock"] == 1


def test_the_key_goes_before_the_body_s_hash(alice: Tenant, sku: str) -> None:
    used = alice.order((sku, 1)).json()["request_hash"]
    key = fresh_hash()
    body = {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 1}]}
    assert alice.post("order/new", body, idempotency_key=key).status_code == 200
    assert_refused(alice.post("order/new", body | {"request_hash": used}, idempotency_key=key), "duplicated request")


def test_a_key_is_of_one_endpoint_and_one_account(alice: Tenant, bob: Tenant) -> None:
    key = fresh_hash()
    body = new_event()
    first = alice.post("event/new", body, idempotency_key=key)
    event_id = first.json()["event_id"]
    headers = {"x_api_eventid": str(event_id), "idempotency_key": key}
    assert alice.post("ticket/new", ticket_type(request_hash=fresh_hash()), **headers).status_code == 200
    assert_done(alice.post("event/edit", {"request_hash": fresh_hash()}, **headers))
    theirs = bob.post("event/new", body, idempotency_key=key)
    assert (theirs.status_code, theirs.headers.get(KEY)) == (200, None)
    assert theirs.json()["event_id"] != event_id


def test_a_key_belongs_to_the_event_or_sku_it_was_sent_to(alice: Tenant) -> None:
    one, (sku_of_one,) = alice.event(location="Louvre")
    two, (sku_of_two,) = alice.event(location="Louvre")
    body, key = {"request_hash": fresh_hash(), "location": "Prado"}, fresh_hash()
    assert_done(alice.post("event/edit", body, x_api_eventid=str(one), idempotency_key=key))
    other = alice.post("event/edit", body, x_api_eventid=str(two), idempotency_key=key)
    assert_refused(other, "duplicated request")
    assert listed_event(alice, two)["location"] == "Louvre"
    assert_done(alice.post("ticket/edit", body, x_api_sku=sku_of_one, idempotency_key=key))
    other = alice.post("ticket/edit", body, x_api_sku=sku_of_two, idempotency_key=key)
    assert_refused(other, "duplicated request")


def test_a_key_of_more_than_255_characters_is_refused(alice: Tenant, sku: str) -> None:
    body = {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 1}]}
    assert_refused(alice.post("order/new", body, idempotency_key="k" * 256), "invalid request", "Idempotency-Key")
    assert alice.post("order/new", body, idempotency_key="k" * 255).status_code == 200


def test_a_hash_is_of_one_operation_and_one_account(alice: Tenant, bob: Tenant) -> None:
    used = fresh_hash()
    event_id, (sku,) = alice.event(request_hash=used)
    assert_done(alice.post("event/edit", {"request_hash": used}, x_api_eventid=str(event_id)))
    added = alice.post("ticket/new", ticket_type(request_hash=used), x_api_eventid=str(event_id))
    assert added.status_code == 200
    assert_done(alice.post("ticket/edit", {"request_hash": used}, x_api_sku=sku))
    assert alice.order((sku, 1), request_hash=used).status_code == 200
    bob.event(request_hash=used)


def test_a_hash_is_taken_to_the_letter(alice: Tenant, sku: str) -> None:
    used = fresh_hash() + "a"
    for other in (used, used.upper(), used + " ", " " + used, used + "\u0301"):
        assert alice.order((sku, 1), request_hash=other).status_code == 200
        assert_refused(alice.order((sku, 1), request_hash=other), "duplicated order")
