"""From whatever a scanner gives to a verified payload: spelling, code, key, signature, content, in this order."""

import base64
import binascii
from collections.abc import Iterable
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ticketsonic.tickets.codes import base45, ed25519, rsa
from ticketsonic.tickets.codes.payload import CodePayload, UnreadableCode

LONGEST_CHARACTERS = 1024
"""A 4096-bit code is 684 characters of base64."""
_URL_SAFE = str.maketrans("-_", "+/")


class VerifyingKey(Protocol):
    """What is needed of a signing key to verify with it."""

    @property
    def number(self) -> int:
        """Its number in the account."""

    @property
    def public_key(self) -> RSAPublicKey | Ed25519PublicKey:
        """Its public half."""


def decode_spelling(text: str) -> bytes:
    """Read the bytes of a code: base64, also URL-safe and unpadded, or base45 at the length that ed25519 has.

    White space around it is tolerated (contract.md §2). Raises :class:`UnreadableCode`.
    """
    if len(text) > LONGEST_CHARACTERS:
        raise UnreadableCode("too long")
    stripped = text.strip()
    if len(stripped) == ed25519.BASE45_CHARACTERS:
        return base45.decode(stripped)
    try:
        return binascii.a2b_base64(stripped, strict_mode=True)  # as we spell it ourselves
    except (binascii.Error, ValueError):
        unpadded = stripped.translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise UnreadableCode("no base64") from None


def read_code(text: str, keys: Iterable[VerifyingKey]) -> tuple[CodePayload, int]:
    """Verify a code with the keys of an account; returns its payload and the number of the key that signed it.

    Raises :class:`UnreadableCode`.
    """
    code = decode_spelling(text)
    named = ed25519.key_number_of(code) if len(code) == ed25519.CODE_BYTES else None
    for key in keys:
        try:
            if isinstance(key.public_key, RSAPublicKey):
                return rsa.read(code, key.public_key), key.number
            if key.number == named:
                return ed25519.read(code, key.public_key), key.number
        except UnreadableCode:
            continue
    raise UnreadableCode("not signed with a key of this account")
