"""A client that ends its sending has its answer; one that ends it too early is told so and has changed nothing."""

import pytest
from tests.raw_http import Line, assert_refused, chunked, connected, credentials, request
from tests.servers import RunningServer, Tenant, fresh_hash

CHUNKED = "Transfer-Encoding: chunked"
HEALTH = request("GET", "/v1/health")


def _order(sku: str) -> bytes:
    return b'{"request_hash":"%s","tickets":[{"sku":"%s","stock":1}]}' % (fresh_hash().encode(), sku.encode())


def _sold(line: Line) -> None:
    assert len(line.answer().json()["tickets"]) == 1


def test_a_client_that_is_done_sending_gets_its_answer(server: RunningServer, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    with connected(server.url) as line:
        line.send(request("POST", "/v1/order/new", _order(sku), *credentials(alice)))
        line.end_sending()
        _sold(line)
        assert line.is_closed()
    assert alice.stock(sku) == 99


def test_a_client_that_is_done_sending_gets_every_answer_in_order(server: RunningServer, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    with connected(server.url) as line:
        for _ in range(3):
            line.send(request("POST", "/v1/order/new", _order(sku), *credentials(alice)))
            line.send(HEALTH)
        line.end_sending()
        for _ in range(3):
            _sold(line)
            assert line.answer().json() == {"status": "success"}
        assert line.is_closed()
    assert alice.stock(sku) == 97


@pytest.mark.parametrize("framing", ["declared", "chunked", "head"])
def test_a_request_cut_short_is_refused(server: RunningServer, alice: Tenant, framing: str) -> None:
    _, (sku,) = alice.event()
    order = _order(sku)
    sent = {
        "declared": request("POST", "/v1/order/new", order, *credentials(alice))[:-1],
        "chunked": request("POST", "/v1/order/new", None, CHUNKED, *credentials(alice)) + chunked(order)[:-5],
        "head": request("POST", "/v1/order/new", order, *credentials(alice)).partition(b"\r\n\r\n")[0],
    }[framing]
    with connected(server.url) as line:
        line.send(HEALTH + sent)
        line.end_sending()
        assert line.answer().status == 200
        assert_refused(line.answer(), 400, "invalid request")
        assert line.is_closed()
    with connected(server.url) as line:
        line.send(sent)  # and gone, without waiting for an answer
    assert alice.stock(sku) == 100


def test_the_server_closes_where_the_client_wants_it(server: RunningServer) -> None:
    with connected(server.url) as line:
        line.send(request("GET", "/v1/health", None, "Connection: close") + HEALTH)
        answer = line.answer()
        assert answer.status == 200
        assert answer.headers["connection"] == "close"
        assert line.is_closed()


@pytest.mark.parametrize("more", [(), ("Connection: keep-alive",)])
def test_an_http_1_0_client_has_its_answer_and_its_end(server: RunningServer, alice: Tenant, more: tuple[str]) -> None:
    _, (sku,) = alice.event()
    with connected(server.url) as line:
        line.send(request("POST", "/v1/order/new", _order(sku), *credentials(alice), *more, version="1.0"))
        _sold(line)
        assert line.is_closed()


def test_an_http_1_0_client_is_never_told_to_continue(server: RunningServer, alice: Tenant) -> None:
    sent = request("POST", "/v1/ticket/validate", b'{"ticket_sensitive":1}', *credentials(alice), version="1.0")
    with connected(server.url) as line:
        line.send(sent.replace(b"\r\n", b"\r\nExpect: 100-continue\r\n", 1))
        assert_refused(line.answer(), 400, "invalid sensitive")
