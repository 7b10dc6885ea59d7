"""Events: making one with its ticket types, changing one, listing an account's."""

import secrets
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.database import Database
from ticketsonic.errors import EventOwnershipFailure
from ticketsonic.events.acts import given_fields, write_down
from ticketsonic.events.badge import BadgeFields, list_badge, merge_badge
from ticketsonic.events.stock import renew_facts, types_of_event
from ticketsonic.events.ticket_types import TicketTypeFields, insert_ticket_type
from ticketsonic.events.time_zones import DEFAULT, TimeZone
from ticketsonic.identifiers import clockwork, draw_event_id
from ticketsonic.repeats import Repeatable, once
from ticketsonic.schema import badge_backgrounds, events
from ticketsonic.wire.kinds import Description, Flag, RequestHash, Timestamp, Title, choice

TicketCode = Annotated[str, choice("rsa", "ed25519")]


class NewEvent(Struct):
    """The body of event/new."""

    request_hash: RequestHash
    primary_text_pl: Title
    tickets: list[TicketTypeFields]
    badge: BadgeFields
    primary_text_sl: Title | None = None
    secondary_text_pl: Description | None = None
    secondary_text_sl: Description | None = None
    start_datetime: Timestamp | None = None
    location: Title | None = None
    ticket_code: TicketCode | None = None
    time_zone: TimeZone | None = None
    print_badges: Flag | None = None


class EventChanges(Struct):
    """The body of event/edit: what is absent stays; an explicit null clears what may be empty."""

    request_hash: RequestHash
    primary_text_pl: Title | UnsetType = UNSET
    primary_text_sl: Title | UnsetType | None = UNSET
    secondary_text_pl: Description | UnsetType | None = UNSET
    secondary_text_sl: Description | UnsetType | None = UNSET
    start_datetime: Timestamp | UnsetType | None = UNSET
    location: Title | UnsetType | None = UNSET
    badge: BadgeFields | UnsetType = UNSET
    ticket_code: TicketCode | UnsetType = UNSET
    time_zone: TimeZone | UnsetType = UNSET
    print_badges: Flag | UnsetType = UNSET


async def create_event(database: Database, request: Repeatable, new: NewEvent) -> tuple[bytes, bool]:
    """Make an event with all its ticket types, or nothing. Returns the answer as of :func:`repeats.once`."""

    async def effect(connection: AsyncConnection, use_hash: Any) -> bytes:
        await use_hash()
        event_id = draw_event_id()
        values = {
            "account_id": request.account_id,
            "id": event_id,
            "sequence": clockwork.next_id(),
            "primary_text_pl": new.primary_text_pl,
            "primary_text_sl": new.primary_text_sl,
            "secondary_text_pl": new.secondary_text_pl,
            "secondary_text_sl": new.secondary_text_sl,
            "start_datetime": new.start_datetime,
            "location": new.location,
            "ticket_code": new.ticket_code or "rsa",
            "time_zone": new.time_zone or DEFAULT,
            "print_badges": bool(new.print_badges),
            "badge": merge_badge({}, new.badge),
        }
        await connection.execute(insert(events).values(values))
        await _keep_background(connection, request.account_id, event_id, new.badge)
        for fields in new.tickets:
            await insert_ticket_type(connection, request.account_id, event_id, fields)
        await write_down(connection, request, "event.made", str(event_id))
        return msgspec.json.encode({"status": "success", "event_id": event_id})

    return await once(database, request, effect)


async def edit_event(
    database: Database, request: Repeatable, event_id: int | None, changes: EventChanges
) -> tuple[bytes, bool]:
    """Change an event; raises :class:`EventOwnershipFailure` where the account has no such event."""

    async def effect(connection: AsyncConnection, use_hash: Any) -> bytes:
        ours = (events.c.account_id == request.account_id) & (events.c.id == event_id)
        query = select(events.c.badge, events.c.ticket_code).where(ours).with_for_update()
        stored = (await connection.execute(query)).one_or_none()
        if stored is None or event_id is None:
            raise EventOwnershipFailure
        await use_hash()
        values = {
            name: value
            for name in changes.__struct_fields__
            if name not in {"request_hash", "badge"} and (value := getattr(changes, name)) is not UNSET
        }
        if isinstance(changes.badge, BadgeFields):
            values["badge"] = merge_badge(stored.badge, changes.badge)
            await _keep_background(connection, request.account_id, event_id, changes.badge)
        if values:
            await connection.execute(update(events).where(ours).values(values))
        if values.get("ticket_code", stored.ticket_code) != stored.ticket_code:
            await renew_facts(connection, await types_of_event(connection, event_id))
        await write_down(connection, request, "event.changed", str(event_id), given_fields(changes))
        return b'{"status":"success"}'

    return await once(database, request, effect)


async def _keep_background(connection: AsyncConnection, account_id: int, event_id: int, badge: BadgeFields) -> None:
    unchanged = isinstance(badge.badge_background, UnsetType)
    if unchanged and badge.badge_background_remove is not True:
        return
    await connection.execute(delete(badge_backgrounds).where(badge_backgrounds.c.event_id == event_id))
    if unchanged:
        return
    values = {
        "account_id": account_id,
        "event_id": event_id,
        "token": secrets.token_hex(16),
        "jpeg": badge.badge_background,
    }
    await connection.execute(insert(badge_backgrounds).values(values))


class ListedEvent(Struct, frozen=True):
    """One event, as event/list shows it (contract.md §2). `location` is what the client in the field reads."""

    event_id: str
    primary_text_pl: str
    primary_text_sl: str | None
    secondary_text_pl: str | None
    secondary_text_sl: str | None
    start_time: int | None
    end_time: int | None
    event_location: str | None
    location: str | None
    ticket_code: str
    time_zone: str
    print_badges: bool
    badge: dict[str, str | None]


async def list_events(connection: AsyncConnection, account_id: int, public_url: str) -> list[ListedEvent]:
    """List an account's events as event/list shows them, newest last."""
    query = _with_background(account_id).order_by(events.c.sequence)
    return [_listed(row, public_url) for row in await connection.execute(query)]


async def find_event(
    connection: AsyncConnection, account_id: int, event_id: int, public_url: str = ""
) -> ListedEvent | None:
    """Give one event of an account, None where it has no such event."""
    query = _with_background(account_id).where(events.c.id == event_id)
    row = (await connection.execute(query)).one_or_none()
    return _listed(row, public_url) if row else None


def _with_background(account_id: int) -> Select[Any]:
    return (
        select(events, badge_backgrounds.c.token)
        .outerjoin(badge_backgrounds, badge_backgrounds.c.event_id == events.c.id)
        .where(events.c.account_id == account_id)
    )


def _listed(row: Row[Any], public_url: str) -> ListedEvent:
    url = background_url(public_url, row.id, row.token) if row.token else None
    return ListedEvent(
        event_id=str(row.id),
        primary_text_pl=row.primary_text_pl,
        primary_text_sl=row.primary_text_sl,
        secondary_text_pl=row.secondary_text_pl,
        secondary_text_sl=row.secondary_text_sl,
        start_time=row.start_datetime,
        end_time=None,
        event_location=row.location,
        location=row.location,
        ticket_code=row.ticket_code,
        time_zone=row.time_zone,
        print_badges=row.print_badges,
        badge=list_badge(row.badge, url),
    )


def background_url(public_url: str, event_id: int, token: str) -> str:
    """Spell the address of a badge's background: whoever has it may see it, nobody can guess it."""
    return f"{public_url}/badge-backgrounds/{event_id}/{token}.jpg"


async def find_background(database: Database, event_id: int, token: str) -> bytes | None:
    """Give the JPEG behind such an address."""
    query = select(badge_backgrounds.c.jpeg).where(
        badge_backgrounds.c.event_id == event_id, badge_backgrounds.c.token == token
    )
    async with database.reading() as connection:
        return (await connection.execute(query)).scalar()
