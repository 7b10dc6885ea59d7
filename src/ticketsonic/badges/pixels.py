"""A badge as pixels: its texts, drawn on nothing, laid on the paper with its background 1:1 (contract.md §4).

Encoding a photograph as PNG takes longer than all the rest, and reading it again as long: so what needs pixels gets
them without that.
"""

import io
from pathlib import Path

from PIL import Image

from ticketsonic.badges.jobs import Format
from ticketsonic.badges.raster import DOTS_PER_INCH, spell_page

_JPEG_QUALITY = 92
_FAST = 1
_MILLIMETRES_AN_INCH = 25.4


def blank_page(background: Path | None, width_millimetres: int, height_millimetres: int) -> Image.Image:
    """Give the page without its texts: white paper, and the background from its top left corner."""
    size = (_pixels(width_millimetres), _pixels(height_millimetres))
    page = Image.new("RGB", size, "white")
    if background is not None:
        with Image.open(background) as image:
            page.paste(image.convert("RGB"), (0, 0))
    return page


def _pixels(millimetres: int) -> int:
    return round(millimetres * DOTS_PER_INCH / _MILLIMETRES_AN_INCH)


def lay_texts(blank: Image.Image, texts: Image.Image, top: int) -> Image.Image:
    """Lay texts that are drawn on nothing on a copy of the page, from this row on."""
    page = blank.copy()
    page.paste(texts, (0, top), texts)
    return page


def encode(page: Image.Image, wanted: Format) -> bytes:
    """Write a page as PNG, JPEG or PWG raster."""
    if wanted in {"raster", "grey-raster"}:
        shown = page.convert("L") if wanted == "grey-raster" else page
        channels = len(shown.getbands())
        return spell_page(shown.tobytes(), *shown.size, channels=channels, dots_per_inch=DOTS_PER_INCH)
    encoded = io.BytesIO()
    if wanted == "jpeg":
        page.save(encoded, "JPEG", quality=_JPEG_QUALITY, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    else:
        strategy = Image.RLE
        page.save(encoded, "PNG", compress_level=_FAST, compress_type=strategy, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return encoded.getvalue()
