"""One input, given to the parser it is for: read, refused, or a finding. What is read must be right, too."""

import random
from collections.abc import Callable
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

from fuzzing import codes, drawing
from ticketsonic.tickets.codes import base45, ed25519, reading, rsa, tlv
from ticketsonic.tickets.codes.payload import CodePayload, UnreadableCode

READ = "read"
Result = TypeVar("Result")


class Finding(Exception):
    """A parser raised what it must not, or read what it should have refused."""

    def __init__(self, what: str, given: bytes | str) -> None:
        super().__init__(f"{what}; input: {given!r}")


def a_text(draw: random.Random) -> str:
    """Hold up a text: a real code changed, a right one spelled oddly, or noise."""
    code = codes.some_code(draw)
    code = drawing.mutate_bytes(draw, code) if draw.random() < 0.5 else code
    text = base45.encode(code) if draw.random() < 0.3 else drawing.spell(draw, code)
    if draw.random() < 0.1:
        text = drawing.noise_text(draw)
    elif draw.random() < 0.7:
        text = drawing.mutate_text(draw, text)
    return _scan(text)


def a_signed_payload(draw: random.Random) -> str:
    """Hold up an odd payload under a right signature: the payload's parser has the last word."""
    raw = codes.odd_payload(draw)
    code, key = codes.sign_anything(draw, raw)
    carried = raw[: key.key_size // 8 - rsa.PADDING_BYTES]
    by_code = _outcome(rsa.read, code, key)
    by_payload = _outcome(tlv.decode_payload, carried)
    if by_code != by_payload:
        raise Finding(f"signed, it is {by_code}; unsigned, {by_payload}", carried)
    scanned = _scan(drawing.spell(draw, code))
    if (scanned == READ) != (by_code == READ):
        raise Finding(f"scanned, it is {scanned}; read, {by_code}", carried)
    return by_code


def a_payload(draw: random.Random) -> str:
    """Give a payload to its parser alone."""
    raw = drawing.noise_bytes(draw) if draw.random() < 0.1 else codes.odd_payload(draw)
    outcome = _outcome(tlv.decode_payload, raw)
    try:
        segments = _call(tlv.read_segments, raw)
    except UnreadableCode as refused:
        if outcome != str(refused):
            raise Finding(f"segments {refused}, payload {outcome}", raw) from None
        return outcome
    if tlv.write_segments(list(segments.items())) != raw:
        raise Finding("its segments spell other bytes", raw)
    return outcome


def an_odd_block(draw: random.Random) -> str:
    """Hold up a block under the real key whose padding is wrong."""
    code = codes.seal_odd_block(draw)
    scanned = _scan(drawing.spell(draw, code))
    by_code = _outcome(rsa.read, code, codes.rsa_keys()[0].public_key())
    if (scanned == READ) != (by_code == READ):
        raise Finding(f"scanned, it is {scanned}; read, {by_code}", code)
    return by_code


def an_ed25519_code(draw: random.Random) -> str:
    """Hold up a code of the second kind that says anything."""
    code = codes.odd_ed25519(draw)
    outcome = _outcome(ed25519.read, code, codes.ed25519_key().public_key())
    _scan(drawing.mutate_text(draw, base45.encode(code)) if draw.random() < 0.3 else base45.encode(code))
    return outcome


def a_base45_text(draw: random.Random) -> str:
    """Give a text to base45 alone."""
    text = base45.encode(drawing.noise_bytes(draw))
    text = drawing.noise_text(draw) if draw.random() < 0.3 else drawing.mutate_text(draw, text)
    try:
        raw = _call(base45.decode, text)
    except UnreadableCode as refused:
        return str(refused)
    if base45.encode(raw) != text:
        raise Finding("it spells other bytes", text)
    return READ


Kind = Callable[[random.Random], str]
KINDS: tuple[tuple[Kind, int], ...] = (
    (a_text, 35), (a_signed_payload, 25), (a_payload, 20), (an_ed25519_code, 10), (a_base45_text, 9), (an_odd_block, 1),
)  # fmt: skip


def _scan(text: str) -> str:
    """Read a text as a gate does. What is read was signed by us: signing it once more gives the same code."""
    try:
        payload, number = _call(reading.read_code, text, codes.keyring())
    except UnreadableCode as refused:
        return str(refused)
    code = reading.decode_spelling(text)
    if not isinstance(payload, CodePayload) or not _is_ours(code, number):
        raise Finding(f"read as {payload!r}, and nobody signed it", text)
    return READ


def _is_ours(code: bytes, number: int) -> bool:
    key = codes.keyring()[number - 1].public_key
    if isinstance(key, Ed25519PublicKey):
        return code == code[: ed25519.PAYLOAD_BYTES] + codes.ed25519_key().sign(code[: ed25519.PAYLOAD_BYTES])
    assert isinstance(key, RSAPublicKey)
    carried = key.recover_data_from_signature(code, PKCS1v15(), None)
    return codes.rsa_keys()[number - 1].sign(carried, PKCS1v15(), NoDigestInfo()) == code


def _outcome(parse: Callable[..., object], raw: bytes, *more: object) -> str:
    try:
        _call(parse, raw, *more)
    except UnreadableCode as refused:
        return str(refused)
    return READ


def _call(parse: Callable[..., Result], given: bytes | str, *more: object) -> Result:
    try:
        return parse(given, *more)
    except UnreadableCode:
        raise
    except Exception as error:
        raise Finding(f"{parse.__name__} raised {type(error).__name__}: {error}", given) from error
