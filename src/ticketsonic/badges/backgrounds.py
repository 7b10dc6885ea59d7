"""A stored background made ready to be drawn 1:1 from the page's top left corner (contract.md §4)."""

import io
from dataclasses import dataclass

from PIL import Image, ImageFile, ImageOps

from ticketsonic.badges.layout import PIXELS_PER_MILLIMETRE, SIZES_MILLIMETRES

_AS_IT_IS = frozenset({"RGB", "L"})
_QUALITY = 95
_ORIENTATION = 0x0112
_UPRIGHT = 1


class UndrawableBackground(ValueError):
    """A JPEG that passed for one when it was stored cannot be decoded; the page stays white."""


@dataclass(frozen=True, slots=True)
class Background:
    """A JPEG no larger than its page, in RGB or grey."""

    jpeg: bytes
    width: int
    height: int


def prepare_background(jpeg: bytes, size: str) -> Background:
    """Decode a JPEG once to know that it can be drawn, turn it upright, cut what lies beyond the page.

    What needs none of that stays byte for byte as it is; CMYK becomes RGB. Raises :class:`UndrawableBackground`.
    """
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    page = tuple(round(side * PIXELS_PER_MILLIMETRE + 0.5) for side in SIZES_MILLIMETRES[size])
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
            image.load()
            turned = image.getexif().get(_ORIENTATION, _UPRIGHT) != _UPRIGHT
            if image.mode in _AS_IT_IS and not turned and image.width <= page[0] and image.height <= page[1]:
                return Background(jpeg, image.width, image.height)
            upright = ImageOps.exif_transpose(image)
            shown = upright.crop((0, 0, min(upright.width, page[0]), min(upright.height, page[1]))).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UndrawableBackground(type(error).__name__) from None
    encoded = io.BytesIO()
    shown.save(encoded, "JPEG", quality=_QUALITY, subsampling=0)
    return Background(encoded.getvalue(), shown.width, shown.height)
