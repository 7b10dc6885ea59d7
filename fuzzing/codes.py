"""Real keys and real codes, and payloads that only the server could sign but never would."""

import random
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec import Struct

from fuzzing.drawing import INTERESTING_BYTES, mutate_bytes
from ticketsonic.tickets.codes import ed25519, rsa, tlv
from ticketsonic.tickets.codes.payload import CodePayload

KEYS = Path(__file__).parents[1] / "tests" / "codes" / "keys"
RSA_BITS = (1024, 2048)
LABELS = b"VH$IETFCSBRPXZ\0\xff"


class Key(Struct, frozen=True):
    """One signing key of the account that is scanned for."""

    number: int
    public_key: RSAPublicKey | Ed25519PublicKey


@cache
def rsa_keys() -> tuple[RSAPrivateKey, ...]:
    """The account's RSA keys: published, and used for nothing else."""
    keys = tuple(_load(f"rsa-{bits}.pem") for bits in RSA_BITS)
    return tuple(key for key in keys if isinstance(key, RSAPrivateKey))


@cache
def ed25519_key() -> Ed25519PrivateKey:
    """The account's Ed25519 key."""
    key = _load("ed25519.pem")
    assert isinstance(key, Ed25519PrivateKey)
    return key


@cache
def keyring() -> tuple[Key, ...]:
    """What a scan is verified with."""
    halves = [*(key.public_key() for key in rsa_keys()), ed25519_key().public_key()]
    return tuple(Key(number, half) for number, half in enumerate(halves, start=1))


ED25519_NUMBER = len(RSA_BITS) + 1


def _load(name: str) -> object:
    return load_pem_private_key((KEYS / name).read_bytes(), None, unsafe_skip_rsa_key_validation=True)


def some_payload(draw: random.Random) -> CodePayload:
    """What a ticket could say."""
    return CodePayload(
        barcode=draw.randbytes(8),
        event_id=draw.getrandbits(draw.choice((1, 23, 32))),
        ticket_type_id=draw.getrandbits(draw.choice((1, 27, 32))),
        price_minor=draw.getrandbits(draw.choice((0, 1, 14, 33))),
        valid_from=draw.choice((None, 0, 1_798_754_400)),
        valid_until=draw.choice((None, 1, 1_798_840_799, 253_402_300_799)),
    )


def some_code(draw: random.Random) -> bytes:
    """A ticket as the server makes it, in either code."""
    payload = some_payload(draw)
    if draw.random() < 0.5:
        return ed25519.sign(payload, ed25519_key(), ED25519_NUMBER)
    return rsa.sign(payload, rsa_keys()[0])


def odd_payload(draw: random.Random) -> bytes:
    """A payload with something wrong, or merely unusual; its checksum is right more often than not."""
    raw = tlv.encode_payload(some_payload(draw))
    if draw.random() < 0.3:
        return mutate_bytes(draw, raw)
    segments = list(tlv.read_segments(raw).items())
    for _ in range(draw.choice((0, 1, 1, 2, 3))):
        draw.choice(_SEGMENT_CHANGES)(draw, segments)
    spelled = tlv.write_segments(segments)
    return mutate_bytes(draw, spelled) if draw.random() < 0.1 else spelled


def sign_anything(draw: random.Random, raw: bytes) -> tuple[bytes, RSAPublicKey]:
    """Sign any payload with the real key, as far as it fits: behind the signature nothing can be taken on trust."""
    key = rsa_keys()[0 if draw.random() < 0.9 else 1]
    fitting = raw[: key.key_size // 8 - rsa.PADDING_BYTES]
    return key.sign(fitting, PKCS1v15(), NoDigestInfo()), key.public_key()


def seal_odd_block(draw: random.Random) -> bytes:
    """Apply the private key to a block whose padding is wrong in one of the ways that there are."""
    key = rsa_keys()[0]
    size = key.key_size // 8
    raw = odd_payload(draw)[: size - rsa.PADDING_BYTES]
    start, filler = draw.choice((b"\0\1", b"\0\2", b"\0\0", b"\0\1\1")), draw.choice((b"\xff", b"\xfe", b"\0"))
    separator = draw.choice((b"\0", b"", b"\1", b"\0\0"))
    short = draw.choice((0, 0, size - 1))
    block = start + filler * max(0, size - len(start) - len(separator) - len(raw) - short) + separator + raw
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    message = int.from_bytes(block[:size].ljust(size, b"\0"), "big") % modulus
    of_p, of_q = pow(message, numbers.dmp1, numbers.p), pow(message, numbers.dmq1, numbers.q)
    sealed = of_q + (of_p - of_q) * numbers.iqmp % numbers.p * numbers.q
    return sealed.to_bytes(size, "big")


def odd_ed25519(draw: random.Random) -> bytes:
    """A code of the second kind that says anything, with a right signature or nearly one."""
    head = bytes([draw.choice((1, 1, 1, 0, 2, 255))]) + draw.choice((ED25519_NUMBER, 0, 2**32 - 1)).to_bytes(4, "big")
    raw = (head + draw.randbytes(ed25519.PAYLOAD_BYTES))[: ed25519.PAYLOAD_BYTES]
    code = raw + ed25519_key().sign(raw)
    return mutate_bytes(draw, code) if draw.random() < 0.4 else code


Segments = list[tuple[bytes, bytes]]


def _odd_value(draw: random.Random) -> bytes:
    length = draw.choice((0, 1, 2, 7, 8, 9, 16, 255))
    return draw.choice((bytes(length), b"\xff" * length, draw.randbytes(length), b"\1" + bytes(max(0, length - 1))))


def _relabel(draw: random.Random, segments: Segments) -> None:
    if segments:
        position = draw.randrange(len(segments))
        segments[position] = (bytes([draw.choice(LABELS)]), segments[position][1])


def _revalue(draw: random.Random, segments: Segments) -> None:
    if segments:
        position = draw.randrange(len(segments))
        segments[position] = (segments[position][0], _odd_value(draw))


def _add(draw: random.Random, segments: Segments) -> None:
    segments.insert(draw.randrange(len(segments) + 1), (bytes([draw.choice(LABELS)]), _odd_value(draw)))


def _drop(draw: random.Random, segments: Segments) -> None:
    if segments:
        segments.pop(draw.randrange(len(segments)))


def _double(draw: random.Random, segments: Segments) -> None:
    if segments:
        segments.append(draw.choice(segments))


def _shuffle(draw: random.Random, segments: Segments) -> None:
    draw.shuffle(segments)


def _extend(draw: random.Random, segments: Segments) -> None:
    text = bytes(draw.choices(INTERESTING_BYTES, k=draw.randrange(20)))
    segments.append((b"X", draw.choice((b"name=value", b"=", b"", b"name", text))))


_SEGMENT_CHANGES = (_relabel, _revalue, _revalue, _add, _drop, _double, _shuffle, _extend)
