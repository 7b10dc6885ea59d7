"""Starting and stopping: quickly, with what was taken answered, and nobody left behind."""

import contextlib
import os
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest
from tests.commands.conftest import soon
from tests.operations.test_metrics import read_metrics
from tests.postgresql import make_postgresql_database
from tests.servers import RunningServer, spawned_by

from ticketsonic.worker import _forget_dead_workers


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_an_idle_server_stops_at_once_with_0_though_connections_are_kept_alive(tmp_path: Path, number: int) -> None:
    running = RunningServer.launch(f"sqlite:///{tmp_path / 'own.db'}", tmp_path)
    with httpx.Client(base_url=running.url) as client, contextlib.ExitStack() as idle:
        assert client.get("/v1/health").status_code == 200
        idle.enter_context(socket.create_connection(("127.0.0.1", int(running.url.rpartition(":")[2]))))
        began = time.monotonic()
        running.process.send_signal(number)
        assert running.stop() == 0
    assert time.monotonic() - began < 3
    assert not list(tmp_path.glob("own.db-wal")) or (tmp_path / "own.db-wal").stat().st_size == 0


def _lives(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="a server's children are read from /proc")


@needs_proc
def test_two_workers_serve_sum_their_metrics_replace_the_killed_and_stop_clean(tmp_path: Path) -> None:
    with RunningServer.start(make_postgresql_database(), tmp_path, "--workers", "2") as running:
        assert soon(lambda: len(spawned_by(running.process.pid)) == 2, 10)
        first = spawned_by(running.process.pid)
        sold = 0
        with running.new_tenant("alice") as alice:
            _, (sku,) = alice.event({"stock": 100})
            for _ in range(24):  # each on a connection of its own, so that both workers have some
                answer = httpx.post(
                    f"{running.url}/v1/order/new",
                    headers=alice.credentials,
                    json={"request_hash": os.urandom(8).hex(), "tickets": [{"sku": sku, "stock": 1}]},
                )
                sold += answer.status_code == 200
            assert sold == 24
            assert alice.stock(sku) == 76
        assert read_metrics(running)['ticketsonic_orders_total{outcome="sold"}'] == 24

        os.kill(first[0], signal.SIGKILL)
        assert soon(lambda: len(now := spawned_by(running.process.pid)) == 2 and first[0] not in now, 10)
        running.wait_until_healthy()
        for _ in range(8):
            assert httpx.get(f"{running.url}/v1/health").status_code == 200
        assert read_metrics(running)['ticketsonic_orders_total{outcome="sold"}'] == 24
        workers = spawned_by(running.process.pid)
        assert running.stop() == 0
        assert not [worker for worker in (*first, *workers) if _lives(worker)]


@needs_proc
def test_the_workers_of_a_killed_server_end_and_let_go_of_its_port(tmp_path: Path) -> None:
    running = RunningServer.launch(make_postgresql_database(), tmp_path, "--workers", "2")
    try:
        assert soon(lambda: len(spawned_by(running.process.pid)) == 2, 10)
        workers = spawned_by(running.process.pid)
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait(10)
        assert soon(lambda: not [worker for worker in workers if _lives(worker)], 10)
        socket.create_server(("127.0.0.1", int(running.url.rpartition(":")[2]))).close()
    finally:
        running.kill()


def test_what_a_killed_worker_had_waiting_is_forgotten_and_what_it_counted_is_not(tmp_path: Path) -> None:
    names = ("gauge_livesum_99999999.db", f"gauge_livesum_{os.getpid()}.db", "counter_99999999.db")
    for name in names:
        (tmp_path / name).touch()
    _forget_dead_workers(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {*names[1:]}
