"""An event's printers and print stations: added and removed here, with what waits, and what a person has to settle."""

import secrets
from typing import Any

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from ticketsonic.accounts.api_keys import list_api_keys
from ticketsonic.accounts.audit import PORTAL
from ticketsonic.errors import DuplicatedRequest, InvalidRequest
from ticketsonic.events.events import EventChanges, ListedEvent, edit_event
from ticketsonic.pages.forms import Form
from ticketsonic.pages.languages import N_
from ticketsonic.pages.visit import NoSuchPage, Visit
from ticketsonic.portal.events import UNPROCESSABLE, event_of
from ticketsonic.portal.writing import done_already, optional, read_into, repeatable, say_refused
from ticketsonic.printing.glyphs import missing_in
from ticketsonic.printing.jobs import find_job
from ticketsonic.printing.listing import ListedBadge, list_badges
from ticketsonic.printing.printers import (
    AddedPrinter,
    Printer,
    PrinterFields,
    add_printer,
    find_printer,
    list_printers,
    remove_printer,
    renew_link,
    station_url,
)
from ticketsonic.printing.reprinting import OUTCOMES, reprint_badge, resolve_job
from ticketsonic.printing.states import State
from ticketsonic.printing.stations import is_open, station_owner
from ticketsonic.repeats import once

MOST_UNCERTAIN, MOST_WAITING, MOST_RECENT = 100, 20, 20
CLOSED = "closed"
STATES = {
    "new": N_("not heard of yet"),
    "open": N_("open"),
    "closed": N_("closed"),
    "ready": N_("ready"),
    "printing": N_("printing"),
    "out of paper": N_("out of paper"),
    "cover open": N_("cover open"),
    "paper jam": N_("paper jam"),
    "out of ink or toner": N_("out of ink or toner"),
    "paused": N_("paused"),
    "stopped": N_("stopped"),
    "takes no jobs": N_("takes no jobs"),
    "offline": N_("offline"),
    "does not answer": N_("does not answer"),
    "address not allowed": N_("address not allowed on this server"),
    "asks for a password": N_("asks for a password"),
    "takes neither PDF nor raster nor JPEG": N_("takes neither PDF nor raster nor JPEG"),
    "no printer at this address": N_("no printer at this address"),
}
REASONS = (
    N_("It did not reach the printer."),
    N_("The printer took it, or not, and does not answer."),
    N_("The printer was switched off and on, and does not know what it printed before."),
    N_("The printer was asked too late to know."),
    N_("Whoever was sending it fell silent, and could still send it."),
    N_("The printer had accepted it, and does not know it any more."),
    N_("The print station took it and did not say whether it was printed."),
    N_("The print station's page was loaded anew while it printed."),
    N_("The print station said only later that it was printed."),
    N_("The print station could not load the badge."),
    N_("The printer is busy."),
    N_("Too many badges are being drawn."),
    N_("It was cancelled at the printer."),
    N_("The ticket is not there any more."),
    N_("No printer took it for 12 hours."),
)
"""What a job's detail may say, to be translated; what names a printer's own words is shown as it is."""
_GOOD = frozenset({"open", "ready", "printing"})


class Seen(Struct, frozen=True):
    """What the page shows of the printing."""

    printers: list[tuple[Printer, str, str]]
    """Each with its state in the visitor's words, and whether that is good, bad or neither."""
    uncertain: list[ListedBadge]
    waiting: list[ListedBadge]
    recent: list[ListedBadge]


async def show(visit: Visit) -> Response:
    """Show the printers, and the badges on their way."""
    return await _page(visit, await event_of(visit), Form({"kind": "station"}))


async def add(visit: Visit) -> Response:
    """Add a printer; a print station's link is shown this once."""
    event = await event_of(visit)
    form = Form(visit.form)
    values = {name: optional(form.text(name)) for name in ("name", "kind", "url", "gate")}
    if values["kind"] == "station":
        del values["url"]  # it stands in the same form
    fields = read_into(PrinterFields, values, form, visit)
    if fields is None or form.errors:
        return await _page(visit, event, form, status=UNPROCESSABLE)
    request = repeatable(visit, "printer/new")
    added: list[AddedPrinter] = []

    async def effect(connection: AsyncConnection, use_hash: Any) -> bytes:
        await use_hash()
        event_id = int(event.event_id)
        made = await add_printer(connection, visit.account_id, event_id, fields, actor=PORTAL, address=visit.address)
        added.append(made)
        return b""

    try:
        await once(visit.engine.database, request, effect)
    except DuplicatedRequest:
        return visit.redirect(_here(event), done=done_already(visit))
    except InvalidRequest as refused:
        say_refused(form, visit, refused.errors)
        return await _page(visit, event, form, status=UNPROCESSABLE)
    visit.engine.printing.bell.ring([int(event.event_id)])
    token = added[-1].token
    if token is None:
        return visit.redirect(_here(event), done=visit.gettext("The printer is added."))
    return _link_page(visit, event, fields.name, token)


async def choose_printing(visit: Visit) -> Response:
    """Say whether whoever is admitted gets a badge."""
    event = await event_of(visit)
    changes = EventChanges(request_hash="", print_badges=visit.form.get("print_badges") == "on")
    done = visit.gettext("Saved.")
    try:
        await edit_event(visit.engine.database, repeatable(visit, "event/edit"), int(event.event_id), changes)
    except DuplicatedRequest:
        done = done_already(visit)
    return visit.redirect(_here(event), done=done)


async def settle(visit: Visit) -> Response:
    """Hear a person's word on a badge: it came out, print it again, it is not wanted any more."""
    event = await event_of(visit)
    database, outcome = visit.engine.database, str(visit.form.get("outcome"))
    async with database.reading() as connection:
        job = await find_job(connection, visit.account_id, visit.number("job_id"))
    if job is None or job.event_id != int(event.event_id):
        raise NoSuchPage
    done = visit.gettext("Noted.")
    try:
        if outcome == "reprint":
            await reprint_badge(database, repeatable(visit, "ticket/reprint"), job.barcode, job.api_key_id)
            done = visit.gettext("The badge is printed again.")
        elif outcome in OUTCOMES:
            known = next(each for each in OUTCOMES if each == outcome)
            await resolve_job(database, repeatable(visit, "print/resolve"), job.job_id, known)
        else:
            raise NoSuchPage
    except DuplicatedRequest:
        done = done_already(visit)
    except InvalidRequest:
        done = visit.gettext("Nothing was done: by now it is different. Look again.")
    visit.engine.printing.bell.ring([job.event_id])
    return visit.redirect(_here(event), done=done)


async def ask_remove(visit: Visit) -> Response:
    """Ask whether a printer is to be removed."""
    event = await event_of(visit)
    return visit.page("portal/printers/remove.html", event=event, printer=await _printer_of(visit, event))


async def remove(visit: Visit) -> Response:
    """Remove a printer, and end its link."""
    event = await event_of(visit)
    printer = await _printer_of(visit, event)
    async with visit.engine.database.transaction() as connection:
        await remove_printer(connection, visit.account_id, printer.printer_id, actor=PORTAL, address=visit.address)
    _tell(visit, printer)
    return visit.redirect(_here(event), done=visit.gettext("The printer is removed."))


async def renew(visit: Visit) -> Response:
    """Give a print station a new link; the old one ends."""
    event = await event_of(visit)
    printer = await _printer_of(visit, event)
    async with visit.engine.database.transaction() as connection:
        token = await renew_link(connection, visit.account_id, printer.printer_id, actor=PORTAL, address=visit.address)
    if token is None:
        raise NoSuchPage
    _tell(visit, printer)
    return _link_page(visit, event, printer.name, token)


def _tell(visit: Visit, printer: Printer) -> None:
    visit.site.streams.end_owner(station_owner(printer.printer_id))
    visit.engine.printing.bell.ring([printer.event_id])


async def _printer_of(visit: Visit, event: ListedEvent) -> Printer:
    async with visit.engine.database.reading() as connection:
        printer = await find_printer(connection, visit.account_id, visit.number("printer_id"))
    if printer is None or printer.event_id != int(event.event_id):
        raise NoSuchPage
    return printer


def _link_page(visit: Visit, event: ListedEvent, name: str, token: str) -> Response:
    link = station_url(visit.base_url, token)
    return visit.page("portal/printers/link.html", event=event, name=name, link=link)


async def _page(visit: Visit, event: ListedEvent, form: Form, status: int = 200) -> Response:
    seen = await look(visit, event)
    keys = await list_api_keys(visit.engine.database, visit.account_id)
    return visit.page(
        "portal/printers/list.html",
        status=status,
        event=event,
        form=form,
        printers=seen.printers,
        uncertain=seen.uncertain,
        waiting=seen.waiting,
        recent=seen.recent,
        gates=[("", visit.gettext("every gate"))]
        + [(str(key.key_id), key.name) for key in keys if key.revoked_at is None and key.scope in {"door", "full"}],
        why=lambda job: _why(visit, job),
        misses_glyphs=lambda job: missing_in(job.detail) is not None,
        request_hash=secrets.token_hex(16),
    )


async def look(visit: Visit, event: ListedEvent) -> Seen:
    """Look at an event's printers and the badges on their way."""
    account_id, event_id = visit.account_id, int(event.event_id)
    over = [State.PRINTED, State.FAILED, State.CANCELLED]
    async with visit.engine.database.reading() as connection:
        printers = await list_printers(connection, account_id, event_id)
        return Seen(
            [(printer, *_state_of(visit, printer)) for printer in printers],
            await list_badges(connection, account_id, event_id, [State.UNCERTAIN], most=MOST_UNCERTAIN),
            await list_badges(connection, account_id, event_id, [State.WAITING], most=MOST_WAITING),
            await list_badges(connection, account_id, event_id, over, most=MOST_RECENT),
        )


def _state_of(visit: Visit, printer: Printer) -> tuple[str, str]:
    """Give a printer's state in the visitor's words, and whether that is good, bad or neither."""
    state = printer.state
    if printer.kind == "station" and printer.state_at is not None and not is_open(printer):
        state = CLOSED
    mood = "good" if state in _GOOD else "" if state == "new" else "bad"
    return visit.gettext(STATES.get(state, state)), mood


def _why(visit: Visit, job: ListedBadge) -> str:
    """Say in the visitor's words why a job is where it is, or what is to be seen on its badge."""
    if characters := missing_in(job.detail):
        return visit.gettext("No font of the server has %(characters)s: an empty box.", characters=characters)
    return visit.gettext(job.detail) if job.detail else ""


def _here(event: ListedEvent) -> str:
    return f"/account/events/{event.event_id}/printers"
