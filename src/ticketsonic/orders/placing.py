"""Placing orders: by belief first, then by a fresh read, then under lock (architecture.md, "The hot path").

A refusal always rests on a fresh read. Nothing is signed in a transaction of ours: on the first way while the
database writes, on the last after the commit, and what is left of it for each order's own answer.
"""

import functools
import time
from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct, field

from ticketsonic.database import Conflict, Database
from ticketsonic.identifiers import clockwork, draw_barcode
from ticketsonic.ledger import (
    IdempotencyRow,
    OrderRow,
    SaleFacts,
    SaleQuestion,
    Sales,
    SaleView,
    TicketRow,
)
from ticketsonic.metrics import metrics
from ticketsonic.orders.decision import (
    Decision,
    DuplicateHash,
    KeyReused,
    OrderRequest,
    Outcome,
    Replayed,
    Sold,
    Unservable,
    decide,
)
from ticketsonic.tickets.issuing import Batch

MOST_BELIEVED = 20_000
_LOCKED_TRIES = 3
_OUTCOMES: dict[type, str] = {
    Sold: "sold",
    Replayed: "replayed",
    DuplicateHash: "duplicate",
    KeyReused: "duplicate",
    Unservable: "unservable",
}


class Placed(Struct, frozen=True):
    """An order's outcome; where it is sold, also what was written."""

    outcome: Outcome
    order: OrderRow | None = None
    tickets: Sequence[TicketRow] = ()
    codes: dict[int, bytes] = field(default_factory=dict)
    """Codes of those of its tickets that are signed already, by barcode: before the sale, or with the batch."""


Take = Callable[[int, SaleFacts, int], tuple[int, bytes] | None]
"""Takes a ready (barcode, code) of a ticket type, as it is sold and for one signing key: `Minter.take`."""


Sign = Callable[[Batch], None]
"""Adds codes to those of a batch, as far as that is quicker than to sign each for itself: `Issuer.sign_batch`."""


def take_nothing(_ticket_type_id: int, _facts: SaleFacts, _key_number: int) -> None:
    """Have nothing ready."""


def sign_nothing(_batch: Batch) -> None:
    """Leave every code to its order's own answer."""


class Seller:
    """Commits batches of orders. What it believes of the stock saves round trips, and decides nothing alone."""

    def __init__(self, database: Database, take: Take = take_nothing, sign: Sign = sign_nothing) -> None:
        self._hot = database.hot
        self._take = take
        self._sign = sign
        self._believed_facts: dict[int, SaleFacts] = {}
        self._believed_available: dict[int, int] = {}

    async def place(self, requests: Sequence[OrderRequest]) -> list[Placed]:
        """Decide on a batch and write it, as one transaction; gives each request its own outcome."""
        placed = await self._place(requests)
        _count(placed)
        return placed

    async def _place(self, requests: Sequence[OrderRequest]) -> list[Placed]:
        question = question_of(requests)
        if self._believes_in(question):
            placed = await self._sell_by_belief(requests)
            if placed is not None:
                return placed
        fresh = await self._hot.read_sale_view(question)
        self._believe(fresh)
        decision = decide(requests, fresh)
        if not decision.units:
            return [Placed(outcome) for outcome in decision.outcomes]
        if all(isinstance(outcome, Sold) for outcome in decision.outcomes):
            placed = await self._sell_by_belief(requests)
            if placed is not None:
                return placed
        return await self._sell_locked(requests, question)

    async def _sell_by_belief(self, requests: Sequence[OrderRequest]) -> list[Placed] | None:
        """Sell all of a batch on the stock last seen; None where belief would refuse one, or a guard objects."""
        believed = SaleView(
            facts=self._believed_facts, available=self._believed_available, used_hashes=set(), idempotency={}
        )
        decision = decide(requests, believed)
        if not all(isinstance(outcome, Sold) for outcome in decision.outcomes):
            return None
        placed, sales = write_down(requests, decision, believed, self._take)
        # Where a guard objects, it is signed in vain, but not twice in a row: then nothing is believed any more.
        available = await self._hot.write_sales(sales, functools.partial(self._sign_placed, placed))
        if available is None:
            return None
        self._believed_available.update(available)
        return placed

    async def _sell_locked(self, requests: Sequence[OrderRequest], question: SaleQuestion) -> list[Placed]:
        placed: list[Placed] = []

        def plan(view: SaleView) -> Sales:
            nonlocal placed
            placed, sales = write_down(requests, decide(requests, view), view)
            return sales

        for attempt in range(1, _LOCKED_TRIES + 1):
            try:
                await self._hot.sell_locked(question, plan)
                break
            except Conflict:
                # A hash or key was used between our read and our write: stocks are locked, hashes cannot be.
                if attempt == _LOCKED_TRIES:
                    raise
        for number in question.ticket_type_ids:  # read before the sale, so out of date by it
            self._forget(number)
        self._sign_placed(placed)
        return placed

    def _sign_placed(self, placed: Sequence[Placed]) -> None:
        self._sign((each.tickets, each.codes) for each in placed if each.tickets)

    def _believes_in(self, question: SaleQuestion) -> bool:
        """Whether belief may sell it: it knows all of its types, and none of them as sold out."""
        return all(self._believed_available.get(number) for number in question.ticket_type_ids)

    def _believe(self, view: SaleView) -> None:
        if len(self._believed_facts) + len(view.facts) > MOST_BELIEVED:
            self._believed_facts.clear()
            self._believed_available.clear()
        self._believed_facts.update(view.facts)
        self._believed_available.update(view.available)

    def _forget(self, ticket_type_id: int) -> None:
        self._believed_facts.pop(ticket_type_id, None)
        self._believed_available.pop(ticket_type_id, None)


def _count(placed: Sequence[Placed]) -> None:
    """Count a batch at once: counting costs more than deciding."""
    for outcome, orders in Counter(type(each.outcome) for each in placed).items():
        metrics.orders.labels(_OUTCOMES[outcome]).inc(orders)
    if tickets := sum(len(each.tickets) for each in placed):
        metrics.tickets.inc(tickets)


def question_of(requests: Sequence[OrderRequest]) -> SaleQuestion:
    """Say what must be read to decide on a batch; types in id order, the order they are locked in."""
    return SaleQuestion(
        ticket_type_ids=sorted(
            {line.ticket_type_id for request in requests for line in request.lines if line.ticket_type_id is not None}
        ),
        hashes=sorted({(request.account_id, request.request_hash) for request in requests}),
        idempotency_keys=sorted(
            {(request.account_id, request.idempotency.key) for request in requests if request.idempotency}
        ),
    )


def write_down(
    requests: Sequence[OrderRequest], decision: Decision, view: SaleView, take: Take = take_nothing
) -> tuple[list[Placed], Sales]:
    """Turn a decision into rows: an order for each request that is sold, a ticket for each of its units."""
    sales = Sales(
        orders=[],
        tickets=[],
        units=decision.units,
        versions={number: view.facts[number].version for number in decision.units},
        idempotency=[],
    )
    placed = []
    for request, outcome in zip(requests, decision.outcomes, strict=True):
        if not isinstance(outcome, Sold):
            placed.append(Placed(outcome))
            continue
        order = OrderRow(
            request.account_id, clockwork.next_id(), request.request_hash, request.customer, request.company
        )
        tickets, codes = _tickets_of(request, order.order_id, view, take)
        sales.orders.append(order)
        sales.tickets.extend(tickets)
        if request.idempotency:
            sales.idempotency.append(IdempotencyRow(request.account_id, request.idempotency, None, int(time.time())))
        placed.append(Placed(outcome, order, tickets, codes))
    return placed, sales


def _tickets_of(
    request: OrderRequest, order_id: int, view: SaleView, take: Take
) -> tuple[list[TicketRow], dict[int, bytes]]:
    tickets: list[TicketRow] = []
    codes: dict[int, bytes] = {}
    for line in request.lines:
        if line.ticket_type_id is None:
            continue
        facts = view.facts[line.ticket_type_id]
        key_number = request.rsa_key_number if facts.code == "rsa" else request.ed25519_key_number
        mintable = line.valid_from is None and line.valid_until is None
        for _ in range(line.units):
            ready = take(line.ticket_type_id, facts, key_number) if mintable else None
            barcode = ready[0] if ready else draw_barcode()
            if ready:
                codes[barcode] = ready[1]
            ticket = TicketRow(
                account_id=request.account_id,
                order_id=order_id,
                position=len(tickets),
                barcode=barcode,
                ticket_type_id=line.ticket_type_id,
                event_id=facts.event_id,
                price_minor=facts.price_minor,
                valid_from=line.valid_from if line.valid_from is not None else facts.starts_at,
                valid_until=line.valid_until,
                key_number=key_number,
            )
            tickets.append(ticket)
    return tickets, codes
