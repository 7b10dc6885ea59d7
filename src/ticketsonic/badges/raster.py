"""PWG raster, the format that every IPP Everywhere printer takes: one page from its pixels. Pure.

Source: PWG 5102.4. Lines that repeat are written once; a line's margins are runs, and what is between them stands as
it is: whole bytes at a time, since a page has two million pixels.
"""

import struct

DOTS_PER_INCH = 300
"""Of a badge that is drawn to pixels."""
_SYNC = b"RaS2"
_SRGB, _SGRAY = 19, 18
_POINTS_AN_INCH = 72
_MOST_REPEATED_LINES, _LONGEST_RUN = 256, 128


def spell_page(pixels: bytes, width: int, height: int, *, channels: int, dots_per_inch: int) -> bytes:
    """Spell one page of 8 bits a channel: 3 for sRGB, 1 for grey."""
    parts = [_SYNC, _header(width, height, channels, dots_per_inch)]
    size = width * channels
    lines = [pixels[start : start + size] for start in range(0, size * height, size)]
    place = 0
    while place < len(lines):
        line = lines[place]
        repeated = 1
        while repeated < _MOST_REPEATED_LINES and place + repeated < len(lines) and lines[place + repeated] == line:
            repeated += 1
        parts += [bytes([repeated - 1]), _spell_line(line, width, channels)]
        place += repeated
    return b"".join(parts)


def _spell_line(line: bytes, width: int, channels: int) -> bytes:
    first, last = line[:channels], line[-channels:]
    if line == first * width:
        return _run(first, width)
    before = _count(line, first, channels)
    after = _count(line[::-1], last[::-1], channels)
    middle = line[before * channels : len(line) - after * channels]
    return _run(first, before) + _as_it_is(middle, channels) + _run(last, after)


def _count(line: bytes, pixel: bytes, channels: int) -> int:
    """Count how often a line begins with a pixel; by halves, since it is short or long."""
    low, high = 0, len(line) // channels
    while low < high:
        middle = (low + high + 1) // 2
        if line.startswith(pixel * middle):
            low = middle
        else:
            high = middle - 1
    return low


def _run(pixel: bytes, count: int) -> bytes:
    whole, rest = divmod(count, _LONGEST_RUN)
    return (bytes([_LONGEST_RUN - 1]) + pixel) * whole + (bytes([rest - 1]) + pixel if rest else b"")


def _as_it_is(pixels: bytes, channels: int) -> bytes:
    parts = []
    step = _LONGEST_RUN * channels
    for start in range(0, len(pixels), step):
        piece = pixels[start : start + step]
        count = len(piece) // channels
        parts += [bytes([257 - count if count > 1 else 0]), piece]
    return b"".join(parts)


def _header(width: int, height: int, channels: int, dots_per_inch: int) -> bytes:
    header = bytearray(1796)
    header[0:9] = b"PwgRaster"
    numbers = {
        276: dots_per_inch,
        280: dots_per_inch,
        340: 1,  # copies
        352: round(width * _POINTS_AN_INCH / dots_per_inch),
        356: round(height * _POINTS_AN_INCH / dots_per_inch),
        372: width,
        376: height,
        384: 8,
        388: 8 * channels,
        392: width * channels,
        400: _SRGB if channels > 1 else _SGRAY,
        420: channels,
        452: 1,  # pages in all
        456: 1,
        460: 1,
        472: width,
        476: height,
        480: 0xFFFFFF,
        484: 4,  # quality: normal
    }
    for place, number in numbers.items():
        struct.pack_into(">I", header, place, number)
    return bytes(header)
