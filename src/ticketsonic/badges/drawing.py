"""Drawing badges with typst: to PDF at the exact ISO size, or to pixels at 300 dpi. The same input, the same bytes."""

import hashlib
import importlib.resources
import io
import logging
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import typst
from PIL import Image

from ticketsonic.badges.backgrounds import Background, UndrawableBackground, prepare_background
from ticketsonic.badges.fonts import Fonts, han_language, open_fonts
from ticketsonic.badges.jobs import Drawn, Format, Job
from ticketsonic.badges.layout import Page, lay_out, read_style
from ticketsonic.badges.pixels import blank_page, encode, lay_texts
from ticketsonic.badges.printable import printable, runs_right_to_left
from ticketsonic.badges.progress import Tell
from ticketsonic.badges.raster import DOTS_PER_INCH
from ticketsonic.badges.shaping import Shaper

log = logging.getLogger("ticketsonic.badges")

PROGRESS_BADGES = 250
TOLD_BADGES = 10
MOST_BACKGROUNDS = 8
_BESIDE = 0.5
_HAN_LANGUAGES = ("sc", "tc", "jp", "kr")


class Drawer:
    """Draws badges. Keeps fonts, measures and backgrounds; for one thread at a time."""

    def __init__(self, own_fonts: Path | None = None) -> None:
        """Open the fonts: those of the installation, then the operator's of that folder."""
        self._fonts: Fonts = open_fonts(own_fonts)
        self._shaper = Shaper(self._fonts)
        self._folder = tempfile.TemporaryDirectory(prefix="ticketsonic-badges-")
        self._root = Path(self._folder.name)
        self._backgrounds: dict[str, Background] = {}
        self._blank: tuple[object, Image.Image] | None = None
        """The last page that pixels were asked of, without its texts."""
        template = self._root / "badge.typ"
        template.write_bytes((importlib.resources.files(__package__) / "badge.typ").read_bytes())
        own_folder = self._root / "fonts"
        own_folder.mkdir()
        for number, file in enumerate(self._fonts.own_files):  # those alone: typst is to pick the faces we measure with
            (own_folder / f"{number}{file.suffix}").symlink_to(file)
        folders = [*self._fonts.folders, own_folder]
        found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
        self._compiler = typst.Compiler(template, root=self._root, font_paths=found)

    def close(self) -> None:
        """Remove the folder that typst reads backgrounds from."""
        self._folder.cleanup()

    def draw(self, job: Job, tell: Tell | None = None) -> Drawn:
        """Draw every badge of a job. `tell` hears how many are laid out, every now and then and at the end."""
        background, undrawable = self._background(job)
        missing: set[str] = set()
        pages = [self._page(page) for page in self._laid_out(job, missing, tell)]
        inputs = {
            "background": background,
            "fonts": {language: self._families(language) for language in _HAN_LANGUAGES},
            "badges": pages,
            "band": None,
        }
        try:
            content = self._content(inputs, job.format)
        except typst.TypstError:
            if background is None:
                raise
            # Pillow read the background, typst cannot: a badge without it is better than none.
            content, undrawable = self._content(inputs | {"background": None}, job.format), True
        return Drawn(content, "".join(sorted(missing)), undrawable)

    def _content(self, inputs: dict[str, Any], wanted: Format) -> bytes:
        background = inputs["background"]
        if wanted == "pdf":
            return self._typeset(inputs, "pdf")
        if wanted == "png" and background is None:
            return self._typeset(inputs, "png")
        (page,) = inputs["badges"]
        file = None if background is None else self._root / background["file"]
        known = (file, page["width_millimetres"], page["height_millimetres"])
        if self._blank is None or self._blank[0] != known:
            self._blank = (known, blank_page(*known))
        blank = self._blank[1]
        band = self._band(page["lines"], blank.height)
        if band is None:
            return encode(blank, wanted)
        drawn = self._typeset(inputs | {"background": None, "band": band}, "png")
        with Image.open(io.BytesIO(drawn)) as texts:
            return encode(lay_texts(blank, texts, band["top"]), wanted)

    def _band(self, lines: Sequence[Mapping[str, Any]], height: int) -> dict[str, int] | None:
        """Give the rows that hold all ink, and half a line beside it; None where there is no text."""
        edges = []
        for line in lines:
            ink, pixels = self._shaper.measure(line["text"]), line["font_pixels"]
            edges.append(line["baseline"] - (max(ink.ascent, 1.0) + _BESIDE) * pixels)
            edges.append(line["baseline"] + (max(ink.descent, 0.0) + _BESIDE) * pixels)
        if not edges:
            return None
        top, bottom = max(0, int(min(edges))), min(height, int(max(edges)) + 1)
        return {"top": top, "rows": max(1, bottom - top)}

    def _typeset(self, inputs: dict[str, Any], drawn_format: Literal["pdf", "png"]) -> bytes:
        content = self._compiler.compile(
            format=drawn_format,
            ppi=DOTS_PER_INCH,
            sys_inputs={"badges": msgspec.json.encode(inputs).decode()},
            timestamp=0,
            pdf_tags=False,
        )
        if not isinstance(content, bytes):
            raise TypeError("a PNG has one page")
        return content

    def _laid_out(self, job: Job, missing: set[str], tell: Tell | None) -> Iterable[Page]:
        style = read_style(job.badge)
        for number, texts in enumerate(job.texts, start=1):
            primary, secondary = printable(texts.primary), printable(texts.secondary)
            missing |= self._shaper.missing_characters(primary) | self._shaper.missing_characters(secondary)
            yield lay_out(style, primary, secondary, self._shaper.measure)
            if tell is not None and (number % TOLD_BADGES == 0 or number == len(job.texts)):
                tell(number)
            if number % PROGRESS_BADGES == 0:
                log.info("badges laid out", extra={"badges": number, "of": len(job.texts)})

    def _page(self, page: Page) -> dict[str, Any]:
        return {
            "width_millimetres": page.width_millimetres,
            "height_millimetres": page.height_millimetres,
            "lines": [
                {
                    "text": line.text,
                    "x": line.x,
                    "baseline": line.baseline,
                    "font_pixels": line.font_pixels,
                    "colour": line.colour,
                    "right_to_left": runs_right_to_left(line.text),
                    "fonts": han_language(line.text),
                }
                for line in page.lines
            ],
        }

    def _families(self, language: str) -> Sequence[str]:
        return [typeface.family for typeface in self._fonts.asked_for(language)]

    def _background(self, job: Job) -> tuple[dict[str, Any] | None, bool]:
        """Lay the background where typst reads it; returns how the template finds it, and whether it is broken."""
        if job.background is None:
            return None, False
        size = read_style(job.badge).size
        name = f"{hashlib.sha256(job.background).hexdigest()}-{size}.jpg"
        if name not in self._backgrounds:
            try:
                prepared = prepare_background(job.background, size)
            except UndrawableBackground:
                return None, True
            while len(self._backgrounds) >= MOST_BACKGROUNDS:
                oldest = next(iter(self._backgrounds))
                del self._backgrounds[oldest]
                (self._root / oldest).unlink()
            (self._root / name).write_bytes(prepared.jpeg)
            self._backgrounds[name] = prepared
        kept = self._backgrounds[name]
        return {"file": name, "width": kept.width, "height": kept.height}, False
