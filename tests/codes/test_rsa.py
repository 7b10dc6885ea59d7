"""The `rsa` code at every size that an account may choose: contract.md §3."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from tests.codes.conftest import SIZES_BITS

from ticketsonic.accounts.signing_keys import RSA_BITS
from ticketsonic.tickets.codes import rsa, tlv
from ticketsonic.tickets.codes.payload import CodePayload, UnreadableCode

Keys = dict[int, RSAPrivateKey]
LARGEST = CodePayload(bytes([255] * 8), 2**63 - 1, 2**63 - 1, 9_999_999_999, 253_402_300_799, 253_402_300_799)


def test_every_size_that_an_account_may_choose_is_tried_here() -> None:
    assert SIZES_BITS == RSA_BITS


@pytest.mark.parametrize("bits", SIZES_BITS)
def test_it_reads_what_it_signs(rsa_keys: Keys, payload: CodePayload, bits: int) -> None:
    code = rsa.sign(payload, rsa_keys[bits])
    assert len(code) == bits // 8
    assert rsa.read(code, rsa_keys[bits].public_key()) == payload


def test_the_largest_payload_fits_the_smallest_key(rsa_keys: Keys) -> None:
    assert len(tlv.encode_payload(LARGEST)) <= min(SIZES_BITS) // 8 - rsa.PADDING_BYTES
    assert rsa.read(rsa.sign(LARGEST, rsa_keys[1024]), rsa_keys[1024].public_key()) == LARGEST


def test_the_same_ticket_gives_the_same_code_always(rsa_keys: Keys, payload: CodePayload) -> None:
    assert rsa.sign(payload, rsa_keys[2048]) == rsa.sign(payload, rsa_keys[2048])


def test_the_payload_is_padded_with_type_1_and_nothing_between(rsa_keys: Keys, payload: CodePayload) -> None:
    numbers = rsa_keys[1024].public_key().public_numbers()
    opened = pow(int.from_bytes(rsa.sign(payload, rsa_keys[1024]), "big"), numbers.e, numbers.n).to_bytes(128, "big")
    raw = tlv.encode_payload(payload)
    assert opened == b"\x00\x01" + b"\xff" * (125 - len(raw)) + b"\x00" + raw


def test_another_key_of_the_same_size_does_not_open_it(rsa_keys: Keys, payload: CodePayload) -> None:
    stranger = generate_private_key(65537, 1024)
    with pytest.raises(UnreadableCode):
        rsa.read(rsa.sign(payload, stranger), rsa_keys[1024].public_key())


def test_a_key_of_another_size_does_not_open_it(rsa_keys: Keys, payload: CodePayload) -> None:
    code = rsa.sign(payload, rsa_keys[1536])
    for bits in {*SIZES_BITS} - {1536}:
        with pytest.raises(UnreadableCode):
            rsa.read(code, rsa_keys[bits].public_key())


def test_every_flipped_bit_makes_it_unreadable(rsa_keys: Keys, payload: CodePayload) -> None:
    code = rsa.sign(payload, rsa_keys[1024])
    for bit in range(len(code) * 8):
        flipped = bytearray(code)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(UnreadableCode):
            rsa.read(bytes(flipped), rsa_keys[1024].public_key())


def test_a_genuine_signature_over_something_else_is_unreadable(rsa_keys: Keys, payload: CodePayload) -> None:
    key = rsa_keys[1024]
    hashed = key.sign(tlv.encode_payload(payload), PKCS1v15(), SHA256())
    with pytest.raises(UnreadableCode):
        rsa.read(hashed, key.public_key())


@given(st.binary(min_size=128, max_size=128) | st.binary(max_size=300))
def test_whatever_bytes_come_they_are_unreadable(rsa_keys: Keys, code: bytes) -> None:
    with pytest.raises(UnreadableCode):
        rsa.read(code, rsa_keys[1024].public_key())


@pytest.mark.parametrize("code", [bytes(128), b"\x00" * 127 + b"\x01", b"\xff" * 128], ids=["0", "1", "above"])
def test_the_numbers_that_open_without_a_key_are_unreadable(rsa_keys: Keys, code: bytes) -> None:
    with pytest.raises(UnreadableCode):
        rsa.read(code, rsa_keys[1024].public_key())


def test_a_free_ticket_without_dates_says_so(rsa_keys: Keys, payload: CodePayload) -> None:
    free = msgspec.structs.replace(payload, price_minor=0, valid_from=None, valid_until=None)
    assert rsa.read(rsa.sign(free, rsa_keys[1024]), rsa_keys[1024].public_key()) == free
