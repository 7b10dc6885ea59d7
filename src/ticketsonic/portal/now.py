"""Now: how an event goes on its day, without reloading."""

import asyncio
from collections.abc import AsyncGenerator

import msgspec
from starlette.responses import Response

from ticketsonic.accounts.sessions import find_session
from ticketsonic.orders.live_counts import HOURS, LiveCounts
from ticketsonic.pages.live import Event, LiveResponse
from ticketsonic.pages.visit import NoSuchPage, Visit
from ticketsonic.portal.events import event_of

LOOK_SECONDS = 1.0
LISTED_MINUTES = 15


async def show(visit: Visit) -> Response:
    """Show an event's counts and charts as they are; the stream below keeps them so."""
    event = await event_of(visit)
    counts = await _counts(visit)
    minute = counts.at // 60
    listed = [
        ((at + 1) * 60, counts.orders_by_minute.get(at, 0), counts.admitted_by_minute.get(at, 0))
        for at in range(minute, minute - LISTED_MINUTES, -1)
    ]
    totals = [sum(getattr(one, name) for one in counts.types) for name in ("sold", "left", "admitted")]
    return visit.page(
        "portal/events/now.html",
        event=event,
        counts=counts,
        totals=totals,
        listed=listed,
        hours=HOURS,
        spelled=spell(counts),
    )


async def stream(visit: Visit) -> LiveResponse:
    """Send the counts whenever they changed, at the most once a second."""
    await event_of(visit)
    token = visit.bound_to

    async def is_allowed() -> bool:
        return await find_session(visit.engine.database, token) is not None

    async def source(_: str) -> AsyncGenerator[Event, None]:
        sent = b""
        while True:
            counts = await _counts(visit)
            spelled = spell(counts)
            if (facts := spell(msgspec.structs.replace(counts, at=counts.at // 60))) != sent:
                sent = facts
                yield Event(spelled.decode())
            await asyncio.sleep(LOOK_SECONDS)

    return LiveResponse(visit.site.streams, source, owner=("account", visit.account_id), is_allowed=is_allowed)


def spell(counts: LiveCounts) -> bytes:
    """Spell counts for the page's script; minutes as pairs, oldest first."""
    return msgspec.json.encode(
        {
            "at": counts.at,
            "types": counts.types,
            "orders": sorted(counts.orders_by_minute.items()),
            "admitted": sorted(counts.admitted_by_minute.items()),
        }
    )


async def _counts(visit: Visit) -> LiveCounts:
    counts = await visit.engine.live_board.counts(visit.account_id, visit.number("event_id"))
    if counts is None:
        raise NoSuchPage
    return counts
