"""PWG raster, read back by CUPS's own library: header and every pixel."""

import ctypes
import ctypes.util
import random
from pathlib import Path

import pytest

from ticketsonic.badges.raster import spell_page

LIBRARY = ctypes.util.find_library("cups") or ctypes.util.find_library("cupsimage")
HEADER_BYTES = 1796
# Where cups_page_header2_t keeps them: HWResolution, cupsWidth, cupsHeight, cupsBitsPerColor, -PerPixel, bytes, space.
PLACES = (276, 280, 372, 376, 384, 388, 392, 400)


def read_with_cups(raster: bytes, folder: Path) -> tuple[list[int], bytes]:
    cups = ctypes.CDLL(LIBRARY)
    cups.cupsRasterOpen.restype = ctypes.c_void_p
    cups.cupsRasterReadHeader2.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    cups.cupsRasterReadPixels.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint]
    cups.cupsRasterClose.argtypes = [ctypes.c_void_p]
    path = folder / "page.ras"
    path.write_bytes(raster)
    with path.open("rb") as file:
        opened = cups.cupsRasterOpen(file.fileno(), 0)
        header = ctypes.create_string_buffer(HEADER_BYTES)
        assert cups.cupsRasterReadHeader2(opened, header)
        numbers = [int.from_bytes(header.raw[place : place + 4], "little") for place in PLACES]
        line, pixels = ctypes.create_string_buffer(numbers[6]), b""
        for _ in range(numbers[3]):
            assert cups.cupsRasterReadPixels(opened, line, numbers[6]) == numbers[6]
            pixels += line.raw
        cups.cupsRasterClose(opened)
    return numbers, pixels


@pytest.mark.skipif(LIBRARY is None, reason="needs CUPS's library: make printers")
@pytest.mark.parametrize(("channels", "space"), [(1, 18), (3, 19)])
@pytest.mark.parametrize("kind", ["white", "noise", "text", "one pixel wide"])
def test_cups_reads_back_every_pixel(tmp_path: Path, kind: str, channels: int, space: int) -> None:
    width, height = (1, 300) if kind == "one pixel wide" else (437, 311)
    chance = random.Random(7)
    pixels = bytearray(b"\xff" * (width * height * channels))
    if kind in {"noise", "one pixel wide"}:
        pixels[:] = chance.randbytes(len(pixels))
    if kind == "text":
        for line in range(100, 160):
            start = (line * width + 130) * channels
            pixels[start : start + 150 * channels] = chance.randbytes(150 * channels)
    raster = spell_page(bytes(pixels), width, height, channels=channels, dots_per_inch=300)
    numbers, read = read_with_cups(raster, tmp_path)
    assert numbers == [300, 300, width, height, 8, 8 * channels, width * channels, space]
    assert read == bytes(pixels)
    if kind == "white":
        assert len(raster) < 2000
