"""Every page of the server, from the tables of its parts.

The application imports this beside its first requests, not before them: selling and admitting need no page, and a
start should not wait for one.
"""

from collections.abc import Callable, Sequence

from ticketsonic import __version__
from ticketsonic.api.calling import Route
from ticketsonic.api.engine import Engine
from ticketsonic.developers.pages import DeveloperCentre
from ticketsonic.pages.live import Streams
from ticketsonic.pages.serving import Pages
from ticketsonic.portal import table as portal
from ticketsonic.station import table as station


def build_site(routes: Sequence[Route], engine: Callable[[], Engine], streams: Streams) -> Pages:
    """Build the pages; the developer centre describes `routes`, and has what it needs for that in hand by then."""
    centre = DeveloperCentre(tuple(routes), __version__)
    centre.draw_ahead()
    return Pages((*portal.PAGES, *station.PAGES, *centre.pages), engine, streams)
