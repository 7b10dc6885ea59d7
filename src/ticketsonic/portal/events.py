"""Events: the list, a new one, its texts, place, time and ticket code."""

import secrets
from typing import Any

import msgspec
from starlette.responses import Response

from ticketsonic.errors import DuplicatedRequest
from ticketsonic.events.badge import FIRST_LOOK
from ticketsonic.events.events import EventChanges, ListedEvent, NewEvent, create_event, edit_event, find_event
from ticketsonic.events.overview import list_overview
from ticketsonic.events.time_zones import time_zone_names
from ticketsonic.pages.forms import Form
from ticketsonic.pages.visit import NoSuchPage, Visit
from ticketsonic.portal.writing import cursor, done_already, optional, read_into, read_moment, repeatable, spell_moment
from ticketsonic.wire.kinds import CURRENCIES

TEXTS = ("primary_text_pl", "primary_text_sl", "secondary_text_pl", "secondary_text_sl", "location")
UNPROCESSABLE = 422


async def show(visit: Visit) -> Response:
    """List the account's events, newest first."""
    async with visit.engine.database.reading() as connection:
        events, older_than = await list_overview(connection, visit.account_id, older_than=cursor(visit, "before"))
    older = f"/account/events?before={older_than}" if older_than else None
    return visit.page("portal/events/list.html", events=events, older=older)


async def event_of(visit: Visit) -> ListedEvent:
    """Give the event that a page's address names; raises :class:`NoSuchPage` where it is not this account's."""
    async with visit.engine.database.reading() as connection:
        event = await find_event(connection, visit.account_id, visit.number("event_id"))
    if event is None:
        raise NoSuchPage
    return event


async def show_new(visit: Visit) -> Response:
    """Ask for a new event with its first ticket type."""
    form = Form({"time_zone": "UTC", "ticket_code": "rsa", "currency": "EUR", "stock": "100"})
    return _form_page(visit, "portal/events/new.html", form)


async def create(visit: Visit) -> Response:
    """Make the event and its first ticket type, or say what is missing."""
    form = Form(visit.form)
    values = _values(form, visit)
    first = {
        "primary_text_pl": form.text("type_title"),
        "price": form.text("price").replace(",", "."),  # as half of Europe writes it
        "currency": form.text("currency"),
        "stock": form.text("stock"),
    }
    new = read_into(NewEvent, {**values, "tickets": [first], "badge": FIRST_LOOK}, form, visit)
    if not form.text("type_title"):
        form.errors["type_title"] = visit.gettext("This is needed.")
    if not values["primary_text_pl"]:
        form.errors["primary_text_pl"] = visit.gettext("This is needed.")
    elif first["primary_text_pl"] == "":
        form.errors.pop("primary_text_pl", None)
    if new is None or form.errors:
        return _form_page(visit, "portal/events/new.html", form, status=UNPROCESSABLE)
    try:
        answer, _ = await create_event(visit.engine.database, repeatable(visit, "event/new"), new)
    except DuplicatedRequest:
        return visit.redirect("/account/events", done=done_already(visit))
    event_id = msgspec.json.decode(answer)["event_id"]
    return visit.redirect(f"/account/events/{event_id}/types", done=visit.gettext("The event is made."))


async def show_details(visit: Visit) -> Response:
    """Show an event's texts to be changed."""
    event = await event_of(visit)
    begins = spell_moment(event.start_time, event.time_zone)
    form = Form(
        {name: getattr(event, name) or "" for name in TEXTS}
        | {"start": begins, "time_zone": event.time_zone, "ticket_code": event.ticket_code}
    )
    return _form_page(visit, "portal/events/details.html", form, event=event)


async def change(visit: Visit) -> Response:
    """Change an event."""
    event = await event_of(visit)
    form = Form(visit.form)
    changes = read_into(EventChanges, _values(form, visit), form, visit)
    if not form.text("primary_text_pl"):  # absent means unchanged to the API, but here somebody emptied it
        form.errors["primary_text_pl"] = visit.gettext("This is needed.")
    if changes is None or form.errors:
        return _form_page(visit, "portal/events/details.html", form, event=event, status=UNPROCESSABLE)
    done = visit.gettext("Saved.")
    try:
        await edit_event(visit.engine.database, repeatable(visit, "event/edit"), int(event.event_id), changes)
    except DuplicatedRequest:
        done = done_already(visit)
    return visit.redirect(f"/account/events/{event.event_id}/details", done=done)


def _values(form: Form, visit: Visit) -> dict[str, Any]:
    zone = form.text("time_zone")
    values: dict[str, Any] = {name: optional(form.text(name)) for name in TEXTS}
    begins = read_moment(form, visit, "start", zone) if zone in time_zone_names() else None
    return {**values, "start_datetime": begins, "time_zone": zone, "ticket_code": form.text("ticket_code")}


def _form_page(visit: Visit, template: str, form: Form, *, status: int = 200, event: Any = None) -> Response:
    return visit.page(
        template,
        status=status,
        form=form,
        event=event,
        request_hash=secrets.token_hex(16),
        time_zones=[(name, name.replace("_", " ")) for name in time_zone_names()],
        currencies=[(currency, currency) for currency in CURRENCIES],
    )
