"""What a scanner may make of a code on its way: contract.md §2 (ticket/validate) and §6."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from hypothesis import given
from hypothesis import strategies as st

from ticketsonic.tickets.codes import base45, ed25519, rsa
from ticketsonic.tickets.codes.payload import CodePayload, UnreadableCode
from ticketsonic.tickets.codes.reading import decode_spelling, read_code


@dataclass
class Key:
    number: int
    public_key: RSAPublicKey | Ed25519PublicKey


def _standard(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _url_safe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


SPELLINGS: dict[str, Callable[[bytes], str]] = {
    "as sold": _standard,
    "white space around it": lambda raw: f" \t\r\n{_standard(raw)}\r\n ",
    "URL-safe": _url_safe,
    "URL-safe without padding": lambda raw: _url_safe(raw).rstrip("="),
    "without padding": lambda raw: _standard(raw).rstrip("="),
}


@pytest.mark.parametrize("name", SPELLINGS)
@given(raw=st.binary(min_size=128, max_size=128) | st.binary(min_size=95, max_size=95))
def test_every_tolerated_spelling_gives_the_same_bytes(name: str, raw: bytes) -> None:
    assert decode_spelling(SPELLINGS[name](raw)) == raw


@given(st.binary(min_size=95, max_size=95))
def test_base45_at_the_length_of_an_ed25519_code_is_read_as_such(raw: bytes) -> None:
    text = base45.encode(raw)
    if text == text.strip():  # a code begins with its version and ends below 6: never with a space
        assert decode_spelling(f"\n {text}\n") == raw


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "=",
        "A",
        "no base64!",
        "AAAA AAAA",
        "AAAA\nAAAA",
        "ÄÖÜß",
        "\ud800",
        "\0",
        "A" * 2_000,
        "A" * 1_025,
        "%%%%",
    ],
)
def test_what_is_no_spelling_is_unreadable(rsa_keys: dict[int, RSAPrivateKey], text: str) -> None:
    with pytest.raises(UnreadableCode):
        read_code(text, [Key(1, rsa_keys[1024].public_key())])


@given(st.text(max_size=200) | st.text("ABCabc012+/=-_ :$", max_size=200))
def test_whatever_text_comes_it_is_unreadable_and_nothing_else(
    rsa_keys: dict[int, RSAPrivateKey], ed25519_key: Ed25519PrivateKey, text: str
) -> None:
    with pytest.raises(UnreadableCode):
        read_code(text, [Key(2, ed25519_key.public_key()), Key(1, rsa_keys[1024].public_key())])


def test_it_finds_the_key_that_signed_among_many(
    rsa_keys: dict[int, RSAPrivateKey], ed25519_key: Ed25519PrivateKey, payload: CodePayload
) -> None:
    keys = [Key(number, key.public_key()) for number, key in enumerate(rsa_keys.values(), start=1)]
    keys.append(Key(9, ed25519_key.public_key()))
    for number, key in enumerate(rsa_keys.values(), start=1):
        assert read_code(_standard(rsa.sign(payload, key)), keys) == (payload, number)
    code = ed25519.sign(payload, ed25519_key, 9)
    for text in (_standard(code), base45.encode(code)):
        read, number = read_code(text, keys)
        assert (read.barcode, number) == (payload.barcode, 9)


def test_a_code_that_names_another_key_than_the_one_that_signed_it_is_unreadable(
    ed25519_key: Ed25519PrivateKey, payload: CodePayload
) -> None:
    code = _standard(ed25519.sign(payload, ed25519_key, 3))
    with pytest.raises(UnreadableCode):
        read_code(code, [Key(9, ed25519_key.public_key())])
