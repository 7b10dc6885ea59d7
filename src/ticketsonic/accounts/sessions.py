"""Sessions of the portal: who is signed in, in which browser, since when. The database keeps a token's hash alone."""

import hashlib
import secrets
import time
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts.networks import network_of
from ticketsonic.database import Database
from ticketsonic.schema import accounts, logins, sessions

SESSION_DAYS = 14
"""How long a session lives that nobody ends."""
SEEN_SECONDS = 60
"""How exact `seen_at` is: a page view writes nothing more often."""
_TOKEN_BYTES = 32
_ADDRESS_CHARACTERS = 64
_BROWSER_CHARACTERS = 255
_DAY_SECONDS = 86_400
_ADDRESSES_REMEMBERED = 200


class Session(Struct, frozen=True):
    """One session, with whose it is."""

    account_id: int
    session_id: int
    email: str
    language: str | None
    address: str
    browser: str
    created_at: int
    seen_at: int
    expires_at: int


def token_sha256(token: str) -> bytes:
    """Hash a token as it is stored; so random a text needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


async def open_session(connection: AsyncConnection, account_id: int, *, address: str, browser: str) -> str:
    """Open a session; returns its token, which nobody can be told again."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    now = int(time.time())
    values = {
        "account_id": account_id,
        "token_sha256": token_sha256(token),
        "address": address[:_ADDRESS_CHARACTERS],
        "browser": "".join(filter(str.isprintable, browser))[:_BROWSER_CHARACTERS],
        "created_at": now,
        "seen_at": now,
        "expires_at": now + SESSION_DAYS * _DAY_SECONDS,
    }
    await connection.execute(insert(sessions).values(values))
    return token


async def find_session(database: Database, token: str) -> Session | None:
    """Find the session of a token, where it has neither ended nor expired; notes that it was seen."""
    query = _listed().where(sessions.c.token_sha256 == token_sha256(token), _is_open())
    async with database.reading() as connection:
        row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    found = Session(*row)
    now = int(time.time())
    if found.seen_at + SEEN_SECONDS <= now:
        async with database.transaction() as connection:
            seen = update(sessions).where(sessions.c.id == found.session_id, sessions.c.seen_at < now)
            await connection.execute(seen.values(seen_at=now))
    return found


async def is_open(database: Database, session_id: int) -> bool:
    """Whether a session has neither ended nor expired by now: for what stays open longer than a page view."""
    query = select(sessions.c.id).where(sessions.c.id == session_id, _is_open())
    async with database.reading() as connection:
        return (await connection.execute(query)).first() is not None


async def list_sessions(database: Database, account_id: int) -> list[Session]:
    """List an account's open sessions, the last seen first."""
    query = _listed().where(sessions.c.account_id == account_id, _is_open()).order_by(sessions.c.seen_at.desc())
    async with database.reading() as connection:
        return [Session(*row) for row in await connection.execute(query)]


async def was_here(connection: AsyncConnection, account_id: int, network: str) -> bool:
    """Whether somebody signed in to an account from this network before, as far back as sessions are kept."""
    latest = func.max(sessions.c.created_at).desc()
    of_account = select(sessions.c.address).where(sessions.c.account_id == account_id)
    query = of_account.group_by(sessions.c.address).order_by(latest).limit(_ADDRESSES_REMEMBERED)
    return any(network_of(address) == network for address in (await connection.execute(query)).scalars())


async def end_session(connection: AsyncConnection, account_id: int, session_id: int) -> bool:
    """End one session; returns whether there was one to end."""
    mine = (sessions.c.account_id == account_id) & (sessions.c.id == session_id) & sessions.c.ended_at.is_(None)
    done = await connection.execute(update(sessions).where(mine).values(ended_at=int(time.time())))
    return bool(done.rowcount)


async def end_sessions(connection: AsyncConnection, account_id: int, *, but: int | None = None) -> int:
    """End every session of an account, `but` one where given; returns how many there were."""
    open_ones = (sessions.c.account_id == account_id) & sessions.c.ended_at.is_(None)
    if but is not None:
        open_ones &= sessions.c.id != but
    done = await connection.execute(update(sessions).where(open_ones).values(ended_at=int(time.time())))
    return done.rowcount


async def forget_old_sessions(database: Database) -> None:
    """Forget sessions that expired a while ago; the audit keeps who signed in."""
    oldest = int(time.time()) - SESSION_DAYS * _DAY_SECONDS
    async with database.transaction() as connection:
        await connection.execute(delete(sessions).where(sessions.c.expires_at < oldest))


def _listed() -> Select[Any]:
    columns = (sessions.c.address, sessions.c.browser, sessions.c.created_at, sessions.c.seen_at, sessions.c.expires_at)
    return (
        select(sessions.c.account_id, sessions.c.id, accounts.c.email, logins.c.language, *columns)
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .outerjoin(logins, logins.c.account_id == sessions.c.account_id)
    )


def _is_open() -> ColumnElement[bool]:
    return sessions.c.ended_at.is_(None) & (sessions.c.expires_at > int(time.time()))
