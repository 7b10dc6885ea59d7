"""Connections are shared out evenly among workers; one that is dead, stopped or new keeps nobody waiting."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from tests.commands.conftest import soon
from tests.postgresql import make_postgresql_database
from tests.servers import RunningServer, spawned_by

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one socket is everyone's")

WORKERS = 2
BURST = 200
LEAST_OF_A_BURST = 60
"""Of two workers that share 200 by chance, one burst in a hundred million leaves one of them fewer."""
PATIENCE_SECONDS = 10
ANSWER_SECONDS = 3.0
"""Sooner than a worker that stands still is replaced, or one that died is missed on a busy machine."""
ASKED = 20
OK = b"HTTP/1.1 200 OK"
HEALTH = b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningServer]:
    with RunningServer.start(make_postgresql_database(), tmp_path, "--workers", "2") as server:
        assert soon(lambda: _is_shared_evenly(server), PATIENCE_SECONDS)
        yield server


def _address(running: RunningServer) -> tuple[str, int]:
    host, _, port = urlsplit(running.url).netloc.partition(":")
    return host, int(port)


def _burst(running: RunningServer) -> list[int]:
    """Open connections as fast as can be; gives how many each worker has."""
    with contextlib.ExitStack() as everyone:
        for _ in range(BURST):
            everyone.enter_context(socket.create_connection(_address(running), timeout=ANSWER_SECONDS))
        assert soon(lambda: sum(_connections(running)) >= BURST, PATIENCE_SECONDS)
        return _connections(running)


def _connections(running: RunningServer) -> list[int]:
    counts = []
    for process_id in spawned_by(running.process.pid):
        with contextlib.suppress(psutil.Error):
            known = psutil.Process(process_id).net_connections("tcp4")
            counts.append(
                sum(each.status == psutil.CONN_ESTABLISHED and each.laddr == _address(running) for each in known)
            )
    return counts


def _is_shared_evenly(running: RunningServer) -> bool:
    counts = _burst(running)
    return len(counts) == WORKERS and min(counts) >= LEAST_OF_A_BURST


def _ask(running: RunningServer) -> bytes:
    """Ask on a connection of its own; gives the status line."""
    with socket.create_connection(_address(running), timeout=ANSWER_SECONDS) as connection:
        connection.sendall(HEALTH)
        return connection.recv(64).partition(b"\r\n")[0]


def test_a_burst_is_shared_evenly(running: RunningServer) -> None:
    assert [_is_shared_evenly(running) for _ in range(5)] == [True] * 5


def test_who_waits_at_a_worker_that_stands_still_is_answered_by_another(running: RunningServer) -> None:
    stopped = spawned_by(running.process.pid)[0]
    os.kill(stopped, signal.SIGSTOP)
    try:
        assert [_ask(running) for _ in range(ASKED)] == [OK] * ASKED
    finally:
        os.kill(stopped, signal.SIGCONT)


def test_who_comes_after_a_worker_died_is_answered_at_once_and_its_successor_has_its_share(
    running: RunningServer,
) -> None:
    os.kill(spawned_by(running.process.pid)[0], signal.SIGKILL)
    assert [_ask(running) for _ in range(ASKED)] == [OK] * ASKED
    assert soon(lambda: _is_shared_evenly(running), PATIENCE_SECONDS)


def test_workers_that_replace_one_another_without_a_pause_share_as_before(running: RunningServer) -> None:
    before = set(spawned_by(running.process.pid))
    running.process.send_signal(signal.SIGHUP)
    while len(now := set(spawned_by(running.process.pid))) != WORKERS or now & before:
        with contextlib.suppress(ConnectionResetError):
            assert _ask(running) in {OK, b""}  # what a worker had accepted and not read as it ended, it closes
    assert soon(lambda: _is_shared_evenly(running), PATIENCE_SECONDS)


def test_a_second_server_does_not_share_with_the_first(running: RunningServer, tmp_path: Path) -> None:
    port = str(_address(running)[1])
    environment = running.environment | {"TICKETSONIC_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "ticketsonic", "serve", "--port", port, "--workers", "2"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "Address already in use" in done.stderr
