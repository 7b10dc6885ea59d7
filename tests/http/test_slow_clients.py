"""Clients that are slow, silent or deaf are timed out, and nobody else notices."""

import socket
import time
from collections.abc import Iterator

import pytest
from tests.raw_http import Line, assert_refused, connected, credentials, drip, request
from tests.servers import RunningServer, Tenant

HEALTH = request("GET", "/v1/health")


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that waits a second for a request. No database has a part in that: one will do."""
    folder = tmp_path_factory.mktemp("hasty")
    with RunningServer.start(f"sqlite:///{folder / 'hasty.db'}", folder, request_seconds="1") as running:
        yield running


@pytest.fixture
def carol(hasty: RunningServer) -> Iterator[Tenant]:
    with hasty.new_tenant("carol") as tenant:
        yield tenant


def _timed_out(line: Line, began: float) -> None:
    assert_refused(line.answer(), 408, "invalid request")
    assert time.monotonic() - began < 8


def _is_cut(line: Line, sent: bytes, pause_seconds: float = 0) -> bool:
    """Send, and never read, until the server has had enough."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        time.sleep(pause_seconds)
        try:
            line.send(sent)
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False


def test_a_head_of_one_byte_at_a_time_is_timed_out(hasty: RunningServer) -> None:
    began = time.monotonic()
    with connected(hasty.url) as line:
        drip(line, HEALTH * 10, 0.3)
        _timed_out(line, began)


def test_a_body_of_one_byte_at_a_time_is_timed_out(hasty: RunningServer, carol: Tenant) -> None:
    _, (sku,) = carol.event()
    body = b'{"request_hash":"slow","tickets":[{"sku":"%s","stock":1}]}' % sku.encode()
    began = time.monotonic()
    with connected(hasty.url) as line:
        sent = request("POST", "/v1/order/new", body, *credentials(carol))
        line.send(sent[: -len(body)])
        drip(line, body, 0.3)
        _timed_out(line, began)
    assert carol.stock(sku) == 100


def test_the_second_request_of_a_connection_is_timed_out_too(hasty: RunningServer) -> None:
    with connected(hasty.url) as line:
        line.send(HEALTH)
        assert line.answer().status == 200
        began = time.monotonic()
        line.send(HEALTH + HEALTH[:10])
        assert line.answer().status == 200
        _timed_out(line, began)


def test_a_connection_that_says_nothing_is_closed_without_a_word(hasty: RunningServer) -> None:
    with connected(hasty.url) as line, connected(hasty.url) as other:
        other.send(b"\r\n\r\n")
        began = time.monotonic()
        assert line.is_closed()
        assert other.is_closed()
        assert time.monotonic() - began < 8


def test_a_body_that_comes_at_a_decent_pace_may_take_longer_than_a_second(hasty: RunningServer, carol: Tenant) -> None:
    body = b'{"ticket_sensitive":"%s"}' % (b"a" * 200_000)
    sent = request("POST", "/v1/ticket/validate", body, *credentials(carol))
    with connected(hasty.url) as line:
        for start in range(0, len(sent), 20_000):
            line.send(sent[start : start + 20_000])
            time.sleep(0.15)
        assert_refused(line.answer(), 400, "invalid sensitive")


def test_an_answer_before_the_end_of_a_request_does_not_free_it_of_its_time(hasty: RunningServer) -> None:
    began = time.monotonic()
    with connected(hasty.url) as line:
        line.send(request("POST", "/v1/nowhere", None, "Content-Length: 1000") + b"{")
        assert_refused(line.answer(), 404, "not found")
        assert line.is_closed()
        assert time.monotonic() - began < 8


def test_the_rest_of_a_request_answered_early_is_skipped(hasty: RunningServer) -> None:
    with connected(hasty.url) as line:
        line.send(request("POST", "/v1/nowhere", None, "Content-Length: 10") + b"12345")
        assert_refused(line.answer(), 404, "not found")
        line.send(b"67890" + HEALTH)
        assert line.answer().status == 200


def test_a_client_that_never_reads_its_answers_is_cut(hasty: RunningServer, carol: Tenant) -> None:
    for _ in range(2):
        carol.event(*[{"primary_text_pl": "x" * 250}] * 200)
    sent = request("GET", "/v1/ticket/list", None, *credentials(carol))
    with connected(hasty.url) as line:
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.socket.settimeout(0.2)
        assert _is_cut(line, sent * 50)
    assert carol.get("health").status_code == 200


def test_what_is_not_read_does_not_pile_up_in_the_kernel_either(hasty: RunningServer) -> None:
    """Each answer here is some 180 kB: the kernel would keep all of them, and nobody would notice the deaf client."""
    with connected(hasty.url) as line:
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.send(request("GET", "/openapi.json") * 8)
        assert _is_cut(line, b"\r\n", pause_seconds=0.3)


def test_a_slow_reader_has_its_answer_whole(hasty: RunningServer, carol: Tenant) -> None:
    carol.event(*[{"primary_text_pl": "x" * 250}] * 200)
    sent = request("GET", "/v1/ticket/list", None, "Connection: close", *credentials(carol))
    with connected(hasty.url) as line:
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.send(sent)
        time.sleep(0.6)
        assert len(line.answer().json()["tickets"]) == 200
