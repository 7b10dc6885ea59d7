"""The first start of `make run`, which is `ticketsonic serve --sample`: what it prints is pasted and works."""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.commands.conftest import Run
from tests.servers import STOP_SECONDS, RunningServer


@contextmanager
def _first_start(database_url: str, folder: Path, *arguments: str) -> Iterator[tuple[RunningServer, str]]:
    """Start with --sample; gives the server and what it printed up to the second line of curl."""
    with RunningServer.start(database_url, folder, "--sample", *arguments) as running:
        assert running.process.stdout is not None
        printed = ""
        while printed.count("curl -s") < 2:
            line = running.process.stdout.readline()
            assert line, printed
            printed += line
        yield running, printed


def _paste(printed: str, folder: Path) -> list[dict[str, object]]:
    """Paste the two lines into bash, as they stand; gives the answers."""
    if shutil.which("curl") is None:
        pytest.skip("this machine has no curl to paste into")
    lines = [line for line in printed.splitlines() if line.startswith("curl ")]
    assert len(lines) == 2
    done = subprocess.run(
        ["bash"], input="\n".join(lines), cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def _rest_of_output(running: RunningServer) -> str:
    running.process.terminate()
    assert running.process.wait(STOP_SECONDS) == 0
    assert running.process.stdout is not None
    return running.process.stdout.read()


def test_it_prints_user_key_and_two_lines_that_sell_and_admit_and_a_later_start_does_not(
    fresh_database_url: str, tmp_path: Path
) -> None:
    with _first_start(fresh_database_url, tmp_path) as (_, printed):
        key = re.findall(r"API key +([0-9a-f]{32})", printed)[0]
        assert "user id  organiser@example.com" in printed
        sold, admitted = _paste(printed, tmp_path)
        assert (sold["status"], len(sold["tickets"])) == ("success", 1)  # type: ignore[arg-type]
        assert (admitted["status"], admitted["message"]["price"]) == ("success", 25)  # type: ignore[index]
        # Pasted again at once, it sells again: its hash has more in it than the second.
        assert [answer["status"] for answer in _paste(printed, tmp_path)] == ["success", "success"]
    with RunningServer.start(fresh_database_url, tmp_path, "--sample") as running:
        later = _rest_of_output(running)
        assert later == ""
        assert key not in (tmp_path / "server.log").read_text()


def test_it_works_over_tls_and_at_an_ipv6_address(tmp_path: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=tickets.test"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        capture_output=True,
        timeout=30,
        check=True,
    )
    tls = ("--host", "::1", "--tls-certificate", str(certificate), "--tls-key", str(key))
    with _first_start(f"sqlite:///{tmp_path / 'tls.db'}", tmp_path, *tls) as (running, printed):
        assert running.url.startswith("https://[::1]:")
        assert [answer["status"] for answer in _paste(printed, tmp_path)] == ["success", "success"]


def test_where_the_port_is_taken_no_account_is_made_that_nobody_saw(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        error = run("serve", "--sample", "--port", port).error
    assert f"TICKETSONIC_PORT ({port})" in error
    assert "in use" in error
    assert run("account", "list").printed == ""


def test_a_certificate_that_is_none_is_told_before_anything_is_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.pem").write_text("Dear Ada")
    letter = str(tmp_path / "letter.pem")
    error = run("serve", "--port", "0", "--tls-certificate", letter, "--tls-key", letter).error
    assert "TICKETSONIC_TLS_CERTIFICATE and TICKETSONIC_TLS_KEY" in error
    assert not (tmp_path / "data").exists()


def test_a_host_that_does_not_exist_is_told(run: Run) -> None:
    assert "TICKETSONIC_HOST ('nowhere.invalid')" in run("serve", "--host", "nowhere.invalid", "--port", "0").error


def test_localhost_is_served_at_every_address_it_stands_for(tmp_path: Path) -> None:
    found = {address[0] for *_, address in socket.getaddrinfo("localhost", 0, type=socket.SOCK_STREAM)}
    with RunningServer.start(f"sqlite:///{tmp_path / 'own.db'}", tmp_path, "--host", "localhost") as running:
        port = int(running.url.rpartition(":")[2])
        for address in found:
            socket.create_connection((str(address), port), timeout=5).close()
