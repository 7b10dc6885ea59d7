"""Orders: found by whatever a person has in hand of them, with probable duplicates marked."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.responses import Response

from ticketsonic.api.barcodes import barcode_of
from ticketsonic.events.overview import event_titles, event_zones
from ticketsonic.orders.code_parts import LOOKED_THROUGH, look_for_part
from ticketsonic.orders.duplicates import Twin, newest_twins, twins_of
from ticketsonic.orders.finding import FoundOrder, Page, find_exactly, find_orders, list_orders
from ticketsonic.orders.search_terms import Term, read_term
from ticketsonic.pages.visit import Visit
from ticketsonic.portal.writing import cursor

ORDERS = "/account/orders"


async def show(visit: Visit) -> Response:
    """List or find orders, newest first."""
    term = read_term(visit.query("q"))
    if visit.query("only") == "duplicates":
        return await _duplicates(visit, term)
    if visit.query("in") == "codes" and term.code_parts:
        return await _code_parts(visit, term)
    event_id = cursor(visit, "event")
    older_than = cursor(visit, "before")
    page = None
    barcode = await _barcode_in(visit, term) if term.text and older_than is None else None
    async with visit.engine.database.reading() as connection:
        if term.text and older_than is None:
            exact = await find_exactly(connection, visit.account_id, term, barcode)
            page = Page(exact, None) if exact else None
        if page is None:
            searched = term if term.text else None
            page = await list_orders(
                connection, visit.account_id, term=searched, event_id=event_id, older_than=older_than
            )
        twins = await twins_of(connection, visit.account_id, [order.order_id for order in page.orders])
    older = {"before": page.older_than} if page.older_than is not None else None
    return await _page(visit, term, page.orders, twins, older=older, looked_back_to=page.looked_back_to)


async def _duplicates(visit: Visit, term: Term) -> Response:
    async with visit.engine.database.reading() as connection:
        newest = await newest_twins(connection, visit.account_id, cursor(visit, "before"))
        found = await find_orders(connection, visit.account_id, list(newest.twins))
    older = None if newest.older_than is None else {"before": newest.older_than, "only": "duplicates"}
    return await _page(visit, term, found, newest.twins, older=older, looked_back_to=newest.looked_back_to)


async def _code_parts(visit: Visit, term: Term) -> Response:
    """Look for a part of a QR's text: newest tickets first, so many at a time."""
    look = await look_for_part(
        visit.engine.database, visit.engine.keyring, visit.account_id, term.code_parts, cursor(visit, "before")
    )
    async with visit.engine.database.reading() as connection:
        found = await find_orders(connection, visit.account_id, look.order_ids)
        twins = await twins_of(connection, visit.account_id, [order.order_id for order in found])
    older = None if look.older_than is None else {"before": look.older_than, "in": "codes"}
    return await _page(visit, term, found, twins, older=older, codes_looked_at=look.looked_at)


async def _barcode_in(visit: Visit, term: Term) -> int | None:
    """Read the barcode out of a whole code; a revoked key's too, for its ticket is still here to be found."""
    if not term.code_parts:
        return None
    return await barcode_of(term.text, visit.account_id, visit.engine.keyring.all_keys)


async def _page(
    visit: Visit,
    term: Term,
    found: Sequence[FoundOrder],
    twins: dict[int, Twin],
    *,
    older: Mapping[str, object] | None,
    looked_back_to: int | None = None,
    codes_looked_at: int | None = None,
) -> Response:
    async with visit.engine.database.reading() as connection:
        titles = await event_titles(connection, visit.account_id)
        bought = {line.event_id for order in found for line in order.lines}
        zones = await event_zones(connection, visit.account_id, bought)
    event = visit.query("event")
    kept: dict[str, object] = {}
    if term.text:
        kept["q"] = term.text
    if event:
        kept["event"] = event
    return visit.page(
        "portal/orders/list.html",
        orders=found,
        twins=twins,
        term=term,
        event=event,
        titles=titles,
        zones=zones,
        only=visit.query("only"),
        older=None if older is None else f"{ORDERS}?{urlencode({**kept, **older})}",
        looked_back_to=looked_back_to,
        codes_looked_at=codes_looked_at,
        most_codes=LOOKED_THROUGH,
        in_codes=f"{ORDERS}?{urlencode({'q': term.text, 'in': 'codes'})}",
    )
