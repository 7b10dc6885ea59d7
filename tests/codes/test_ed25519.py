"""The `ed25519` code: contract.md §6, docs/ticket-codes.md."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ticketsonic.tickets.codes import ed25519
from ticketsonic.tickets.codes.payload import CodePayload, UnreadableCode

TIMES = st.none() | st.integers(1, 253_402_300_799)
PAYLOADS = st.builds(
    CodePayload,
    barcode=st.binary(min_size=8, max_size=8),
    event_id=st.integers(0, 2**32 - 1),
    ticket_type_id=st.integers(0, 2**32 - 1),
    price_minor=st.none(),
    valid_from=TIMES,
    valid_until=TIMES,
)


@given(PAYLOADS, st.integers(1, 2**31 - 1))
def test_it_reads_what_it_signs(ed25519_key: Ed25519PrivateKey, payload: CodePayload, number: int) -> None:
    code = ed25519.sign(payload, ed25519_key, number)
    assert len(code) == ed25519.CODE_BYTES == 95
    assert ed25519.key_number_of(code) == number
    assert ed25519.read(code, ed25519_key.public_key()) == payload


def test_the_price_is_not_in_it(ed25519_key: Ed25519PrivateKey, payload: CodePayload) -> None:
    dearer = msgspec.structs.replace(payload, price_minor=1)
    assert ed25519.sign(payload, ed25519_key, 2) == ed25519.sign(dearer, ed25519_key, 2)


def test_every_flipped_bit_is_noticed_version_and_key_number_too(
    ed25519_key: Ed25519PrivateKey, payload: CodePayload
) -> None:
    code = ed25519.sign(payload, ed25519_key, 2)
    for bit in range(len(code) * 8):
        flipped = bytearray(code)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(UnreadableCode):
            ed25519.read(bytes(flipped), ed25519_key.public_key())


def test_every_truncation_and_another_key_are_refused(ed25519_key: Ed25519PrivateKey, payload: CodePayload) -> None:
    code = ed25519.sign(payload, ed25519_key, 2)
    for size in range(len(code)):
        with pytest.raises(UnreadableCode):
            ed25519.read(code[:size], ed25519_key.public_key())
    with pytest.raises(UnreadableCode):
        ed25519.read(code, Ed25519PrivateKey.generate().public_key())


@given(st.binary(min_size=95, max_size=95) | st.binary(max_size=200))
def test_whatever_bytes_come_they_are_unreadable(ed25519_key: Ed25519PrivateKey, code: bytes) -> None:
    with pytest.raises(UnreadableCode):
        ed25519.read(code, ed25519_key.public_key())
