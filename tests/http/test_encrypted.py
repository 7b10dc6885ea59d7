"""TLS with a certificate and key given as options (contract.md §1)."""

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.raw_http import Line, assert_refused, connected, credentials, request
from tests.servers import RunningServer, Tenant

HEALTH = request("GET", "/v1/health")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine's own, its key beside it."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True, timeout=30)
    return folder / "certificate.pem"


@pytest.fixture(scope="module")
def encrypted(certificate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("encrypted")
    options = ("--tls-certificate", str(certificate), "--tls-key", str(certificate.with_name("key.pem")))
    with RunningServer.start(f"sqlite:///{folder / 'tls.db'}", folder, *options, request_seconds="1") as running:
        yield running


@pytest.fixture
def dora(encrypted: RunningServer, certificate: Path) -> Iterator[Tenant]:
    with encrypted.new_tenant("dora") as tenant:
        context = ssl.create_default_context(cafile=str(certificate))
        client = httpx.Client(base_url=encrypted.url, headers=tenant.credentials, timeout=30, verify=context)
        with client:
            tenant.client = client
            yield tenant


def _wrapped(line: Line, certificate: Path) -> Line:
    context = ssl.create_default_context(cafile=str(certificate))
    return Line(context.wrap_socket(line.socket, server_hostname="127.0.0.1"))


def test_it_sells_and_admits_over_tls(encrypted: RunningServer, dora: Tenant) -> None:
    assert encrypted.url.startswith("https://")
    _, (sku,) = dora.event()
    (code,) = dora.codes((sku, 1))
    assert dora.validate(code).json()["status"] == "success"


def test_a_client_without_tls_is_turned_away(encrypted: RunningServer) -> None:
    with connected(encrypted.url) as line:
        line.send(HEALTH)
        assert line.is_closed()


def test_pipelines_and_garbage_are_answered_over_tls(encrypted: RunningServer, certificate: Path) -> None:
    with connected(encrypted.url) as plain, _wrapped(plain, certificate).socket as wrapped:
        line = Line(wrapped)
        line.send(HEALTH * 3 + b"garbage\r\n\r\n")
        for _ in range(3):
            assert line.answer().status == 200
        assert_refused(line.answer(), 400, "invalid request")
        assert line.is_closed()


def test_a_large_body_is_refused_over_tls(encrypted: RunningServer, dora: Tenant, certificate: Path) -> None:
    with connected(encrypted.url) as plain, _wrapped(plain, certificate).socket as wrapped:
        line = Line(wrapped)
        line.send(request("POST", "/v1/order/new", b" " * 2_000_000, *credentials(dora)))
        assert_refused(line.answer(), 413, "request too large")


def test_a_slow_client_is_timed_out_over_tls(encrypted: RunningServer, certificate: Path) -> None:
    with connected(encrypted.url) as plain, _wrapped(plain, certificate).socket as wrapped:
        line = Line(wrapped)
        line.send(HEALTH[:20])
        assert_refused(line.answer(), 408, "invalid request")


def test_a_client_that_ends_its_sending_does_no_harm(encrypted: RunningServer, certificate: Path) -> None:
    with connected(encrypted.url) as plain, _wrapped(plain, certificate).socket as wrapped:
        wrapped.sendall(HEALTH[:30])
        plain.socket.close()
        wrapped.shutdown(socket.SHUT_WR)
    assert httpx.get(f"{encrypted.url}/v1/health", verify=False).status_code == 200


def test_an_idle_client_does_not_hold_up_the_end(certificate: Path, tmp_path: Path) -> None:
    options = ("--tls-certificate", str(certificate), "--tls-key", str(certificate.with_name("key.pem")))
    server = RunningServer.launch(f"sqlite:///{tmp_path / 'tls.db'}", tmp_path, *options)
    with connected(server.url) as plain, _wrapped(plain, certificate).socket as idle:
        line = Line(idle)
        line.send(HEALTH)
        assert line.answer().status == 200
        began = time.monotonic()
        assert server.stop() == 0  # while it says no farewell
        assert time.monotonic() - began < 10
