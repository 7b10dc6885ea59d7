"""Commands beside a running server, which sees what they did within 5 s (issue 2)."""

import asyncio
import base64
import json
import re
import secrets
import time

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from sqlalchemy import update
from tests.commands.conftest import soon
from tests.servers import RunningServer, Tenant

from ticketsonic.database import Database
from ticketsonic.schema import api_keys
from ticketsonic.settings import load_settings


def _key_works(server: RunningServer, user_id: str, key: str) -> bool:
    answer = httpx.get(f"{server.url}/v1/health", headers={"X-Api-UserID": user_id, "X-API-Key": key})
    if answer.status_code == 200:
        return True
    assert answer.json()["message"] == "unknown key"
    return False


def test_a_created_account_sells_at_once_and_is_listed(server: RunningServer) -> None:
    email = f"New.{secrets.token_hex(4)}@Example.com"
    made = json.loads(server.command("account", "create", email, "--json", "--bits", "1024"))
    assert made.keys() == {"api_userid", "api_key"}
    tenant = Tenant(server.url, made["api_userid"], made["api_key"])
    with tenant.client:
        _, (sku,) = tenant.event()
        assert tenant.codes((sku, 1))
    another = f"another.{secrets.token_hex(4)}@example.com"
    assert another in server.command("account", "create", another, "--bits", "1024")
    listed = server.command("account", "list")
    assert made["api_userid"] in listed
    assert another in listed


def test_a_key_ends_within_5_seconds_of_its_revocation_and_of_its_expiry(server: RunningServer, alice: Tenant) -> None:
    door = ("--name", "gate 3", "--scope", "door", "--expires", "2099-01-31")
    gate = json.loads(server.command("key", "create", alice.user_id, *door, "--json"))
    assert soon(lambda: _key_works(server, alice.user_id, gate["api_key"]))  # within half a second
    made = server.command("key", "create", alice.user_id, "--name", "web shop")
    (key,), (key_id,) = re.findall(r"api_key +(\w+)", made), re.findall(r"key id +(\d+)", made)
    assert soon(lambda: _key_works(server, alice.user_id, key))

    assert "is revoked" in server.command("key", "revoke", alice.user_id, key_id)
    assert soon(lambda: not _key_works(server, alice.user_id, key))
    asyncio.run(_expire_now(server, int(gate["key_id"])))
    assert soon(lambda: not _key_works(server, alice.user_id, gate["api_key"]))
    assert _key_works(server, alice.user_id, alice.key)

    listed = server.command("key", "list", alice.user_id)
    assert re.search(rf"^{key_id} .*full .*web shop .*revoked 20", listed, re.MULTILINE)
    assert re.search(r"door .*gate 3 .*expires 20", listed)
    assert key not in listed


async def _expire_now(server: RunningServer, key_id: int) -> None:
    """Let the moment of a key's expiry be now: to wait for it would take as long as the command takes to start."""
    database = Database(load_settings(server.environment).database_url)
    async with database.transaction() as connection:
        expired = update(api_keys).where(api_keys.c.id == key_id).values(expires_at=int(time.time()))
        await connection.execute(expired)
    await database.close()


def test_a_rotation_signs_anew_keeps_old_tickets_and_a_revocation_ends_them(
    server: RunningServer, alice: Tenant
) -> None:
    _, (sku,) = alice.event()
    first, second = alice.codes((sku, 2))
    before = alice.get("event/list").json()["user_public_key"]

    said = server.command("signing-key", "rotate", alice.user_id, "--bits", "1536")
    assert "must sync" in said
    number = re.findall(r"key (\d+)", said)[0]
    assert soon(lambda: alice.get("event/list").json()["user_public_key"] != before)
    assert soon(lambda: len(alice.codes((sku, 1))[0]) == 256)
    assert alice.validate(first).json()["status"] == "success"

    shown = load_pem_public_key(server.command("signing-key", "show", alice.user_id, number).encode())
    der = base64.b64decode(alice.get("event/list").json()["user_public_key"])
    assert shown.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == der

    assert "is revoked" in server.command("signing-key", "revoke", alice.user_id, "1", "--yes")
    time.sleep(4)  # asking earlier would admit it
    assert alice.validate(second).json()["message"] == "invalid sensitive"
    assert alice.validate(alice.codes((sku, 1))[0]).json()["status"] == "success"
    listed = server.command("signing-key", "list", alice.user_id)
    assert re.search(r"^1 +rsa +1024 bits .*revoked 20", listed, re.MULTILINE)


def test_an_ed25519_key_rotates_too(server: RunningServer, alice: Tenant) -> None:
    _, (sku,) = alice.event(ticket_code="ed25519")
    (old,) = alice.codes((sku, 1))
    said = server.command("signing-key", "rotate", alice.user_id, "--code", "ed25519")
    assert "must sync" not in said
    assert soon(lambda: alice.codes((sku, 1))[0][:7] != old[:7])  # the number of its key stands first
    assert alice.validate(old).json()["status"] == "success"
