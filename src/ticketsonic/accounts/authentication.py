"""Who is calling: user id and API key of a request, checked against what the database said a moment ago.

What is remembered of an account is its keys' hashes, so a request with any key of it, right or wrong, costs the
database nothing until the moment has passed; of a thousand that find it passed at one instant, one asks.
"""

import asyncio
import time
from collections.abc import Callable

from msgspec import Struct
from sqlalchemy import func, select

from ticketsonic.accounts.api_keys import key_sha256
from ticketsonic.accounts.throttle import FailureThrottle
from ticketsonic.database import Database
from ticketsonic.errors import Refusal, TooManyRequests, UnknownKey, UnknownUser
from ticketsonic.metrics import metrics
from ticketsonic.schema import accounts, api_keys, signing_keys

REMEMBERED_SECONDS = 3.0
"""How long a revoked key may go on to work: commands take effect within 5 s (issue 2)."""
NEW_KEY_SECONDS = 0.5
MOST_REMEMBERED = 10_000
LOOK_UPS_AT_ONCE = 4
LONGEST_USER_ID_CHARACTERS = 255


class Caller(Struct, frozen=True):
    """An authenticated request's account and key."""

    account_id: int
    api_key_id: int
    scope: str
    rsa_key_number: int
    ed25519_key_number: int
    """The numbers of the newest signing keys that are not revoked: new tickets are signed with them."""


class _Account(Struct, frozen=True):
    """What is remembered of an account: a caller for each key that is not revoked, and when the key expires."""

    callers: dict[bytes, tuple[Caller, int | None]]
    asked_at: float


def _patience_seconds(account: _Account, hashed: bytes) -> float:
    """How old a memory may be: less where the key is not in it, which may have been made since."""
    return REMEMBERED_SECONDS if hashed in account.callers else NEW_KEY_SECONDS


class Authentication:
    """Checks credentials. A key is found by its SHA-256, so how much of it was right cannot be timed."""

    def __init__(self, database: Database, note_use: Callable[[int, float], None], *, failures_per_minute: int) -> None:
        """`note_use` hears of each key that was right, and when.

        `failures_per_minute` is for one address, and for one account from all addresses.
        """
        self._database = database
        self._note_use = note_use
        self._remembered: dict[str, _Account | None] = {}
        self._looking_up: dict[str, asyncio.Task[_Account | None]] = {}
        self._look_ups = asyncio.Semaphore(LOOK_UPS_AT_ONCE)
        self._by_address = FailureThrottle(failures_per_minute)
        self._by_account = FailureThrottle(failures_per_minute)

    async def authenticate(self, user_id: str, key: str, address: str = "") -> Caller:
        """Give the caller; raises :class:`UnknownUser`, then :class:`UnknownKey` (contract.md §1).

        Raises :class:`TooManyRequests` in their place where an address or an account failed too often.
        """
        if not user_id:
            raise UnknownUser
        email = user_id.strip().lower()
        hashed = key_sha256(key)
        account = self._remembered.get(email)
        now = time.monotonic()
        if account is None or account.asked_at + _patience_seconds(account, hashed) <= now:
            account = await self._ask(email)
        if account is None:
            raise self._failure(UnknownUser(), email, address)
        found = account.callers.get(hashed)
        if found is None or (found[1] is not None and found[1] <= time.time()):
            raise self._failure(UnknownKey(), email, address)
        self._note_use(found[0].api_key_id, now)
        return found[0]

    def _failure(self, refusal: Refusal, email: str, address: str) -> Refusal:
        now = time.monotonic()
        too_often = self._by_address.fail(address, now)
        if self._by_account.fail(email, now) or too_often:
            refusal = TooManyRequests()
        metrics.authentications.labels(refusal.message).inc()
        return refusal

    async def _ask(self, email: str) -> _Account | None:
        if "\0" in email or len(email) > LONGEST_USER_ID_CHARACTERS:
            return None
        asking = self._looking_up.get(email)
        if asking is None:
            asking = self._looking_up[email] = asyncio.create_task(self._look_up(email))
            asking.add_done_callback(lambda done: self._remember(email, done))
        return await asyncio.shield(asking)

    def _remember(self, email: str, done: "asyncio.Task[_Account | None]") -> None:
        del self._looking_up[email]
        if done.cancelled() or done.exception() is not None:
            return
        account = done.result()
        if account is None:  # an unknown address is not remembered: anybody could fill the memory with them
            self._remembered.pop(email, None)
            return
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[email] = account

    async def _look_up(self, email: str) -> _Account | None:
        async with self._look_ups, self._database.reading() as connection:
            asked_at = time.monotonic()
            account = select(accounts.c.id).where(accounts.c.email == email)
            account_id = (await connection.execute(account)).scalar()
            if account_id is None:
                return None
            newest = (
                select(signing_keys.c.code, func.max(signing_keys.c.number))
                .where(signing_keys.c.account_id == account_id, signing_keys.c.revoked_at.is_(None))
                .group_by(signing_keys.c.code)
            )
            numbers: dict[str, int] = {row[0]: row[1] for row in await connection.execute(newest)}
            keys = select(api_keys).where(api_keys.c.account_id == account_id, api_keys.c.revoked_at.is_(None))
            rows = (await connection.execute(keys)).all()
        callers = {
            bytes(row.key_sha256): (
                Caller(account_id, row.id, row.scope, numbers["rsa"], numbers["ed25519"]),
                row.expires_at,
            )
            for row in rows
        }
        return _Account(callers, asked_at)
