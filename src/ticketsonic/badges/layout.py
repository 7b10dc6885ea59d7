"""Where each line of a badge stands, in pixels at 300 dpi, pure: settings, texts and a measure in, placed lines out.

Source: contract.md §4, Geometry. The formulas are followed to the letter wherever the line stays on the page. Where
it would not: it is shrunk, down to :data:`SMALLEST_FONT_SIZE`; then it is broken into lines; only where even those
do not fit are they smaller still. What would stand beyond an edge is moved in. Nothing is ever cut.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ticketsonic.badges.lines import break_into_lines
from ticketsonic.events.badge import DEFAULTS

PIXELS_PER_MILLIMETRE = 11.811
SIZES_MILLIMETRES = {
    "A4": (210, 297),
    "A5": (148, 210),
    "A6": (105, 148),
    "A7": (74, 105),
    "A8": (52, 74),
    "A9": (37, 52),
    "A10": (26, 37),
}
SMALLEST_FONT_SIZE = 15.0
"""What a text is shrunk to before it is broken, in the settings' points: 20 pixels, 1.7 mm on paper."""
LINE_DISTANCE = 1.25
"""From baseline to baseline of a text that was broken because it did not fit, in heights of its font."""
_FITTING_STEPS = 24
_SLACK_PIXELS = 1e-6


class Extent(NamedTuple):
    """How much room a text takes at a font 1 pixel high: its advance, and its ink about the origin."""

    width: float
    left: float
    right: float
    ascent: float
    descent: float
    """Of the ink, below the baseline; negative where all ink stands above it."""
    clusters: tuple[tuple[int, float], ...]
    """Where the text may be broken as a last resort: index and advance of everything that belongs together."""

    @property
    def room(self) -> float:
        """What it needs from side to side."""
        return max(self.width, self.right - self.left)


Measure = Callable[[str], Extent]


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How one of the two texts is to stand. Offsets are percents of the page; sizes as of contract.md §4."""

    horizontal: str
    horizontal_offset: float
    vertical: str
    vertical_offset: float
    font_size: float
    colour: str
    break_distance: float


@dataclass(frozen=True, slots=True)
class BadgeStyle:
    """An event's badge settings, read."""

    size: str
    primary: TextStyle
    secondary: TextStyle


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """One line: its text's left edge and baseline, and its font's height, in pixels."""

    text: str
    x: float
    baseline: float
    font_pixels: float
    colour: str


@dataclass(frozen=True, slots=True)
class Page:
    """One badge, laid out."""

    width_millimetres: int
    height_millimetres: int
    lines: tuple[PlacedLine, ...]


def read_style(stored: Mapping[str, str | None]) -> BadgeStyle:
    """Read an event's stored badge, defaults filled in."""
    fields = {name: stored.get(name) or default for name, default in DEFAULTS.items()}
    return BadgeStyle(str(fields["badge_size"]), _text_style(fields, "primary"), _text_style(fields, "secondary"))


def _text_style(fields: Mapping[str, str | None], which: str) -> TextStyle:
    def field(name: str) -> str:
        return str(fields[f"badge_{which}_text_{name}"])

    return TextStyle(
        horizontal=field("horizontal_location"),
        horizontal_offset=float(field("horizontal_offset")),
        vertical=field("vertical_location"),
        vertical_offset=float(field("vertical_offset")),
        font_size=float(field("fontsize")),
        colour=field("color"),
        break_distance=float(field("break_distance")),
    )


def lay_out(style: BadgeStyle, primary: str, secondary: str, measure: Measure) -> Page:
    """Lay out one badge; an empty text takes no place."""
    width, height = SIZES_MILLIMETRES[style.size]
    canvas = _Canvas(width * PIXELS_PER_MILLIMETRE, height * PIXELS_PER_MILLIMETRE, measure)
    lines = [*canvas.place(style.primary, primary), *canvas.place(style.secondary, secondary)]
    return Page(width, height, tuple(lines))


class _Row(NamedTuple):
    """A line with its extent, on its way to its place."""

    line: PlacedLine
    extent: Extent

    @property
    def top(self) -> float:
        return self.line.baseline - self.extent.ascent * self.line.font_pixels

    @property
    def bottom(self) -> float:
        return self.line.baseline + self.extent.descent * self.line.font_pixels


@dataclass(frozen=True, slots=True)
class _Canvas:
    width: float
    height: float
    measure: Measure

    def place(self, style: TextStyle, text: str) -> list[PlacedLine]:
        if not text.strip():
            return []
        words = text.split(" ") if style.break_distance > 0 else [text]
        extents = [(word, self.measure(word)) for word in words]
        rows = self._as_set(style, extents)
        if _height(rows) > self.height + _SLACK_PIXELS:
            shrunk = style.font_size * self.height / _height(rows)
            rows = self._as_set(_scaled(style, max(shrunk, min(style.font_size, SMALLEST_FONT_SIZE))), extents)
        if _height(rows) > self.height + _SLACK_PIXELS or self._too_wide(rows):
            rows = self._broken(style, text)
        return [row.line for row in self._moved_in(rows)]

    def _as_set(self, style: TextStyle, extents: Sequence[tuple[str, Extent]]) -> list[_Row]:
        """Follow the contract's formulas, each line no larger than fits beside its anchor."""
        step = style.font_size + style.break_distance if style.break_distance > 0 else 0.0
        rows = []
        for index, (word, extent) in enumerate(extents):
            if not word:  # two spaces in a row: an empty line, as the contract's split makes it
                continue
            font_size = self._fitting_size(style, extent)
            x = self._left_edge(style, extent.width * _pixels(font_size))
            baseline = self._baseline(style, font_size) + index * step
            rows.append(_Row(PlacedLine(word, x, baseline, _pixels(font_size), style.colour), extent))
        return rows

    def _fitting_size(self, style: TextStyle, extent: Extent) -> float:
        room = self._room(style)
        needed = extent.room * _pixels(style.font_size)
        if needed <= room + _SLACK_PIXELS:
            return style.font_size
        return max(style.font_size * room / needed, min(style.font_size, SMALLEST_FONT_SIZE))

    def _room(self, style: TextStyle) -> float:
        """How wide a line can be without leaving the page; the page's width where its anchor is off the page."""
        offset = self.width * style.horizontal_offset / 100
        if style.horizontal == "center":
            room = self.width - 2 * abs(offset)
        else:
            room = self.width - offset if offset >= 0 else 0.0
        return room if room > 0 else self.width

    def _left_edge(self, style: TextStyle, line_width: float) -> float:
        offset = self.width * style.horizontal_offset / 100
        if style.horizontal == "left":
            return offset
        if style.horizontal == "right":
            return self.width - line_width - offset
        return self.width / 2 - line_width / 2 + offset

    def _baseline(self, style: TextStyle, font_size: float) -> float:
        font_height = int(4 * font_size / 3)  # the contract's F, a floor
        offset = self.height * style.vertical_offset / 100
        if style.vertical == "top":
            return font_height + offset
        if style.vertical == "bottom":
            return self.height - offset
        return self.height / 2 + font_height / 2 + offset

    def _too_wide(self, rows: Sequence[_Row]) -> bool:
        return any(row.extent.room * row.line.font_pixels > self.width + _SLACK_PIXELS for row in rows)

    def _broken(self, style: TextStyle, text: str) -> list[_Row]:
        """Break the text at the smallest size; smaller still, by halving the interval, where that does not fit."""
        whole = self.measure(text)
        too_large = min(style.font_size, SMALLEST_FONT_SIZE)
        rows = self._stacked(style, text, whole, too_large)
        if self._fits(rows):
            return rows
        fitting = 0.0
        for _ in range(_FITTING_STEPS):
            tried = (too_large + fitting) / 2
            rows_tried = self._stacked(style, text, whole, tried)
            if self._fits(rows_tried):
                fitting, rows = tried, rows_tried
            else:
                too_large = tried
            if fitting > 0.99 * too_large:
                break
        return rows

    def _fits(self, rows: Sequence[_Row]) -> bool:
        return _height(rows) <= self.height and not self._too_wide(rows)

    def _stacked(self, style: TextStyle, text: str, whole: Extent, font_size: float) -> list[_Row]:
        pixels = _pixels(font_size)
        lines = break_into_lines(text, whole.clusters, self.width / pixels)
        distance = LINE_DISTANCE * pixels
        above = {"top": 0.0, "center": 0.5, "bottom": 1.0}[style.vertical] * (len(lines) - 1) * distance
        first = self._baseline(style, font_size) - above
        rows = []
        for index, line in enumerate(lines):
            extent = self.measure(line)
            x = self._left_edge(style, extent.width * pixels)
            rows.append(_Row(PlacedLine(line, x, first + index * distance, pixels, style.colour), extent))
        return rows

    def _moved_in(self, rows: Sequence[_Row]) -> list[_Row]:
        """Move what stands beyond an edge onto the page: the lines together up or down, each to its side alone."""
        down = max(0.0, -min(row.top for row in rows))
        down = down or min(0.0, self.height - max(row.bottom for row in rows))
        moved = []
        for line, extent in rows:
            left, right = line.x + extent.left * line.font_pixels, line.x + extent.right * line.font_pixels
            aside = max(0.0, -left) or min(0.0, self.width - right)
            moved.append(_Row(replace(line, x=line.x + aside, baseline=line.baseline + down), extent))
        return moved


def _scaled(style: TextStyle, font_size: float) -> TextStyle:
    scale = font_size / style.font_size
    return replace(style, font_size=font_size, break_distance=style.break_distance * scale)


def _pixels(font_size: float) -> float:
    """Give a font's height in pixels: CSS points on a canvas (contract.md §4)."""
    return 4 * font_size / 3


def _height(rows: Sequence[_Row]) -> float:
    return max(row.bottom for row in rows) - min(row.top for row in rows)
