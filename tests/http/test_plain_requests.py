"""A plain request goes past ASGI (answering.py): it is answered as the same request that ASGI's messages bring."""

from collections.abc import Callable

import pytest
from tests.raw_http import Answer, chunked, connected, credentials, request
from tests.servers import RunningServer, Tenant, fresh_hash

from ticketsonic.protocol import PLAIN_BODY_BYTES

PAGE = "Origin: https://shop.example.com"

CALLS: dict[str, tuple[str, str, bytes | None]] = {
    "no ticket": ("POST", "/v1/ticket/validate", b'{"ticket_sensitive":"x"}'),
    "no such sku": ("POST", "/v1/order/new", b'{"request_hash":"h","tickets":[{"sku":"123-45678","stock":1}]}'),
    "no JSON": ("POST", "/v1/order/new", b"{"),
    "no body": ("POST", "/v1/order/new", b""),
    "a list": ("GET", "/v1/ticket/list", None),
    "no such event": ("GET", "/v1/print/jobs", None),
}


def _in_another_way(method: str, path: str, body: bytes | None, *more: str) -> bytes:
    """Spell the same request so that it is not plain: with a query, and its body in chunks."""
    if body is None:
        return request(method, path + "?", None, *more)
    return request(method, path + "?", None, "Transfer-Encoding: chunked", *more) + chunked(body)


def _asked(server: RunningServer, sent: bytes) -> Answer:
    with connected(server.url) as line:
        line.send(sent)
        return line.answer()


@pytest.mark.parametrize("call", CALLS)
def test_it_is_answered_the_same(server: RunningServer, alice: Tenant, call: str) -> None:
    method, path, body = CALLS[call]
    plain = _asked(server, request(method, path, body, PAGE, *credentials(alice)))
    other = _asked(server, _in_another_way(method, path, body, PAGE, *credentials(alice)))
    assert (plain.status, plain.body) == (other.status, other.body)
    changing = {"x-request-id", "date"}
    assert plain.headers.keys() == other.headers.keys() >= changing
    assert all(plain.headers[name] == other.headers[name] for name in plain.headers.keys() - changing)


@pytest.mark.parametrize("more_bytes", [0, 1])
def test_a_body_at_the_bound_of_what_is_plain_is_taken_like_one_above_it(
    server: RunningServer, alice: Tenant, more_bytes: int
) -> None:
    _, (sku,) = alice.event()
    order = b'{"request_hash":"%s","tickets":[{"sku":"%s","stock":1}]}' % (fresh_hash().encode(), sku.encode())
    body = order.ljust(PLAIN_BODY_BYTES + more_bytes)
    answer = _asked(server, request("POST", "/v1/order/new", body, *credentials(alice)))
    assert (answer.status, len(answer.json()["tickets"])) == (200, 1)


def test_an_answer_to_who_wants_the_connection_closed_says_so_and_closes(server: RunningServer, alice: Tenant) -> None:
    with connected(server.url) as line:
        line.send(request("GET", "/v1/health", None, "Connection: close", *credentials(alice)))
        assert line.answer().headers["connection"] == "close"
        assert line.is_closed()


WAYS: dict[str, Callable[..., bytes]] = {"plain": request, "not plain": _in_another_way}


@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_both_ways_take_turns_on_one_connection(server: RunningServer, alice: Tenant, first: str, second: str) -> None:
    method, path, body = CALLS["no ticket"]
    listed = WAYS[first]("GET", "/v1/ticket/list", None, *credentials(alice))
    refused = WAYS[second](method, path, body, *credentials(alice))
    with connected(server.url) as line:
        line.send(listed + refused + listed)
        assert [line.answer().status for _ in range(3)] == [200, 400, 200]
        line.send(refused)
        assert line.answer().status == 400
