"""Real JPEGs, drawn by Pillow."""

import base64
import io

from PIL import Image

_COMMENT_BYTES = 65_000


def jpeg_of(
    width: int = 40,
    height: int = 30,
    colour: str = "#ffe0b0",
    *,
    mode: str = "RGB",
    padding_bytes: int = 0,
    **saved: object,
) -> bytes:
    """One colour all over; comments make it as long as asked."""
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), colour).convert(mode).save(drawn, "JPEG", **({"quality": 95} | saved))
    jpeg = drawn.getvalue()
    comment = b"\xff\xfe" + (_COMMENT_BYTES + 2).to_bytes(2, "big") + bytes(_COMMENT_BYTES)
    return jpeg[:2] + comment * (padding_bytes // _COMMENT_BYTES) + jpeg[2:]


def jpeg_base64(*size: int, **given: object) -> str:
    return base64.b64encode(jpeg_of(*size, **given)).decode("ascii")  # type: ignore[arg-type]
