"""Ticket types: what is sold under a SKU."""

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.database import Database
from ticketsonic.errors import FieldError, InvalidEventId, InvalidRequest, TicketOwnershipFailure
from ticketsonic.events.acts import given_fields, write_down
from ticketsonic.events.stock import change_available, put_on_sale, renew_facts, set_available
from ticketsonic.identifiers import clockwork, draw_ticket_type_id, sku_of
from ticketsonic.repeats import Repeatable, once
from ticketsonic.schema import events, stocks, ticket_types
from ticketsonic.wire.kinds import (
    Currency,
    Description,
    PriceMinor,
    RefusedField,
    RequestHash,
    Stock,
    StockChange,
    Timestamp,
    Title,
)


class TicketTypeFields(Struct, kw_only=True):
    """One ticket type in the body of event/new."""

    primary_text_pl: Title
    price: PriceMinor
    currency: Currency
    stock: Stock
    primary_text_sl: Title | None = None
    secondary_text_pl: Description | None = None
    secondary_text_sl: Description | None = None
    start_datetime: Timestamp | None = None
    location: Title | None = None


class NewTicketType(TicketTypeFields, kw_only=True):
    """The body of ticket/new."""

    request_hash: RequestHash


class TicketTypeChanges(Struct):
    """The body of ticket/edit: what is absent stays; an explicit null clears what may be empty."""

    request_hash: RequestHash
    primary_text_pl: Title | UnsetType = UNSET
    price: PriceMinor | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    stock: Stock | UnsetType = UNSET
    primary_text_sl: Title | UnsetType | None = UNSET
    secondary_text_pl: Description | UnsetType | None = UNSET
    secondary_text_sl: Description | UnsetType | None = UNSET
    start_datetime: Timestamp | UnsetType | None = UNSET
    location: Title | UnsetType | None = UNSET
    stock_change: StockChange | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Refuse a stock and a change of it at once: nobody can know which is meant."""
        if self.stock is not UNSET and self.stock_change is not UNSET:
            raise RefusedField("stock_change", STOCK_TWICE)


STOCK_TWICE = "must not come beside stock"
STOCK_BEYOND_BOUNDS = "would leave less than nothing, or more than a stock may be"


async def create_ticket_type(
    database: Database, request: Repeatable, event_id: int | None, new: NewTicketType
) -> tuple[bytes, bool]:
    """Add a type to an event; raises :class:`InvalidEventId` where the account has no such event."""

    async def effect(connection: AsyncConnection, use_hash: Any) -> bytes:
        if event_id is None or not await owns_event(connection, request.account_id, event_id):
            raise InvalidEventId
        await use_hash()
        ticket_type_id = await insert_ticket_type(connection, request.account_id, event_id, new)
        await write_down(connection, request, "ticket_type.made", sku_of(ticket_type_id))
        return msgspec.json.encode({"status": "success", "sku": sku_of(ticket_type_id)})

    return await once(database, request, effect)


async def owns_event(connection: AsyncConnection, account_id: int, event_id: int) -> bool:
    """Whether an event is of this account."""
    query = select(events.c.id).where(events.c.account_id == account_id, events.c.id == event_id)
    return (await connection.execute(query)).first() is not None


async def insert_ticket_type(
    connection: AsyncConnection, account_id: int, event_id: int, fields: TicketTypeFields
) -> int:
    """Store one type with its stock; returns its number."""
    ticket_type_id = draw_ticket_type_id()
    values = {
        "account_id": account_id,
        "id": ticket_type_id,
        "event_id": event_id,
        "sequence": clockwork.next_id(),
        "primary_text_pl": fields.primary_text_pl,
        "primary_text_sl": fields.primary_text_sl,
        "secondary_text_pl": fields.secondary_text_pl,
        "secondary_text_sl": fields.secondary_text_sl,
        "start_datetime": fields.start_datetime,
        "location": fields.location,
        "price_minor": fields.price,
        "currency": fields.currency,
    }
    await connection.execute(insert(ticket_types).values(values))
    await put_on_sale(connection, account_id, ticket_type_id, fields.stock)
    return ticket_type_id


async def edit_ticket_type(
    database: Database, request: Repeatable, ticket_type_id: int | None, changes: TicketTypeChanges
) -> tuple[bytes, bool]:
    """Change a type; raises :class:`TicketOwnershipFailure` where the account has no such SKU.

    Tickets already issued keep the price and validity that they were issued with.
    """

    async def effect(connection: AsyncConnection, use_hash: Any) -> bytes:
        ours = (ticket_types.c.account_id == request.account_id) & (ticket_types.c.id == ticket_type_id)
        found = (await connection.execute(select(ticket_types.c.id).where(ours).with_for_update())).first()
        if found is None or ticket_type_id is None:
            raise TicketOwnershipFailure
        await use_hash()
        values = {
            {"price": "price_minor"}.get(name, name): value
            for name in changes.__struct_fields__
            if name not in {"request_hash", "stock", "stock_change"} and (value := getattr(changes, name)) is not UNSET
        }
        if values:
            await connection.execute(update(ticket_types).where(ours).values(values))
        if not isinstance(changes.stock, UnsetType):
            await set_available(connection, ticket_type_id, changes.stock)
        if not isinstance(changes.stock_change, UnsetType) and not await change_available(
            connection, ticket_type_id, changes.stock_change
        ):
            raise InvalidRequest([FieldError("stock_change", STOCK_BEYOND_BOUNDS)])
        if values.keys() & {"price_minor", "start_datetime"}:
            await renew_facts(connection, [ticket_type_id])
        await write_down(connection, request, "ticket_type.changed", sku_of(ticket_type_id), given_fields(changes))
        return b'{"status":"success"}'

    return await once(database, request, effect)


class ListedTicketType(Struct, frozen=True):
    """One type, as ticket/list shows it (contract.md §2)."""

    sku: str
    price: str
    currency: str
    stock: int
    primary_text_pl: str
    primary_text_sl: str | None
    secondary_text_pl: str | None
    secondary_text_sl: str | None
    event_id: str
    start_datetime: int | None
    location: str | None


async def list_ticket_types(
    connection: AsyncConnection, account_id: int, event_id: int | None
) -> list[ListedTicketType]:
    """List an account's types as ticket/list shows them, newest last; of one event where it is given."""
    query = (
        select(ticket_types, stocks.c.available)
        .join(stocks, stocks.c.ticket_type_id == ticket_types.c.id)
        .where(ticket_types.c.account_id == account_id)
        .order_by(ticket_types.c.sequence)
    )
    if event_id is not None:
        query = query.where(ticket_types.c.event_id == event_id)
    return [_listed(row) for row in await connection.execute(query)]


def _listed(row: Row[Any]) -> ListedTicketType:
    return ListedTicketType(
        sku=sku_of(row.id),
        price=f"{row.price_minor // 100}.{row.price_minor % 100:02}",
        currency=row.currency,
        stock=row.available,
        primary_text_pl=row.primary_text_pl,
        primary_text_sl=row.primary_text_sl,
        secondary_text_pl=row.secondary_text_pl,
        secondary_text_sl=row.secondary_text_sl,
        event_id=str(row.event_id),
        start_datetime=row.start_datetime,
        location=row.location,
    )
