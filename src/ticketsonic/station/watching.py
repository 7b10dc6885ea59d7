"""What a station's page is told while it is open: a snapshot, and another one whenever something is different."""

import hashlib
from collections.abc import AsyncGenerator

import msgspec

from ticketsonic.api.engine import Engine
from ticketsonic.pages.live import Event, LiveResponse
from ticketsonic.pages.visit import Visit
from ticketsonic.printing.printers import Printer
from ticketsonic.printing.stations import (
    GONE_SECONDS,
    PAGE_SECONDS,
    hold_jobs,
    look_at_station,
    see_station,
    station_owner,
)
from ticketsonic.station.entering import enter, token_of
from ticketsonic.station.working import page_name

LOOK_SECONDS = 2.0
"""How often a page's stream looks by itself: for what nobody rang the bell for, such as a job whose time is up."""
LOOK_AMONG_SEVERAL_SECONDS = 0.2
"""How often where other processes may admit: on PostgreSQL."""


async def watch(visit: Visit) -> LiveResponse:
    """Answer with the stream of a page; its name is what it takes jobs under."""
    station, token, page = await enter(visit), token_of(visit), page_name(visit.query("page"))
    database = visit.engine.database

    async def source(after: str) -> AsyncGenerator[Event, None]:
        await see_station(database, station.printer_id, token)
        await hold_jobs(database, station, page, PAGE_SECONDS)
        try:
            async for event in _snapshots(visit.engine, station, after):
                yield event
        finally:
            await hold_jobs(database, station, page, GONE_SECONDS)

    async def is_allowed() -> bool:
        return await see_station(database, station.printer_id, token)

    return LiveResponse(visit.site.streams, source, owner=station_owner(station.printer_id), is_allowed=is_allowed)


async def _snapshots(engine: Engine, station: Printer, after: str) -> AsyncGenerator[Event, None]:
    look_seconds = LOOK_SECONDS if engine.settings.uses_sqlite else LOOK_AMONG_SEVERAL_SECONDS
    seen = after
    with engine.printing.bell.listen(station.event_id) as listening:
        while True:
            async with engine.database.reading() as connection:
                snapshot = await look_at_station(connection, station)
            data = msgspec.json.encode(snapshot)
            digest = hashlib.sha256(data).hexdigest()[:16]
            if digest != seen:
                seen = digest
                yield Event(data.decode(), "snapshot", digest)
            await listening.wait(look_seconds)
