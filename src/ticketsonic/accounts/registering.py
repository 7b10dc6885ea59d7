"""Registering, and choosing a password: by a link that came by mail, from the terminal, or at once where none can."""

import contextlib
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts import audit
from ticketsonic.accounts.accounts import AccountTaken, add_account
from ticketsonic.accounts.links import Link, Purpose, use_link
from ticketsonic.accounts.logins import find_login_of, keep_login
from ticketsonic.accounts.passwords import Passwords
from ticketsonic.accounts.sessions import end_sessions
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.database import Conflict, Database


class LinkOver(Exception):
    """The link was used, has expired, or never was."""


class Registering:
    """Makes accounts for one process."""

    def __init__(self, database: Database, keyring: Keyring, passwords: Passwords) -> None:
        self._database = database
        self._keyring = keyring
        self._passwords = passwords

    async def by_link(self, purpose: Purpose, token: str, password: str, *, language: str, address: str) -> int:
        """Make an account for the address that a link proves; returns its id.

        Raises :class:`LinkOver`, and :class:`AccountTaken` where another link was faster.
        """
        password_hash = await self._passwords.hash(password)
        private_keys = await self._keyring.generate_first_keys()
        try:
            async with self._database.transaction() as connection:
                link = await use_link(connection, purpose, token)
                if link is None:
                    raise LinkOver
                account = await add_account(connection, self._keyring, link.email, private_keys)
                login = {"password_hash": password_hash, "confirmed_at": int(time.time()), "language": language}
                await _begin(connection, account.account_id, login, address, by=purpose)
        except Conflict:
            raise AccountTaken from None
        return account.account_id

    async def at_once(self, email: str, password: str, *, language: str, address: str) -> None:
        """Make an account whose address nobody could confirm.

        Where it is taken nothing happens, after the same work: the answer must not tell.
        """
        password_hash = await self._passwords.hash(password)
        private_keys = await self._keyring.generate_first_keys()
        with contextlib.suppress(Conflict):
            async with self._database.transaction() as connection:
                account = await add_account(connection, self._keyring, email, private_keys)
                login = {"password_hash": password_hash, "language": language}
                await _begin(connection, account.account_id, login, address, by="form")


async def _begin(
    connection: AsyncConnection, account_id: int, login: Mapping[str, Any], address: str, *, by: str
) -> None:
    await keep_login(connection, account_id, **login)
    details = {"by": by}
    await audit.record(connection, account_id, "account.made", actor=audit.PORTAL, address=address, details=details)


async def set_password(
    connection: AsyncConnection, account_id: int, password_hash: str, *, actor: str, address: str | None, by: str
) -> None:
    """Set a password, and end every session that was opened before."""
    await keep_login(connection, account_id, password_hash=password_hash)
    ended = await end_sessions(connection, account_id)
    details = {"by": by, "sessions ended": ended}
    await audit.record(connection, account_id, "password.set", actor=actor, address=address, details=details)


async def set_password_by_link(
    database: Database, passwords: Passwords, token: str, password: str, *, address: str
) -> Link:
    """Set a password for who holds a link, which proves the address as well. Raises :class:`LinkOver`."""
    password_hash = await passwords.hash(password)
    async with database.transaction() as connection:
        link = await use_link(connection, "reset", token)
        if link is None or link.account_id is None:
            raise LinkOver
        await set_password(connection, link.account_id, password_hash, actor=audit.PORTAL, address=address, by="link")
        login = await find_login_of(connection, link.email)
        if login is not None and login.confirmed_at is None:
            await keep_login(connection, link.account_id, confirmed_at=int(time.time()))
    return link
