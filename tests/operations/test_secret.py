"""The server's secret, and what lies encrypted with it."""

import asyncio
import os
import re
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from tests.commands.conftest import run_program
from tests.servers import RunningServer, environment_for

from ticketsonic.accounts.fingerprint import hold_secret_against
from ticketsonic.database import Database
from ticketsonic.database.migrating import migrate
from ticketsonic.sealing import Seal, WrongSecret, load_secret
from ticketsonic.settings import InvalidSetting, load_settings

SECRETS = ("a" * 32, "b" * 32)


def test_the_first_start_makes_it_for_its_owner_only_and_the_next_one_keeps_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    before = os.umask(0)
    try:
        made = load_secret(load_settings({"TICKETSONIC_DATA_DIR": str(folder)}))
    finally:
        os.umask(before)
    file = folder / "secret"
    assert re.fullmatch("[0-9a-f]{64}", made)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert load_secret(load_settings({"TICKETSONIC_DATA_DIR": str(folder)})) == made
    assert list(folder.iterdir()) == [file]


def test_many_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    settings = load_settings({"TICKETSONIC_DATA_DIR": str(tmp_path / "data")})
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(load_secret(settings))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert len(set(found)) == 1


@pytest.mark.parametrize("content", ["", "short\n", "é\n"])
def test_a_secret_file_that_holds_none_is_refused_without_being_shown(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret").write_text(content)
    with pytest.raises(InvalidSetting, match=r"TICKETSONIC_SECRET_FILE .* holds fewer than 32 characters") as refused:
        load_secret(load_settings({"TICKETSONIC_DATA_DIR": str(tmp_path)}))
    assert "short" not in str(refused.value)
    assert (tmp_path / "secret").read_text() == content


def test_a_server_and_every_command_refuse_to_work_with_another_secret(fresh_database_url: str, tmp_path: Path) -> None:
    asyncio.run(_make_database(fresh_database_url, SECRETS[0]))
    environment = environment_for(fresh_database_url, tmp_path, TICKETSONIC_SECRET=SECRETS[1])
    for line in (("serve", "--port", "0"), ("account", "create", "bob@example.com")):
        refused = run_program(*line, environment=environment)
        assert "made with another secret" in refused.error
        assert SECRETS[1] not in refused.said


async def _make_database(url: str, secret: str) -> None:
    database = Database(url)
    await migrate(database)
    await hold_secret_against(database, Seal(secret))
    await hold_secret_against(database, Seal(secret))
    await database.close()


def test_what_is_sealed_is_read_with_the_same_secret_in_the_same_place_only() -> None:
    seal = Seal(SECRETS[0])
    sealed = seal.close(b"a private key", belongs_to="account 1 signing key 1")
    assert b"a private key" not in sealed
    assert seal.open(sealed, belongs_to="account 1 signing key 1") == b"a private key"
    assert seal.close(b"a private key", belongs_to="account 1 signing key 1") != sealed
    for other, place in ((Seal(SECRETS[1]), "account 1 signing key 1"), (seal, "account 2 signing key 1")):
        with pytest.raises(WrongSecret):
            other.open(sealed, belongs_to=place)
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WrongSecret):
            seal.open(bytes(flipped), belongs_to="account 1 signing key 1")
    for size in range(len(sealed)):
        with pytest.raises(WrongSecret):
            seal.open(sealed[:size], belongs_to="account 1 signing key 1")


def test_a_private_key_at_rest_is_unreadable_and_one_that_was_changed_signs_nothing(tmp_path: Path) -> None:
    file = tmp_path / "own.db"
    with RunningServer.start(f"sqlite:///{file}", tmp_path, minted_codes="0") as running:
        with running.new_tenant("alice") as alice, sqlite3.connect(file) as rows:
            _, (sku,) = alice.event()
            sealed = rows.execute("SELECT sealed_private_der, code FROM signing_keys ORDER BY number").fetchall()
            assert [code for _, code in sealed] == ["rsa", "ed25519"]
            for text, _ in sealed:
                with pytest.raises(ValueError, match=r"."):
                    load_der_private_key(text, None)
            plain = Seal((tmp_path / "secret").read_text().strip()).open(
                sealed[1][0], belongs_to="account 1 signing key 2"
            )
            assert isinstance(load_der_private_key(plain, None), Ed25519PrivateKey)

            rows.execute("UPDATE signing_keys SET sealed_private_der = zeroblob(600) WHERE code = 'rsa'")
            rows.commit()
            answer = alice.order((sku, 1))
            assert (answer.status_code, answer.json()) == (500, {"status": "error", "message": "error fetching data"})
        rows.close()
    log = (tmp_path / "server.log").read_text()
    assert answer.headers["x-request-id"] in log
    assert "WrongSecret" in log
