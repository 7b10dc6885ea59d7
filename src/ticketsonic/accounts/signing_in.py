"""Signing in: an address with its password, then the second factor where there is one. Guessing is held up.

Tries are counted before they are looked at, so that many at one instant are held up like many in a row. Strangers'
failures hold up strangers: an account's person is listened to where they signed in from before.

Known and unknown addresses get the same answer after the same work: one look-up, one argon2 check. What is wrong is
never said. Limits are a process's own.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

from ticketsonic.accounts import audit, second_factor
from ticketsonic.accounts.logins import Login, find_login, find_login_of, keep_login
from ticketsonic.accounts.networks import network_of
from ticketsonic.accounts.passwords import Passwords
from ticketsonic.accounts.sessions import open_session, was_here
from ticketsonic.accounts.throttle import FailureThrottle
from ticketsonic.database import Database
from ticketsonic.errors import TooManyRequests
from ticketsonic.sealing import Seal

FAILURES_OF_ADDRESS = 20
FAILURES_OF_ADDRESS_AT_ACCOUNT = 10
FAILURES_OF_ACCOUNT = 100
"""From all addresses together; those that its person signed in from before are listened to all the same."""
FAILURES_OF_SECOND_FACTOR = 10
PASSWORD_WINDOW_SECONDS = 300.0
SECOND_FACTOR_WINDOW_SECONDS = 3600.0

_Tries = tuple[tuple[FailureThrottle, str], ...]


class SigningIn:
    """Lets people in, for one process."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self.passwords = Passwords()
        self._by_address = FailureThrottle(FAILURES_OF_ADDRESS, PASSWORD_WINDOW_SECONDS)
        self._by_address_at_account = FailureThrottle(FAILURES_OF_ADDRESS_AT_ACCOUNT, PASSWORD_WINDOW_SECONDS)
        self._by_account = FailureThrottle(FAILURES_OF_ACCOUNT, PASSWORD_WINDOW_SECONDS)
        self._codes_by_account = FailureThrottle(FAILURES_OF_SECOND_FACTOR, SECOND_FACTOR_WINDOW_SECONDS)
        self._codes_by_address = FailureThrottle(FAILURES_OF_ADDRESS, PASSWORD_WINDOW_SECONDS)

    async def check_password(self, email: str, password: str, *, address: str) -> Login | None:
        """Give the login where the password is right; None for everything else.

        Raises :class:`TooManyRequests` where this address failed too often, or all addresses together did at this
        account and its person never came from this one: not even the right password is looked at then.
        """
        network, now = network_of(address), time.monotonic()
        own: _Tries = ((self._by_address, network), (self._by_address_at_account, f"{network} {email}"))
        if any(throttle.is_over(name, now) for throttle, name in own):
            raise TooManyRequests
        besieged = self._by_account.is_over(email, now)
        with _counted((*own, (self._by_account, email)), now) as forgive:
            async with self._database.reading() as connection:
                login = await find_login_of(connection, email)
                if besieged and not await was_here(connection, login.account_id if login else 0, network):
                    raise TooManyRequests
            right = await self.passwords.is_right(login.password_hash if login else None, password)
            if right and login is not None:
                forgive()
        if right and login is not None:
            await self._renew_hash(login, password)
            return login
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
        kind: str | None = None
        with self.trying_code(account_id, code, address=address) as forgive:
            async with self._database.transaction() as connection:
                kind = await second_factor.is_right(connection, self._seal, account_id, code)
                if kind is not None:
                    token = await open_session(connection, account_id, address=address, browser=browser)
                    how = {"by": "password", "second factor": kind}
                    await audit.record(
                        connection, account_id, "session.opened", actor=audit.PORTAL, address=address, details=how
                    )
            if kind is not None:
                forgive()
                return token
        await self._refuse(account_id, address, "code")
        return None

    @contextlib.contextmanager
    def trying_code(self, account_id: int, code: str, *, address: str) -> Iterator[Callable[[], None]]:
        """Count a try of the second factor while it is looked at; gives what takes it back where it was right.

        Raises :class:`TooManyRequests` where too many were wrong. Recovery codes, which nobody guesses, are bounded
        by address alone: others' wrong codes do not keep an account's person out.
        """
        now = time.monotonic()
        tries: _Tries = ((self._codes_by_address, network_of(address)),)
        if second_factor.is_guessable(code):
            tries += ((self._codes_by_account, str(account_id)),)
        if any(throttle.is_over(name, now) for throttle, name in tries):
            raise TooManyRequests
        with _counted(tries, now) as forgive:
            yield forgive

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


@contextlib.contextmanager
def _counted(tries: _Tries, now_seconds: float) -> Iterator[Callable[[], None]]:
    """Count a try as failed until it is known to be right, or could not be looked at."""

    def forgive() -> None:
        for throttle, name in tries:
            throttle.forgive(name)

    for throttle, name in tries:
        throttle.fail(name, now_seconds)
    try:
        yield forgive
    except BaseException:
        forgive()
        raise
