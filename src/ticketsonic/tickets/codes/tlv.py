"""The payload of the `rsa` code: a run of label, length, value, closed by a checksum (contract.md §3).

A label is one ASCII byte, a length one byte; integers are unsigned little-endian, as short as they go, and zero is
one byte. The last segment is `C`: two bytes little-endian, the sum of all bytes before its label, modulo 65,536.
"""

import functools

from ticketsonic.tickets.codes.payload import CodePayload, UnreadableCode

FORMAT_VERSION = 1
_LABELS = b"VH$IETFCSBRPX"
_CHECKSUM_BYTES = 2
_LONGEST_INTEGER_BYTES = 8
_SHORTEST_BARCODE_BYTES = 8


def encode_integer(number: int) -> bytes:
    """Spell an unsigned integer little-endian, as short as it goes."""
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "little")


def write_segments(segments: list[tuple[bytes, bytes]]) -> bytes:
    """Join segments and close them with their checksum. A value has at most 255 bytes."""
    return _close(b"".join(_segment(label, value) for label, value in segments))


def _segment(label: bytes, value: bytes) -> bytes:
    return b"%b%c%b" % (label, len(value), value)


_VERSION = _segment(b"V", encode_integer(FORMAT_VERSION))


def _close(run: bytes) -> bytes:
    return b"%bC\x02%b" % (run, (sum(run) & 0xFFFF).to_bytes(_CHECKSUM_BYTES, "little"))


def read_segments(raw: bytes) -> dict[bytes, bytes]:
    """Split a payload into its segments; raises :class:`UnreadableCode` for anything but a well-formed one."""
    segments: dict[bytes, bytes] = {}
    label_at, size = 0, len(raw)
    while label_at < size:
        label = raw[label_at : label_at + 1]
        if label not in _LABELS or label in segments:
            raise UnreadableCode("an unknown or repeated label")
        value_at = label_at + 2
        end = value_at + raw[label_at + 1] if value_at <= size else size + 1
        if end > size:
            raise UnreadableCode("a segment is cut off")
        if label == b"C":
            _check_sum(raw, label_at, raw[value_at:end])
            return segments
        segments[label] = raw[value_at:end]
        label_at = end
    raise UnreadableCode("the checksum is missing")


def _check_sum(raw: bytes, position: int, value: bytes) -> None:
    if len(value) != _CHECKSUM_BYTES or position + 2 + _CHECKSUM_BYTES != len(raw):
        raise UnreadableCode("the checksum is not the last segment")
    if int.from_bytes(value, "little") != sum(raw[:position]) & 0xFFFF:
        raise UnreadableCode("the checksum does not match")


def encode_payload(payload: CodePayload) -> bytes:
    """Spell a ticket's payload: V, H, $, I, E, then T and F where set, then C."""
    rest = _spell_rest(
        payload.price_minor or 0, payload.ticket_type_id, payload.event_id, payload.valid_from, payload.valid_until
    )
    return _close(_VERSION + _segment(b"H", payload.barcode) + rest)


@functools.lru_cache(maxsize=4096)
def _spell_rest(price_minor: int, ticket_type_id: int, event_id: int, start: int | None, end: int | None) -> bytes:
    """Spell what the tickets of one type have in common, mostly: once, for all that a batch sells of it."""
    numbers = ((b"$", price_minor), (b"I", ticket_type_id), (b"E", event_id), (b"T", start), (b"F", end))
    return b"".join(_segment(label, encode_integer(number)) for label, number in numbers if number is not None)


def decode_payload(raw: bytes) -> CodePayload:
    """Read a ticket's payload; raises :class:`UnreadableCode`."""
    segments = read_segments(raw)
    if _integer(segments, b"V") != FORMAT_VERSION:
        raise UnreadableCode("an unknown format version")
    barcode = segments.get(b"H", b"")
    if len(barcode) < _SHORTEST_BARCODE_BYTES:
        raise UnreadableCode("the barcode is missing or too short")
    return CodePayload(
        barcode=barcode,
        event_id=_integer(segments, b"E"),
        ticket_type_id=_integer(segments, b"I"),
        price_minor=_integer(segments, b"$"),
        valid_from=_integer(segments, b"T") if b"T" in segments else None,
        valid_until=_integer(segments, b"F") if b"F" in segments else None,
    )


def _integer(segments: dict[bytes, bytes], label: bytes) -> int:
    value = segments.get(label, b"")
    if not 1 <= len(value) <= _LONGEST_INTEGER_BYTES:
        raise UnreadableCode(f"{label.decode()} is missing or too long")
    if len(value) > 1 and value[-1] == 0:
        raise UnreadableCode(f"{label.decode()} is not as short as it goes")
    return int.from_bytes(value, "little")
