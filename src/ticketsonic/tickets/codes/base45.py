"""Base45 (RFC 9285): bytes in the 45 characters of QR's alphanumeric mode, 3 characters for 2 bytes."""

from ticketsonic.tickets.codes.payload import UnreadableCode

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def encode(raw: bytes) -> str:
    """Spell bytes in base45."""
    characters = []
    for position in range(0, len(raw), 2):
        pair = raw[position : position + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, value = divmod(number, 45)
            characters.append(ALPHABET[value])
    return "".join(characters)


def decode(text: str) -> bytes:
    """Read base45; raises :class:`UnreadableCode`."""
    raw = bytearray()
    for position in range(0, len(text), 3):
        group = text[position : position + 3]
        size = len(group) - 1
        try:
            number = sum(_VALUES[character] * 45**power for power, character in enumerate(group))
            raw += number.to_bytes(size, "big") if size else b""
        except (KeyError, OverflowError):
            raise UnreadableCode("no base45") from None
        if not size:
            raise UnreadableCode("no base45")
    return bytes(raw)
