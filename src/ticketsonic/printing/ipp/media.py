"""Which paper a badge is asked to come out on: its own size where the printer has it, else the least it fits on. Pure.

Sizes are named as PWG 5101.1 does: `iso_a6_105x148mm`, `na_index-4x6_4x6in`, `custom_min_25x25mm`.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from ticketsonic.printing.ipp.messages import Attributes, Tag, Value

_NAMED = re.compile(r"([a-z]+)_([A-Za-z0-9.-]+)_([0-9.]{1,8})x([0-9.]{1,8})(mm|in)")
_MILLIMETRES_AN_INCH = 25.4
_ALIKE_MILLIMETRES = 1.0


class Medium(NamedTuple):
    """One size of paper, in millimetres."""

    keyword: str
    width: float
    height: float


def read_media(keywords: Iterable[str]) -> list[Medium]:
    """Read the sizes that a printer names; names that say no size are left out."""
    media = []
    for keyword in keywords:
        if matched := _NAMED.match(keyword):
            unit = 1.0 if matched[5] == "mm" else _MILLIMETRES_AN_INCH
            try:
                media.append(Medium(keyword, float(matched[3]) * unit, float(matched[4]) * unit))
            except ValueError:  # 1.2.3
                continue
    return media


def choose_medium(width: float, height: float, keywords: Iterable[str]) -> Attributes:
    """Give the attributes that ask for paper of a badge's size, or for the least that it fits on; none where none."""
    media = read_media(keywords)
    bounds = {medium.keyword.split("_")[1]: medium for medium in media if medium.keyword.startswith("custom_m")}
    sheets = [medium for medium in media if not medium.keyword.startswith(("custom_min", "custom_max"))]
    for medium in sheets:
        if abs(medium.width - width) <= _ALIKE_MILLIMETRES and abs(medium.height - height) <= _ALIKE_MILLIMETRES:
            return {"media": Value(Tag.KEYWORD, medium.keyword)}
    if {"min", "max"} <= bounds.keys():
        low, high = bounds["min"], bounds["max"]
        if low.width <= width <= high.width and low.height <= height <= high.height:
            return {"media-col": _sized(width, height)}
    fitting = [medium for medium in sheets if medium.width >= width and medium.height >= height]
    if not fitting:
        return {}
    return {"media": Value(Tag.KEYWORD, min(fitting, key=lambda medium: medium.width * medium.height).keyword)}


def _sized(width: float, height: float) -> Value:
    """Spell a size as media-col does: in hundredths of a millimetre."""
    size = {
        "x-dimension": Value(Tag.INTEGER, round(width * 100)),
        "y-dimension": Value(Tag.INTEGER, round(height * 100)),
    }
    return Value(Tag.BEGIN_COLLECTION, {"media-size": Value(Tag.BEGIN_COLLECTION, size)})
