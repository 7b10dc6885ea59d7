"""Orders, tickets and admissions as files for a spreadsheet."""

from starlette.responses import Response, StreamingResponse

from ticketsonic.events.events import find_event
from ticketsonic.orders.exporting import KINDS, Export, export
from ticketsonic.orders.spreadsheets import spelling_of
from ticketsonic.pages.visit import NoSuchPage, Visit
from ticketsonic.portal.writing import cursor


async def show(visit: Visit) -> Response:
    """Stream a file: of one event in its time zone, or of all events in UTC."""
    kind = next((kind for kind in KINDS if kind == visit.request.path_params["kind"]), None)
    if kind is None:
        raise NoSuchPage
    event_id = cursor(visit, "event")
    zone, name = "UTC", str(kind)
    if event_id is not None:
        async with visit.engine.database.reading() as connection:
            event = await find_event(connection, visit.account_id, event_id)
        if event is None:
            raise NoSuchPage
        zone, name = event.time_zone, f"{kind}-{event_id}"
    async with visit.engine.database.transaction() as connection:
        await visit.record(connection, f"{kind}.exported", subject=str(event_id) if event_id is not None else None)
    asked = Export(visit.account_id, kind, event_id, zone, spelling_of(visit.language))
    headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "no-store"}
    return StreamingResponse(
        export(visit.engine.database, asked), media_type="text/csv; charset=utf-8", headers=headers
    )
