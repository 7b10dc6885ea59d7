"""Heads, bodies, lines of requests and connections have an end, and whoever passes it is told so."""

import contextlib
import json
from pathlib import Path

import pytest
from tests.raw_http import assert_refused, chunked, connected, credentials, request
from tests.servers import RunningServer, Tenant

CHUNKED = "Transfer-Encoding: chunked"
MEGABYTE = 1024 * 1024
HEALTH = request("GET", "/v1/health")

HEADS = {
    "one header of 64 kB": request("GET", "/v1/health", None, "X-A: " + "a" * 65536),
    "many small headers": request("GET", "/v1/health", None, *(f"X-{number}: a" for number in range(8000))),
    "a path of 64 kB": request("GET", "/v1/" + "a" * 65536),
    "an endless header": b"GET /v1/health HTTP/1.1\r\nX-A: " + b"a" * 65536,
    "endless empty lines": b"\r\n" * 40_000 + b"GET",
    "just over 32 kB": request("GET", "/v1/health", None, "X-A: " + "a" * 32768),
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_it_refuses_a_head_of_64_kb(server: RunningServer, head: bytes) -> None:
    with connected(server.url) as line:
        line.send(head)
        assert_refused(line.answer(), 413, "request too large")


def test_it_takes_a_head_of_30_kb(server: RunningServer) -> None:
    with connected(server.url) as line:
        line.send(request("GET", "/v1/health", None, "X-A: " + "a" * 30_000))
        assert line.answer().status == 200


def test_it_refuses_a_head_of_64_kb_also_behind_another_request(server: RunningServer) -> None:
    """Each piece alone is within the bound; the second head, begun in the first piece, is not."""
    sent = HEALTH + request("GET", "/v1/health", None, "X-A: " + "a" * 40_000)
    for piece in (20_000, len(sent)):
        with connected(server.url) as line:
            for start in range(0, len(sent), piece):
                line.send(sent[start : start + piece])
            assert line.answer().status == 200
            assert_refused(line.answer(), 413, "request too large")


def test_a_head_may_come_right_behind_a_large_body(server: RunningServer, alice: Tenant) -> None:
    body = b'{"ticket_sensitive":"%s"}' % (b"a" * 200_000)
    sent = request("POST", "/v1/ticket/validate", body, *credentials(alice)) + HEALTH
    with connected(server.url) as line:
        for start in range(0, len(sent), 50_021):
            line.send(sent[start : start + 50_021])
        assert_refused(line.answer(), 400, "invalid sensitive")
        assert line.answer().status == 200


def _body_of(size: int) -> bytes:
    return b'{"ticket_sensitive":"%s"}' % (b"a" * (size - 23))


@pytest.mark.parametrize("framing", ["declared", "chunked"])
@pytest.mark.parametrize(("path", "most"), [("ticket/validate", MEGABYTE), ("event/new", 16 * MEGABYTE)])
def test_a_body_has_its_limit_and_not_a_byte_more(
    server: RunningServer, alice: Tenant, framing: str, path: str, most: int
) -> None:
    within = "invalid sensitive" if path == "ticket/validate" else "invalid request"
    for size, status, expected in ((most, 400, within), (most + 1, 413, "request too large")):
        body = _body_of(size)
        assert len(body) == size
        parts = [body[start : start + 65536] for start in range(0, size, 65536)]
        spelled = {
            "declared": request("POST", f"/v1/{path}", body, *credentials(alice)),
            "chunked": request("POST", f"/v1/{path}", None, CHUNKED, *credentials(alice)) + chunked(*parts),
        }[framing]
        with connected(server.url) as line:
            line.send(spelled)  # to the end, before it reads: its answer must not be reset away
            assert_refused(line.answer(), status, expected)


def test_a_body_over_its_limit_is_refused_before_it_is_sent(server: RunningServer, alice: Tenant) -> None:
    head = request(
        "POST", "/v1/order/new", None, "Content-Length: 1048577", "Expect: 100-continue", *credentials(alice)
    )
    with connected(server.url) as line:
        line.send(head)
        answer = line.answer()
        assert_refused(answer, 413, "request too large")
        assert answer.headers["connection"] == "close"


def test_what_comes_around_a_body_is_bounded_too(server: RunningServer, alice: Tenant) -> None:
    head = request("POST", "/v1/order/new", None, CHUNKED, *credentials(alice))
    for around in (b"2;" + b"x" * 200_000, b"2\r\n{}\r\n0\r\n" + b"X-A: a\r\n" * 30_000):
        with connected(server.url) as line:
            line.send(head + around)
            assert_refused(line.answer(), 413, "request too large")


def test_a_body_in_chunks_of_one_byte_is_none_the_worse(server: RunningServer, alice: Tenant) -> None:
    body = json.dumps({"ticket_sensitive": "a" * 100_000}).encode()
    sent = request("POST", "/v1/ticket/validate", None, CHUNKED, *credentials(alice))
    with connected(server.url) as line:
        line.send(sent + chunked(*(bytes([byte]) for byte in body)) + HEALTH)
        assert_refused(line.answer(), 400, "invalid sensitive")
        assert line.answer().status == 200


def test_a_hundred_requests_may_wait_in_line_and_no_more(server: RunningServer) -> None:
    with connected(server.url) as line:
        line.send(HEALTH * 90)
        assert [line.answer().status for _ in range(90)] == [200] * 90
        line.send(b"GET /nothing HTTP/1.1\r\n\r\n" * 5000)
        statuses = []
        while not statuses or statuses[-1] == 404:
            answer = line.answer()
            statuses.append(answer.status)
        assert_refused(answer, 429, "too many requests")
        assert answer.headers["retry-after"]
        assert 100 <= len(statuses) <= 200


def test_a_connection_over_the_limit_is_told_to_come_back(database_url: str, data_dir: Path) -> None:
    with RunningServer.start(database_url, data_dir, connections="8") as server:
        with contextlib.ExitStack() as open_lines:
            for _ in range(8):
                line = open_lines.enter_context(connected(server.url))
                line.send(HEALTH)
                assert line.answer().status == 200
            ninth = open_lines.enter_context(connected(server.url))
            ninth.send(HEALTH)
            answer = ninth.answer()
            assert_refused(answer, 503, "temporarily unavailable")
            assert answer.headers["retry-after"]
            line.send(HEALTH)
            assert line.answer().status == 200
        server.wait_until_healthy()
