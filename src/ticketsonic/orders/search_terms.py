"""What a person typed to find an order, pure: which barcodes, SKU or words it may be.

A barcode is found as 16 hex digits (spaces, dashes and `0x` do not matter), and in decimal both as the unsigned
number that a client reads out of a code's little-endian bytes, and as the big-endian one of the hex spelling.
"""

import re

from msgspec import Struct

from ticketsonic.identifiers import BARCODE_BYTES, barcode_from_bytes, ticket_type_id_of

LONGEST_TERM_CHARACTERS = 1024
MOST_WORDS = 6
SHORTEST_CODE_PART = 4
"""Four are found in one code of 50,000 by chance; three would be in one of a thousand."""
_HEX = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{16})")
_DECIMAL = re.compile(r"[0-9]{1,20}")
_SEPARATORS = re.compile(r"[\s:-]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_BASE45 = re.compile(r"[0-9A-Z $%*+./:-]+")
_URL_SAFE = str.maketrans("-_", "+/")


class Term(Struct, frozen=True):
    """A search, read every way it can be meant."""

    text: str
    words: tuple[str, ...]
    ticket_type_id: int | None
    barcodes: tuple[int, ...]
    code_parts: tuple[str, ...]
    """What runs of a QR's text it may be: in base64, spelled in its standard alphabet, and in base45."""


def read_term(typed: str) -> Term:
    """Read what was typed. Longer terms than a QR's text are cut."""
    text = typed.replace("\0", "").encode("utf-8", "ignore").decode().strip()[:LONGEST_TERM_CHARACTERS]
    return Term(
        text=text,
        words=tuple(text.split()[:MOST_WORDS]),
        ticket_type_id=ticket_type_id_of(text),
        barcodes=_barcodes(text),
        code_parts=_code_parts(text),
    )


def _barcodes(text: str) -> tuple[int, ...]:
    packed = _SEPARATORS.sub("", text)
    found: list[int] = []
    if matched := _HEX.fullmatch(packed):
        found.append(barcode_from_bytes(bytes.fromhex(matched[1])))
    if _DECIMAL.fullmatch(packed) and (number := int(packed)) < 256**BARCODE_BYTES:
        found += [barcode_from_bytes(number.to_bytes(BARCODE_BYTES, order)) for order in ("big", "little")]
    return tuple(dict.fromkeys(found))


def _code_parts(text: str) -> tuple[str, ...]:
    if len(text) < SHORTEST_CODE_PART:
        return ()
    parts = []
    if _BASE64.fullmatch(text):
        parts.append(text.translate(_URL_SAFE).rstrip("="))
    if _BASE45.fullmatch(text):  # a dash stands for itself here: capitals with one in them may be of either
        parts.append(text)
    return tuple(dict.fromkeys(parts))


def patterns_of(word: str) -> tuple[str, ...]:
    """Spell a word as LIKE patterns in which nothing of it is a wildcard; the escape is a backslash.

    Capitals do not matter: a database knows that of ASCII alone, so the usual spellings of other scripts are given too.
    """
    escaped = re.sub(r"([\\%_])", r"\\\1", word)
    spellings = (escaped, escaped.lower(), escaped.upper(), escaped.title())
    return tuple(dict.fromkeys(f"%{spelling}%" for spelling in spellings))
