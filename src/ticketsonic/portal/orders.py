"""Orders: found by whatever a person has in hand of them, with probable duplicates marked.

Every filter survives the choosing of another: the text, the event, duplicates alone, and the look through codes.
"""

import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection
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


class Asked(Struct, frozen=True):
    """What the page's address asks for."""

    term: Term
    event: str
    event_id: int | None
    duplicates_alone: bool
    in_codes: bool
    older_than: int | None

    @property
    def searched(self) -> Term | None:
        """What is searched for; None where nothing was typed."""
        return self.term if self.term.text else None

    @property
    def filters(self) -> dict[str, str]:
        """What is chosen, as an address spells it."""
        chosen = {
            "q": self.term.text,
            "event": self.event,
            "only": "duplicates" if self.duplicates_alone else "",
            "in": "codes" if self.in_codes else "",
        }
        return {name: value for name, value in chosen.items() if value}


class Found(Struct, frozen=True):
    """What one page shows, and where it goes on."""

    orders: Sequence[FoundOrder]
    twins: Mapping[int, Twin]
    older_than: int | None = None
    looked_back_to: int | None = None
    codes_looked_at: int | None = None


async def show(visit: Visit) -> Response:
    """List or find orders, newest first."""
    asked = _read(visit)
    if asked.in_codes:
        found = await _code_parts(visit, asked)
    elif asked.duplicates_alone:
        found = await _duplicates(visit, asked)
    else:
        found = await _orders(visit, asked)
    return await _page(visit, asked, found)


def _read(visit: Visit) -> Asked:
    term = read_term(visit.query("q"))
    # The form sends which text it was that codes are looked through for: another one begins without.
    is_the_same = visit.query("of") in {"", term.text}
    return Asked(
        term=term,
        event=visit.query("event"),
        event_id=cursor(visit, "event"),
        duplicates_alone=visit.query("only") == "duplicates",
        in_codes=visit.query("in") == "codes" and bool(term.code_parts) and is_the_same,
        older_than=cursor(visit, "before"),
    )


async def _orders(visit: Visit, asked: Asked) -> Found:
    barcode = await _barcode_in(visit, asked)
    async with visit.engine.database.reading() as connection:
        exact = await _exactly(connection, visit, asked, barcode)
        page = Page(exact, None)
        if not exact:
            page = await list_orders(
                connection,
                visit.account_id,
                term=asked.searched,
                event_id=asked.event_id,
                older_than=asked.older_than,
            )
        twins = await twins_of(connection, visit.account_id, [order.order_id for order in page.orders])
    return Found(page.orders, twins, page.older_than, page.looked_back_to)


async def _duplicates(visit: Visit, asked: Asked) -> Found:
    barcode = await _barcode_in(visit, asked)
    async with visit.engine.database.reading() as connection:
        if exact := await _exactly(connection, visit, asked, barcode):
            return await _twins_among(connection, visit, exact)
        newest = await newest_twins(
            connection,
            visit.account_id,
            asked.older_than,
            term=asked.searched,
            event_id=asked.event_id,
        )
        found = await find_orders(connection, visit.account_id, list(newest.twins))
    return Found(found, newest.twins, newest.older_than, newest.looked_back_to)


async def _code_parts(visit: Visit, asked: Asked) -> Found:
    """Look for a part of a QR's text: newest tickets first, so many at a time."""
    engine = visit.engine
    look = await look_for_part(
        engine.database,
        engine.keyring,
        visit.account_id,
        asked.term.code_parts,
        asked.older_than,
        event_id=asked.event_id,
    )
    async with engine.database.reading() as connection:
        orders = await find_orders(connection, visit.account_id, look.order_ids)
        found = await _twins_among(connection, visit, orders)
    shown = found.orders if asked.duplicates_alone else orders
    return Found(shown, found.twins, look.older_than, codes_looked_at=look.looked_at)


async def _twins_among(connection: AsyncConnection, visit: Visit, orders: Sequence[FoundOrder]) -> Found:
    """Give those of some orders that probably repeat an earlier one."""
    twins = await twins_of(connection, visit.account_id, [order.order_id for order in orders])
    return Found([order for order in orders if order.order_id in twins], twins)


async def _exactly(connection: AsyncConnection, visit: Visit, asked: Asked, barcode: int | None) -> list[FoundOrder]:
    """Give what the text names by itself, of the event that is chosen; nothing on a page that goes on."""
    if not asked.term.text or asked.older_than is not None:
        return []
    exact = await find_exactly(connection, visit.account_id, asked.term, barcode)
    if asked.event_id is None:
        return exact
    return [order for order in exact if any(line.event_id == asked.event_id for line in order.lines)]


async def _barcode_in(visit: Visit, asked: Asked) -> int | None:
    """Read the barcode out of a whole code; a revoked key's too, for its ticket is still here to be found."""
    if not asked.term.code_parts or asked.older_than is not None:
        return None
    return await barcode_of(asked.term.text, visit.account_id, visit.engine.keyring.all_keys)


async def _page(visit: Visit, asked: Asked, found: Found) -> Response:
    async with visit.engine.database.reading() as connection:
        titles = await event_titles(connection, visit.account_id)
        bought = {line.event_id for order in found.orders for line in order.lines}
        zones = await event_zones(connection, visit.account_id, bought)
    filters = asked.filters
    either = {name: value for name, value in filters.items() if name != "only"}
    older = None if found.older_than is None else address({**filters, "before": str(found.older_than)})
    return visit.page(
        "portal/orders/list.html",
        orders=found.orders,
        twins=found.twins,
        asked=asked,
        titles=titles,
        zones=zones,
        older=older,
        looked_back_to=found.looked_back_to,
        codes_looked_at=found.codes_looked_at,
        most_codes=LOOKED_THROUGH,
        in_codes=address({**filters, "in": "codes"}),
        duplicates_alone=address({**filters, "only": "duplicates"}),
        duplicates_or_not=address(either),
        back=urlencode(filters if asked.older_than is None else {**filters, "before": str(asked.older_than)}),
        fresh_hash=lambda: secrets.token_hex(16),
    )


def came_from(visit: Visit) -> str | None:
    """Give the list that a form was sent from, with its filters; None where it was sent from elsewhere."""
    back = str(visit.form.get("back", ""))
    return address(dict(parse_qsl(back))) if back else None


def address(filters: Mapping[str, str]) -> str:
    """Give the address of the list with some filters."""
    return f"{ORDERS}?{urlencode(filters)}" if filters else ORDERS
