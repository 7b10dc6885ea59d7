"""SQLite: one of the two files that know one database from the other.

WAL and synchronous=FULL: a commit is on disk before it returns. The hot statements have a connection of their own;
everything else goes through SQLAlchemy and takes turns with it by the file's own lock. A write begins with BEGIN
IMMEDIATE, so that it waits at its start and never fails half-way.

A batch is one JSON array a statement, each a step of microseconds in the event loop's thread: were it another thread,
each step would pass the interpreter's lock, and all it works with, to another core and back (docs/decisions/0012).
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ticketsonic.database.checkpointing import LONGEST_LOG_PAGES, Checkpoints
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
)

BUSY_SECONDS = 10
KEPT_PAGES_BYTES = 16 * 1024 * 1024
"""What the hot connection keeps of the file. SQLite's own 2 MB hold the indexes of some 10,000 tickets: beyond, every
admission reads its pages from the system anew (15 % of its CPU with 400,000 sold)."""
_AGAIN_SECONDS = 0.01
_READ, _WRITE = "BEGIN", "BEGIN IMMEDIATE"
T = TypeVar("T")
_read_issued = msgspec.json.Decoder(list[IssuedTicket]).decode


def _field(place: int) -> str:
    """Spell one field of a row that `json_each(…) asked` gives; `->>` would do, where SQLite is 3.38 or newer."""
    return f"json_extract(asked.value, '$[{place}]')"


def _fields(count: int) -> str:
    return ", ".join(map(_field, range(count)))


def _equal(*columns: str) -> str:
    """Compare columns with the first fields of a row."""
    return " AND ".join(f"{column} = {_field(place)}" for place, column in enumerate(columns))


_FACTS = """
SELECT t.id, t.account_id, t.event_id, t.price_minor, t.start_datetime, e.ticket_code, s.version, s.available
  FROM json_each(?) asked
 CROSS JOIN ticket_types t ON t.id = asked.value
  JOIN stocks s ON s.ticket_type_id = t.id
  JOIN events e ON e.id = t.event_id"""
_USED_HASHES = """
SELECT o.request_hash
  FROM json_each(?) asked CROSS JOIN orders o ON o.account_id = ? AND o.request_hash = asked.value"""
_IDEMPOTENCY = """
SELECT body_sha256, answer FROM idempotency_keys WHERE account_id = ? AND operation = ? AND idempotency_key = ?"""
_TAKE = """
UPDATE stocks SET available = available - :units
 WHERE ticket_type_id = :ticket_type_id AND version = :version AND available >= :units
RETURNING available"""
_PLACE = f"""
INSERT INTO orders (account_id, id, request_hash, customer, company)
SELECT {_fields(5)} FROM json_each(?) asked"""  # noqa: S608
_ISSUE = f"""
INSERT INTO tickets (account_id, order_id, position, barcode, ticket_type_id, event_id, price_minor,
                     valid_from, valid_until, key_number)
SELECT {_fields(10)} FROM json_each(?) asked"""  # noqa: S608
_REMEMBER = """
INSERT INTO idempotency_keys (account_id, operation, idempotency_key, body_sha256, answer, created_at)
VALUES (?, ?, ?, ?, ?, ?)"""
_TICKET_COLUMNS = """k.account_id, k.order_id, k.position, k.barcode, k.ticket_type_id, k.event_id, k.price_minor,
       k.valid_from, k.valid_until, k.key_number"""
_ISSUED = f"""
SELECT json_group_array(json_array(json_array({_TICKET_COLUMNS}), k.admitted_at, k.cancelled_at, t.primary_text_pl,
                                   o.customer, o.company, json(iif(e.print_badges, 'true', 'false'))))
  FROM json_each(?) asked
 CROSS JOIN tickets k ON {_equal("k.account_id", "k.barcode")}
  JOIN ticket_types t ON t.id = k.ticket_type_id
  JOIN events e ON e.id = k.event_id
  JOIN orders o ON o.account_id = k.account_id AND o.id = k.order_id"""  # noqa: S608
_ADMIT = f"""
UPDATE tickets SET admitted_at = {_field(2)}, admitted_by_key_id = {_field(3)}
  FROM json_each(?) asked
 WHERE {_equal("account_id", "barcode")} AND admitted_at IS NULL AND cancelled_at IS NULL"""  # noqa: S608
_PRINT = """
INSERT INTO print_jobs (account_id, id, event_id, barcode, kind, state, api_key_id, requested_at)
VALUES (?, ?, ?, ?, 'admission', 'waiting', ?, ?)"""
_FIND_ORDER = """
SELECT account_id, id, request_hash, customer, company FROM orders WHERE account_id = ? AND request_hash = ?"""
_ORDER_TICKETS = f"SELECT {_TICKET_COLUMNS} FROM tickets k WHERE account_id = ? AND order_id = ? ORDER BY position"  # noqa: S608


def path_of(url: str) -> Path:
    """Give the file that a `sqlite:///…` URL names."""
    return Path(url.removeprefix("sqlite:///"))


def create_engine(url: str, *, bounded: bool) -> AsyncEngine:
    """Make the engine of everything but the hot statements. Nothing bounds a statement here, a lock alone."""
    del bounded
    path = path_of(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # buyers' names are in it: SQLite gives its side files the same mode
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", connect_args={"timeout": BUSY_SECONDS, "isolation_level": None}
    )
    event.listen(engine.sync_engine, "connect", lambda connection, _: _prepare(connection))
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any) -> None:
    cursor = connection.cursor()
    _use_write_ahead_log(cursor)
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _use_write_ahead_log(cursor: Any) -> None:
    """Make the file's journal a write-ahead log, once and for ever.

    SQLite waits for every lock but this one: where several open a new file at once, all but the first try again.
    """
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def _begin(connection: Connection) -> None:
    writes = not connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql(_WRITE if writes else _READ)


def lock_for_migration(connection: Connection) -> None:
    """Let one process migrate at a time: BEGIN IMMEDIATE took the file's write lock already."""


def is_away(error: BaseException) -> bool:
    """Whether an error of the driver says that the database cannot be asked now: locked, full, gone."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # Python's own errors have none
    return isinstance(error, sqlite3.OperationalError) and code != sqlite3.SQLITE_ERROR


class _Overtaken(Exception):
    """A ticket that was to be admitted was cancelled or admitted since it was read."""


class SqliteHot:
    """The hot statements, on a connection of their own, one transaction after the other.

    The statements run in the event loop's thread; what waits, for the file's lock or for the disk, in another.
    """

    def __init__(self, url: str) -> None:
        self._path = path_of(url)
        self._waiter = ThreadPoolExecutor(1, thread_name_prefix="sqlite-waiter")
        self._turn = asyncio.Lock()
        self._connection: sqlite3.Connection | None = None
        self._checkpoints = Checkpoints(self._open)

    async def close(self) -> None:
        """Close the connection once the last transaction has ended."""
        async with self._turn:
            await self._apart(self._checkpoints.close)
            await self._apart(self._disconnect)
        self._waiter.shutdown()

    async def read_sale_view(self, question: SaleQuestion) -> SaleView:
        """See :class:`ticketsonic.ledger.HotStatements`."""
        async with self._transaction(_READ) as connection:
            return _read_sale_view(connection, question)

    async def write_sales(self, sales: Sales, meanwhile: Callable[[], None]) -> dict[int, int] | None:
        """See :class:`ticketsonic.ledger.HotStatements`."""
        try:
            async with self._transaction(_WRITE) as connection:
                available = _write_sales(connection, sales)
                asyncio.get_running_loop().call_soon(meanwhile)  # when this task waits for the COMMIT
                return available
        except Conflict:
            return None

    async def sell_locked(self, question: SaleQuestion, plan: Callable[[SaleView], Sales]) -> SaleView:
        """See :class:`ticketsonic.ledger.HotStatements`."""
        async with self._transaction(_WRITE) as connection:
            view = _read_sale_view(connection, question)
            _write_sales(connection, plan(view))
            return view

    async def admit(
        self,
        tickets: Sequence[TicketKey],
        idempotency_keys: Sequence[tuple[int, str]],
        decide: Callable[[AdmissionView], Sequence[Admission]],
    ) -> set[TicketKey]:
        """See :class:`ticketsonic.ledger.HotStatements`."""
        async with self._transaction(_READ) as connection:
            view = _read_admission_view(connection, tickets, idempotency_keys)
        admissions = decide(view)
        if not admissions:
            return set()
        try:
            async with self._transaction(_WRITE) as connection:
                return _write_admissions(connection, admissions)
        except _Overtaken:
            return set()

    async def read_order(self, account_id: int, request_hash: str) -> tuple[OrderRow, list[TicketRow]] | None:
        """See :class:`ticketsonic.ledger.HotStatements`."""
        async with self._transaction(_READ) as connection:
            found = connection.execute(_FIND_ORDER, (account_id, request_hash)).fetchone()
            if found is None:
                return None
            order = OrderRow(*found)
            rows = connection.execute(_ORDER_TICKETS, (account_id, order.order_id)).fetchall()
        return order, [TicketRow(*row) for row in rows]

    @asynccontextmanager
    async def _transaction(self, begin: str) -> AsyncIterator[sqlite3.Connection]:
        """Take a turn with the connection; what is written is on disk when the block has ended, or undone."""
        async with self._turn:
            try:
                if (connection := self._connection) is None:
                    connection = await self._apart(self._connect)
                await self._begin(connection, begin)
                try:
                    yield connection
                    if begin == _WRITE:
                        await self._apart(lambda: connection.execute("COMMIT"))
                        self._checkpoints.count_commit()
                    else:
                        connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            except sqlite3.IntegrityError as error:
                raise Conflict(str(error)) from error
            except sqlite3.Error as error:
                self._disconnect()
                if is_away(error):
                    raise DatabaseAway(str(error)) from error
                raise

    async def _begin(self, connection: sqlite3.Connection, begin: str) -> None:
        try:
            connection.execute(begin)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            # Whoever has the file's lock may need the event loop to go on with it.
            await self._apart(lambda: _begin_patiently(connection, begin))

    def _connect(self) -> sqlite3.Connection:
        connection = self._open()
        connection.execute(f"PRAGMA cache_size = -{KEPT_PAGES_BYTES // 1024}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {LONGEST_LOG_PAGES}")
        self._connection = connection
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        _prepare(connection)
        return connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    async def _apart(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._waiter, work)


def _begin_patiently(connection: sqlite3.Connection, begin: str) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    try:
        connection.execute(begin)
    finally:
        connection.execute("PRAGMA busy_timeout = 0")


def _read_sale_view(connection: sqlite3.Connection, question: SaleQuestion) -> SaleView:
    view = SaleView(facts={}, available={}, used_hashes=set(), idempotency={})
    for row in connection.execute(_FACTS, (_json(question.ticket_type_ids),)):
        view.facts[row[0]] = SaleFacts(*row[1:7])
        view.available[row[0]] = row[7]
    for account_id, hashes in groupby(question.hashes, itemgetter(0)):
        asked = _json([request_hash for _, request_hash in hashes])
        view.used_hashes.update((account_id, row[0]) for row in connection.execute(_USED_HASHES, (asked, account_id)))
    for account_id, key in question.idempotency_keys:
        if row := connection.execute(_IDEMPOTENCY, (account_id, "order/new", key)).fetchone():
            view.idempotency[account_id, key] = row[0]
    return view


def _write_sales(connection: sqlite3.Connection, sales: Sales) -> dict[int, int]:
    available = {}
    for ticket_type_id, units in sales.units.items():
        values = {"ticket_type_id": ticket_type_id, "units": units, "version": sales.versions[ticket_type_id]}
        row = connection.execute(_TAKE, values).fetchone()
        if row is None:
            raise Conflict("a stock is not what it was believed to be")
        available[ticket_type_id] = row[0]
    connection.execute(_PLACE, (_json(sales.orders),))
    connection.execute(_ISSUE, (_json(sales.tickets),))
    if sales.idempotency:
        connection.executemany(_REMEMBER, [_idempotency_values(row) for row in sales.idempotency])
    return available


def _read_admission_view(
    connection: sqlite3.Connection, tickets: Sequence[TicketKey], idempotency_keys: Sequence[tuple[int, str]]
) -> AdmissionView:
    issued = _read_issued(connection.execute(_ISSUED, (_json(tickets),)).fetchone()[0])
    view = AdmissionView(tickets={(each.ticket.account_id, each.ticket.barcode): each for each in issued}, answers={})
    for account_id, name in idempotency_keys:
        if row := connection.execute(_IDEMPOTENCY, (account_id, "ticket/validate", name)).fetchone():
            view.answers[account_id, name] = row
    return view


def _write_admissions(connection: sqlite3.Connection, admissions: Sequence[Admission]) -> set[TicketKey]:
    asked = [(a.account_id, a.barcode, a.admitted_at, a.api_key_id) for a in admissions]
    if connection.execute(_ADMIT, (_json(asked),)).rowcount != len(asked):
        raise _Overtaken
    remembered = [_idempotency_values(a.idempotency) for a in admissions if a.idempotency is not None]
    if remembered:
        connection.executemany(_REMEMBER, remembered)
    printed = [_print_values(a) for a in admissions if a.print_job_id is not None]
    if printed:
        connection.executemany(_PRINT, printed)
    return {(a.account_id, a.barcode) for a in admissions}


def _json(rows: Sequence[object]) -> str:
    return msgspec.json.encode(rows).decode()


def _print_values(admission: Admission) -> tuple[Any, ...]:
    a = admission
    return a.account_id, a.print_job_id, a.event_id, a.barcode, a.api_key_id, a.admitted_at


def _idempotency_values(row: IdempotencyRow) -> tuple[Any, ...]:
    key = row.idempotency
    return row.account_id, key.operation, key.key, key.body_sha256, row.answer, row.created_at
