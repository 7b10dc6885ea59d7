"""A code of `ed25519` in base45 makes a small QR: contract.md §6."""

import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketsonic.tickets.codes import base45, ed25519
from ticketsonic.tickets.codes.payload import CodePayload

LARGEST = CodePayload(bytes([255] * 8), 2**32 - 1, 2**32 - 1, None, 253_402_300_799, 253_402_300_799)


@settings(max_examples=5)
@given(st.sampled_from([LARGEST, CodePayload(bytes(8), 0, 0, None, None, None)]), st.integers(1, 2**32 - 1))
def test_its_qr_at_level_m_needs_no_more_than_version_6_and_is_alphanumeric(
    ed25519_key: Ed25519PrivateKey, payload: CodePayload, number: int
) -> None:
    text = base45.encode(ed25519.sign(payload, ed25519_key, number))
    assert len(text) == ed25519.BASE45_CHARACTERS
    drawn = segno.make_qr(text, error="m", boost_error=False)
    assert (drawn.mode, drawn.error) == ("alphanumeric", "M")
    assert int(drawn.version) <= 6
