"""What is sent to a printer: a job's badge, in the best of the formats that the printer takes."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from ticketsonic.badges.guests import EventBadge, Guest, find_event_badge, find_guest
from ticketsonic.badges.jobs import BadgeTexts, Drawn, Format, Job
from ticketsonic.badges.layout import SIZES_MILLIMETRES, read_style
from ticketsonic.badges.raster import DOTS_PER_INCH
from ticketsonic.database import Database
from ticketsonic.events.badge import DEFAULTS
from ticketsonic.printing.ipp.conditions import PrinterSays
from ticketsonic.printing.ipp.media import choose_medium
from ticketsonic.printing.ipp.messages import Attributes, Tag, Value
from ticketsonic.printing.jobs import PrintJob

PDF, RASTER, JPEG = "application/pdf", "image/pwg-raster", "image/jpeg"
_ANYTHING = "application/octet-stream"
_COLOUR, _GREY = "srgb_8", "sgray_8"

Draw = Callable[[Job], Awaitable[Drawn]]


class Document(NamedTuple):
    """A badge as it is sent, and the paper that is asked for."""

    content: bytes
    media_type: str
    wishes: Attributes
    missing: str = ""
    """The characters for which no font has a glyph."""


class NoBadge(Exception):
    """The ticket or its event is not there any more."""


def choose_format(says: PrinterSays) -> str | None:
    """Choose: PDF is exact and small, raster exact, JPEG the last; None where a printer takes none of them.

    A printer that names no format, or only "anything", takes PDF or says no.
    """
    if PDF in says.formats or not set(says.formats) - {_ANYTHING}:
        return PDF
    if RASTER in says.formats and _raster_type(says) and DOTS_PER_INCH in says.raster_dots:
        return RASTER
    return JPEG if JPEG in says.formats else None


def _raster_type(says: PrinterSays) -> str | None:
    return next((known for known in (_COLOUR, _GREY) if known in says.raster_types), None)


async def make_document(database: Database, draw: Draw, job: PrintJob, says: PrinterSays) -> Document:
    """Draw a job's badge for a printer; raises :class:`NoBadge`, and what drawing raises."""
    badge, guest = await _find(database, job)
    return await document_of(badge, guest.texts, draw, says)


async def document_of(badge: EventBadge, texts: BadgeTexts, draw: Draw, says: PrinterSays) -> Document:
    """Draw one badge for a printer; raises what drawing raises."""
    style = {**DEFAULTS, **badge.stored}
    media_type = choose_format(says) or PDF
    drawn = await draw(Job(style, badge.background, [texts], _format_of(media_type, says)))
    return Document(drawn.content, media_type, _wishes(style, says), drawn.missing)


def _format_of(media_type: str, says: PrinterSays) -> Format:
    if media_type == RASTER:
        return "raster" if _raster_type(says) == _COLOUR else "grey-raster"
    return "jpeg" if media_type == JPEG else "pdf"


async def _find(database: Database, job: PrintJob) -> tuple[EventBadge, Guest]:
    async with database.reading() as connection:
        badge = await find_event_badge(connection, job.account_id, job.event_id)
        guest = await find_guest(connection, job.account_id, job.barcode)
    if badge is None or guest is None:
        raise NoBadge
    return badge, guest


def _wishes(style: dict[str, str | None], says: PrinterSays) -> Attributes:
    width, height = SIZES_MILLIMETRES[read_style(style).size]
    wishes = dict(choose_medium(width, height, says.media))
    if "none" in says.scalings:  # else it would be fitted between the margins, and nothing stand where it belongs
        wishes["print-scaling"] = Value(Tag.KEYWORD, "none")
    return wishes
