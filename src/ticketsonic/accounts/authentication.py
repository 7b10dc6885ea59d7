"""Who is calling: user id and API key of a request, checked against the database and remembered for a moment."""

import asyncio
import hmac
import time

from msgspec import Struct
from sqlalchemy import func, select

from ticketsonic.accounts.api_keys import key_sha256
from ticketsonic.database import Database
from ticketsonic.errors import UnknownKey, UnknownUser
from ticketsonic.schema import accounts, api_keys, signing_keys

REMEMBERED_SECONDS = 3.0
"""How long a revoked key may go on to work: commands take effect within 5 s (issue 2)."""
MOST_REMEMBERED = 10_000


class Caller(Struct, frozen=True):
    """An authenticated request's account and key."""

    account_id: int
    api_key_id: int
    scope: str
    rsa_key_number: int
    ed25519_key_number: int
    """The numbers of the newest signing keys that are not revoked: new tickets are signed with them."""


class Authentication:
    """Checks credentials. What is remembered is found by the key's hash, so that no key is compared byte by byte."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: dict[tuple[str, bytes], tuple[Caller, float]] = {}
        self._looking_up: dict[tuple[str, bytes], asyncio.Task[Caller]] = {}

    async def authenticate(self, user_id: str, key: str) -> Caller:
        """Give the caller; raises :class:`UnknownUser`, then :class:`UnknownKey` (contract.md §1)."""
        if not user_id:
            raise UnknownUser
        credentials = (user_id, key_sha256(key))
        remembered = self._remembered.get(credentials)
        if remembered and remembered[1] > time.monotonic():
            return remembered[0]
        # Of a thousand requests that find the memory stale at one instant, one asks the database.
        asking = self._looking_up.get(credentials)
        if asking is None:
            asking = self._looking_up[credentials] = asyncio.create_task(self._look_up(*credentials))
            asking.add_done_callback(lambda done: self._remember(credentials, done))
        return await asyncio.shield(asking)

    def _remember(self, credentials: tuple[str, bytes], done: "asyncio.Task[Caller]") -> None:
        del self._looking_up[credentials]
        if done.cancelled() or done.exception() is not None:
            return
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[credentials] = (done.result(), time.monotonic() + REMEMBERED_SECONDS)

    async def _look_up(self, user_id: str, hashed: bytes) -> Caller:
        if "\0" in user_id:
            raise UnknownUser
        async with self._database.reading() as connection:
            account = select(accounts.c.id).where(accounts.c.email == user_id.strip().lower())
            account_id = (await connection.execute(account)).scalar()
            if account_id is None:
                raise UnknownUser
            key = select(api_keys).where(
                api_keys.c.account_id == account_id,
                api_keys.c.key_sha256 == hashed,
                api_keys.c.revoked_at.is_(None),
            )
            found = (await connection.execute(key)).one_or_none()
            if found is None or not hmac.compare_digest(found.key_sha256, hashed):
                raise UnknownKey
            if found.expires_at is not None and found.expires_at <= time.time():
                raise UnknownKey
            newest = (
                select(signing_keys.c.code, func.max(signing_keys.c.number))
                .where(signing_keys.c.account_id == account_id, signing_keys.c.revoked_at.is_(None))
                .group_by(signing_keys.c.code)
            )
            numbers = {code: number for code, number in await connection.execute(newest)}  # noqa: C416 - rows to pairs
        return Caller(account_id, found.id, found.scope, numbers["rsa"], numbers["ed25519"])
