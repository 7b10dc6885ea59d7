"""Tickets sold before: through the engine's own functions, in bounded batches, one ticket an order."""

import asyncio
import gc
import random
from collections.abc import Mapping

from msgspec import Struct

from ticketsonic.accounts.authentication import Caller
from ticketsonic.api.engine import open_engine
from ticketsonic.identifiers import ticket_type_id_of
from ticketsonic.ledger import OrderRow, TicketRow
from ticketsonic.orders.decision import OrderLine, OrderRequest, Sold
from ticketsonic.orders.placing import Placed, Seller
from ticketsonic.settings import load_settings
from ticketsonic.tickets.issuing import Issuer

ORDERS_A_BATCH = 40_000
"""Each transaction writes the pages of the indexes that it touches: a few large ones write half as much as many."""


class OnSale(Struct, frozen=True):
    """Whose tickets are sold, and of which type."""

    user_id: str
    key: str
    sku: str


def fill(environment: Mapping[str, str], on_sale: OnSale, tickets: int, codes: int) -> list[str]:
    """Sell so many tickets; returns the codes of `codes` of them, taken evenly from all, in no order: as people come.

    The process is meant for nothing else: a collector that looks through each batch of orders would take a quarter.
    """
    gc.disable()
    return asyncio.run(_fill(environment, on_sale, tickets, codes))


async def _fill(environment: Mapping[str, str], on_sale: OnSale, tickets: int, codes: int) -> list[str]:
    engine = open_engine(load_settings(environment), is_busy=lambda: True)
    try:
        caller = await engine.authentication.authenticate(on_sale.user_id, on_sale.key)
        seller = Seller(engine.database)
        every = max(1, tickets // codes) if codes else tickets + 1
        kept: list[tuple[OrderRow, TicketRow]] = []
        for start in range(0, tickets, ORDERS_A_BATCH):
            count = min(ORDERS_A_BATCH, tickets - start)
            placed = await seller.place([_request(caller, on_sale.sku) for _ in range(count)])
            _check(placed)
            kept += [_sold(placed[index]) for index in range(count) if (start + index) % every == 0]
        kept = kept[:codes]
        random.shuffle(kept)
        return await _sign(engine.issuer, kept)
    finally:
        await engine.close()


def _request(caller: Caller, sku: str) -> OrderRequest:
    return OrderRequest(
        account_id=caller.account_id,
        request_hash=f"{random.getrandbits(128):032x}",
        customer="Martin Vassilev",
        company="Martin Vassilev Company",
        lines=(OrderLine(ticket_type_id_of(sku), 1, None, None),),
        rsa_key_number=caller.rsa_key_number,
        ed25519_key_number=caller.ed25519_key_number,
        idempotency=None,
    )


def _check(placed: list[Placed]) -> None:
    refused = [each.outcome for each in placed if not isinstance(each.outcome, Sold)]
    if refused:
        raise RuntimeError(f"{len(refused)} orders of a batch were refused: {refused[0]}")


def _sold(placed: Placed) -> tuple[OrderRow, TicketRow]:
    assert placed.order is not None
    return placed.order, placed.tickets[0]


async def _sign(issuer: Issuer, kept: list[tuple[OrderRow, TicketRow]]) -> list[str]:
    """Make the codes of what was sold."""
    codes: list[str] = []
    for start in range(0, len(kept), ORDERS_A_BATCH):
        part = kept[start : start + ORDERS_A_BATCH]
        signed = await asyncio.gather(*(issuer.sign(order, [ticket]) for order, ticket in part))
        codes += [tickets[0].encrypted_data for tickets in signed]
    return codes
