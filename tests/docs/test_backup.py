"""docs/operations.md, run as pasted: sell, back up, destroy, restore, and the sold ticket is admitted."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.documents import ROOT, named_block, run_as_pasted
from tests.postgresql import postgresql_server
from tests.servers import RunningServer, Tenant, environment_for

PAGE = ROOT / "docs" / "operations.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def url(fresh_database_url: str, folder: Path) -> str:
    """A database of this test's own; SQLite in the data folder, as the page assumes."""
    return f"sqlite:///{folder / 'ticketsonic.db'}" if fresh_database_url.startswith("sqlite") else fresh_database_url


def test_what_was_sold_is_admitted_after_backup_loss_and_restore(url: str, folder: Path, tmp_path: Path) -> None:
    environment = _environment(url, folder) | {"BACKUP": str(tmp_path / "backup")}
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    with RunningServer.start(url, folder) as server, server.new_tenant("alice") as alice:
        _, (sku,) = alice.event({"stock": 10})
        sold = alice.order((sku, 2), request_hash="before")
        inside, outside = [ticket["encrypted_data"] for ticket in sold.json()["tickets"]]
        assert alice.validate(inside).json()["status"] == "success"
        for block in ("back up the secret", f"back up {kind}"):
            run_as_pasted(named_block(PAGE, block), environment, tmp_path)
        (too_late,) = alice.codes((sku, 1))
    _destroy(url, folder)
    for block in ("restore the secret", f"restore {kind}"):
        run_as_pasted(named_block(PAGE, block), environment, tmp_path)
    with RunningServer.start(url, folder) as server:
        alice = Tenant(server.url, alice.user_id, alice.key)
        with alice.client:
            assert alice.get("order/show", x_api_requesthash="before").content == sold.content
            assert alice.validate(outside).json()["status"] == "success"
            assert alice.validate(inside).json()["reason"] == "already_used"
            assert alice.validate(too_late).json()["message"] == "invalid sensitive"
            assert alice.order((sku, 1), request_hash="before").json()["message"] == "duplicated order"
            assert alice.stock(sku) == 8
            assert alice.order((sku, 8)).status_code == 200


def test_a_database_without_its_secret_is_refused(url: str, folder: Path) -> None:
    with RunningServer.start(url, folder):
        pass
    (folder / "secret").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "ticketsonic", "serve", "--port", "0"],
        env=environment_for(url, folder),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "another secret" in done.stderr


def test_after_a_kill_the_checks_of_the_page_find_nothing_wrong(url: str, folder: Path, tmp_path: Path) -> None:
    server = RunningServer.launch(url, folder)
    try:
        with server.new_tenant("alice") as alice:
            _, (sku,) = alice.event({"stock": 10})
            alice.codes((sku, 3))
    finally:
        server.kill()
    if url.startswith("sqlite"):
        block = named_block(PAGE, "check sqlite")
        assert run_as_pasted(block, _environment(url, folder), tmp_path) == "ok\n"
    check = named_block(PAGE, "check the stock")
    assert _ask(url, check) == ""
    _ask(url, "UPDATE stocks SET available = available + 1")
    assert _ask(url, check).strip().endswith("|10|8|3")


def _environment(url: str, folder: Path) -> dict[str, str]:
    folders = [] if url.startswith("sqlite") else [str(postgresql_server().bin_path)]
    return environment_for(url, folder) | {"PATH": os.pathsep.join([*folders, os.environ["PATH"]])}


def _destroy(url: str, folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    if not url.startswith("sqlite"):
        name = url.rpartition("?")[0].rpartition("/")[2] or url.rpartition("/")[2]
        postgresql_server().psql(f"DROP DATABASE {name} WITH (FORCE)")
        postgresql_server().psql(f"CREATE DATABASE {name}")


def _ask(url: str, statement: str) -> str:
    """Run one statement; gives its rows as psql does, one a line."""
    if not url.startswith("sqlite"):
        command = [str(postgresql_server().bin_path / "psql"), url, "-qAt", "-c", statement]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    try:
        with connection:
            rows = connection.execute(statement).fetchall()
    finally:
        connection.close()
    return "".join("|".join(map(str, row)) + "\n" for row in rows)
