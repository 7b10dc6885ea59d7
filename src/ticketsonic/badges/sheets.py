"""A sheet: the badges of an event's tickets in one PDF, in the order in which they were sold; in parts where many."""

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.badges.guests import EventBadge, GuestList, count_guests, list_guests
from ticketsonic.badges.jobs import Job
from ticketsonic.errors import FieldError, InvalidRequest
from ticketsonic.events.badge import DEFAULTS

PART_BADGES = 5000
"""How many badges one PDF has at the most: what a server draws in seconds and a printer takes at once."""


class Sheet(Struct, frozen=True):
    """What is to be drawn, of how many badges altogether, in how many parts."""

    job: Job
    count: int
    parts: int


def parts_of(count: int) -> int:
    """Say in how many parts so many badges come."""
    return -(-count // PART_BADGES)


async def read_sheet(connection: AsyncConnection, guests: GuestList, badge: EventBadge, part: int | None) -> Sheet:
    """Read a list's badges, or a part of them, to be drawn.

    Raises :class:`InvalidRequest` where nobody is on the list, or the part is missing or none of its.
    """
    count = await count_guests(connection, guests)
    parts = parts_of(count)
    _check_part(part, parts, count)
    skip = ((part or 1) - 1) * PART_BADGES
    texts = await list_guests(connection, guests, skip=skip, most=PART_BADGES)
    return Sheet(Job({**DEFAULTS, **badge.stored}, badge.background, texts, "pdf"), count, parts)


def _check_part(part: int | None, parts: int, count: int) -> None:
    if count == 0:
        raise InvalidRequest([FieldError("tickets", "no ticket of this event is on this list")])
    if part is None and parts > 1:
        raise InvalidRequest([FieldError("part", f"is required: {count} badges come in parts 1 to {parts}")])
    if part is not None and part > parts:
        raise InvalidRequest([FieldError("part", "is beyond the last part")])
