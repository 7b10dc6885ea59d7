"""Base45, held against RFC 9285's own examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketsonic.tickets.codes import base45
from ticketsonic.tickets.codes.payload import UnreadableCode


@pytest.mark.parametrize(
    ("raw", "text"),
    [(b"", ""), (b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")],
)
def test_it_agrees_with_the_examples_of_rfc_9285(raw: bytes, text: str) -> None:
    assert base45.encode(raw) == text
    assert base45.decode(text) == raw


@pytest.mark.parametrize("text", ["GGW", "::", ":::", "A", "BB8A", "bb8", "BB!", "BBÄ", "BB\ud800", "BB\uff18", "\0\0"])
def test_it_refuses_what_rfc_9285_says_is_none(text: str) -> None:
    with pytest.raises(UnreadableCode):
        base45.decode(text)


@given(st.binary(max_size=200))
def test_it_reads_what_it_writes_in_the_characters_of_a_qr(raw: bytes) -> None:
    text = base45.encode(raw)
    assert set(text) <= set(base45.ALPHABET)
    assert base45.decode(text) == raw


@given(st.text(max_size=50) | st.text(base45.ALPHABET, max_size=50))
def test_whatever_text_comes_it_is_read_to_the_same_text_or_unreadable(text: str) -> None:
    try:
        raw = base45.decode(text)
    except UnreadableCode:
        return
    assert base45.encode(raw) == text
