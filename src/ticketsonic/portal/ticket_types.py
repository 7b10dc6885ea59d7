"""An event's ticket types: what is sold, for how much, and how many are left."""

import secrets
from typing import Any

from starlette.responses import Response

from ticketsonic.errors import DuplicatedRequest, InvalidRequest
from ticketsonic.events.events import ListedEvent
from ticketsonic.events.ticket_types import (
    ListedTicketType,
    NewTicketType,
    TicketTypeChanges,
    create_ticket_type,
    edit_ticket_type,
    list_ticket_types,
)
from ticketsonic.identifiers import ticket_type_id_of
from ticketsonic.orders.spreadsheets import spelling_of
from ticketsonic.pages.forms import Form
from ticketsonic.pages.visit import NoSuchPage, Visit
from ticketsonic.portal.events import TEXTS, UNPROCESSABLE, event_of
from ticketsonic.portal.writing import (
    done_already,
    optional,
    read_into,
    read_moment,
    repeatable,
    say_refused,
    spell_moment,
)
from ticketsonic.wire.kinds import CURRENCIES


async def show(visit: Visit) -> Response:
    """List an event's ticket types."""
    event = await event_of(visit)
    counts = await visit.engine.live_board.counts(visit.account_id, int(event.event_id))
    sold = {one.ticket_type_id: one.sold for one in counts.types} if counts else {}
    types = [(one, sold.get(ticket_type_id_of(one.sku) or 0, 0)) for one in await _types_of(visit, event)]
    return visit.page("portal/events/types.html", event=event, types=types)


async def show_new(visit: Visit) -> Response:
    """Ask for a new type."""
    form = Form({"currency": "EUR", "stock": "100"})
    return _form_page(visit, await event_of(visit), form)


async def create(visit: Visit) -> Response:
    """Add a type."""
    event = await event_of(visit)
    form = Form(visit.form)
    values = _values(form, visit, event) | {"stock": form.text("stock")}
    new = read_into(NewTicketType, values, form, visit)
    if new is None or form.errors:
        return _form_page(visit, event, form, status=UNPROCESSABLE)
    done = visit.gettext("The ticket type is on sale.")
    try:
        await create_ticket_type(visit.engine.database, repeatable(visit, "ticket/new"), int(event.event_id), new)
    except DuplicatedRequest:
        done = done_already(visit)
    return visit.redirect(f"/account/events/{event.event_id}/types", done=done)


async def show_one(visit: Visit) -> Response:
    """Show a type to be changed."""
    event = await event_of(visit)
    kind = await _type_of(visit, event)
    given: dict[str, Any] = {name: getattr(kind, name) or "" for name in TEXTS}
    price = kind.price.replace(".", spelling_of(visit.language).decimal)
    given |= {"price": price, "currency": kind.currency}
    given["start"] = spell_moment(kind.start_datetime, event.time_zone)
    return _form_page(visit, event, Form(given), kind=kind)


async def change(visit: Visit) -> Response:
    """Change a type: its texts, price and time; its stock by a difference, or to a value."""
    event = await event_of(visit)
    kind = await _type_of(visit, event)
    form = Form(visit.form)
    difference = form.text("stock_change").replace("\N{MINUS SIGN}", "-").removeprefix("+")
    values = _values(form, visit, event) | {"stock": form.text("stock"), "stock_change": difference}
    changes = read_into(TicketTypeChanges, values, form, visit)
    for name in ("primary_text_pl", "price"):  # absent means unchanged to the API, but here somebody emptied it
        if not form.text(name):
            form.errors[name] = visit.gettext("This is needed.")
    done = visit.gettext("Saved.")
    if changes is not None and not form.errors:
        try:
            await edit_ticket_type(
                visit.engine.database, repeatable(visit, "ticket/edit"), ticket_type_id_of(kind.sku), changes
            )
        except DuplicatedRequest:
            done = done_already(visit)
        except InvalidRequest as refused:
            say_refused(form, visit, refused.errors)
    if form.errors:
        return _form_page(visit, event, form, kind=kind, status=UNPROCESSABLE)
    return visit.redirect(f"/account/events/{event.event_id}/types", done=done)


async def _types_of(visit: Visit, event: ListedEvent) -> list[ListedTicketType]:
    async with visit.engine.database.reading() as connection:
        return await list_ticket_types(connection, visit.account_id, int(event.event_id))


async def _type_of(visit: Visit, event: ListedEvent) -> ListedTicketType:
    sku = visit.request.path_params["sku"]
    for kind in await _types_of(visit, event):
        if kind.sku == sku:
            return kind
    raise NoSuchPage


def _values(form: Form, visit: Visit, event: ListedEvent) -> dict[str, Any]:
    values: dict[str, Any] = {name: optional(form.text(name)) for name in TEXTS}
    begins = read_moment(form, visit, "start", event.time_zone)
    price = form.text("price").replace(",", ".")  # as half of Europe writes it
    return {**values, "price": price, "currency": form.text("currency"), "start_datetime": begins}


def _form_page(
    visit: Visit, event: ListedEvent, form: Form, *, kind: ListedTicketType | None = None, status: int = 200
) -> Response:
    return visit.page(
        "portal/events/type.html",
        status=status,
        form=form,
        event=event,
        kind=kind,
        request_hash=secrets.token_hex(16),
        currencies=[(currency, currency) for currency in CURRENCIES],
    )
