"""Drawing bytes and texts that are nearly right: what a parser gets wrong is seldom pure noise."""

import base64
import random

from ticketsonic.tickets.codes import base45

INTERESTING_BYTES = (0, 1, 2, 8, 9, 0x20, 0x3D, 0x7F, 0x80, 0xFE, 0xFF, *b"VH$IETFCSBRPX")
SPACES = (" ", "\n", "\t", "\r\n", "\u00a0", "\u2003", "\x1c", "\u3000", "\ufeff", "\0")
CHARACTERS = "=-_+/:%$ .\0\n\x7f\u00e9\u0661\u212a\ud800\U0001f39f" + base45.ALPHABET + "abcxyz"
LONGEST_NOISE_BYTES = 1500


def mutate_bytes(draw: random.Random, raw: bytes) -> bytes:
    """Change bytes in one to four places."""
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        raw = draw.choice(_BYTE_CHANGES)(draw, raw)
    return raw


def mutate_text(draw: random.Random, text: str) -> str:
    """Change a text in one to four places."""
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        text = draw.choice(_TEXT_CHANGES)(draw, text)
    return text


def spell(draw: random.Random, code: bytes) -> str:
    """Spell a code in base64 as the alphabets have it, padded or not, or as two of them mixed."""
    plain = base64.b64encode(code).decode()
    safe = base64.urlsafe_b64encode(code).decode()
    half = len(plain) // 2
    return draw.choice((plain, safe, plain.rstrip("="), safe.rstrip("="), plain[:half] + safe[half:]))


def noise_bytes(draw: random.Random) -> bytes:
    """Pure noise, short more often than long."""
    return draw.randbytes(draw.choice((0, 1, 2, 3, 31, 95, 128, 256, draw.randrange(LONGEST_NOISE_BYTES))))


def noise_text(draw: random.Random) -> str:
    """Pure noise of characters that parsers trip over."""
    length = draw.choice((0, 1, 2, 3, 4, 142, 143, 144, 1024, 1025, draw.randrange(LONGEST_NOISE_BYTES)))
    alphabet = draw.choice((CHARACTERS, base45.ALPHABET, "ABCD+/=", "".join(map(chr, range(300)))))
    return "".join(draw.choices(alphabet, k=length))


def _flip_a_bit(draw: random.Random, raw: bytes) -> bytes:
    if not raw:
        return b"\0"
    position = draw.randrange(len(raw))
    return raw[:position] + bytes([raw[position] ^ (1 << draw.randrange(8))]) + raw[position + 1 :]


def _set_a_byte(draw: random.Random, raw: bytes) -> bytes:
    position = draw.randrange(len(raw) + 1)
    return raw[:position] + bytes([draw.choice(INTERESTING_BYTES)]) + raw[position + 1 :]


def _insert_bytes(draw: random.Random, raw: bytes) -> bytes:
    position = draw.randrange(len(raw) + 1)
    return raw[:position] + draw.randbytes(draw.choice((1, 1, 2, 8, 255))) + raw[position:]


def _drop_bytes(draw: random.Random, raw: bytes) -> bytes:
    position = draw.randrange(len(raw) + 1)
    return raw[:position] + raw[position + draw.choice((1, 1, 2, 8)) :]


def _cut_bytes(draw: random.Random, raw: bytes) -> bytes:
    return raw[: draw.randrange(len(raw) + 1)]


def _double_bytes(draw: random.Random, raw: bytes) -> bytes:
    start, end = sorted(draw.randrange(len(raw) + 1) for _ in range(2))
    return raw[:end] + raw[start:end] + raw[end:]


def _swap_bytes(draw: random.Random, raw: bytes) -> bytes:
    start, middle, end = sorted(draw.randrange(len(raw) + 1) for _ in range(3))
    return raw[:start] + raw[middle:end] + raw[start:middle] + raw[end:]


def _set_a_character(draw: random.Random, text: str) -> str:
    position = draw.randrange(len(text) + 1)
    return text[:position] + draw.choice(CHARACTERS) + text[position + 1 :]


def _insert_a_character(draw: random.Random, text: str) -> str:
    position = draw.randrange(len(text) + 1)
    return text[:position] + draw.choice(CHARACTERS) + text[position:]


def _cut_text(draw: random.Random, text: str) -> str:
    return text[: draw.randrange(len(text) + 1)]


def _surround(draw: random.Random, text: str) -> str:
    return draw.choice(SPACES) * draw.randrange(3) + text + draw.choice(SPACES) * draw.randrange(3)


def _space_out(draw: random.Random, text: str) -> str:
    position = draw.randrange(len(text) + 1)
    return text[:position] + draw.choice(SPACES) + text[position:]


def _pad(draw: random.Random, text: str) -> str:
    return text + "=" * draw.choice((1, 2, 3, 4, 1024))


def _change_case(draw: random.Random, text: str) -> str:
    return draw.choice((str.lower, str.upper, str.swapcase))(text)


def _repeat(draw: random.Random, text: str) -> str:
    return text * draw.choice((2, 8))


_BYTE_CHANGES = (
    _flip_a_bit,
    _flip_a_bit,
    _set_a_byte,
    _insert_bytes,
    _drop_bytes,
    _cut_bytes,
    _double_bytes,
    _swap_bytes,
)
_TEXT_CHANGES = (
    _set_a_character, _insert_a_character, _cut_text, _surround, _space_out, _pad, _change_case, _repeat,
)  # fmt: skip
