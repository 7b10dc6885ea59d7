"""The words of selling and admitting: what the hot path reads and writes, pure, for both databases.

`orders/` and `checkin/` decide on a view and say what to write; the two dialect files (sqlite.py, postgresql.py)
read the view and write the effects, set-based, and know nothing of why.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from msgspec import Struct


class IdempotencyKey(Struct, frozen=True):
    """The `Idempotency-Key` header of one request, with the SHA-256 of what it asked for."""

    operation: str
    key: str
    body_sha256: bytes


class SaleFacts(Struct, frozen=True):
    """What a sale needs to know of a ticket type; true as long as its stock has this `version`."""

    account_id: int
    event_id: int
    price_minor: int
    starts_at: int | None
    code: str
    version: int


class SaleView(Struct):
    """What a decision on orders sees: believed, or freshly read. Keyed by ticket type, and by account."""

    facts: dict[int, SaleFacts]
    available: dict[int, int]
    used_hashes: set[tuple[int, str]]
    idempotency: dict[tuple[int, str], bytes]
    """Idempotency keys of orders already answered with success: (account, key) to the body's SHA-256."""


class SaleQuestion(Struct):
    """What must be read to decide on a batch of orders."""

    ticket_type_ids: list[int]
    hashes: list[tuple[int, str]]
    idempotency_keys: list[tuple[int, str]]


class OrderRow(Struct, frozen=True, array_like=True):
    """One order, as it is stored; as JSON, a row of its columns in this order."""

    account_id: int
    order_id: int
    request_hash: str
    customer: str | None
    company: str | None


class TicketRow(Struct, frozen=True, array_like=True):
    """One ticket as it was issued; its code can be made from it again at any time. As JSON, a row likewise."""

    account_id: int
    order_id: int
    position: int
    barcode: int
    ticket_type_id: int
    event_id: int
    price_minor: int
    valid_from: int | None
    valid_until: int | None
    key_number: int


class IdempotencyRow(Struct, frozen=True):
    """An Idempotency-Key whose request succeeded; `answer` where it cannot be made again from what is stored."""

    account_id: int
    idempotency: IdempotencyKey
    answer: bytes | None
    created_at: int


class Sales(Struct):
    """What a decision on orders writes, as one transaction."""

    orders: list[OrderRow]
    tickets: list[TicketRow]
    units: dict[int, int]
    """Units taken, by ticket type."""
    versions: dict[int, int]
    """The stock's version that the decision rests on, by ticket type."""
    idempotency: list[IdempotencyRow]


class IssuedTicket(Struct, frozen=True, array_like=True):
    """A ticket with its state and what the person at the door is told."""

    ticket: TicketRow
    admitted_at: int | None
    cancelled_at: int | None
    title: str
    customer: str | None
    company: str | None
    prints_badges: bool = False
    """The event's setting: an admission prints, where the request does not say otherwise."""


class Admission(Struct, frozen=True):
    """One ticket to be admitted now, by one API key."""

    account_id: int
    barcode: int
    admitted_at: int
    api_key_id: int
    idempotency: IdempotencyRow | None
    event_id: int
    print_job_id: int | None
    """The job for its badge, where one is to be printed: made with the admission or not at all."""


TicketKey = tuple[int, int]
"""(account id, barcode)"""


class AdmissionView(Struct):
    """What a verdict sees: the tickets that exist, and the answers already given under an Idempotency-Key."""

    tickets: dict[TicketKey, IssuedTicket]
    answers: dict[tuple[int, str], tuple[bytes, bytes]]
    """(account, key) to (the body's SHA-256, the answer)."""


class HotStatements(Protocol):
    """The statements of the hot path. Raises :class:`DatabaseAway` where the database cannot be asked."""

    async def read_sale_view(self, question: SaleQuestion) -> SaleView:
        """Read stock, facts, hashes and idempotency keys in one snapshot, without a lock."""

    async def write_sales(self, sales: Sales, meanwhile: Callable[[], None]) -> dict[int, int] | None:
        """Write all of it if every version still holds and every stock suffices; else nothing.

        Returns what is left by ticket type, or None where a guard objected. `meanwhile` is work for the time in which
        the database is at it: called once all is on its way, and at the most once. It raises nothing.
        """

    async def sell_locked(self, question: SaleQuestion, plan: Callable[[SaleView], Sales]) -> SaleView:
        """In one transaction: lock the stocks in id order, read, let `plan` decide, write. Returns the view read."""

    async def admit(
        self,
        tickets: Sequence[TicketKey],
        idempotency_keys: Sequence[tuple[int, str]],
        decide: Callable[[AdmissionView], Sequence[Admission]],
    ) -> set[TicketKey]:
        """Read tickets and idempotency keys in one snapshot, without a lock; have `decide` judge; write what it says.

        Each ticket is admitted that is still neither admitted nor cancelled; returns those admitted by this call. Where
        one of them no longer is, the others may be left as they were: whoever is not returned is to be judged again.
        `decide` is called once. Raises :class:`Conflict` where an Idempotency-Key was used
        at this instant: then nothing is written.
        """

    async def read_order(self, account_id: int, request_hash: str) -> tuple[OrderRow, list[TicketRow]] | None:
        """Read one order with its tickets in their order."""

    async def close(self) -> None:
        """Let go of every connection."""


class DatabaseAway(Exception):
    """The database cannot be asked now. What was on its way may have happened or not."""


class Conflict(Exception):
    """A unique index or a CHECK objected; nothing was written."""


def by_column(rows: Iterable[Sequence[object]], width: int) -> list[list[object]]:
    """Turn rows into columns, for statements that take one array a column."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]
