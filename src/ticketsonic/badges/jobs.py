"""What is to be drawn, and what came of it: the words between the server and the processes that draw."""

from typing import Literal

from msgspec import Struct

Format = Literal["pdf", "png", "jpeg", "raster", "grey-raster"]
FORMATS: tuple[Format, ...] = ("pdf", "png")
"""What people may ask for; the others are what printers take that take no PDF."""


class BadgeTexts(Struct, frozen=True):
    """What one badge says."""

    primary: str
    secondary: str


class Job(Struct, frozen=True):
    """Badges of one event, to be drawn into one file: several pages as PDF, a single one in the other formats too."""

    badge: dict[str, str | None]
    """The event's settings as they are stored, or as lists show them."""
    background: bytes | None
    texts: list[BadgeTexts]
    format: Format = "pdf"


class Drawn(Struct, frozen=True):
    """A file, and what a person should know who looks at it."""

    content: bytes
    missing: str
    """The characters for which no font has a glyph, each once: they show as an empty box."""
    background_undrawable: bool
