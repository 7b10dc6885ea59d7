"""How an account's person signs in: with which password, whether with a second factor, and how they read."""

from typing import Any

from msgspec import Struct
from sqlalchemy import insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.schema import accounts, logins


class Login(Struct, frozen=True):
    """What is known of one account's person; nothing yet where only the command line made the account."""

    account_id: int
    email: str
    password_hash: str | None
    confirmed_at: int | None
    sealed_totp_secret: bytes | None
    totp_confirmed_at: int | None
    language: str | None

    @property
    def has_second_factor(self) -> bool:
        """Whether a password alone does not do."""
        return self.totp_confirmed_at is not None


async def find_login(connection: AsyncConnection, account_id: int) -> Login | None:
    """Find an account's login; None where there is no such account."""
    return await _find(connection, accounts.c.id == account_id)


async def find_login_of(connection: AsyncConnection, email: str) -> Login | None:
    """Find the login of an address, spelled as accounts are found by."""
    return await _find(connection, accounts.c.email == email)


async def _find(connection: AsyncConnection, which: Any) -> Login | None:
    known = (logins.c.password_hash, logins.c.confirmed_at, logins.c.sealed_totp_secret, logins.c.totp_confirmed_at)
    query = (
        select(accounts.c.id, accounts.c.email, *known, logins.c.language)
        .outerjoin(logins, logins.c.account_id == accounts.c.id)
        .where(which)
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Login(*row)


async def keep_login(connection: AsyncConnection, account_id: int, **values: Any) -> None:
    """Write down something about a login; makes its row where there is none."""
    mine = logins.c.account_id == account_id
    there = select(logins.c.account_id).where(mine).exists()
    await connection.execute(insert(logins).from_select(["account_id"], select(literal(account_id)).where(~there)))
    await connection.execute(update(logins).where(mine).values(**values))
