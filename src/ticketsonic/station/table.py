"""The addresses of the print station."""

from starlette.responses import Response

from ticketsonic.pages.serving import Page
from ticketsonic.pages.visit import Visit
from ticketsonic.printing.stations import WAITING_SHOWN, title_of_event
from ticketsonic.station.entering import enter, find, keep_token
from ticketsonic.station.watching import watch
from ticketsonic.station.working import answer, badge, claim, report, settle_job, test_badge

BODY_BYTES = 4096


async def show_door(visit: Visit) -> Response:
    """Show the page that a link opens; it goes on to its station by itself."""
    return visit.page("station/door.html")


async def open_station(visit: Visit) -> Response:
    """Exchange a link's token for a cookie; says which station it opens."""
    token = str(visit.form.get("token", ""))
    station = await find(visit.engine, token)
    response = answer({"station": station.printer_id})
    keep_token(visit.engine.settings, response, station, token)
    return response


async def show_station(visit: Visit) -> Response:
    """Show a station."""
    station = await enter(visit)
    async with visit.engine.database.reading() as connection:
        title = await title_of_event(connection, station)
    return visit.page("station/station.html", station=station, event_title=title, most_counted=WAITING_SHOWN)


# fmt: off
PAGES = (
    Page("/station", show_door, open_station, open=True, body_bytes=BODY_BYTES),
    Page("/station/{station_id:int}", show_station, open=True, allow=(("img-src", "blob:"),)),
    Page("/station/{station_id:int}/live", watch, open=True),
    Page("/station/{station_id:int}/claim", submit=claim, open=True, body_bytes=BODY_BYTES),
    Page("/station/{station_id:int}/report", submit=report, open=True, body_bytes=BODY_BYTES),
    Page("/station/{station_id:int}/settle", submit=settle_job, open=True, body_bytes=BODY_BYTES),
    Page("/station/{station_id:int}/badges/{job_id:int}.png", badge, open=True),
    Page("/station/{station_id:int}/test-badge.png", test_badge, open=True),
)
# fmt: on
