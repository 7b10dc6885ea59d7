"""The `ed25519` code: 31 bytes of payload and a signature of 64, for a small QR (contract.md §6).

Big-endian, of fixed size, so that any language reads it with a few slices:

====== ===== ==========================================
offset bytes content
====== ===== ==========================================
0      1     format version, 1
1      4     number of the signing key in its account
5      4     event id
9      4     ticket type's number (the SKU's digits)
13     8     barcode
21     5     valid from, unix seconds; 0 for none
26     5     valid until, unix seconds; 0 for none
31     64    Ed25519 signature of the 31 bytes before it
====== ===== ==========================================

95 bytes are 143 characters of base45: a QR of version 6 at level M holds 154.
"""

import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ticketsonic.tickets.codes.payload import CodePayload, UnreadableCode

FORMAT_VERSION = 1
PAYLOAD_BYTES = 31
CODE_BYTES = PAYLOAD_BYTES + 64
BASE45_CHARACTERS = 143
_HEAD = struct.Struct(">BIII8s")


def sign(payload: CodePayload, key: Ed25519PrivateKey, key_number: int) -> bytes:
    """Sign a payload: :data:`CODE_BYTES` bytes."""
    return sign_content(encode_payload(payload, key_number), key)


def encode_payload(payload: CodePayload, key_number: int) -> bytes:
    """Spell a payload: :data:`PAYLOAD_BYTES` bytes."""
    head = _HEAD.pack(FORMAT_VERSION, key_number, payload.event_id, payload.ticket_type_id, payload.barcode)
    return head + (payload.valid_from or 0).to_bytes(5, "big") + (payload.valid_until or 0).to_bytes(5, "big")


def sign_content(content: bytes, key: Ed25519PrivateKey) -> bytes:
    """Sign a payload that is spelled already."""
    return content + key.sign(content)


def key_number_of(code: bytes) -> int:
    """Say which key signed a code, before it is verified; raises :class:`UnreadableCode`."""
    if len(code) != CODE_BYTES or code[0] != FORMAT_VERSION:
        raise UnreadableCode("not of this format")
    return int.from_bytes(code[1:5], "big")


def read(code: bytes, key: Ed25519PublicKey) -> CodePayload:
    """Verify a code and read it; raises :class:`UnreadableCode`."""
    key_number_of(code)
    raw, signature = code[:PAYLOAD_BYTES], code[PAYLOAD_BYTES:]
    try:
        key.verify(signature, raw)
    except InvalidSignature:
        raise UnreadableCode("not signed with this key") from None
    _, _, event_id, ticket_type_id, barcode = _HEAD.unpack_from(raw)
    return CodePayload(
        barcode=barcode,
        event_id=event_id,
        ticket_type_id=ticket_type_id,
        price_minor=None,
        valid_from=int.from_bytes(raw[21:26], "big") or None,
        valid_until=int.from_bytes(raw[26:31], "big") or None,
    )
