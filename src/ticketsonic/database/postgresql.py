"""PostgreSQL: one of the two files that know one database from the other; what it is asked is in the one beside it.

A batch is written by one statement, so it is one transaction and one round trip: stocks are locked in id order,
and only where every guard holds does anything happen. Orders go in by the order of their hashes and tickets are
locked by barcode, so that no two processes wait for each other in a circle.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ticketsonic.database.postgresql_statements import (
    ADMISSION_VIEW,
    FIND_ORDER,
    LOCK_STOCKS,
    ORDER_TICKETS,
    SALE_VIEW,
    WRITE_ADMISSIONS,
    WRITE_SALES,
)
from ticketsonic.database.statistics import Statistics
from ticketsonic.ledger import (
    Admission,
    AdmissionView,
    Conflict,
    DatabaseAway,
    IdempotencyRow,
    IssuedTicket,
    OrderRow,
    SaleFacts,
    SaleQuestion,
    Sales,
    SaleView,
    TicketKey,
    TicketRow,
    by_column,
)

MIGRATION_LOCK = 0x7469636B  # "tick"
STATEMENT_SECONDS = 15
HOT_CONNECTIONS = 4
T = TypeVar("T")
_SESSION = {
    "application_name": "ticketsonic",
    # A server with this turned off would break the second promise: answered means on disk.
    "synchronous_commit": "on",
    # What waits for a lock goes on with the row as it is by then; a stricter default would raise instead.
    "default_transaction_isolation": "read committed",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": "30s",
    # What is sent is small and the same each time: planning is all that a generic plan saves, and it is much.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
_HOT_SESSION = _SESSION | {
    # Every hot statement looks up a batch by index. A plan made while the tables were empty, or never analysed, would
    # read them whole instead, and be kept: 20 times the work per admission on a sale just opened (measured).
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_bitmapscan": "off",
}
_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InternalClientError,
)
_CONFLICT = (
    asyncpg.UniqueViolationError,
    asyncpg.CheckViolationError,
    # The order of locks prevents both; a database that is only like PostgreSQL may raise them all the same.
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)


def create_engine(url: str, *, bounded: bool) -> AsyncEngine:
    """Make the engine of everything but the hot statements; `bounded` ones give up after a while."""
    # On a network that swallows everything only the client's own bound ends the wait.
    bounds = {"command_timeout": STATEMENT_SECONDS + 5} if bounded else {}
    session = _SESSION if bounded else _SESSION | {"statement_timeout": "0"}
    return create_async_engine(
        "postgresql+asyncpg://" + url.removeprefix("postgresql://"),
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=10,
        pool_timeout=5,
        connect_args={"server_settings": session, "timeout": 5, **bounds},
    )


def lock_for_migration(connection: Connection) -> None:
    """Let one process migrate at a time, until its transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})


def is_away(error: BaseException) -> bool:
    """Whether an error of the driver says that the database cannot be asked now: gone, full, starting, in recovery."""
    # A value that asyncpg cannot send is one of its InterfaceErrors too, but the request's fault.
    return isinstance(error, _AWAY) and not isinstance(error, ValueError)


class PostgresqlHot:
    """The hot statements, straight to the driver, on a few connections of their own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Any = None
        self._statistics = {name: Statistics(name, self._run) for name in ("orders", "tickets")}

    async def close(self) -> None:
        """Close every connection."""
        for each in self._statistics.values():
            await each.close()
        if self._pool is not None:
            self._pool.terminate()

    async def read_sale_view(self, question: SaleQuestion) -> SaleView:
        """See :class:`ticketsonic.ledger.HotStatements`."""
        return await self._run(lambda connection: _read_sale_view(connection, question))

    async def write_sales(self, sales: Sales, meanwhile: Callable[[], None]) -> dict[int, int] | None:
        """See :class:`ticketsonic.ledger.HotStatements`."""

        async def write(connection: Any) -> dict[int, int] | None:
            # It is called when this task first waits: then the statement is written.
            asyncio.get_running_loop().call_soon(meanwhile)
            return await _write_sales(connection, sales)

        try:
            available = await self._run(write)
        except Conflict:
            return None
        if available is not None:
            self._count(sales)
        return available

    async def sell_locked(self, question: SaleQuestion, plan: Callable[[SaleView], Sales]) -> SaleView:
        """See :class:`ticketsonic.ledger.HotStatements`."""

        async def sell(connection: Any) -> tuple[SaleView, Sales]:
            async with connection.transaction():
                await connection.execute(LOCK_STOCKS, question.ticket_type_ids)
                view = await _read_sale_view(connection, question)
                sales = plan(view)
                if sales.orders and await _write_sales(connection, sales) is None:
                    raise Conflict("a locked stock changed")
            return view, sales

        view, sales = await self._run(sell)
        self._count(sales)
        return view

    async def admit(
        self,
        tickets: Sequence[TicketKey],
        idempotency_keys: Sequence[tuple[int, str]],
        decide: Callable[[AdmissionView], Sequence[Admission]],
    ) -> set[TicketKey]:
        """See :class:`ticketsonic.ledger.HotStatements`."""

        async def work(connection: Any) -> set[TicketKey]:
            values = [*by_column(tickets, 2)]
            if idempotency_keys:
                values += by_column(idempotency_keys, 2)
            rows = await connection.fetch(ADMISSION_VIEW[bool(idempotency_keys)], *values)
            admissions = decide(_admission_view(rows))
            return await _write_admissions(connection, admissions) if admissions else set()

        return await self._run(work)

    async def read_order(self, account_id: int, request_hash: str) -> tuple[OrderRow, list[TicketRow]] | None:
        """See :class:`ticketsonic.ledger.HotStatements`."""
        found = await self._run(lambda connection: connection.fetchrow(FIND_ORDER, account_id, request_hash))
        if found is None:
            return None
        order = OrderRow(*found)
        rows = await self._run(lambda connection: connection.fetch(ORDER_TICKETS, account_id, order.order_id))
        return order, [TicketRow(*row) for row in rows]

    def _count(self, sales: Sales) -> None:
        self._statistics["orders"].count(len(sales.orders))
        self._statistics["tickets"].count(len(sales.tickets))

    async def _opened(self) -> Any:
        if self._pool is None:
            # Empty at first, so that opening it waits for nothing and two that come at once open one.
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=0,
                max_size=HOT_CONNECTIONS,
                server_settings=_HOT_SESSION,
                timeout=5,
                command_timeout=STATEMENT_SECONDS + 5,
                reset=_keep_session,
            )
        return self._pool

    async def _run(self, work: Callable[[Any], Awaitable[T]]) -> T:
        try:
            pool = await self._opened()
            async with asyncio.timeout(STATEMENT_SECONDS):  # the pool's own would be a task a batch
                connection = await pool.acquire()
            try:
                return await work(connection)
            finally:
                await pool.release(connection)
        except _CONFLICT as error:
            raise Conflict(str(error)) from error
        except Exception as error:
            if is_away(error):
                raise DatabaseAway(str(error) or type(error).__name__) from error
            raise


async def _keep_session(connection: Any) -> None:
    """Spare a round trip a batch: nothing here changes a session, so there is nothing to reset."""


async def _read_sale_view(connection: Any, question: SaleQuestion) -> SaleView:
    values = [question.ticket_type_ids, *by_column(question.hashes, 2)]
    if question.idempotency_keys:
        values += by_column(question.idempotency_keys, 2)
    rows = await connection.fetch(SALE_VIEW[bool(question.idempotency_keys)], *values)
    view = SaleView(facts={}, available={}, used_hashes=set(), idempotency={})
    for row in rows:
        kind, number, account_id, *facts, available, body_sha256 = row
        if kind == 1:
            view.facts[number] = SaleFacts(account_id, *facts)
            view.available[number] = available
        elif kind == 2:  # noqa: PLR2004 - as in the statement
            view.used_hashes.add((account_id, facts[3]))
        else:
            view.idempotency[account_id, facts[3]] = body_sha256
    return view


async def _write_sales(connection: Any, sales: Sales) -> dict[int, int] | None:
    types = sorted(sales.units)
    orders = sorted(
        ((o.account_id, o.order_id, o.request_hash, o.customer, o.company) for o in sales.orders),
        key=lambda order: (order[0], order[2]),
    )
    tickets = [
        (
            ticket.account_id,
            ticket.order_id,
            ticket.position,
            ticket.barcode,
            ticket.ticket_type_id,
            ticket.event_id,
            ticket.price_minor,
            ticket.valid_from,
            ticket.valid_until,
            ticket.key_number,
        )
        for ticket in sales.tickets
    ]
    values = [
        types,
        [sales.units[number] for number in types],
        [sales.versions[number] for number in types],
        *by_column(orders, 5),
        *by_column(tickets, 10),
    ]
    if sales.idempotency:
        values += by_column(sorted(_idempotency_values(row) for row in sales.idempotency), 6)
    rows = await connection.fetch(WRITE_SALES[bool(sales.idempotency)], *values)
    return {row[0]: row[1] for row in rows} or None


def _admission_view(rows: Sequence[Any]) -> AdmissionView:
    view = AdmissionView(tickets={}, answers={})
    for row in rows:
        if row[0] == 1:
            ticket = TicketRow(*row[1:11])
            view.tickets[ticket.account_id, ticket.barcode] = IssuedTicket(ticket, *row[11:17])
        else:
            view.answers[row[1], row[17]] = (row[18], row[19])
    return view


async def _write_admissions(connection: Any, admissions: Sequence[Admission]) -> set[TicketKey]:
    asked = [(a.account_id, a.barcode, a.admitted_at, a.api_key_id) for a in admissions]
    remembered = [(*_idempotency_values(a.idempotency), a.barcode) for a in admissions if a.idempotency is not None]
    values = by_column(asked, 4)
    printed = [
        (a.account_id, a.print_job_id, a.event_id, a.barcode, a.api_key_id, a.admitted_at)
        for a in admissions
        if a.print_job_id is not None
    ]
    if remembered:
        values += by_column(remembered, 7)
    if printed:
        values += by_column(printed, 6)
    rows = await connection.fetch(WRITE_ADMISSIONS[bool(remembered), bool(printed)], *values)
    return {(row[0], row[1]) for row in rows}


def _idempotency_values(row: IdempotencyRow) -> tuple[Any, ...]:
    key = row.idempotency
    return row.account_id, key.operation, key.key, key.body_sha256, row.answer, row.created_at
