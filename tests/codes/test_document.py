"""docs/ticket-codes.md as an implementer reads it: its vectors are right, and its commands work when pasted."""

import base64
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from tests.codes.conftest import Openssl

from ticketsonic.tickets.codes import base45, ed25519, rsa, tlv
from ticketsonic.tickets.codes.payload import CodePayload

DOCUMENT = (Path(__file__).parents[2] / "docs" / "ticket-codes.md").read_text("utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)


VECTORS: list[dict[str, Any]] = json.loads(_blocks("json")[0])
RSA_KEY, ED25519_KEY = (load_pem_private_key(pem.encode(), None) for pem in _blocks("pem"))


def _ticket(vector: dict[str, Any]) -> CodePayload:
    fields = dict(vector["ticket"])
    fields.pop("key_number", None)
    return CodePayload(**{"price_minor": None, **fields, "barcode": bytes.fromhex(fields["barcode"])})


def _of(code: str) -> list[dict[str, Any]]:
    found = [vector for vector in VECTORS if vector["code"] == code]
    assert len(found) == 2
    return found


@pytest.mark.parametrize("vector", _of("rsa"), ids=lambda vector: vector["ticket"]["barcode"])
def test_a_published_rsa_vector_is_what_we_make_and_read(vector: dict[str, Any]) -> None:
    assert isinstance(RSA_KEY, RSAPrivateKey)
    ticket, code = _ticket(vector), base64.b64decode(vector["base64"], validate=True)
    assert tlv.encode_payload(ticket).hex() == vector["payload_hex"]
    assert rsa.sign(ticket, RSA_KEY) == code
    assert rsa.read(code, RSA_KEY.public_key()) == ticket


@pytest.mark.parametrize("vector", _of("ed25519"), ids=lambda vector: vector["ticket"]["barcode"])
def test_a_published_ed25519_vector_is_what_we_make_and_read(vector: dict[str, Any]) -> None:
    assert isinstance(ED25519_KEY, Ed25519PrivateKey)
    ticket, code = _ticket(vector), base64.b64decode(vector["base64"], validate=True)
    assert ed25519.sign(ticket, ED25519_KEY, vector["ticket"]["key_number"]) == code
    assert code[:31].hex() == vector["payload_hex"]
    assert base45.encode(code) == vector["base45"]
    assert ed25519.read(base45.decode(vector["base45"]), ED25519_KEY.public_key()) == ticket


def test_the_payload_taken_apart_is_the_first_vector() -> None:
    rows = [line[:28].strip() for line in _blocks("text")[0].splitlines()]
    assert "".join(rows).replace(" ", "") == VECTORS[0]["payload_hex"]
    ticket, said = VECTORS[0]["ticket"], _blocks("text")[0]
    for name in ("barcode", "price_minor", "ticket_type_id", "event_id", "valid_from", "valid_until"):
        assert f"  {ticket[name]}" in said


def test_the_commands_print_what_the_document_says_they_print(openssl: Openssl, tmp_path: Path) -> None:
    commands, printed = _blocks("sh"), _blocks("text")[1:]
    assert len(commands) == len(printed) == 3
    for pasted, expected in zip(commands, printed, strict=True):
        done = subprocess.run(
            ["bash", "-e"], input=pasted, cwd=tmp_path, capture_output=True, text=True, timeout=20, check=False
        )
        assert (done.stdout, done.stderr, done.returncode) == (expected, "", 0)
