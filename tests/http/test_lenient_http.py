"""HTTP as real clients speak it: kept open, chunked, pipelined, with expectations and wishes of their own."""

import pytest
from tests.raw_http import Line, assert_refused, chunked, connected, credentials, request
from tests.servers import RunningServer, Tenant, fresh_hash

CHUNKED = "Transfer-Encoding: chunked"
HEALTH = request("GET", "/v1/health")
UPGRADE = (
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
)


def _order(sku: str, units: int = 1) -> bytes:
    return b'{"request_hash":"%s","tickets":[{"sku":"%s","stock":%d}]}' % (fresh_hash().encode(), sku.encode(), units)


def _sold(line: Line) -> int:
    answer = line.answer()
    assert answer.status == 200, answer
    return len(answer.json()["tickets"])


def test_one_connection_serves_many_requests(server: RunningServer, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    with connected(server.url) as line:
        for units in range(1, 6):
            line.send(request("POST", "/v1/order/new", _order(sku, units), *credentials(alice)))
            assert _sold(line) == units


def test_pipelined_requests_are_answered_in_their_order(server: RunningServer, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    sent = [request("POST", "/v1/order/new", _order(sku, units), *credentials(alice)) + HEALTH for units in range(1, 6)]
    with connected(server.url) as line:
        line.send(b"".join(sent))
        for units in range(1, 6):
            assert _sold(line) == units
            assert line.answer().json() == {"status": "success"}


@pytest.mark.parametrize("pieces", [1, 7, 10_000])
def test_a_chunked_body_is_the_same_body(server: RunningServer, alice: Tenant, pieces: int) -> None:
    _, (sku,) = alice.event()
    order = _order(sku, 2)
    size = -(-len(order) // pieces)
    parts = [order[start : start + size] for start in range(0, len(order), size)]
    with connected(server.url) as line:
        line.send(request("POST", "/v1/order/new", None, CHUNKED, *credentials(alice)))
        for part in chunked(*parts).split(b"\n"):
            line.send(part + b"\n" if part else b"")
        assert _sold(line) == 2


def test_an_order_may_come_in_any_pieces(server: RunningServer, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    sent = request("POST", "/v1/order/new", _order(sku), *credentials(alice)) + HEALTH
    with connected(server.url) as line:
        for byte in sent:
            line.send(bytes([byte]))
        assert _sold(line) == 1
        assert line.answer().status == 200


def test_it_says_continue_to_a_client_that_waits_for_it(server: RunningServer, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    order = _order(sku)
    with connected(server.url) as line:
        for _ in range(2):
            sent = request("POST", "/v1/order/new", order := _order(sku), "Expect: 100-continue", *credentials(alice))
            line.send(sent.removesuffix(order))
            assert line.answer().status == 100
            line.send(order)
            assert _sold(line) == 1
        line.send(HEALTH)
        assert line.answer().status == 200


def test_it_closes_where_it_answers_before_the_body_it_was_asked_for(server: RunningServer) -> None:
    with connected(server.url) as line:
        line.send(request("POST", "/v1/nowhere", None, "Content-Length: 2", "Expect: 100-continue"))
        answer = line.answer()
        assert_refused(answer, 404, "not found")
        assert answer.headers["connection"] == "close"
        assert line.is_closed()


@pytest.mark.parametrize("framing", ["declared", "chunked", "in pieces"])
def test_it_passes_over_the_wish_for_http_2(server: RunningServer, alice: Tenant, framing: str) -> None:
    _, (sku,) = alice.event()
    order = _order(sku)
    head = ("POST", "/v1/order/new")
    with connected(server.url) as line:
        for _ in range(2):
            order = _order(sku, 2)
            sent = request(*head, order, *UPGRADE, *credentials(alice))
            if framing == "chunked":
                line.send(request(*head, None, CHUNKED, *UPGRADE, *credentials(alice)) + chunked(order))
            elif framing == "declared":
                line.send(sent)
            else:
                for start in range(0, len(sent), 11):
                    line.send(sent[start : start + 11])
            assert _sold(line) == 2
        line.send(request("GET", "/v1/ticket/list", None, *credentials(alice)))
        assert line.answer().json()["tickets"][0]["stock"] == 96


def test_pipelined_wishes_for_http_2_are_all_answered(server: RunningServer, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    wish = request("POST", "/v1/order/new", b"{}", *UPGRADE, *credentials(alice))
    with connected(server.url) as line:
        line.send((wish + HEALTH) * 20)
        for _ in range(20):
            assert_refused(line.answer(), 400, "invalid request")
            assert line.answer().status == 200
    assert alice.stock(sku) == 100


@pytest.mark.parametrize("upgrade", ["websocket", "TLS/1.0", "h2c, websocket"])
def test_it_passes_over_every_other_wish(server: RunningServer, upgrade: str) -> None:
    wish = request("GET", "/v1/health", None, "Connection: Upgrade", f"Upgrade: {upgrade}", "Sec-WebSocket-Version: 13")
    with connected(server.url) as line:
        line.send(wish)
        assert line.answer().json() == {"status": "success"}
        line.send(HEALTH)
        assert line.answer().json() == {"status": "success"}


def test_head_is_get_without_its_body(server: RunningServer, alice: Tenant) -> None:
    with connected(server.url) as line:
        for path in ("/v1/health", "/v1/event/list", "/v1/ticket/list"):
            line.send(request("GET", path, None, *credentials(alice)))
            expected = line.answer()
            line.send(request("HEAD", path, None, *credentials(alice)))
            found = line.answer(to_head=True)
            assert (found.status, found.headers["content-length"]) == (200, expected.headers["content-length"])
            assert found.headers["x-request-id"] != expected.headers["x-request-id"]


def test_a_get_may_carry_a_body_and_it_is_ignored(server: RunningServer, alice: Tenant) -> None:
    with connected(server.url) as line:
        for body in (b"null", b"\xff\xfe", b"{" * 1000):
            line.send(request("GET", "/v1/event/list", body, *credentials(alice)))
            assert line.answer().json()["events"] == []


def test_an_absolute_address_is_a_path_too(server: RunningServer) -> None:
    with connected(server.url) as line:
        line.send(request("GET", "http://tickets.example/v1/health"))
        assert line.answer().status == 200


PATHS = (
    "/nothing",
    "/v1",
    "/v1/",
    "/v2/health",
    "//v1/health",
    "/v1/%00",
    "/v1/%ff",
    "/v1/../etc/passwd",
    "/V1/health",
)


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_path_is_not_found(server: RunningServer, path: str) -> None:
    with connected(server.url) as line:
        for method in ("GET", "POST", "DELETE", "OPTIONS"):
            line.send(request(method, path, b"{}"))
            assert_refused(line.answer(), 404, "not found")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "HEAD"])
def test_another_method_is_not_allowed(server: RunningServer, method: str) -> None:
    with connected(server.url) as line:
        line.send(request(method, "/v1/order/new", b"{}"))
        answer = line.answer(to_head=method == "HEAD")
        assert answer.status == 405
        assert answer.headers["allow"] == "POST, OPTIONS"
        if method != "HEAD":
            assert_refused(answer, 405, "method not allowed")
        line.send(HEALTH)
        assert line.answer().status == 200
