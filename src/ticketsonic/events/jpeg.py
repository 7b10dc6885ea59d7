"""Whether bytes are a JPEG that a badge can be drawn over, pure: its segments are walked, nothing is decoded.

A JPEG of a few kilobytes can declare 65,535 by 65,535 pixels, which would take 12 GB to decode; so its declared size
is read before anything else touches it. What only decoding shows, the drawing finds out (badges/backgrounds.py).
"""

from collections.abc import Iterator

from ticketsonic.wire.kinds import RefusedValue

MOST_PIXELS = 50_000_000
"""Above any phone's ordinary photograph; an A4 badge has 8.7 million. Decoded it takes 150 MB for a moment."""

_START = b"\xff\xd8\xff"
_END = b"\xff\xd9"
_MARKER = 0xFF
_SCAN = 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive, Huffman-coded: what every browser draws."""
_OTHER_FRAMES = frozenset({0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})
_BITS = 8
_COMPONENTS = frozenset({1, 3, 4})
_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_MOST_SEGMENTS = 10_000

_NO_JPEG = "must be a JPEG in base64"
_BROKEN = "is a JPEG that no browser can draw: its segments make no sense"
_CUT_OFF = "is a JPEG that is cut off before its end"
_RARE = "is a JPEG of a kind that browsers do not draw (8 bits in grey, colour or CMYK are drawn)"
_TOO_LARGE = f"has more than {MOST_PIXELS // 1_000_000} million pixels"
BEYOND_A_PATTERN = frozenset({_BROKEN, _CUT_OFF, _RARE, _TOO_LARGE})
"""The reasons for refusing what begins as a JPEG in base64 has to: no schema can say them beforehand."""


def check_jpeg(jpeg: bytes) -> None:
    """Refuse, as :class:`RefusedValue`, what is no JPEG, cut off, of a rare kind or of too many pixels."""
    framed = False
    for marker, at, segment in _segments(jpeg):
        if marker in _OTHER_FRAMES:
            raise RefusedValue(_RARE)
        if marker in _FRAMES:
            if framed:
                raise RefusedValue(_BROKEN)
            _check_frame(segment)
            framed = True
        if marker == _SCAN:
            if not framed:
                raise RefusedValue(_BROKEN)
            if jpeg.rfind(_END) <= at:
                raise RefusedValue(_CUT_OFF)
            return


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Give the width and height in pixels that a JPEG declares; it was checked before."""
    frame = next(segment for marker, _, segment in _segments(jpeg) if marker in _FRAMES)
    return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")


def _segments(jpeg: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give each segment's marker, place and content, up to the first scan."""
    if not jpeg.startswith(_START):
        raise RefusedValue(_NO_JPEG)
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if at + 4 > len(jpeg):
            raise RefusedValue(_CUT_OFF)
        marker = jpeg[at + 1]
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at] != _MARKER:
            raise RefusedValue(_BROKEN)
        if marker == _MARKER:  # a filling byte
            at += 1
        elif marker in _NO_LENGTH:
            at += 2
        elif length < 2 or marker == _END[1]:  # noqa: PLR2004 - a length counts itself
            raise RefusedValue(_BROKEN)
        else:
            yield marker, at, jpeg[at + 4 : at + 2 + length]
            at += 2 + length
    raise RefusedValue(_BROKEN)


def _check_frame(segment: bytes) -> None:
    if len(segment) < 6:  # noqa: PLR2004 - bits, height, width, components
        raise RefusedValue(_CUT_OFF)
    bits, components = segment[0], segment[5]
    height, width = int.from_bytes(segment[1:3], "big"), int.from_bytes(segment[3:5], "big")
    if bits != _BITS or components not in _COMPONENTS:
        raise RefusedValue(_RARE)
    if not width or not height:
        raise RefusedValue(_BROKEN)
    if width * height > MOST_PIXELS:
        raise RefusedValue(_TOO_LARGE)
