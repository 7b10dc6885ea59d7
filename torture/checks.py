"""After each fault: what was answered is there, what was not is whole or nothing, and the books agree."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import asyncpg

from torture.journal import Journal, OrderSeen
from torture.people import cancel, scan
from torture.talking import Line, Unanswered

OLD_ORDERS = 20
OLD_CANCELLATIONS = 10
LINES = 6
_BOOKS = """
SELECT s.ticket_type_id, s.put_on_sale, s.available,
       (SELECT count(*) FROM tickets t
         WHERE t.account_id = s.account_id AND t.ticket_type_id = s.ticket_type_id AND t.cancelled_at IS NULL)
  FROM stocks s"""
_HALVES = """
SELECT (SELECT count(*) FROM orders o WHERE NOT EXISTS (
          SELECT 1 FROM tickets t WHERE t.account_id = o.account_id AND t.order_id = o.id))
     + (SELECT count(*) FROM tickets t WHERE NOT EXISTS (
          SELECT 1 FROM orders o WHERE o.account_id = t.account_id AND o.id = t.order_id))"""
_BADGES = """
SELECT (SELECT count(*) FROM (
          SELECT account_id, barcode FROM tickets WHERE admitted_at IS NOT NULL
          EXCEPT SELECT account_id, barcode FROM print_jobs) AS unprinted)
     + (SELECT count(*) FROM print_jobs)
     - (SELECT count(*) FROM (
          SELECT DISTINCT p.account_id, p.barcode
            FROM print_jobs p JOIN tickets t ON t.account_id = p.account_id AND t.barcode = p.barcode
           WHERE t.admitted_at IS NOT NULL) AS printed_once)"""
_BOTH = "SELECT count(*) FROM tickets WHERE admitted_at IS NOT NULL AND cancelled_at IS NOT NULL"
_ACTIVE = """
SELECT count(*) FROM pg_stat_activity
 WHERE application_name = 'ticketsonic' AND state <> 'idle' AND pid <> pg_backend_pid()"""

_NONE_OF = {
    "orders without tickets, or tickets without an order": _HALVES,
    "admissions without a badge to print, badges without an admission, or two for one": _BADGES,
    "tickets both admitted and cancelled": _BOTH,
}
Thing = TypeVar("Thing")


async def check_all(journal: Journal, line: Line, database_url: str) -> None:
    """Check every promise that can be seen from outside, and the books from within."""
    await settle(database_url)
    lines = [line, *(line.another() for _ in range(LINES - 1))]
    try:
        await _share(lines, list(journal.unanswered.values()), partial(_check_unanswered, journal))
        old = list(journal.answered.values())
        sample = journal.random.sample(old, min(OLD_ORDERS, len(old)))
        await _share(lines, [*journal.newly_answered, *sample], partial(_check_answered, journal))
        journal.newly_answered.clear()
        await _share(lines, list(journal.scans_unanswered), partial(_check_scan, journal))
        await _share(lines, list(journal.cancelling), partial(_check_cancellation, journal))
        cancelled = sorted(journal.cancelled)
        sample_of_codes = journal.random.sample(cancelled, min(OLD_CANCELLATIONS, len(cancelled)))
        await _share(lines, sample_of_codes, partial(_check_cancelled, journal))
    finally:
        for other in lines[1:]:
            other.hang_up()
    await _check_books(journal, database_url)


async def _share(lines: list[Line], things: list[Thing], check: Callable[[Line, Thing], Awaitable[None]]) -> None:
    """Check all, each on whichever line is free."""
    waiting = iter(things)

    async def work(line: Line) -> None:
        for thing in waiting:
            await check(line, thing)

    await asyncio.gather(*(work(line) for line in lines))


async def settle(database_url: str) -> None:
    """Wait until nothing of a dead server is still on its way in the database."""
    if database_url.startswith("sqlite"):
        return
    connection = await asyncpg.connect(database_url)
    try:
        for _ in range(200):
            if await connection.fetchval(_ACTIVE) == 0:
                return
            await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def _show(line: Line, order: OrderSeen) -> tuple[int, Any]:
    for _ in range(20):
        try:
            status, answer = await line.ask("GET", f"order/show?request_hash={order.request_hash}")
        except Unanswered:
            await asyncio.sleep(0.1)
            continue
        if status != 503:
            return status, answer
        await asyncio.sleep(0.1)
    return 0, None


async def _check_answered(journal: Journal, line: Line, order: OrderSeen) -> None:
    status, answer = await _show(line, order)
    if status != 200 or [ticket["encrypted_data"] for ticket in answer["tickets"]] != order.codes:
        journal.violate(f"answered order {order.request_hash} is lost or changed: {status}")


async def _check_unanswered(journal: Journal, line: Line, order: OrderSeen) -> None:
    status, answer = await _show(line, order)
    if status == 200:
        journal.happened_unanswered += 1
        journal.order_answered(order, [ticket["encrypted_data"] for ticket in answer["tickets"]])
    elif status == 400 and answer["message"] == "invalid request":
        journal.unanswered.pop(order.request_hash)
    else:
        journal.violate(f"unanswered order {order.request_hash}: its hash does not say ({status} {answer})")


async def _check_scan(journal: Journal, line: Line, code: str) -> None:
    """Whoever was not answered asks again: admitted now, or already used, but never refused for good without."""
    journal.scans_unanswered.discard(code)
    for _ in range(20):
        await scan(journal, line, code)
        if code not in journal.scans_unanswered or journal.admitted[code]:
            break
        journal.scans_unanswered.discard(code)
        status, answer = await line.ask("POST", "ticket/validate", {"ticket_sensitive": code, "print": True})
        if status == 200:
            if answer["status"] == "success":
                journal.scan_admitted(code)
            break
        await asyncio.sleep(0.1)
    journal.scans_unanswered.discard(code)


async def _check_cancellation(journal: Journal, line: Line, code: str) -> None:
    """Whoever was not answered asks again with the same hash: it has happened, happens now, or cannot any more."""
    for _ in range(20):
        await cancel(journal, line, code)
        if code not in journal.cancelling:
            return
        await asyncio.sleep(0.1)
    journal.violate("a cancellation is not answered")


async def _check_cancelled(journal: Journal, line: Line, code: str) -> None:
    if journal.admitted[code]:
        journal.violate("a ticket was admitted and cancelled")
    await scan(journal, line, code)
    if journal.admitted[code]:
        journal.violate("a cancelled ticket was admitted")


async def _check_books(journal: Journal, database_url: str) -> None:
    if database_url.startswith("sqlite"):
        books, wrong = await asyncio.to_thread(_read_sqlite, database_url)
    else:
        connection = await asyncpg.connect(database_url)
        try:
            books = await connection.fetch(_BOOKS)
            wrong = [(what, await connection.fetchval(query)) for what, query in _NONE_OF.items()]
        finally:
            await connection.close()
    for ticket_type_id, put_on_sale, available, issued in books:
        if put_on_sale != available + issued or available < 0:
            journal.violate(f"type {ticket_type_id}: {put_on_sale} put on sale, {available} left and {issued} issued")
    for what, count in wrong:
        if count:
            journal.violate(f"{count} {what}")


def _read_sqlite(database_url: str) -> tuple[list[Any], list[tuple[str, int]]]:
    connection = sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=10)
    try:
        wrong = [(what, connection.execute(query).fetchone()[0]) for what, query in _NONE_OF.items()]
        return connection.execute(_BOOKS).fetchall(), wrong
    finally:
        connection.close()
