"""Trying a printer: a test badge of its event, sent there from the command line and recorded nowhere."""

import asyncio
import secrets
from pathlib import Path

from ticketsonic.allowed_hosts import AllowedHosts
from ticketsonic.badges.drawing import Drawer
from ticketsonic.badges.guests import find_event_badge
from ticketsonic.badges.jobs import BadgeTexts, Drawn, Job
from ticketsonic.database import Database
from ticketsonic.events.badge import DEFAULTS
from ticketsonic.printing.documents import choose_format, document_of
from ticketsonic.printing.ipp.exchange import Exchange, NoAnswer, NotSent
from ticketsonic.printing.ipp.printer import Printer as IppPrinter
from ticketsonic.printing.ipp.printer import Refused
from ticketsonic.printing.printers import Printer


class NotPrinted(Exception):
    """The printer did not take a test badge; the message says why."""


async def print_test_badge(database: Database, tried: Printer, allowed: AllowedHosts, own_fonts: Path) -> str:
    """Send a printer of kind ipp a test badge; returns how the printer says it is. Raises :class:`NotPrinted`."""
    async with database.reading() as connection:
        badge = await find_event_badge(connection, tried.account_id, tried.event_id)
    if badge is None or tried.url is None:
        raise NotPrinted("its event is not there any more")
    style = {**DEFAULTS, **badge.stored}
    texts = BadgeTexts(style["badge_primary_test_text"] or tried.name, style["badge_secondary_test_text"] or "")
    drawer = await asyncio.to_thread(Drawer, own_fonts)
    exchange = Exchange(allowed)

    async def draw(job: Job) -> Drawn:
        return await asyncio.to_thread(drawer.draw, job)

    try:
        printer = IppPrinter(exchange, tried.url)
        says = await printer.describe()
        if choose_format(says) is None:
            raise NotPrinted("it takes neither PDF nor raster nor JPEG")
        document = await document_of(badge, texts, draw, says)
        name = f"ticketsonic-test-{secrets.token_hex(4)}"
        await printer.send(name, document.content, document.media_type, document.wishes)
    except (NotSent, NoAnswer, Refused) as error:
        said = f" ({error})" if isinstance(error, Refused) else ""
        raise NotPrinted(f"{type(error).__doc__ or ''}{said}") from None
    finally:
        await exchange.close()
        drawer.close()
    return says.condition.value
