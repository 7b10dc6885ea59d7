"""The audit: who did what, when and from where (issue 4). Append-only, which triggers of the database hold.

An entry is written in the transaction of what it tells of: neither is there without the other.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.database import Database
from ticketsonic.identifiers import clockwork, moment_of
from ticketsonic.schema import audit_entries

PORTAL, COMMAND_LINE = "portal", "command line"
"""Who acts besides a key (`key 3`): the account's person, or whoever has a shell on the server."""


class Entry(Struct, frozen=True):
    """One act, as it is listed."""

    sequence: int
    at: int
    act: str
    actor: str
    address: str | None
    subject: str | None
    details: dict[str, Any] | None


async def record(
    connection: AsyncConnection,
    account_id: int,
    act: str,
    *,
    actor: str,
    address: str | None = None,
    subject: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down an act (`order.cancelled`) in the transaction that does it.

    `subject` is what it was done to: an event id, a SKU, a request hash, a barcode. No secret, code or buyer's name
    goes into `details`.
    """
    values = {
        "account_id": account_id,
        "sequence": clockwork.next_id(),
        "act": act,
        "actor": actor,
        "address": address,
        "subject": subject,
        "details": None if details is None else dict(details),
    }
    await connection.execute(insert(audit_entries).values(values))


async def list_entries(
    database: Database, account_id: int, *, before: int | None = None, subject: str | None = None, most: int = 50
) -> list[Entry]:
    """List an account's entries, newest first; `before` a sequence, and about one subject where given."""
    query = select(audit_entries).where(audit_entries.c.account_id == account_id)
    if before is not None:
        query = query.where(audit_entries.c.sequence < before)
    if subject is not None:
        query = query.where(audit_entries.c.subject == subject)
    query = query.order_by(audit_entries.c.sequence.desc()).limit(most)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [
        Entry(row.sequence, int(moment_of(row.sequence)), row.act, row.actor, row.address, row.subject, row.details)
        for row in rows
    ]
