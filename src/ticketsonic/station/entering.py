"""Whose station a request is about: the link's token, exchanged once for a cookie that no script can read.

The token stands behind the link's #, which no browser sends: the page posts it, and takes it out of its address. So
it is in no log and no Referer. Each station has a cookie of its own name: one browser may keep several open.
"""

from starlette.responses import Response

from ticketsonic.api.engine import Engine
from ticketsonic.pages.cookies import speaks_tls
from ticketsonic.pages.visit import NoSuchPage, Visit
from ticketsonic.printing.printers import Printer, find_station
from ticketsonic.settings import Settings

PATH = "/station"
COOKIE_SECONDS = 365 * 86_400
LONGEST_TOKEN_CHARACTERS = 100


async def enter(visit: Visit) -> Printer:
    """Give the station that a request's path and cookie open. Raises :class:`NoSuchPage`, also for another's."""
    station = await find(visit.engine, token_of(visit))
    if station.printer_id != visit.number("station_id"):
        raise NoSuchPage
    return station


async def find(engine: Engine, token: str) -> Printer:
    """Give the station that a token opens. Raises :class:`NoSuchPage` where it opens none."""
    if not 0 < len(token) <= LONGEST_TOKEN_CHARACTERS:
        raise NoSuchPage
    async with engine.database.reading() as connection:
        station = await find_station(connection, token)
    if station is None:
        raise NoSuchPage
    return station


def token_of(visit: Visit) -> str:
    """Give the token that this browser keeps for the station of the path, "" where it keeps none."""
    return visit.request.cookies.get(_cookie_name(visit.engine.settings, visit.number("station_id")), "")


def keep_token(settings: Settings, response: Response, station: Printer, token: str) -> None:
    """Let the browser keep a station's token where only our server gets it back."""
    response.set_cookie(
        _cookie_name(settings, station.printer_id),
        token,
        max_age=COOKIE_SECONDS,
        path=PATH,
        secure=speaks_tls(settings),
        httponly=True,
        samesite="strict",
    )


def _cookie_name(settings: Settings, station_id: int) -> str:
    return f"{'__Secure-' if speaks_tls(settings) else ''}ticketsonic-station-{station_id}"
