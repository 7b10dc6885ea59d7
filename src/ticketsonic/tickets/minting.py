"""Minting ahead of a sale: codes signed on idle CPU, so that an order finds them ready.

A code holds no buyer, so barcode and signature can be made before anyone buys. A pool belongs to one ticket type
as it is now (its version: price, start, code) and to one signing key; where either changed it is dropped. What is
minted is known to no database until it is sold: what a crash loses was never a ticket. Orders with times of their
own are signed on the spot.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct
from sqlalchemy import func, select

from ticketsonic.accounts.signing_keys import Keyring, PrivateKey
from ticketsonic.database import Database, DatabaseAway
from ticketsonic.identifiers import draw_barcode
from ticketsonic.ledger import SaleFacts, TicketRow
from ticketsonic.metrics import metrics
from ticketsonic.schema import events, signing_keys, stocks, ticket_types
from ticketsonic.tickets.signing import content_of, sign_content

log = logging.getLogger("ticketsonic.minting")

LOOK_AROUND_SECONDS = 5.0
REFILL_SECONDS = 0.5
BUSY_SECONDS = 0.05
CODES_A_JOB = 8
MOST_TYPES = 200


class Pool(Struct):
    """Ready codes of one ticket type, as it was when they were minted."""

    facts: SaleFacts
    key_number: int
    codes: deque[tuple[int, bytes]]
    wanted: int = 0
    given_up: bool = False


class Minter:
    """Keeps pools full, in one thread, only while no request is under way.

    The thread has no lower priority: one that is held back while it holds the interpreter's lock would hold back
    every request with it. (Seen: a machine busy with other things, answers after seconds.)
    """

    def __init__(self, database: Database, keyring: Keyring, *, most_codes: int, is_busy: Callable[[], bool]) -> None:
        """`most_codes` bounds all pools of the process together; 0 mints nothing."""
        self._database = database
        self._keyring = keyring
        self._most_codes = most_codes
        self._is_busy = is_busy
        self._pools: dict[int, Pool] = {}
        self._demand: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="minter")

    def start(self) -> None:
        """Begin to mint. Call inside the event loop."""
        if self._most_codes:
            self._task = asyncio.create_task(self._work(), name="minter")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._thread.shutdown()

    def take(self, ticket_type_id: int, facts: SaleFacts, key_number: int) -> tuple[int, bytes] | None:
        """Take a ready (barcode, code) for a type as a sale sees it; None where there is none."""
        if not self._most_codes:
            return None
        self._demand[ticket_type_id] = self._demand.get(ticket_type_id, 0) + 1
        pool = self._pools.get(ticket_type_id)
        if pool is None:
            return None
        if pool.facts.version != facts.version or pool.key_number != key_number:
            del self._pools[ticket_type_id]
            return None
        return pool.codes.popleft() if pool.codes else None

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        looked_at = -LOOK_AROUND_SECONDS
        while True:
            if self._is_busy():
                await asyncio.sleep(BUSY_SECONDS)
                continue
            try:
                if loop.time() - looked_at >= LOOK_AROUND_SECONDS:
                    looked_at = loop.time()
                    await self.look_around()
                if not await self.mint_some():
                    await asyncio.sleep(REFILL_SECONDS)
            except DatabaseAway:
                log.warning("nothing minted: database away")
                await asyncio.sleep(LOOK_AROUND_SECONDS)

    async def mint_some(self) -> bool:
        """Sign a few codes for the first pool that is not full; returns whether there was one.

        A pool whose codes cannot be signed, as with a key that is sealed with another secret, is given up: the others
        are not to wait for it, and its orders say what is wrong.
        """
        pool_of = next(((i, p) for i, p in self._pools.items() if len(p.codes) < p.wanted), None)
        if pool_of is None:
            return False
        number, pool = pool_of
        try:
            await self._mint(number, pool)
        except DatabaseAway:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep others' pools empty
            pool.given_up, pool.wanted = True, 0
            log.warning("nothing minted", extra={"ticket_type_id": number, "error": type(error).__name__})
        return True

    async def _mint(self, ticket_type_id: int, pool: Pool) -> None:
        key = await self._keyring.private_key(pool.facts.account_id, pool.key_number)
        count = min(CODES_A_JOB, pool.wanted - len(pool.codes))
        # Spelled here: a thread that signs works with nothing that the event loop works with (issuing.py).
        rows = [_unsold(ticket_type_id, pool) for _ in range(count)]
        work = [(row.barcode, content_of(row, key)) for row in rows]
        job = asyncio.get_running_loop().run_in_executor(self._thread, _sign_all, work, key)
        pool.codes.extend(await job)
        metrics.minted_codes.set(sum(len(each.codes) for each in self._pools.values()))

    async def look_around(self) -> None:
        """See what is on sale, and share the room out: by recent demand first, then by stock."""
        found = await self._on_sale()
        for gone in self._pools.keys() - found.keys():
            del self._pools[gone]
        demand, self._demand = self._demand, {}
        order = sorted(found, key=lambda number: (-demand.get(number, 0), -found[number][2]))
        room = self._most_codes
        for number in order[:MOST_TYPES]:
            facts, key_number, available = found[number]
            pool = self._pools.get(number)
            if pool is None or pool.facts != facts or pool.key_number != key_number:
                pool = self._pools[number] = Pool(facts, key_number, deque())
            pool.wanted = 0 if pool.given_up else min(available, room)
            room -= pool.wanted
            while len(pool.codes) > pool.wanted:
                pool.codes.pop()

    async def _on_sale(self) -> dict[int, tuple[SaleFacts, int, int]]:
        newest = (
            select(signing_keys.c.account_id, signing_keys.c.code, func.max(signing_keys.c.number).label("number"))
            .where(signing_keys.c.revoked_at.is_(None))
            .group_by(signing_keys.c.account_id, signing_keys.c.code)
            .subquery()
        )
        query = (
            select(
                ticket_types.c.id,
                ticket_types.c.account_id,
                ticket_types.c.event_id,
                ticket_types.c.price_minor,
                ticket_types.c.start_datetime,
                events.c.ticket_code,
                stocks.c.version,
                newest.c.number,
                stocks.c.available,
            )
            .join(stocks, stocks.c.ticket_type_id == ticket_types.c.id)
            .join(events, events.c.id == ticket_types.c.event_id)
            .join(
                newest,
                (newest.c.account_id == ticket_types.c.account_id) & (newest.c.code == events.c.ticket_code),
            )
            .where(stocks.c.available > 0)
            .order_by(ticket_types.c.id.in_(list(self._demand)[:MOST_TYPES]).desc(), stocks.c.available.desc())
            .limit(MOST_TYPES)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return {row[0]: (SaleFacts(*row[1:7]), row[7], row[8]) for row in rows}


def _unsold(ticket_type_id: int, pool: Pool) -> TicketRow:
    return TicketRow(
        account_id=pool.facts.account_id,
        order_id=0,
        position=0,
        barcode=draw_barcode(),
        ticket_type_id=ticket_type_id,
        event_id=pool.facts.event_id,
        price_minor=pool.facts.price_minor,
        valid_from=pool.facts.starts_at,
        valid_until=None,
        key_number=pool.key_number,
    )


def _sign_all(work: Sequence[tuple[int, bytes]], key: PrivateKey) -> list[tuple[int, bytes]]:
    return [(barcode, sign_content(content, key)) for barcode, content in work]
