"""A page of another origin, as in the published XHR samples, may call with credentials and read every answer."""

import httpx
import pytest
from tests.servers import RunningServer, Tenant

ORIGIN = "https://shop.example"
HEADERS = (
    "x-api-userid",
    "x-api-key",
    "x-api-eventid",
    "x-api-sku",
    "content-type",
    "x-api-requesthash",
    "idempotency-key",
)


def _listed(answer: httpx.Response, name: str) -> set[str]:
    return {item.strip().lower() for item in answer.headers[name].split(",")}


def _assert_readable(answer: httpx.Response) -> None:
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    exposed = _listed(answer, "access-control-expose-headers")
    assert {"x-request-id", "retry-after", "idempotent-replayed"} <= exposed
    assert "origin" in _listed(answer, "vary")


@pytest.mark.parametrize(
    "path", ["order/new", "ticket/validate", "event/new", "ticket/edit", "event/list", "order/show"]
)
def test_a_preflight_is_answered(server: RunningServer, path: str) -> None:
    method = "GET" if path in {"event/list", "order/show"} else "POST"
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": ", ".join(HEADERS)}
    answer = httpx.options(f"{server.url}/v1/{path}", headers={"Origin": ORIGIN, **asked})
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["x-request-id"]
    assert method.lower() in _listed(answer, "access-control-allow-methods")
    assert set(HEADERS) <= _listed(answer, "access-control-allow-headers")
    _assert_readable(answer)


def test_a_success_can_be_read(alice: Tenant) -> None:
    _assert_readable(alice.get("event/list", origin=ORIGIN))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "order/new", 400), ("GET", "nowhere", 404), ("DELETE", "order/new", 405), ("GET", "ticket/list", 400)],
)
def test_an_error_can_be_read(server: RunningServer, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, f"{server.url}/v1/{path}", headers={"Origin": ORIGIN})
    assert answer.status_code == status
    _assert_readable(answer)


def test_too_large_a_body_can_be_read_about(alice: Tenant) -> None:
    answer = alice.post("order/new", b" " * (1024 * 1024 + 1), origin=ORIGIN)
    assert answer.status_code == 413
    _assert_readable(answer)


def test_the_origin_is_echoed_and_never_a_star(alice: Tenant) -> None:
    for origin in ("null", "http://localhost:8080"):
        answer = alice.get("event/list", origin=origin)
        assert answer.headers["access-control-allow-origin"] == origin
    assert "access-control-allow-origin" not in alice.get("event/list", origin="*").headers
    assert "access-control-allow-origin" not in alice.get("event/list").headers
