"""contract.md §1, CORS: the pages' XHR samples call from another origin, with credentials."""

import pytest

from tests.api.answers import assert_refused
from tests.servers import Tenant, fresh_hash

POSTS = ("event/new", "event/edit", "ticket/new", "ticket/edit", "ticket/validate", "order/new")
GETS = ("health", "event/list", "ticket/list", "order/show")
ORIGIN = "https://shop.example"


@pytest.mark.parametrize("path", POSTS + GETS)
def test_it_answers_a_preflight(alice: Tenant, path: str) -> None:
    method = "GET" if path in GETS else "POST"
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
    answer = alice.client.options(f"/v1/{path}", headers=asked)
    assert answer.is_success
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert method in answer.headers["access-control-allow-methods"]
    allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert allowed >= {
        "x-api-userid", "x-api-key", "x-api-eventid", "x-api-sku",
        "content-type", "x-api-requesthash", "idempotency-key",
    }  # fmt: skip


def test_it_lets_a_page_of_another_origin_read_every_answer(alice: Tenant, sku: str) -> None:
    origin = {"origin": ORIGIN}
    order = {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 1}]}
    answers = [
        alice.get("event/list", **origin),
        alice.post("order/new", order, **origin),
        alice.post("order/new", order, **origin),
        alice.get("event/list", x_api_key="wrong", **origin),
        alice.get("nowhere", **origin),
        alice.get("order/new", **origin),
        alice.post("ticket/new", b"x" * (1024 * 1024 + 1), **origin),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 400, 404, 405, 413]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["vary"] == "Origin"
        exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
        assert exposed >= {"x-request-id", "retry-after", "idempotent-replayed"}


def test_it_never_opens_to_every_origin(alice: Tenant) -> None:
    assert "access-control-allow-origin" not in alice.get("health").headers
    assert "access-control-allow-origin" not in alice.get("health", origin="*").headers
    for origin in ("null", "http://localhost:3000"):
        assert alice.get("health", origin=origin).headers["access-control-allow-origin"] == origin


def test_it_neither_sets_nor_reads_a_cookie(alice: Tenant) -> None:
    answer = alice.get("event/list", cookie=f"X-Api-UserID={alice.user_id}; X-API-Key={alice.key}", x_api_userid="")
    assert_refused(answer, "unknown user")
    assert "set-cookie" not in answer.headers
