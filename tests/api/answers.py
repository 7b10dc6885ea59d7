"""Reading the API's answers in tests, with no help from the code under test."""

import base64
from collections.abc import Callable
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.servers import Tenant

KeyMaker = Callable[..., Tenant]


def assert_refused(answer: httpx.Response, message: str, *fields: str, status: int = 400) -> None:
    """The one shape of an error, with this message, and naming exactly these fields."""
    body = answer.json()
    assert (answer.status_code, body["status"], body["message"]) == (status, "error", message), answer.text
    assert sorted(error["field"] for error in body.get("errors", [])) == sorted(fields), answer.text
    assert body.keys() <= {"status", "message", "errors"}
    assert all(error.keys() == {"field", "reason"} and error["reason"] for error in body.get("errors", []))
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]


def assert_done(answer: httpx.Response) -> None:
    """The plain success."""
    assert (answer.status_code, answer.json()) == (200, {"status": "success"}), answer.text


def listed_event(tenant: Tenant, event_id: int) -> dict[str, Any]:
    events: list[dict[str, Any]] = tenant.get("event/list").json()["events"]
    return next(found for found in events if found["event_id"] == str(event_id))


def listed_types(tenant: Tenant, event_id: int) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = tenant.get("ticket/list", x_api_eventid=str(event_id)).json()["tickets"]
    return listed


def listed_type(tenant: Tenant, event_id: int, sku: str) -> dict[str, Any]:
    return next(found for found in listed_types(tenant, event_id) if found["sku"] == sku)


def account_key(tenant: Tenant) -> RSAPublicKey:
    """The account's public key, with the PEM header and footer that the plugin adds to it."""
    text = tenant.get("ticket/list").json()["user_public_key"]
    pem = f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----"
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, RSAPublicKey)
    return key


def open_code(encrypted_data: str, key: RSAPublicKey) -> dict[str, bytes]:
    """Open a code as the plugin does: OpenSSL's public decrypt, then label, length, value, and the checksum."""
    raw = key.recover_data_from_signature(base64.b64decode(encrypted_data, validate=True), PKCS1v15(), None)
    segments: dict[str, bytes] = {}
    position = 0
    while position < len(raw):
        label, length = chr(raw[position]), raw[position + 1]
        assert label not in segments
        segments[label] = raw[position + 2 : position + 2 + length]
        position += 2 + length
    assert list(segments)[-1] == "C"
    assert int.from_bytes(segments["C"], "little") == sum(raw[:-4]) % 65_536
    return segments


def number(segment: bytes) -> int:
    return int.from_bytes(segment, "little")
