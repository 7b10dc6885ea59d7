"""Open files run out for connections before they do for the database: whoever is connected can still buy."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.raw_http import assert_refused, connected, credentials, request
from tests.servers import RunningServer, Tenant, environment_for

HEALTH = request("GET", "/v1/health")


@contextlib.contextmanager
def _served(folder: Path, soft: int, hard: int, connections: int) -> Iterator[tuple[RunningServer, Path]]:
    """A server whose login may open so many files, and its log."""
    environment = environment_for(f"sqlite:///{folder / 'own.db'}", folder, TICKETSONIC_CONNECTIONS=str(connections))
    command = ["sh", "-c", f'ulimit -Sn {soft} && ulimit -Hn {hard} && exec "$@"', "sh", sys.executable]
    log = folder / "server.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*command, "-m", "ticketsonic", "serve", "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None, log.read_text()
        yield RunningServer(found[0], process, environment, 0.0), log
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        process.stdout.close()


@contextlib.contextmanager
def _crowd(url: str, size: int) -> Iterator[None]:
    """So many connections that say nothing."""
    with contextlib.ExitStack() as silent:
        for _ in range(size):
            silent.enter_context(connected(url))
        yield


def _buys(server: RunningServer, tenant: Tenant) -> None:
    _, (sku,) = tenant.event()
    for _ in range(20):
        assert len(tenant.codes((sku, 1))) == 1


def test_a_low_limit_is_raised_where_that_is_allowed(tmp_path: Path) -> None:
    with (
        _served(tmp_path, soft=128, hard=1024, connections=300) as (server, log),
        server.new_tenant("alice") as alice,
        _crowd(server.url, 250),
    ):
        _buys(server, alice)
        assert "open files" not in log.read_text()


def test_where_it_is_not_fewer_connections_are_taken_and_the_rest_is_told(tmp_path: Path) -> None:
    with (
        _served(tmp_path, soft=320, hard=320, connections=5000) as (server, log),
        server.new_tenant("alice") as alice,
    ):
        assert alice.get("health").status_code == 200
        with _crowd(server.url, 31), connected(server.url) as one_too_many:
            one_too_many.send(HEALTH)
            answer = one_too_many.answer()
            assert_refused(answer, 503, "temporarily unavailable")
            _buys(server, alice)
        assert '"connections":32' in log.read_text()


@pytest.mark.parametrize("more", [100, 400])
def test_a_crowd_beyond_every_file_does_not_stop_the_sale(tmp_path: Path, more: int) -> None:
    with (
        _served(tmp_path, soft=320, hard=320, connections=5000) as (server, _),
        server.new_tenant("alice") as alice,
    ):
        _, (sku,) = alice.event()
        with connected(server.url) as buyer, _crowd(server.url, more):
            body = b'{"request_hash":"within the crowd","tickets":[{"sku":"%s","stock":1}]}' % sku.encode()
            buyer.send(request("POST", "/v1/order/new", body, *credentials(alice)))
            assert buyer.answer().status == 200
        server.wait_until_healthy()
