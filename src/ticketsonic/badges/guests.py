"""Whose badge it is: an event's settings with its background, and the texts of its tickets."""

from typing import Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.badges.jobs import BadgeTexts
from ticketsonic.schema import badge_backgrounds, events, orders, ticket_types, tickets

State = Literal["waiting", "admitted", "cancelled"]
STATES: tuple[State, ...] = ("waiting", "admitted", "cancelled")
_ORDER_OF_TICKET = (orders.c.account_id == tickets.c.account_id) & (orders.c.id == tickets.c.order_id)


class EventBadge(Struct, frozen=True):
    """How an event's badges look."""

    stored: dict[str, str | None]
    background: bytes | None


class Guest(Struct, frozen=True):
    """A ticket's event, and what its badge says."""

    event_id: int
    texts: BadgeTexts


async def find_event_badge(connection: AsyncConnection, account_id: int, event_id: int) -> EventBadge | None:
    """Give the badge of an account's event, None where it has no such event."""
    query = (
        select(events.c.badge, badge_backgrounds.c.jpeg)
        .outerjoin(badge_backgrounds, badge_backgrounds.c.event_id == events.c.id)
        .where(events.c.account_id == account_id, events.c.id == event_id)
    )
    found = (await connection.execute(query)).one_or_none()
    return EventBadge(found.badge, found.jpeg) if found else None


async def find_guest(connection: AsyncConnection, account_id: int, barcode: int) -> Guest | None:
    """Give the guest of an account's ticket, None where it has no such ticket."""
    query = (
        select(tickets.c.event_id, orders.c.customer, orders.c.company)
        .join(orders, _ORDER_OF_TICKET)
        .where(tickets.c.account_id == account_id, tickets.c.barcode == barcode)
    )
    found = (await connection.execute(query)).one_or_none()
    return Guest(found.event_id, BadgeTexts(found.customer or "", found.company or "")) if found else None


class GuestList(Struct, frozen=True):
    """Which tickets of an event get a badge."""

    account_id: int
    event_id: int
    ticket_type_id: int | None = None
    state: State | None = None
    """None for every ticket that is not cancelled."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Spell it as conditions on tickets."""
        chosen = [tickets.c.account_id == self.account_id, tickets.c.event_id == self.event_id]
        if self.ticket_type_id is not None:
            chosen.append(tickets.c.ticket_type_id == self.ticket_type_id)
        chosen.append(
            tickets.c.cancelled_at.is_not(None) if self.state == "cancelled" else tickets.c.cancelled_at.is_(None)
        )
        if self.state in {"waiting", "admitted"}:
            admitted = tickets.c.admitted_at.is_not(None)
            chosen.append(admitted if self.state == "admitted" else ~admitted)
        return chosen


async def owns_ticket_type(connection: AsyncConnection, account_id: int, ticket_type_id: int) -> bool:
    """Whether a ticket type is of this account."""
    ours = (ticket_types.c.account_id == account_id) & (ticket_types.c.id == ticket_type_id)
    return (await connection.execute(select(ticket_types.c.id).where(ours))).first() is not None


async def count_guests(connection: AsyncConnection, guests: GuestList) -> int:
    """Say how many tickets are on a list."""
    query = select(func.count()).select_from(tickets).where(*guests.conditions())
    return int((await connection.execute(query)).scalar_one())


async def list_guests(connection: AsyncConnection, guests: GuestList, *, skip: int, most: int) -> list[BadgeTexts]:
    """Give the badges' texts in the order in which the tickets were sold."""
    query: Select[tuple[str | None, str | None]] = (
        select(orders.c.customer, orders.c.company)
        .select_from(tickets)
        .join(orders, _ORDER_OF_TICKET)
        .where(*guests.conditions())
        .order_by(tickets.c.order_id, tickets.c.position)
        .offset(skip)
        .limit(most)
    )
    return [BadgeTexts(row.customer or "", row.company or "") for row in await connection.execute(query)]
