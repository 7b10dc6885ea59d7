"""Links that work once: to confirm an address, set a new password, sign in from the terminal, register by invitation.

The database keeps a token's hash; whoever reads it can use no link. Opening a link changes nothing, as mail scanners
do it: its page asks for a click.
"""

import secrets
import time
from typing import Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts.sessions import token_sha256
from ticketsonic.database import Database
from ticketsonic.schema import one_time_links

Purpose = Literal["confirm", "reset", "sign_in", "invite"]
_HOUR_SECONDS = 3600
LIFETIME_SECONDS: dict[Purpose, int] = {
    "confirm": 24 * _HOUR_SECONDS,
    "reset": _HOUR_SECONDS,
    "sign_in": _HOUR_SECONDS,
    "invite": 7 * 24 * _HOUR_SECONDS,
}
PATHS: dict[Purpose, str] = {
    "confirm": "/account/confirm",
    "reset": "/account/new-password",
    "sign_in": "/account/enter",
    "invite": "/account/invited",
}
_TOKEN_BYTES = 24
_KEPT_SECONDS = 30 * 24 * _HOUR_SECONDS


class Link(Struct, frozen=True):
    """One link that still works."""

    purpose: str
    email: str
    account_id: int | None
    expires_at: int


async def make_link(connection: AsyncConnection, purpose: Purpose, email: str, account_id: int | None = None) -> str:
    """Make a link; returns its token, which goes to that address or terminal and nowhere else."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    now = int(time.time())
    values = {
        "token_sha256": token_sha256(token),
        "purpose": purpose,
        "email": email,
        "account_id": account_id,
        "created_at": now,
        "expires_at": now + LIFETIME_SECONDS[purpose],
    }
    await connection.execute(insert(one_time_links).values(values))
    return token


def path_of(purpose: Purpose, token: str) -> str:
    """Give the address of a link, from the server's root."""
    return f"{PATHS[purpose]}?token={token}"


async def find_link(database: Database, purpose: Purpose, token: str) -> Link | None:
    """Look at a link without using it; None where it was used, has expired, or never was."""
    columns = one_time_links.c
    query = select(columns.purpose, columns.email, columns.account_id, columns.expires_at).where(_works(purpose, token))
    async with database.reading() as connection:
        row = (await connection.execute(query)).one_or_none()
    return None if row is None else Link(*row)


async def use_link(connection: AsyncConnection, purpose: Purpose, token: str) -> Link | None:
    """Use a link, in the transaction of what it allows; of two at once one gets it, the other None."""
    columns = one_time_links.c
    used = (
        update(one_time_links)
        .where(_works(purpose, token))
        .values(used_at=int(time.time()))
        .returning(columns.purpose, columns.email, columns.account_id, columns.expires_at)
    )
    row = (await connection.execute(used)).one_or_none()
    return None if row is None else Link(*row)


async def end_links(connection: AsyncConnection, purpose: Purpose, email: str) -> None:
    """Let no other link for this purpose and address work: the newest alone does."""
    unused = one_time_links.c.used_at.is_(None)
    of_address = (one_time_links.c.purpose == purpose) & (one_time_links.c.email == email)
    await connection.execute(update(one_time_links).where(of_address, unused).values(used_at=int(time.time())))


async def forget_old_links(database: Database) -> None:
    """Forget links that expired a while ago."""
    async with database.transaction() as connection:
        oldest = int(time.time()) - _KEPT_SECONDS
        await connection.execute(delete(one_time_links).where(one_time_links.c.expires_at < oldest))


def _works(purpose: Purpose, token: str) -> ColumnElement[bool]:
    columns = one_time_links.c
    found = (columns.token_sha256 == token_sha256(token)) & (columns.purpose == purpose)
    return found & columns.used_at.is_(None) & (columns.expires_at > int(time.time()))
