"""Signing in: an address with its password, then the second factor where there is one. Guessing is held up.

Known and unknown addresses get the same answer after the same work: one look-up, one argon2 check. What is wrong is
never said. Limits are a process's own.
"""

import time
from typing import Any

from ticketsonic.accounts import audit, second_factor
from ticketsonic.accounts.logins import Login, find_login, find_login_of, keep_login
from ticketsonic.accounts.passwords import Passwords
from ticketsonic.accounts.sessions import open_session
from ticketsonic.accounts.throttle import FailureThrottle
from ticketsonic.database import Database
from ticketsonic.errors import TooManyRequests
from ticketsonic.sealing import Seal

FAILURES_OF_ADDRESS = 20
FAILURES_OF_ACCOUNT = 10
FAILURES_OF_SECOND_FACTOR = 10
PASSWORD_WINDOW_SECONDS = 300.0
SECOND_FACTOR_WINDOW_SECONDS = 3600.0


class SigningIn:
    """Lets people in, for one process."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self.passwords = Passwords()
        self._by_address = FailureThrottle(FAILURES_OF_ADDRESS, PASSWORD_WINDOW_SECONDS)
        self._by_account = FailureThrottle(FAILURES_OF_ACCOUNT, PASSWORD_WINDOW_SECONDS)
        self.second_factor_tries = FailureThrottle(FAILURES_OF_SECOND_FACTOR, SECOND_FACTOR_WINDOW_SECONDS)

    async def check_password(self, email: str, password: str, *, address: str) -> Login | None:
        """Give the login where the password is right; None for everything else.

        Raises :class:`TooManyRequests` where this address or account failed too often: not even the right one then.
        """
        now = time.monotonic()
        if self._by_address.is_over(address, now) or self._by_account.is_over(email, now):
            raise TooManyRequests
        async with self._database.reading() as connection:
            login = await find_login_of(connection, email)
        right = await self.passwords.is_right(login.password_hash if login else None, password)
        if right and login is not None:
            await self._renew_hash(login, password)
            return login
        self._by_address.fail(address, now)
        self._by_account.fail(email, now)
        if login is not None:
            await self._refuse(login.account_id, address, "password")
        return None

    async def enter(self, account_id: int, *, address: str, browser: str, **how: Any) -> str:
        """Open a session for who proved to be an account's person; returns its token."""
        async with self._database.transaction() as connection:
            token = await open_session(connection, account_id, address=address, browser=browser)
            await audit.record(
                connection, account_id, "session.opened", actor=audit.PORTAL, address=address, details=how
            )
        return token

    async def enter_with_code(self, account_id: int, code: str, *, address: str, browser: str) -> str | None:
        """Open a session where the code of the second factor is right; None where it is not.

        Raises :class:`TooManyRequests` where too many were wrong.
        """
        name, now = str(account_id), time.monotonic()
        if self.second_factor_tries.is_over(name, now):
            raise TooManyRequests
        async with self._database.transaction() as connection:
            kind = await second_factor.is_right(connection, self._seal, account_id, code)
            if kind is not None:
                token = await open_session(connection, account_id, address=address, browser=browser)
                how = {"by": "password", "second factor": kind}
                await audit.record(
                    connection, account_id, "session.opened", actor=audit.PORTAL, address=address, details=how
                )
                return token
        self.second_factor_tries.fail(name, now)
        await self._refuse(account_id, address, "code")
        return None

    async def is_own_password(self, account_id: int, password: str, *, address: str) -> bool:
        """Check the password of who is signed in already, before something that only they may do."""
        async with self._database.reading() as connection:
            login = await find_login(connection, account_id)
        return login is not None and await self.check_password(login.email, password, address=address) is not None

    async def _renew_hash(self, login: Login, password: str) -> None:
        """Hash anew where today's parameters are others: this is the one moment at which the password is known."""
        if login.password_hash is None or not self.passwords.is_outdated(login.password_hash):
            return
        fresh = await self.passwords.hash(password)
        async with self._database.transaction() as connection:
            await keep_login(connection, login.account_id, password_hash=fresh)

    async def _refuse(self, account_id: int, address: str, why: str) -> None:
        async with self._database.transaction() as connection:
            await audit.record(
                connection,
                account_id,
                "session.refused",
                actor=audit.PORTAL,
                address=address,
                details={"wrong": why},
            )
