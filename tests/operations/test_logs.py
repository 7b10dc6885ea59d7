"""Logs: enough to find a fault by its request id, and nothing of what they must never hold (promise 7)."""

import asyncio
import io
import json
import logging
import os
import pty
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
from sqlalchemy import create_engine, text
from tests.servers import RunningServer, environment_for, fresh_hash

from ticketsonic.logs import JsonLines, TextLines

BUYER, COMPANY = "Grace Brewster Hopper", "Eckert-Mauchly Corporation"


def _use_everything(server: RunningServer, database_url: str) -> tuple[list[str], str]:
    """A whole sale, and every kind of error; gives what must not be logged, and the request id of a fault."""
    with server.new_tenant("alice") as alice:
        _, (sku,) = alice.event({"stock": 5})
        details = {"primary_text_pl": BUYER, "secondary_text_pl": COMPANY}
        request_hash = fresh_hash()
        codes = alice.codes((sku, 2), order_details=details, request_hash=request_hash)
        alice.order((sku, 1), order_details=details, request_hash=request_hash)
        alice.order((sku, 99), order_details=details)
        alice.get("order/show", x_api_requesthash=request_hash)
        for code in (*codes, codes[0], "A" + codes[0][1:], codes[1][:-1]):
            alice.validate(code)
        alice.post("order/new", f'{{"order_details": {{"primary_text_pl": "{BUYER}"'.encode())
        alice.post("nonsense", {"key": alice.key, "name": BUYER})
        wrong = secrets.token_hex(16)
        alice.client.get("/v1/health", headers={"X-API-Key": wrong})
        alice.client.get(f"/v1/health?key={alice.key}", headers={"X-Api-UserID": f"other.{alice.user_id}"})
        _break(database_url, "alter table orders rename to orders_gone")
        fault = alice.order((sku, 1), order_details=details)
        _break(database_url, "alter table orders_gone rename to orders")
        assert fault.status_code == 500, fault.text
        fault_id = fault.headers["x-request-id"]
        return [*codes, alice.key, wrong, alice.user_id, BUYER, "Brewster", COMPANY, "Mauchly"], fault_id


def _break(url: str, statement: str) -> None:
    """Rename a table under the server's feet: a fault that no request should be able to cause."""
    if url.startswith("sqlite"):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()
        return

    async def run() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(run())


def test_at_debug_level_no_key_code_address_or_buyer_is_in_the_log_and_a_fault_is_found_by_its_id(
    fresh_database_url: str, tmp_path: Path
) -> None:
    with RunningServer.start(fresh_database_url, tmp_path, log_level="debug") as running:
        forbidden, fault_id = _use_everything(running, fresh_database_url)
    log = (tmp_path / "server.log").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert all({"time", "level", "event"} <= line.keys() for line in lines)
    assert len([line for line in lines if line["event"] == "request"]) > 15
    for word in forbidden:
        assert word not in log
        assert word[:24] not in log
    (fault,) = [line for line in lines if line.get("request_id") == fault_id and line["level"] == "error"]
    assert fault["error"]
    assert any("ticketsonic" in place for place in fault["where"])


def test_on_a_terminal_they_are_text_and_elsewhere_json(tmp_path: Path) -> None:
    environment = environment_for(f"sqlite:///{tmp_path / 'own.db'}", tmp_path, TICKETSONIC_LOG_FORMAT="auto")
    command = [sys.executable, "-m", "ticketsonic", "serve", "--port", "0"]
    ours, theirs = pty.openpty()
    for stderr in (theirs, subprocess.PIPE):
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True) as process:
            assert process.stdout is not None
            assert "serves on" in process.stdout.readline()
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            said = os.read(ours, 4096).decode() if process.stderr is None else process.stderr.read()
        if stderr is theirs:
            os.close(theirs)
            os.close(ours)
            assert "info    database migrated" in said
            (tmp_path / "own.db").unlink()
        else:
            assert json.loads(said.splitlines()[0])["event"] == "database migrated"


def test_an_exception_is_logged_by_class_and_place_and_not_by_its_words() -> None:
    for formatter in (JsonLines(), TextLines()):
        written = io.StringIO()
        handler = logging.StreamHandler(written)
        handler.setFormatter(formatter)
        log = logging.getLogger("own")
        log.propagate = False
        log.handlers = [handler]
        try:
            int("Grace Hopper\nlevel=error")
        except ValueError:
            log.exception("fault", extra={"request_id": "17"})
        assert "ValueError" in written.getvalue()
        assert "test_logs.py" in written.getvalue()
        assert "Grace" not in written.getvalue()
        assert written.getvalue().count("\n") == 1
