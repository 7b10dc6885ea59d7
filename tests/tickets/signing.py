"""An issuer that signs for a fresh account, and tickets for it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from ticketsonic.accounts.accounts import create_account
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.database import Database
from ticketsonic.database.migrating import migrate
from ticketsonic.identifiers import draw_barcode
from ticketsonic.ledger import OrderRow, TicketRow
from ticketsonic.sealing import Seal
from ticketsonic.tickets.issuing import LONGEST_JOB, Issuer

LARGE = 10 * LONGEST_JOB
Sign = Callable[[Issuer, list[TicketRow]], Awaitable[list[str]]]


def with_issuer(folder: Path, threads: int, work: Callable[[Issuer, Sign, int], Awaitable[None]]) -> None:
    """Do some work with an issuer that signs for a fresh account."""

    async def run() -> None:
        database = Database(f"sqlite:///{folder / 'keys.db'}")
        keyring = Keyring(database, Seal(secrets.token_hex(16)))
        issuer = Issuer(keyring, threads=threads)
        try:
            await migrate(database)
            account, _ = await create_account(database, keyring, "alice@example.com", rsa_bits=1024)

            async def sign(issuer: Issuer, tickets: list[TicketRow]) -> list[str]:
                order = OrderRow(account.account_id, 1, "hash", "Ada", None)
                minted = {tickets[0].barcode: b"minted"} if len(tickets) == LARGE else {}
                return [signed.encrypted_data for signed in await issuer.sign(order, tickets, minted)]

            await work(issuer, sign, account.account_id)
        finally:
            issuer.close()
            await database.close()

    asyncio.run(run())


def tickets_of(account_id: int, units: int) -> list[TicketRow]:
    return [
        TicketRow(account_id, 1, position, draw_barcode(), 123456789, 1234567, 250, None, None, key_number=1)
        for position in range(units)
    ]
