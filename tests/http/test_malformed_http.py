"""What is no HTTP/1.1 is answered with `invalid request`, in the one shape, and changes nothing."""

import pytest
from tests.raw_http import assert_refused, chunked, connected, credentials, request
from tests.servers import RunningServer, Tenant

HEALTH = request("GET", "/v1/health")
CHUNKED = "Transfer-Encoding: chunked"

NO_HTTP = {
    "words": b"hello there, are you a web server?\r\n\r\n",
    "a TLS hello": bytes.fromhex("160301020001000001fc0303") + bytes(500),
    "zeros": bytes(64),
    "lower-case method": b"get /v1/health HTTP/1.1\r\n\r\n",
    "unknown method": b"SELL /v1/health HTTP/1.1\r\n\r\n",
    "unknown version": b"GET /v1/health HTTP/7.3\r\n\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no path": b"GET HTTP/1.1\r\n\r\n",
    "CONNECT": b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "control character in a header": b"GET /v1/health HTTP/1.1\r\nX-A: a\x01b\r\n\r\n",
    "NUL in a header": b"GET /v1/health HTTP/1.1\r\nX-API-Key: a\x00b\r\n\r\n",
    "space in a header's name": b"GET /v1/health HTTP/1.1\r\nX Y: 1\r\n\r\n",
    "path outside ASCII": "GET /v1/hélth HTTP/1.1\r\n\r\n".encode(),
    "length and chunks at once": request("POST", "/v1/order/new", b"{}", CHUNKED),
    "two lengths": request("POST", "/v1/order/new", b"{}", "Content-Length: 3"),
    "negative length": b"POST /v1/order/new HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "endless length": b"POST /v1/order/new HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "chunk size that is none": request("POST", "/v1/order/new", None, CHUNKED) + b"xyz\r\n{}\r\n0\r\n\r\n",
    "chunk size without end": request("POST", "/v1/order/new", None, CHUNKED) + b"f" * 40 + b"\r\n",
    "chunk longer than its size": request("POST", "/v1/order/new", None, CHUNKED) + b"2\r\n{}{}{}\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP.keys())
def test_it_refuses_what_is_no_http(server: RunningServer, sent: bytes) -> None:
    with connected(server.url) as line:
        line.send(sent)
        answer = line.answer()
        assert_refused(answer, 400, "invalid request")
        assert answer.headers["connection"] == "close"
        line.end_sending()
        assert line.is_closed()


def test_it_answers_a_good_request_before_it_refuses_the_garbage_behind_it(
    server: RunningServer, alice: Tenant
) -> None:
    _, (sku,) = alice.event()
    order = b'{"request_hash":"before garbage","tickets":[{"sku":"%s","stock":1}]}' % sku.encode()
    with connected(server.url) as line:
        line.send(request("POST", "/v1/order/new", order, *credentials(alice)) + HEALTH + b"\x00garbage\r\n\r\n")
        assert line.answer().json()["request_hash"] == "before garbage"
        assert line.answer().json() == {"status": "success"}
        assert_refused(line.answer(), 400, "invalid request")
        line.end_sending()
        assert line.is_closed()
    assert alice.stock(sku) == 99


def test_a_broken_body_behind_good_requests_is_refused_last(server: RunningServer) -> None:
    broken = request("POST", "/v1/order/new", None, CHUNKED) + b"zz\r\n"
    with connected(server.url) as line:
        line.send(HEALTH * 3 + broken)
        for _ in range(3):
            assert line.answer().json() == {"status": "success"}
        assert_refused(line.answer(), 400, "invalid request")


def test_a_page_of_another_origin_can_read_that_its_request_was_broken(server: RunningServer) -> None:
    sent = request("POST", "/v1/order/new", None, "Origin: https://shop.example", CHUNKED)
    with connected(server.url) as line:
        line.send(sent + b"zz\r\n")
        answer = line.answer()
    assert_refused(answer, 400, "invalid request")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_what_trails_a_chunked_body_never_becomes_a_header(server: RunningServer, alice: Tenant) -> None:
    trailers = "".join(f"{field}\r\n" for field in credentials(alice)).encode()
    body = chunked(b"{}").removesuffix(b"\r\n") + trailers + b"\r\n"
    with connected(server.url) as line:
        line.send(request("POST", "/v1/order/new", None, CHUNKED) + body)
        assert_refused(line.answer(), 400, "unknown user")
        line.send(HEALTH)
        assert line.answer().status == 200
