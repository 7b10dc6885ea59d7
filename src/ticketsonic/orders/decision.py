"""Who gets what: the decision on a batch of orders, pure.

:func:`decide` takes orders in the order of their arrival and what is seen of the database, and returns each one's
outcome. Sold out and duplicate are outcomes, not errors. It knows no database, so a batch of any size, decided on
a belief or on a fresh read, gives what one after the other would give (promise 8).
"""

from collections.abc import Sequence

from msgspec import Struct

from ticketsonic.ledger import IdempotencyKey, SaleView


class OrderLine(Struct, frozen=True):
    """Some units of one ticket type. `ticket_type_id` is None where the SKU is none."""

    ticket_type_id: int | None
    units: int
    valid_from: int | None
    valid_until: int | None


class OrderRequest(Struct, frozen=True):
    """One order as it is asked for; its shape is checked, its stock is not."""

    account_id: int
    request_hash: str
    customer: str | None
    company: str | None
    lines: Sequence[OrderLine]
    rsa_key_number: int
    ed25519_key_number: int
    idempotency: IdempotencyKey | None


class Sold(Struct, frozen=True):
    """Every line can be served."""


class DuplicateHash(Struct, frozen=True):
    """The request hash was used before."""


class Replayed(Struct, frozen=True):
    """The Idempotency-Key was used before for the same body: that order is the answer."""


class KeyReused(Struct, frozen=True):
    """The Idempotency-Key was used before for another body."""


class Unservable(Struct, frozen=True):
    """Some lines cannot be served: their places in the order, and why."""

    lines: tuple[tuple[int, str], ...]
    """(index, "sku" or "stock")"""


Outcome = Sold | DuplicateHash | Replayed | KeyReused | Unservable
SOLD, DUPLICATE_HASH, REPLAYED, KEY_REUSED = Sold(), DuplicateHash(), Replayed(), KeyReused()


class Decision(Struct, frozen=True):
    """One outcome a request, and the units that the sold ones take, by ticket type."""

    outcomes: list[Outcome]
    units: dict[int, int]


def decide(requests: Sequence[OrderRequest], view: SaleView) -> Decision:
    """Decide on a batch. In order of precedence: Idempotency-Key, request hash, SKUs, stock (contract.md §1, §6)."""
    outcomes: list[Outcome] = []
    taken: dict[int, int] = {}
    hashes: set[tuple[int, str]] = set()
    keys: dict[tuple[int, str], bytes] = {}
    for request in requests:
        outcome = _repeats(request, view, hashes, keys) or _serve(request, view, taken)
        if outcome is SOLD:
            hashes.add((request.account_id, request.request_hash))
            if request.idempotency:
                keys[request.account_id, request.idempotency.key] = request.idempotency.body_sha256
            for line in request.lines:
                if line.ticket_type_id is not None:
                    taken[line.ticket_type_id] = taken.get(line.ticket_type_id, 0) + line.units
        outcomes.append(outcome)
    return Decision(outcomes, taken)


def _repeats(
    request: OrderRequest,
    view: SaleView,
    hashes: set[tuple[int, str]],
    keys: dict[tuple[int, str], bytes],
) -> Outcome | None:
    if request.idempotency:
        name = (request.account_id, request.idempotency.key)
        earlier = view.idempotency.get(name) or keys.get(name)
        if earlier is not None:
            return REPLAYED if earlier == request.idempotency.body_sha256 else KEY_REUSED
    used = (request.account_id, request.request_hash)
    return DUPLICATE_HASH if used in view.used_hashes or used in hashes else None


def _serve(request: OrderRequest, view: SaleView, taken: dict[int, int]) -> Outcome:
    refused: list[tuple[int, str]] = []
    wanted: dict[int, int] = {}
    for index, line in enumerate(request.lines):
        number = line.ticket_type_id
        facts = None if number is None else view.facts.get(number)
        if number is None or facts is None or facts.account_id != request.account_id:
            refused.append((index, "sku"))
            continue
        wanted[number] = wanted.get(number, 0) + line.units
        if wanted[number] > view.available[number] - taken.get(number, 0):
            refused.append((index, "stock"))
    return Unservable(tuple(refused)) if refused else SOLD
