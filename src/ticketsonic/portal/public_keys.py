"""A public signing key in the forms that clients need: PEM, the plugin's base64, and JWK. Pure."""

import base64
import json

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from ticketsonic.accounts.signing_keys import PublicKey, SigningKey

_COLUMNS = 64


class PublicForms(Struct, frozen=True):
    """One key, spelled three ways."""

    number: int
    bits: int
    created_at: int
    pem: str
    plugin: str
    """As `user_public_key` has it (contract.md §2): base64 without header and footer."""
    jwk: str


def forms_of(key: SigningKey) -> PublicForms:
    """Spell a key in every form."""
    pem = key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    encoded = base64.b64encode(key.public_der).decode("ascii")
    plugin = "\n".join(encoded[start : start + _COLUMNS] for start in range(0, len(encoded), _COLUMNS))
    return PublicForms(key.number, key.bits, key.created_at, pem, plugin, json.dumps(jwk_of(key), indent=2))


def jwk_of(key: SigningKey) -> dict[str, str]:
    """Spell a key as a JSON Web Key (RFC 7517, RFC 8037); its id is the number by which we know it."""
    return {**_parameters(key.public_key), "use": "sig", "kid": str(key.number)}


def _parameters(key: PublicKey) -> dict[str, str]:
    if isinstance(key, RSAPublicKey):
        numbers = key.public_numbers()
        return {"kty": "RSA", "n": _base64url(_big_endian(numbers.n)), "e": _base64url(_big_endian(numbers.e))}
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(key.public_bytes(Encoding.Raw, PublicFormat.Raw))}


def _big_endian(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
