"""Reading a drawn badge back with pdfium and Pillow, as a printer or a viewer would."""

import contextlib
import io

import pypdfium2
from PIL import Image

MILLIMETRES_A_POINT = 25.4 / 72


def texts_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        return [page.get_textpage().get_text_bounded().strip() for page in document]


def sizes_of(pdf: bytes) -> list[tuple[float, float]]:
    """The size of each page in millimetres, to a hundredth."""
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        return [tuple(round(side * MILLIMETRES_A_POINT, 2) for side in page.get_size()) for page in document]  # type: ignore[misc]


def picture_of(content: bytes, page: int = 0) -> Image.Image:
    """A PNG as it is, or a page of a PDF at 300 dpi."""
    if content.startswith(b"\x89PNG"):
        return Image.open(io.BytesIO(content)).convert("RGB")
    with contextlib.closing(pypdfium2.PdfDocument(content)) as document:
        picture: Image.Image = document[page].render(scale=300 / 72).to_pil().convert("RGB")
        return picture
