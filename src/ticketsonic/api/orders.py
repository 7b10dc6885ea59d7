"""order/new and order/show."""

import functools
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from ticketsonic.accounts.authentication import Caller
from ticketsonic.api.calling import Call
from ticketsonic.api.engine import Engine
from ticketsonic.errors import (
    DuplicatedOrder,
    DuplicatedRequest,
    FieldError,
    InvalidRequest,
    InvalidStockOrSku,
    Refusal,
)
from ticketsonic.identifiers import ticket_type_id_of
from ticketsonic.ledger import OrderRow, TicketRow
from ticketsonic.orders import decision
from ticketsonic.orders.decision import OrderRequest
from ticketsonic.tickets.issuing import NOTHING_SIGNED, SignedTicket
from ticketsonic.wire.kinds import GuestText, LineSku, LineUnits, RefusedField, RequestHash, Timestamp
from ticketsonic.wire.reading import reader

MOST_NAMED = 100
"""How many refused lines an answer names at the most."""
_REASONS = {"sku": "is unknown", "stock": "is more than is left"}


class OrderLineFields(Struct):
    """One line of order/new."""

    sku: LineSku
    stock: LineUnits
    start_time: Timestamp | UnsetType | None = UNSET
    end_time: Timestamp | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        """Refuse an end before its start (contract.md §2)."""
        if self.start_time and self.end_time and self.end_time < self.start_time:
            raise RefusedField("end_time", "must not be before start_time")


class OrderDetails(Struct):
    """Who the badges are for: customer and company."""

    primary_text_pl: GuestText | UnsetType | None = UNSET
    secondary_text_pl: GuestText | UnsetType | None = UNSET


class NewOrder(Struct):
    """The body of order/new."""

    request_hash: RequestHash
    tickets: Annotated[list[OrderLineFields], msgspec.Meta(min_length=1)]
    order_details: OrderDetails | UnsetType | None = UNSET


class OrderAnswer(Struct, frozen=True):
    """The answer of order/new and order/show: one ticket for each unit, in the order of the lines."""

    status: Literal["success"]
    tickets: list[SignedTicket]
    request_hash: str


read_new_order = reader(NewOrder, fast=True)


async def order_new(call: Call) -> bytes | Refusal:
    """Place an order (contract.md §2, order/new)."""
    caller = await call.authenticate()
    body = read_new_order(call.body)
    _check_units(body, call.engine.settings.order_units)
    details = body.order_details or None
    request = OrderRequest(
        account_id=caller.account_id,
        request_hash=body.request_hash,
        customer=(details.primary_text_pl or None) if details else None,
        company=(details.secondary_text_pl or None) if details else None,
        lines=[
            decision.OrderLine(ticket_type_id_of(line.sku), line.stock, line.start_time or None, line.end_time or None)
            for line in body.tickets
        ],
        rsa_key_number=caller.rsa_key_number,
        ed25519_key_number=caller.ed25519_key_number,
        idempotency=call.idempotency(),
    )
    placed = await call.engine.orders.submit(request, call.is_gone)
    if placed.order is not None:
        return await _spell(call.engine, placed.order, placed.tickets, placed.codes)
    match placed.outcome:
        case decision.Unservable(lines):
            return _unservable(lines[:MOST_NAMED])
        case decision.DuplicateHash():
            return DuplicatedOrder()
        case decision.Replayed():
            call.replayed = True
            await _record_shown(call, caller, body.request_hash)
            return await _show(call.engine, caller.account_id, body.request_hash)
    return DuplicatedRequest()  # the Idempotency-Key came with another body before


@functools.lru_cache
def _unservable(lines: tuple[tuple[int, str], ...]) -> InvalidStockOrSku:
    """Name the lines that cannot be served: once, for when a sale is over thousands are refused with the same words."""
    return InvalidStockOrSku([FieldError(f"tickets[{index}].{what}", _REASONS[what]) for index, what in lines])


def _check_units(body: NewOrder, most_units: int) -> None:
    """Refuse more units than one order may have (contract.md §1)."""
    units = 0
    for index, line in enumerate(body.tickets):
        units += line.stock
        if units > most_units:
            raise InvalidStockOrSku([FieldError(f"tickets[{index}].stock", f"an order has at most {most_units} units")])


async def order_show(call: Call) -> bytes:
    """Show an order's answer once more, byte for byte the same tickets (contract.md §6)."""
    caller = await call.authenticate()
    request_hash = call.header(b"x-api-requesthash") or call.query("request_hash")
    if not request_hash:
        raise InvalidRequest([FieldError("X-API-RequestHash", "is required, or request_hash in the query")])
    shown = await _show(call.engine, caller.account_id, request_hash)
    await _record_shown(call, caller, request_hash)
    return shown


async def _record_shown(call: Call, caller: Caller, request_hash: str) -> None:
    """Write down that an order's codes were given out once more (issue 4)."""
    client = call.scope.get("client")
    address = client[0] if client else None
    shown = (caller.account_id, request_hash, f"key {caller.api_key_id}", address)
    await call.engine.shown.record(call.engine.database, *shown)


async def _show(engine: Engine, account_id: int, request_hash: str) -> bytes:
    found = None
    if "\0" not in request_hash and not any("\ud800" <= c <= "\udfff" for c in request_hash):
        found = await engine.database.hot.read_order(account_id, request_hash)
    if found is None:
        raise InvalidRequest([FieldError("request_hash", "no order has this hash")])
    return await _spell(engine, *found)


async def _spell(
    engine: Engine, order: OrderRow, tickets: Sequence[TicketRow], codes: Mapping[int, bytes] = NOTHING_SIGNED
) -> bytes:
    signed = await engine.issuer.sign(order, tickets, codes)
    return msgspec.json.encode(OrderAnswer("success", signed, order.request_hash))
