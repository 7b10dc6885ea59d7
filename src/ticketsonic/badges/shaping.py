"""Measuring text with HarfBuzz: the same shaper and the same fonts that typst draws with."""

import functools
import itertools
from collections.abc import Iterator

import uharfbuzz

from ticketsonic.badges.fonts import Fonts, Typeface, han_language
from ticketsonic.badges.layout import Extent
from ticketsonic.badges.printable import belongs_to_previous, is_ignorable

_REMEMBERED_TEXTS = 4096


class Shaper:
    """Measures texts, and says which of their characters no font has a glyph for."""

    def __init__(self, fonts: Fonts) -> None:
        self.fonts = fonts
        self._shaped = functools.lru_cache(_REMEMBERED_TEXTS)(self._shape_text)

    def measure(self, text: str) -> Extent:
        """Measure a text at a font 1 pixel high."""
        return self._shaped(text)[0]

    def missing_characters(self, text: str) -> frozenset[str]:
        """Give the characters of a text that will show as an empty box."""
        return self._shaped(text)[1]

    def _shape_text(self, text: str) -> tuple[Extent, frozenset[str]]:
        pen, offset = 0.0, 0
        ink = _Ink()
        clusters: list[tuple[int, float]] = []
        missing: set[str] = set()
        for typeface, run in self._runs(text):
            scale = 1 / typeface.font.face.upem
            buffer = _shape(typeface, run)
            advances: dict[int, float] = {}
            for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
                box = typeface.font.get_glyph_extents(info.codepoint)
                if box is not None and box.width and box.height:
                    ink.add(
                        pen + (position.x_offset + box.x_bearing) * scale,
                        box.width * scale,
                        (position.y_offset + box.y_bearing) * scale,
                        -box.height * scale,
                    )
                advances[info.cluster] = advances.get(info.cluster, 0.0) + position.x_advance * scale
                pen += position.x_advance * scale
            starts = sorted(advances)
            clusters += [(offset + start, advances[start]) for start in starts]
            if any(info.codepoint == 0 for info in buffer.glyph_infos):
                boxed = {info.cluster for info in buffer.glyph_infos if info.codepoint == 0}
                for start, end in itertools.pairwise([*starts, len(run)]):
                    if start in boxed:
                        missing |= _without_glyph(typeface, run[start:end])
            offset += len(run)
        extent = Extent(pen, ink.left, ink.right, ink.ascent, ink.descent, tuple(clusters))
        return extent, frozenset(missing)

    def _runs(self, text: str) -> Iterator[tuple[Typeface, str]]:
        """Split a text by the typeface that has its characters: the first in the order that has all of a cluster."""
        order = self.fonts.asked_for(han_language(text))
        if text and order[0].covers(text):
            yield order[0], text
            return
        chosen = ((_first_covering(order, cluster), cluster) for cluster in _clusters(text))
        for typeface, group in itertools.groupby(chosen, key=lambda pair: pair[0]):
            yield typeface, "".join(cluster for _, cluster in group)


class _Ink:
    """The box about all ink so far, about the origin of the text."""

    def __init__(self) -> None:
        self.left = self.right = self.ascent = self.descent = 0.0
        self._empty = True

    def add(self, x: float, width: float, top: float, height: float) -> None:
        descent = height - top
        if self._empty:
            self.left, self.right, self.ascent, self.descent = x, x + width, top, descent
            self._empty = False
            return
        self.left, self.right = min(self.left, x), max(self.right, x + width)
        self.ascent, self.descent = max(self.ascent, top), max(self.descent, descent)


def _without_glyph(typeface: Typeface, cluster: str) -> set[str]:
    return {
        character for character in cluster if not is_ignorable(character) and ord(character) not in typeface.covered
    }


def _clusters(text: str) -> Iterator[str]:
    begin = 0
    for index in range(1, len(text)):
        if not belongs_to_previous(text[index]) and text[index - 1] != "\u200d":
            yield text[begin:index]
            begin = index
    if text:
        yield text[begin:]


def _first_covering(order: tuple[Typeface, ...], cluster: str) -> Typeface:
    needed = "".join(character for character in cluster if not is_ignorable(character))
    for typeface in order:
        if typeface.covers(needed):
            return typeface
    return next((typeface for typeface in order if typeface.covers(needed[:1])), order[0])


def _shape(typeface: Typeface, run: str) -> uharfbuzz.Buffer:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(run)
    buffer.guess_segment_properties()
    uharfbuzz.shape(typeface.font, buffer)
    return buffer
