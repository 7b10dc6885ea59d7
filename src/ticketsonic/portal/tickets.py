"""One order: its tickets with their QR codes, their state and history; and cancelling them."""

import base64
import contextlib
import functools
import io
import secrets

import msgspec
import segno
from starlette.responses import Response

from ticketsonic.errors import DuplicatedRequest, InvalidRequest
from ticketsonic.events.overview import event_zones
from ticketsonic.identifiers import barcode_from_bytes
from ticketsonic.orders.cancelling import cancel_order, cancel_ticket
from ticketsonic.orders.duplicates import twins_of
from ticketsonic.orders.history import OrderHistory, TicketHistory, find_history
from ticketsonic.pages.visit import NoSuchPage, Visit
from ticketsonic.portal.acts import say
from ticketsonic.portal.orders import ORDERS, came_from
from ticketsonic.portal.writing import cursor, repeatable
from ticketsonic.tickets.codes import base45

TICKETS_A_PAGE = 20


async def show(visit: Visit) -> Response:
    """Show an order with some of its tickets."""
    history = await _history_of(visit)
    order_id = history.order.order_id
    async with visit.engine.database.reading() as connection:
        twins = await twins_of(connection, visit.account_id, [order_id])
        zones = await event_zones(connection, visit.account_id, [life.ticket.event_id for life in history.tickets])
    first = min(cursor(visit, "from") or 0, max(0, len(history.tickets) - 1))
    address = f"{ORDERS}/{order_id}"
    behind = first + TICKETS_A_PAGE
    return visit.page(
        "portal/orders/order.html",
        history=history,
        zones=zones,
        tickets=history.tickets[first:behind],
        twin=twins.get(order_id),
        counts={state: sum(life.state == state for life in history.tickets) for state in _STATES},
        newer=f"{address}?from={max(0, first - TICKETS_A_PAGE)}" if first else None,
        older=f"{address}?from={behind}" if behind < len(history.tickets) else None,
        request_hash=secrets.token_hex(16),
        say=functools.partial(say, visit),
    )


_STATES = ("waiting", "admitted", "cancelled")


async def qr_code(visit: Visit) -> Response:
    """Draw a ticket's QR code: the very text that was sold; ed25519 in base45, which makes it smaller."""
    history = await _history_of(visit)
    place = visit.number("position")
    if place >= len(history.tickets):
        raise NoSuchPage
    (signed,) = await visit.engine.issuer.sign(history.order, [history.tickets[place].ticket])
    text = signed.encrypted_data
    if signed.code == "ed25519":
        text = base45.encode(base64.b64decode(text))
    drawn = io.BytesIO()
    # What is shown on a screen is not torn or stained: the least correction makes the largest dots.
    segno.make_qr(text, error="l", boost_error=False).save(drawn, kind="svg", scale=4, border=4, light="#fff")
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"cache-control": "private, max-age=3600"})


async def confirm(visit: Visit) -> Response:
    """Ask whether an order, or one of its tickets, is really to be cancelled."""
    history = await _history_of(visit)
    chosen = _chosen(history, visit.query("ticket"))
    return visit.page(
        "portal/orders/cancel.html",
        history=history,
        ticket=chosen,
        left=[life for life in history.tickets if life.state == "waiting"],
        admitted=sum(life.state == "admitted" for life in history.tickets),
        request_hash=secrets.token_hex(16),
    )


async def cancel(visit: Visit) -> Response:
    """Cancel an order, or one of its tickets, and go back to where that was asked for."""
    history = await _history_of(visit)
    back = came_from(visit) or f"{ORDERS}/{history.order.order_id}"
    chosen = _chosen(history, str(visit.form.get("ticket", "")))
    database = visit.engine.database
    cancelled = 0
    try:
        with contextlib.suppress(DuplicatedRequest):  # a second click: it is done
            if chosen is None:
                request = repeatable(visit, "order/cancel")
                answer, _ = await cancel_order(database, request, history.order.request_hash)
            else:
                request = repeatable(visit, "ticket/cancel")
                answer, _ = await cancel_ticket(database, request, barcode_from_bytes(bytes.fromhex(chosen.barcode)))
            cancelled = msgspec.json.decode(answer)["cancelled"]
    except InvalidRequest:
        admitted = visit.gettext("A ticket that was admitted cannot be cancelled. Nothing was changed.")
        return visit.redirect(back, done=admitted)
    said = visit.ngettext("%(num)s ticket is cancelled.", "%(num)s tickets are cancelled.", cancelled)
    said = said if cancelled else visit.gettext("It was cancelled already.")
    return visit.redirect(back, done=said)


async def _history_of(visit: Visit) -> OrderHistory:
    async with visit.engine.database.reading() as connection:
        history = await find_history(connection, visit.account_id, visit.number("order_id"))
    if history is None:
        raise NoSuchPage
    return history


def _chosen(history: OrderHistory, barcode: str) -> TicketHistory | None:
    """Give the ticket that is named; None where the whole order is meant."""
    if not barcode:
        return None
    for life in history.tickets:
        if life.barcode == barcode:
            return life
    raise NoSuchPage
