"""The printers' page as it goes on: says when something of what it shows is another, so that it is shown anew."""

import asyncio
import time
from collections.abc import AsyncGenerator

from ticketsonic.accounts.sessions import find_session
from ticketsonic.pages.live import Event, LiveResponse
from ticketsonic.pages.visit import Visit
from ticketsonic.portal.events import event_of
from ticketsonic.portal.printers import Seen, look

LOOK_SECONDS = 1.0


async def stream(visit: Visit) -> LiveResponse:
    """Say so whenever a printer's state or a badge's is another, at the most once a second; and once at first."""
    event = await event_of(visit)
    token = visit.bound_to

    async def is_allowed() -> bool:
        return await find_session(visit.engine.database, token) is not None

    async def source(_: str) -> AsyncGenerator[Event, None]:
        shown: object = None
        while True:
            facts = _facts(await look(visit, event))
            if facts != shown:
                shown = facts
                yield Event("changed")
            await asyncio.sleep(LOOK_SECONDS)

    return LiveResponse(visit.site.streams, source, owner=("account", visit.account_id), is_allowed=is_allowed)


def _facts(seen: Seen) -> object:
    """Leave out when a printer was last heard of, which changes all the time: the page says it to the minute."""
    printers = [
        (printer.printer_id, printer.name, printer.gate, printer.waiting, printer.uncertain, state)
        for printer, state, _ in seen.printers
    ]
    return int(time.time()) // 60, printers, seen.uncertain, seen.waiting, seen.recent
