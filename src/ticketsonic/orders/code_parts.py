"""Finding a ticket by a part of what its QR says.

A code is signed, so a part of it tells nothing by itself: the codes of tickets are made again, newest first, and
looked through. That costs a signature a ticket, so one look is bounded in tickets and in time, one at a time in a
process, on a thread, and says how far back it came.
"""

import asyncio
import base64
import time
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select

from ticketsonic.accounts.signing_keys import Keyring, PrivateKey
from ticketsonic.database import Database
from ticketsonic.ledger import TicketRow
from ticketsonic.schema import tickets
from ticketsonic.tickets.codes import base45
from ticketsonic.tickets.signing import code_of, sign_ticket

LOOKED_THROUGH = 1000
"""Tickets whose codes one look makes again at the most."""
PASSED_THROUGH = 50_000
"""Tickets among which one look seeks those of the event that is chosen."""
LOOK_SECONDS = 1.5
_AT_ONCE = 25
_one_look = asyncio.Semaphore(1)
_COLUMNS = [tickets.c[name] for name in TicketRow.__struct_fields__]


class Look(Struct, frozen=True):
    """What one look through codes gave."""

    order_ids: list[int]
    looked_at: int
    older_than: int | None
    """The order before which to look further; None where every ticket was looked at."""


async def look_for_part(
    database: Database,
    keyring: Keyring,
    account_id: int,
    parts: Sequence[str],
    older_than: int | None = None,
    *,
    event_id: int | None = None,
) -> Look:
    """Look for the orders whose tickets' codes hold one of these parts, in base64 or, for ed25519, in base45."""
    conditions = [tickets.c.account_id == account_id]
    if older_than is not None:
        conditions.append(tickets.c.order_id < older_than)
    newest = tickets.c.order_id.desc(), tickets.c.position.desc()
    floor = None
    async with database.reading() as connection:
        if event_id is not None:
            passed = select(tickets.c.order_id).where(*conditions).order_by(*newest).offset(PASSED_THROUGH).limit(1)
            floor = (await connection.execute(passed)).scalar()
            conditions.append(tickets.c.event_id == event_id)
        if floor is not None:
            conditions.append(tickets.c.order_id >= floor)
        query = select(*_COLUMNS).where(*conditions).order_by(*newest).limit(LOOKED_THROUGH)
        rows = [TicketRow(*row) for row in await connection.execute(query)]
    keys = {number: await keyring.private_key(account_id, number) for number in {row.key_number for row in rows}}
    found: list[int] = []
    looked_at = 0
    async with _one_look:
        end = time.monotonic() + LOOK_SECONDS
        while looked_at < len(rows) and time.monotonic() < end:
            some = rows[looked_at : looked_at + _AT_ONCE]
            found += await asyncio.to_thread(_holding, parts, some, keys)
            looked_at += len(some)
    if looked_at == len(rows) < LOOKED_THROUGH:
        return Look(found, looked_at, floor)
    # The last order may have been looked at in part: the next look begins with it again.
    last, first = rows[looked_at - 1].order_id, rows[0].order_id
    return Look(found, looked_at, last + 1 if last != first else last)


def _holding(parts: Sequence[str], some: list[TicketRow], keys: dict[int, PrivateKey]) -> list[int]:
    return [ticket.order_id for ticket in some if _holds(ticket, keys[ticket.key_number], parts)]


def _holds(ticket: TicketRow, key: PrivateKey, parts: Sequence[str]) -> bool:
    code = sign_ticket(ticket, key)
    spellings = [base64.b64encode(code).decode("ascii")]
    if code_of(type(key)) == "ed25519":
        spellings.append(base45.encode(code))
    return any(part in spelling for part in parts for spelling in spellings)
