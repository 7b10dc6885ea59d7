"""contract.md §1: every message of the table, and the order of the checks.

429, 500 and 503 are provoked elsewhere.
"""

import time
from typing import Any

import httpx
import pytest

from tests.api.answers import KeyMaker, assert_refused
from tests.servers import Tenant, fresh_hash, ticket_type

POSTS = ("event/new", "event/edit", "ticket/new", "ticket/edit", "ticket/validate", "order/new")
GETS = ("event/list", "ticket/list", "order/show", "health")
BEYOND_64_BITS = "18446744073709551616"


def call(tenant: Tenant, path: str, body: Any = "{", **headers: str) -> httpx.Response:
    return tenant.post(path, body, **headers) if path in POSTS else tenant.get(path, **headers)


@pytest.mark.parametrize("path", POSTS + GETS)
def test_it_says_unknown_user(alice: Tenant, path: str) -> None:
    for user_id in ("", "nobody@example.com", "x" * 5000, "' OR 1=1 --"):
        assert_refused(call(alice, path, x_api_userid=user_id), "unknown user")


def test_it_finds_a_user_in_upper_and_lower_case(alice: Tenant) -> None:
    assert alice.get("event/list", x_api_userid=alice.user_id.upper()).status_code == 200


@pytest.mark.parametrize("path", POSTS + GETS)
def test_it_says_unknown_key(alice: Tenant, bob: Tenant, path: str) -> None:
    for key in ("", alice.key + "0", alice.key[:-1], bob.key, "x" * 5000):
        assert_refused(call(alice, path, x_api_key=key), "unknown key")


def test_it_takes_a_revoked_key_for_unknown(newcomer: Tenant, key_for: KeyMaker) -> None:
    assert_refused(key_for(newcomer, "full", revoked=True).get("event/list"), "unknown key")


def test_it_takes_an_expired_key_for_unknown(newcomer: Tenant, key_for: KeyMaker) -> None:
    now = int(time.time())
    expired, current = key_for(newcomer, "full", now - 1), key_for(newcomer, "full", now + 3600)
    assert_refused(expired.get("event/list"), "unknown key")
    assert current.get("event/list").status_code == 200


def test_it_takes_a_key_for_unknown_as_soon_as_it_expires(newcomer: Tenant, key_for: KeyMaker) -> None:
    expires_at = int(time.time()) + 2
    key = key_for(newcomer, "read", expires_at)
    assert key.get("health").status_code == 200
    time.sleep(max(0.0, expires_at - time.time()))
    assert_refused(key.get("health"), "unknown key")


def test_it_takes_headers_of_any_bytes(alice: Tenant) -> None:
    for raw in ("é".encode(), b"\xff\xfe"):
        answer = alice.client.get("/v1/event/list", headers={"X-Api-UserID": raw})
        assert_refused(answer, "unknown user")
        answer = alice.client.get("/v1/event/list", headers={"X-API-Key": raw})
        assert_refused(answer, "unknown key")
        answer = alice.client.get("/v1/ticket/list", headers={"X-API-EventID": raw})
        assert_refused(answer, "invalid event id")


@pytest.mark.parametrize(
    "event_id", ["", "abc", "0", "1", "-1", "1.0", "9" * 18, BEYOND_64_BITS, "9" * 400, "1 OR 1=1"]
)
def test_it_says_invalid_event_id(alice: Tenant, event_id: str) -> None:
    body = ticket_type(request_hash=fresh_hash())
    assert_refused(alice.post("ticket/new", body, x_api_eventid=event_id), "invalid event id")
    if event_id:
        assert_refused(alice.get("ticket/list", x_api_eventid=event_id), "invalid event id")


@pytest.mark.parametrize("event_id", ["", "abc", "0", "1", "-1", "9" * 18, BEYOND_64_BITS, "9" * 400])
def test_it_says_event_ownership_verification_failure(alice: Tenant, event_id: str) -> None:
    answer = alice.post("event/edit", {"request_hash": fresh_hash()}, x_api_eventid=event_id)
    assert_refused(answer, "event ownership verification failure")


@pytest.mark.parametrize(
    "sku", ["", "abc", "0", "100-00000", "81546527", "815-46527x", "815-" + "9" * 40, "99999999999-99999", "٨١٥-46527"]
)
def test_it_says_ticket_ownership_verification_failure(alice: Tenant, sku: str) -> None:
    body = {"request_hash": fresh_hash(), "stock": 5}
    answer = alice.client.post("/v1/ticket/edit", json=body, headers={"X-API-SKU": sku.encode()})
    assert_refused(answer, "ticket ownership verification failure")


NO_SKU = ["", None, False, "abc", "100-00000", "815-" + "9" * 40, "x" * 5000, 5, True, [], {}, "a\0b", "\ud800"]


@pytest.mark.parametrize("sku_given", NO_SKU, ids=range(len(NO_SKU)))
def test_it_says_invalid_stock_or_sku_of_a_line_whose_sku_is_none(alice: Tenant, sku_given: Any) -> None:
    body = {"request_hash": fresh_hash(), "tickets": [{"sku": sku_given, "stock": 1}]}
    assert_refused(alice.post("order/new", body), "invalid stock or sku", "tickets[0].sku")


def test_it_says_invalid_stock_or_sku_of_lines_that_lack_both(alice: Tenant) -> None:
    body = {"request_hash": fresh_hash(), "tickets": [{}, [], {"start_time": None}]}
    named = [f"tickets[{index}].{field}" for index in range(3) for field in ("sku", "stock")]
    assert_refused(alice.post("order/new", body), "invalid stock or sku", *named)


def test_it_says_invalid_stock_or_sku_beyond_the_stock_and_names_the_lines(alice: Tenant) -> None:
    _, (plenty, few, none) = alice.event({"stock": 10}, {"stock": 2}, {"stock": 0})
    assert_refused(alice.order((few, 3)), "invalid stock or sku", "tickets[0].stock")
    named = ("tickets[1].stock", "tickets[2].sku", "tickets[3].stock")
    assert_refused(alice.order((plenty, 10), (none, 1), ("100-00000", 1), (few, 3)), "invalid stock or sku", *named)
    assert_refused(alice.order((few, 1), (few, 1), (few, 1)), "invalid stock or sku", "tickets[2].stock")


def test_it_says_duplicated_request(alice: Tenant, event: tuple[int, str]) -> None:
    headers = {"x_api_eventid": str(event[0]), "x_api_sku": event[1]}
    used = {"request_hash": fresh_hash()}
    bodies = {
        "event/new": {"primary_text_pl": "Dinosaurs", "tickets": [ticket_type()], "badge": {}},
        "ticket/new": ticket_type(),
        "event/edit": {},
        "ticket/edit": {},
    }
    for path, body in bodies.items():
        assert alice.post(path, body | used, **headers).status_code == 200
        assert_refused(alice.post(path, body | used, **headers), "duplicated request")


def test_it_says_duplicated_order(alice: Tenant, sku: str) -> None:
    used = fresh_hash()
    assert alice.order((sku, 1), request_hash=used).status_code == 200
    assert_refused(alice.order((sku, 1), request_hash=used), "duplicated order")
    assert_refused(alice.order((sku, 2), request_hash=used), "duplicated order")


NO_CODE = ["", None, False, True, 5, 1.5, [], {}, "é", "a\0b", "\ud800", "not base64!", "QUJD", "x" * 5000, "A" * 143]


@pytest.mark.parametrize("given", NO_CODE, ids=range(len(NO_CODE)))
def test_it_says_invalid_sensitive(alice: Tenant, given: Any) -> None:
    assert_refused(alice.validate(given), "invalid sensitive")


def test_it_says_invalid_request_and_names_every_field_at_once(alice: Tenant) -> None:
    body = {
        "primary_text_pl": "x" * 256,
        "tickets": [ticket_type(price=-1, stock="many"), {}, 5],
        "badge": {"badge_size": "B5", "badge_primary_text_fontsize": 0},
        "start_datetime": "soon",
        "location": 5,
        "ticket_code": "sha1",
    }
    fields = [
        "request_hash", "primary_text_pl", "tickets[0].price", "tickets[0].stock", "tickets[1].primary_text_pl",
        "tickets[1].price", "tickets[1].currency", "tickets[1].stock", "tickets[2]", "badge.badge_size",
        "badge.badge_primary_text_fontsize", "start_datetime", "location", "ticket_code",
    ]  # fmt: skip
    assert_refused(alice.post("event/new", body), "invalid request", *fields)


def test_it_names_an_order_s_fields_at_once(alice: Tenant, sku: str) -> None:
    lines = [{"sku": sku, "stock": 1, "start_time": 200, "end_time": 100}, {"sku": sku, "stock": 1, "end_time": "x"}]
    answer = alice.post("order/new", {"tickets": lines, "order_details": {"primary_text_pl": 5}})
    fields = ("request_hash", "tickets[0].end_time", "tickets[1].end_time", "order_details.primary_text_pl")
    assert_refused(answer, "invalid request", *fields)


@pytest.mark.parametrize(
    ("path", "required"),
    [
        ("event/new", ["request_hash", "primary_text_pl", "tickets", "badge"]),
        ("event/edit", ["request_hash"]),
        ("ticket/new", ["request_hash", "primary_text_pl", "price", "currency", "stock"]),
        ("ticket/edit", ["request_hash"]),
        ("order/new", ["request_hash", "tickets"]),
        ("ticket/validate", ["ticket_sensitive"]),
    ],
)
def test_it_says_invalid_request_where_a_required_field_is_missing(
    alice: Tenant, path: str, required: list[str]
) -> None:
    assert_refused(alice.post(path, {}), "invalid request", *required)
    assert_refused(alice.post(path, []), "invalid request", *required)


@pytest.mark.parametrize("path", POSTS + GETS)
def test_it_says_method_not_allowed(alice: Tenant, path: str) -> None:
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - {"POST" if path in POSTS else "GET"}:
        answer = alice.client.request(method, f"/v1/{path}")
        assert_refused(answer, "method not allowed", status=405)
        assert ("POST" if path in POSTS else "GET") in answer.headers["allow"]


@pytest.mark.parametrize("path", POSTS)
def test_it_says_request_too_large_beyond_16_mb_for_an_event_and_1_mb_elsewhere(alice: Tenant, path: str) -> None:
    most = 1024 * 1024 * (16 if path.startswith("event/") else 1)
    fits = b'{"a":"' + b"x" * (most - 8) + b'"}'
    assert alice.post(path, fits).json()["message"] == "invalid request"
    assert_refused(alice.post(path, fits + b" "), "request too large", status=413)


def test_it_checks_user_then_key_then_body_then_fields_then_header_then_hash_then_stock(
    alice: Tenant, event: tuple[int, str]
) -> None:
    used = alice.order((event[1], 1)).json()["request_hash"]
    nobody = {"x_api_userid": "nobody@example.com"}
    wrong = {"x_api_key": "wrong"}
    assert_refused(alice.post("order/new", "{", **nobody, **wrong), "unknown user")
    assert_refused(alice.post("order/new", "{", **wrong), "unknown key")
    assert_refused(alice.order((event[1], -1), request_hash=""), "invalid request", "request_hash", "tickets[0].stock")
    assert_refused(alice.order(("100-00000", 1), request_hash=used), "duplicated order")
    hash_of_type = fresh_hash()
    body = ticket_type(request_hash=hash_of_type)
    assert alice.post("ticket/new", body, x_api_eventid=str(event[0])).status_code == 200
    assert_refused(alice.post("ticket/new", body, x_api_eventid="1"), "invalid event id")
    assert_refused(alice.post("ticket/new", body | {"price": -1}, x_api_eventid="1"), "invalid request", "price")
    assert_refused(alice.post("ticket/new", body, x_api_eventid=str(event[0])), "duplicated request")
    edit = {"request_hash": fresh_hash()}
    assert alice.post("ticket/edit", edit, x_api_sku=event[1]).status_code == 200
    assert_refused(alice.post("ticket/edit", edit, x_api_sku="1"), "ticket ownership verification failure")
    assert alice.post("event/edit", edit, x_api_eventid=str(event[0])).status_code == 200
    assert_refused(alice.post("event/edit", edit, x_api_eventid="1"), "event ownership verification failure")
    assert_refused(alice.post("event/edit", edit | {"badge": 5}, x_api_eventid="1"), "invalid request", "badge")
