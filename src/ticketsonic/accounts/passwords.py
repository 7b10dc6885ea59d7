"""Passwords: what will do for one, and argon2id off the event loop, a few at a time.

A check takes 64 MB and some 50 ms by design (RFC 9106, the low-memory choice); bounded, they leave a sale its cores.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ticketsonic.errors import TemporarilyUnavailable

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 256
LEAST_DIFFERENT_CHARACTERS = 5
AT_ONCE = 2
MOST_WAITING = 50


class WeakPassword(ValueError):
    """A password that would soon be guessed."""


def check_strength(password: str, email: str) -> str:
    """Give a password back where it will do. Length counts, not kinds of characters (NIST SP 800-63B).

    Raises :class:`WeakPassword`, whose message is one of four that pages translate.
    """
    if len(password) < LEAST_CHARACTERS:
        raise WeakPassword("too short")
    if len(password) > MOST_CHARACTERS:
        raise WeakPassword("too long")
    if len(set(password)) < LEAST_DIFFERENT_CHARACTERS:
        raise WeakPassword("too plain")
    if password.lower() in {email, email.partition("@")[0]}:
        raise WeakPassword("is the address")
    return password


class Passwords:
    """Hashes and checks passwords for one process."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """Hash a password as it is stored. Raises :class:`TemporarilyUnavailable` where too many wait."""
        async with self._turn():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def is_right(self, password_hash: str | None, password: str) -> bool:
        """Check a password; where there is no hash it takes as long, and is wrong.

        Raises :class:`TemporarilyUnavailable` where too many wait.
        """
        if len(password) > MOST_CHARACTERS:
            password = password[:MOST_CHARACTERS] + "\0"
        if password_hash is None and self._nobodys is None:
            self._nobodys = await self.hash("nobody's password")
        async with self._turn():
            right = await asyncio.to_thread(self._verify, password_hash or self._nobodys or "", password)
        return right and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait to be one of the few that hash at a time."""
        if self._waiting >= MOST_WAITING:
            raise TemporarilyUnavailable
        self._waiting += 1
        try:
            await self._at_once.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._at_once.release()
