"""Our codes against the `openssl` command line, both ways: what PHP and every other client is built on."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.codes.conftest import KEYS, SIZES_BITS, Openssl

from ticketsonic.tickets.codes import ed25519, rsa, tlv
from ticketsonic.tickets.codes.payload import CodePayload

Keys = dict[int, RSAPrivateKey]


def _pem(key: RSAPrivateKey | Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("bits", SIZES_BITS)
def test_openssl_opens_what_we_sign(rsa_keys: Keys, payload: CodePayload, openssl: Openssl, bits: int) -> None:
    files = {"public.pem": _pem(rsa_keys[bits]), "code": rsa.sign(payload, rsa_keys[bits])}
    key = ("-pubin", "-inkey", "public.pem", "-in", "code")
    recovered = openssl("pkeyutl", "-verifyrecover", *key, files=files)
    assert recovered == tlv.encode_payload(payload)
    assert openssl("rsautl", "-verify", *key) == recovered


@pytest.mark.parametrize("bits", SIZES_BITS)
def test_we_open_what_openssl_signs(rsa_keys: Keys, payload: CodePayload, openssl: Openssl, bits: int) -> None:
    raw = tlv.encode_payload(payload)
    signed = openssl("pkeyutl", "-sign", "-inkey", str(KEYS / f"rsa-{bits}.pem"), "-in", "raw", files={"raw": raw})
    assert signed == rsa.sign(payload, rsa_keys[bits])
    assert rsa.read(signed, rsa_keys[bits].public_key()) == payload


def test_openssl_verifies_our_ed25519(ed25519_key: Ed25519PrivateKey, payload: CodePayload, openssl: Openssl) -> None:
    code = ed25519.sign(payload, ed25519_key, 2)
    files = {"public.pem": _pem(ed25519_key), "payload": code[:31], "signature": code[31:]}
    said = openssl(
        *("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "public.pem"),
        *("-in", "payload", "-sigfile", "signature"),
        files=files,
    )
    assert b"Verified Successfully" in said


def test_we_verify_the_ed25519_of_openssl(
    ed25519_key: Ed25519PrivateKey, payload: CodePayload, openssl: Openssl
) -> None:
    code = ed25519.sign(payload, ed25519_key, 2)
    signature = openssl(
        *("pkeyutl", "-sign", "-rawin", "-inkey", str(KEYS / "ed25519.pem"), "-in", "payload"),
        files={"payload": code[:31]},
    )
    assert signature == code[31:]
    assert ed25519.read(code[:31] + signature, ed25519_key.public_key()).barcode == payload.barcode
