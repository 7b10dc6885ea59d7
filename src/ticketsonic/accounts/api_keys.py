"""API keys: 128 random bits, shown once, kept as a SHA-256.

A key so random needs no slow hash: nobody tries 2^128 of them, and every request would pay for it.
"""

import hashlib
import secrets
import time

from msgspec import Struct
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.database import Database
from ticketsonic.schema import api_keys

SCOPES = ("read", "sales", "door", "full")
"""`read`: the lists and shows. `sales`: those and order/new. `door`: ticket/validate. `full`: all (contract.md §1)."""
_NAME_CHARACTERS = 255


class ApiKey(Struct, frozen=True):
    """A key as it is listed: never the key itself."""

    key_id: int
    name: str
    scope: str
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None


class NewApiKey(Struct, frozen=True):
    """A key just made: the only time that `secret` is known."""

    key_id: int
    secret: str


def key_sha256(key: str) -> bytes:
    """Hash a key as it is stored."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


async def create_api_key(
    connection: AsyncConnection, account_id: int, *, name: str, scope: str, expires_at: int | None = None
) -> NewApiKey:
    """Make a key for an account. Raises ValueError for a scope or name that is none."""
    if scope not in SCOPES:
        raise ValueError("scope is one of " + ", ".join(SCOPES))
    if not 0 < len(name) <= _NAME_CHARACTERS or not name.isprintable():
        raise ValueError(f"name has 1 to {_NAME_CHARACTERS} printable characters")
    secret = secrets.token_hex(16)
    values = {
        "account_id": account_id,
        "name": name,
        "scope": scope,
        "key_sha256": key_sha256(secret),
        "created_at": int(time.time()),
        "expires_at": expires_at,
    }
    made = await connection.execute(insert(api_keys).values(values).returning(api_keys.c.id))
    return NewApiKey(made.scalar_one(), secret)


async def list_api_keys(database: Database, account_id: int) -> list[ApiKey]:
    """List an account's keys, oldest first, revoked ones too."""
    query = select(api_keys).where(api_keys.c.account_id == account_id).order_by(api_keys.c.id)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [
        ApiKey(row.id, row.name, row.scope, row.created_at, row.expires_at, row.revoked_at, row.last_used_at)
        for row in rows
    ]


async def revoke_api_key(connection: AsyncConnection, account_id: int, key_id: int) -> bool:
    """Revoke a key in the transaction of what goes with it; returns whether there was one to revoke."""
    ours = (api_keys.c.account_id == account_id) & (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)
    done = await connection.execute(update(api_keys).where(ours).values(revoked_at=int(time.time())))
    return bool(done.rowcount)
