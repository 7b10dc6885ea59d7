"""From a ticket's row to its code, as often as asked: both codes are deterministic, so a code can be shown again."""

import asyncio
import base64
import contextlib
import functools
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from ticketsonic.accounts.signing_keys import Keyring, PrivateKey
from ticketsonic.identifiers import sku_of
from ticketsonic.ledger import OrderRow, TicketRow
from ticketsonic.tickets.signing import code_of, content_of, is_slow, sign_content, sign_ticket

NOTHING_SIGNED: Mapping[int, bytes] = {}
SHORTEST_JOB = 4
"""Signatures that are worth a thread's while."""
LONGEST_JOB = 32
"""Signatures after which a large order lets others in."""
MOST_OF_A_BATCH = 64
"""Signatures that the first of a batch to be answered may have to wait for."""

Work = list[tuple[bytes, PrivateKey]]
"""What is to be signed, spelled here: a thread that signs works with nothing that the event loop works with."""
Signatures = list[bytes]
Batch = Iterable[tuple[Sequence[TicketRow], dict[int, bytes]]]
"""The tickets of each order of a batch, with those of their codes that are signed already, by barcode."""
Gathered = list[tuple[Work, "asyncio.Future[Signatures]"]]


class SignedTicket(Struct, frozen=True):
    """One ticket of an order's answer (contract.md §2, order/new)."""

    encrypted_data: str
    code: str
    sku: str
    primary_text_pl: str | None
    secondary_text_pl: str | None


class Issuer:
    """Signs the tickets of orders that are already committed, in place or, where cores are free, on threads.

    On threads, the orders of one batch wake up together, so what they ask for in one turn of the event loop is
    shared out as one job a thread: handing over costs as much as a small signature, so small ones are made in place.
    A large order is cut into parts.
    """

    def __init__(self, keyring: Keyring, *, threads: int) -> None:
        """`threads` of 0 signs in place: right where there is a process for every core."""
        self._keyring = keyring
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="signer") if threads else None
        self._gathered: list[tuple[Work, asyncio.Future[Signatures]]] = []

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def sign_batch(self, orders: Batch) -> None:
        """Add the codes of a batch that is being sold, where they are signed in place: one right after the other.

        Between two signatures the processor's caches hold nothing of what answers a request any more, so it is quicker
        to sign all, then to answer all (docs/decisions/0017). Raises nothing, for the batch is as good as sold. What is
        not signed here is left to :meth:`sign`: large orders, keys that are not open yet, whatever cannot be signed.
        """
        if self._threads:
            return
        left = MOST_OF_A_BATCH
        for tickets, codes in orders:
            unsigned = [ticket for ticket in tickets if ticket.barcode not in codes]
            if len(unsigned) > left:
                continue
            left -= len(unsigned)
            with contextlib.suppress(Exception):  # its order's own answer says what was wrong
                for ticket in unsigned:
                    key = self._keyring.open_key(ticket.account_id, ticket.key_number)
                    if key is not None:
                        codes[ticket.barcode] = sign_ticket(ticket, key)

    async def sign(
        self, order: OrderRow, tickets: Sequence[TicketRow], codes: Mapping[int, bytes] = NOTHING_SIGNED
    ) -> list[SignedTicket]:
        """Sign every ticket of an order, in their order. `codes` has those that are signed already, by barcode."""
        keys = [await self._keyring.private_key(ticket.account_id, ticket.key_number) for ticket in tickets]
        unsigned = [
            (content_of(ticket, key), key)
            for ticket, key in zip(tickets, keys, strict=True)
            if ticket.barcode not in codes
        ]
        signed = iter(await self._sign_all(unsigned) if unsigned else ())
        return [
            SignedTicket(
                base64.b64encode(codes.get(ticket.barcode) or next(signed)).decode("ascii"),
                code_of(type(key)),
                sku_of(ticket.ticket_type_id),
                order.customer,
                order.company,
            )
            for ticket, key in zip(tickets, keys, strict=True)
        ]

    async def _sign_all(self, work: Work) -> Signatures:
        pool = self._pool if any(is_slow(key) for _, key in work) else None
        if len(work) > LONGEST_JOB:
            return await self._sign_in_parts(work, pool)
        if pool is None:
            return _sign_all(work)
        return await self._gather(work)

    async def _sign_in_parts(self, work: Work, pool: ThreadPoolExecutor | None) -> Signatures:
        """Sign a large order on every thread, one part a thread at a time: who comes in between waits for a part."""
        loop = asyncio.get_running_loop()
        size = -(-len(work) // -(-len(work) // LONGEST_JOB))
        parts = [work[start : start + size] for start in range(0, len(work), size)]
        signed: list[Signatures] = [[]] * len(parts)
        left = iter(enumerate(parts))

        async def sign_what_is_left() -> None:
            for place, part in left:
                if pool is None:
                    signed[place] = _sign_all(part)
                    await asyncio.sleep(0)
                else:
                    signed[place] = await loop.run_in_executor(pool, _sign_all, part)

        await asyncio.gather(*(sign_what_is_left() for _ in range(self._threads or 1)))
        return [signature for part in signed for signature in part]

    async def _gather(self, work: Work) -> Signatures:
        loop = asyncio.get_running_loop()
        signatures: asyncio.Future[Signatures] = loop.create_future()
        if not self._gathered:
            loop.call_soon(self._share_out)
        self._gathered.append((work, signatures))
        return await signatures

    def _share_out(self) -> None:
        gathered, self._gathered = self._gathered, []
        units = sum(len(work) for work, _ in gathered)
        if units < SHORTEST_JOB or self._pool is None:
            _finish(gathered, [_sign_all(work) for work, _ in gathered])
            return
        loop = asyncio.get_running_loop()
        share = -(-len(gathered) // self._threads)
        for start in range(0, len(gathered), share):
            part = gathered[start : start + share]
            job = loop.run_in_executor(self._pool, _sign_part, part)
            job.add_done_callback(functools.partial(_deliver, part))


def _sign_all(work: Work) -> Signatures:
    return [sign_content(content, key) for content, key in work]


def _sign_part(part: Gathered) -> list[Signatures]:
    return [_sign_all(work) for work, _ in part]


def _deliver(part: Gathered, done: "asyncio.Future[list[Signatures]]") -> None:
    error = done.exception()
    if error is None:
        _finish(part, done.result())
        return
    for _, waiting in part:
        if not waiting.done():
            waiting.set_exception(error)


def _finish(part: Gathered, signed: list[Signatures]) -> None:
    for (_, waiting), signatures in zip(part, signed, strict=True):
        if not waiting.done():
            waiting.set_result(signatures)
