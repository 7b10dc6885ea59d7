"""A database with an account, an event, tickets, printers and jobs, for tests that look below the API."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from ticketsonic.database import Database
from ticketsonic.database.migrating import migrate
from ticketsonic.identifiers import clockwork, draw_barcode, draw_event_id
from ticketsonic.printing.jobs import PrinterKey, PrintJob, take_jobs
from ticketsonic.schema import accounts, api_keys, events, orders, print_jobs, printers, tickets


@dataclass
class Stall:
    """One event of a fresh account, and the words of a test about it."""

    database: Database
    account_id: int
    event_id: int

    async def printer(self, *, api_key_id: int | None = None, kind: str = "ipp", url: str | None = None) -> PrinterKey:
        values = {"kind": kind, "url": url, "api_key_id": api_key_id, "name": "P", "state": "unknown"}
        printer_id = await self._add(printers, event_id=self.event_id, created_at=int(time.time()), **values)
        return PrinterKey(self.account_id, printer_id, self.event_id, api_key_id)

    async def key(self) -> int:
        values = {"name": "gate", "scope": "door", "key_sha256": draw_barcode().to_bytes(32, "big", signed=True)}
        return await self._add(api_keys, created_at=int(time.time()), **values)

    async def ticket(self, customer: str = "Ada Lovelace", company: str = "Engines") -> int:
        """A sold ticket; returns its barcode."""
        barcode, order_id = draw_barcode(), clockwork.next_id()
        order = {"id": order_id, "request_hash": str(order_id), "customer": customer, "company": company}
        ticket = {"order_id": order_id, "position": 0, "barcode": barcode, "ticket_type_id": 1, "key_number": 1}
        async with self.database.transaction() as connection:
            await connection.execute(insert(orders).values(account_id=self.account_id, **order))
            values = {"account_id": self.account_id, "event_id": self.event_id, "price_minor": 0, **ticket}
            await connection.execute(insert(tickets).values(values))
        return barcode

    async def job(self, *, api_key_id: int | None = None, kind: str = "admission", barcode: int | None = None) -> int:
        """A waiting job, as an admission makes it; returns its id."""
        job_id = clockwork.next_id()
        values = {"id": job_id, "event_id": self.event_id, "kind": kind, "state": "waiting", "api_key_id": api_key_id}
        values |= {"barcode": draw_barcode() if barcode is None else barcode, "requested_at": int(time.time())}
        async with self.database.transaction() as connection:
            await connection.execute(insert(print_jobs).values(account_id=self.account_id, **values))
        return job_id

    async def find(self, job_id: int) -> PrintJob:
        async with self.database.reading() as connection:
            row = (await connection.execute(select(print_jobs).where(print_jobs.c.id == job_id))).one()
        return PrintJob(*row)

    async def jobs(self) -> list[PrintJob]:
        query = select(print_jobs).where(print_jobs.c.event_id == self.event_id).order_by(print_jobs.c.id)
        async with self.database.reading() as connection:
            return [PrintJob(*row) for row in await connection.execute(query)]

    async def let_leases_end(self) -> None:
        """As if everybody had been silent for long."""
        past = {"taken_until": int(time.time()) - 1}
        held = print_jobs.c.taken_until.is_not(None) & (print_jobs.c.event_id == self.event_id)
        async with self.database.transaction() as connection:
            await connection.execute(update(print_jobs).where(held).values(past))

    async def take_and_die(self, printer: PrinterKey, *, taken_seconds_ago: int) -> PrintJob:
        """Take a job as a process does that is killed right after."""
        (job,) = await take_jobs(self.database, printer, "dead", most=1)
        then = int(time.time()) - taken_seconds_ago
        past = update(print_jobs).where(print_jobs.c.id == job.job_id).values(taken_at=then, taken_until=then)
        async with self.database.transaction() as connection:
            await connection.execute(past)
        return job

    async def remove(self, printer: PrinterKey) -> None:
        gone = update(printers).where(printers.c.id == printer.printer_id).values(removed_at=int(time.time()))
        async with self.database.transaction() as connection:
            await connection.execute(gone)

    async def _add(self, table: Any, **values: Any) -> int:
        async with self.database.transaction() as connection:
            done = await connection.execute(insert(table).values(account_id=self.account_id, **values))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])


async def open_stall(database_url: str) -> Stall:
    """Migrate, and make an account with an event. Close its database."""
    database = Database(database_url)
    await migrate(database)
    now, event_id = int(time.time()), draw_event_id()
    async with database.transaction() as connection:
        account = {"email": f"{clockwork.next_id()}@example.com", "created_at": now}
        done = await connection.execute(insert(accounts).values(account))
        assert done.inserted_primary_key is not None
        account_id = int(done.inserted_primary_key[0])
        event = {"account_id": account_id, "id": event_id, "sequence": clockwork.next_id(), "primary_text_pl": "E"}
        await connection.execute(insert(events).values(ticket_code="rsa", badge={}, **event))
    return Stall(database, account_id, event_id)
