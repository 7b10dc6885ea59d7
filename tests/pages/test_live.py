"""Server-sent events as a client gets them: from our protocol and our streams, in a process of their own."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.raw_http import Line, connected, request

from ticketsonic.pages.live import RETRY_MILLISECONDS, Event, Streams

PATIENCE_SECONDS = 15.0
PROGRAM = Path(__file__).with_name("streaming.py")


@contextlib.contextmanager
def _program() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    started = subprocess.Popen(
        [sys.executable, str(PROGRAM)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert started.stdout is not None
        yield f"http://127.0.0.1:{started.stdout.readline().strip()}", started
    finally:
        started.kill()
        started.communicate()


@pytest.fixture(scope="module")
def shared_url() -> Iterator[str]:
    """A program for the tests that leave it as it was."""
    with _program() as (url, _):
        yield url


@pytest.fixture
def url(shared_url: str) -> str:
    assert _soon_open(shared_url, 0)
    return shared_url


@pytest.fixture
def own() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A program that a test may end."""
    with _program() as started:
        yield started


def _read_until(line: Line, wanted: bytes) -> bytes:
    """Read what comes until it holds what is wanted, or the stream ends."""
    read = b""
    while wanted not in read:
        data = line.socket.recv(65536)
        if not data:
            break
        read += data
    return read


def _read_to_the_end(line: Line) -> bytes:
    return _read_until(line, b"\0 never sent")


def _soon_open(url: str, count: int) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if httpx.get(f"{url}/open").text.split()[0] == str(count):
            return True
        time.sleep(0.02)
    return False


def test_a_stream_tells_when_to_come_again_and_gives_each_event_its_name_id_and_lines(url: str) -> None:
    with connected(url) as line:
        line.send(request("GET", "/"))
        read = _read_until(line, b"number 10\n").decode()
    assert "content-type: text/event-stream; charset=utf-8" in read
    assert "cache-control: no-store" in read
    assert f"retry: {RETRY_MILLISECONDS}\n\n" in read
    assert "event: counted\nid: 3\ndata: number 3\ndata: of ten\n\n" in read


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_stream_goes_on_behind_the_last_event_that_was_seen(url: str, how: str) -> None:
    with connected(url) as line:
        if how == "header":
            line.send(request("GET", "/", None, "Last-Event-ID: 8"))
        else:
            line.send(request("GET", "/?last_event_id=8"))
        read = _read_until(line, b"number 10\n").decode()
    assert "number 8" not in read
    assert "id: 9\n" in read


def test_a_stream_outlives_the_time_a_request_may_take_and_says_that_it_is_there(url: str) -> None:
    began = time.monotonic()
    with connected(url) as line:
        line.send(request("GET", "/", None, "Last-Event-ID: 10"))
        read = b""
        while read.count(b": still here\n\n") < 4:
            data = line.socket.recv(65536)
            assert data, read
            read += data
    assert time.monotonic() - began > 1.2  # REQUEST_SECONDS of the program are 1


def test_a_stream_ends_with_what_it_was_opened_with(own: tuple[str, subprocess.Popen[str]]) -> None:
    url, _ = own
    with connected(url) as line:
        line.send(request("GET", "/"))
        _read_until(line, b"number 10\n")
        assert httpx.post(f"{url}/end").text == "ended"
        assert _read_to_end_of_chunks(line)
    assert _soon_open(url, 0)


def _read_to_end_of_chunks(line: Line) -> bool:
    return b"0\r\n\r\n" in _read_until(line, b"0\r\n\r\n")


def test_a_stream_whose_client_goes_is_let_go_at_once(url: str) -> None:
    with connected(url) as line:
        line.send(request("GET", "/?source=quiet"))
        _read_until(line, b"number 10\n")
        assert _soon_open(url, 1)
    assert _soon_open(url, 0)


def test_one_owner_has_so_many_streams_and_the_oldest_ends_for_a_new_one(url: str) -> None:
    with connected(url) as first, connected(url) as second, connected(url) as third, connected(url) as other:
        for line, owner in ((first, "alice"), (second, "alice"), (other, "bob"), (third, "alice")):
            line.send(request("GET", f"/?owner={owner}"))
            _read_until(line, b"number 10\n")
        assert _read_to_end_of_chunks(first)
        assert _soon_open(url, 3)
        for line in (second, third, other):
            assert b"still here" in _read_until(line, b"still here")


def test_a_client_that_does_not_read_makes_the_server_hold_little_and_is_cut(url: str) -> None:
    with connected(url) as line:
        line.send(request("GET", "/?source=flood"))
        assert _soon_open(url, 1)
        assert _soon_open(url, 0)  # after the second that a reader has; nothing was read here
        events = int(httpx.get(f"{url}/open").text.split()[1])
    assert events * 65_536 < 32 * 1024 * 1024  # what two kernels' buffers hold, and no more


def test_a_fault_of_a_source_ends_its_stream_and_no_other(own: tuple[str, subprocess.Popen[str]]) -> None:
    url, process = own
    with connected(url) as line, connected(url) as other:
        other.send(request("GET", "/?owner=other"))
        line.send(request("GET", "/?source=break"))
        assert b"before the fault" in _read_until(line, b"0\r\n\r\n")
        assert b"still here" in _read_until(other, b"still here")
    process.send_signal(signal.SIGTERM)
    _, logged = process.communicate(timeout=PATIENCE_SECONDS)
    assert "stream ended by a fault" in logged


@pytest.mark.parametrize("source", ["", "flood"], ids=["read", "not read"])
def test_open_streams_do_not_hold_up_a_server_that_stops(own: tuple[str, subprocess.Popen[str]], source: str) -> None:
    url, process = own
    with connected(url) as line:
        line.send(request("GET", f"/?source={source}"))
        assert _soon_open(url, 1)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)
    # Half a second on an idle machine; 10 is what its answers would be given.
    assert time.monotonic() - began < 5


def test_a_stream_opened_while_the_server_stops_ends_at_once() -> None:
    streams = Streams()
    streams.stop()
    with streams.joined("late") as end:
        assert end.is_set()
    assert len(streams) == 0


def test_an_owner_whose_link_is_over_loses_every_stream_and_nobody_else_does() -> None:
    streams = Streams()
    with streams.joined("alice") as first, streams.joined("alice") as second, streams.joined("bob") as bobs:
        streams.end_owner("alice")
        assert first.is_set()
        assert second.is_set()
        assert not bobs.is_set()


@pytest.mark.parametrize("event", [Event("", "two\nlines"), Event("", event_id="a\0"), Event("", event_id="a\rb")])
def test_an_event_is_refused_whose_name_or_id_would_say_more_than_itself(event: Event) -> None:
    with pytest.raises(ValueError, match="one line"):
        event.spell()


def test_data_cannot_pass_for_another_field() -> None:
    assert Event("a\r\nid: 9\rb\nc").spell() == b"data: a\ndata: id: 9\ndata: b\ndata: c\n\n"
