"""Commands beside a running server, which sees what they did within 5 s (issue 2)."""

import base64
import json
import re
import secrets
import time
from datetime import UTC, datetime, timedelta

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from tests.commands.conftest import soon
from tests.servers import RunningServer, Tenant


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
    assert made["api_userid"] in server.command("account", "list")


def test_a_key_ends_within_5_seconds_of_its_revocation_and_of_its_expiry(server: RunningServer, alice: Tenant) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=6)
    expiring = json.loads(
        server.command(
            *("key", "create", alice.user_id, "--name", "gate 3", "--scope", "door", "--json"),
            *("--expires", ends.strftime("%Y-%m-%dT%H:%M:%S")),
        )
    )
    made = server.command("key", "create", alice.user_id, "--name", "web shop")
    (key,), (key_id,) = re.findall(r"api_key +(\w+)", made), re.findall(r"key id +(\d+)", made)
    assert _key_works(server, alice.user_id, key)
    assert _key_works(server, alice.user_id, expiring["api_key"]) or datetime.now(UTC) > ends

    assert "is revoked" in server.command("key", "revoke", alice.user_id, key_id)
    assert soon(lambda: not _key_works(server, alice.user_id, key))
    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()))
    assert soon(lambda: not _key_works(server, alice.user_id, expiring["api_key"]))
    assert _key_works(server, alice.user_id, alice.key)

    listed = server.command("key", "list", alice.user_id)
    assert re.search(rf"^{key_id} .*full .*web shop .*revoked 20", listed, re.MULTILINE)
    assert re.search(r"door .*gate 3 .*expires 20", listed)
    assert key not in listed


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
