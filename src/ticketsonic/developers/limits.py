"""The limits that a client meets, each with the figure that the code itself goes by."""

from collections.abc import Iterator
from dataclasses import dataclass

from ticketsonic import repeats
from ticketsonic.api import calling
from ticketsonic.badges import sheets
from ticketsonic.events.jpeg import MOST_PIXELS
from ticketsonic.pages.languages import N_
from ticketsonic.settings import Settings
from ticketsonic.tickets.codes.reading import LONGEST_CHARACTERS
from ticketsonic.wire import kinds, reading


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: what of, how much, and the message beyond it."""

    what: str
    figure: int
    message: str


def limits_of(settings: Settings) -> Iterator[Limit]:
    """Give every limit as it is on this server."""
    yield Limit(N_("Bytes of a body"), calling.BODY_BYTES, "request too large")
    yield Limit(N_("Bytes of a body of event/new and event/edit"), calling.BODY_WITH_IMAGE_BYTES, "request too large")
    yield Limit(N_("Seconds until a request is whole"), settings.request_seconds, "invalid request")
    yield Limit(N_("Tickets in one order"), settings.order_units, "invalid stock or sku")
    yield Limit(N_("Characters of a request_hash or an Idempotency-Key"), kinds.TITLE_CHARACTERS, "invalid request")
    yield Limit(N_("Characters of a title, location, name or company"), kinds.TITLE_CHARACTERS, "invalid request")
    yield Limit(N_("Characters of a description"), kinds.DESCRIPTION_CHARACTERS, "invalid request")
    yield Limit(N_("The largest whole number, and the largest stock"), kinds.LARGEST_INTEGER, "invalid request")
    yield Limit(N_("The latest time, in unix seconds"), kinds.LATEST_TIMESTAMP, "invalid request")
    yield Limit(N_("Characters of a scanned code"), LONGEST_CHARACTERS, "invalid sensitive")
    yield Limit(N_("Pixels of a badge's background"), MOST_PIXELS, "invalid request")
    yield Limit(N_("Badges in one PDF; more come in parts"), sheets.PART_BADGES, "invalid request")
    yield Limit(N_("Fields that an error names"), reading.MOST_PROBLEMS, "")
    yield Limit(N_("Wrong keys a minute from one address"), settings.failures_per_minute, "too many requests")
    yield Limit(N_("Days that an Idempotency-Key is kept"), repeats.IDEMPOTENCY_DAYS, "")
