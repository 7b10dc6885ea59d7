"""An account: one seller of tickets, known by an e-mail address."""

import re
import time
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts.api_keys import NewApiKey, create_api_key
from ticketsonic.accounts.signing_keys import DEFAULT_RSA_BITS, Keyring, PrivateKey
from ticketsonic.database import Conflict, Database
from ticketsonic.schema import accounts

_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
_EMAIL_CHARACTERS = 255


class NoSuchAccount(Exception):
    """No account has this e-mail address."""


class AccountTaken(Exception):
    """An account has this e-mail address already."""


class Account(Struct, frozen=True):
    """One account, as it is listed."""

    account_id: int
    email: str
    created_at: int


def normal_email(text: str) -> str:
    """Spell an e-mail address as accounts are found by: upper and lower case are one. Raises ValueError."""
    email = text.strip().lower()
    if len(email) > _EMAIL_CHARACTERS or not _EMAIL.fullmatch(email):
        raise ValueError("is no e-mail address")
    return email


async def create_account(
    database: Database, keyring: Keyring, email: str, *, rsa_bits: int = DEFAULT_RSA_BITS
) -> tuple[Account, NewApiKey]:
    """Make an account with its signing keys and a first API key of scope `full`, all or nothing.

    Raises ValueError for an address that is none, and :class:`AccountTaken`.
    """
    address = normal_email(email)
    private_keys = await keyring.generate_first_keys(rsa_bits)
    try:
        async with database.transaction() as connection:
            account = await add_account(connection, keyring, address, private_keys)
            key = await create_api_key(connection, account.account_id, name="first key", scope="full")
    except Conflict:
        raise AccountTaken(address) from None
    return account, key


async def add_account(
    connection: AsyncConnection, keyring: Keyring, email: str, private_keys: Sequence[PrivateKey]
) -> Account:
    """Write an account with its signing keys, in the transaction of what makes it; a taken address is a Conflict."""
    created_at = int(time.time())
    made = await connection.execute(
        insert(accounts).values(email=email, created_at=created_at).returning(accounts.c.id)
    )
    account = Account(made.scalar_one(), email, created_at)
    await keyring.store(connection, account.account_id, private_keys)
    return account


async def find_account(database: Database, email: str) -> Account:
    """Find an account by its address; raises :class:`NoSuchAccount`."""
    async with database.reading() as connection:
        query = select(accounts).where(accounts.c.email == email.strip().lower())
        row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NoSuchAccount(email)
    return Account(row.id, row.email, row.created_at)


async def list_accounts(database: Database) -> list[Account]:
    """List every account, oldest first."""
    async with database.reading() as connection:
        rows = (await connection.execute(select(accounts).order_by(accounts.c.id))).all()
    return [Account(row.id, row.email, row.created_at) for row in rows]
