"""One request, one effect: request hashes and Idempotency-Keys of the writes that are not orders or admissions.

(Those two keep theirs in their own hot statements.) Source: contract.md §1 `request_hash` and §6 "Lost answers".
"""

import hashlib
import time
from collections.abc import Awaitable, Callable

from msgspec import Struct
from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.database import Conflict, Database
from ticketsonic.errors import DuplicatedRequest
from ticketsonic.ledger import IdempotencyKey
from ticketsonic.schema import idempotency_keys, used_hashes

IDEMPOTENCY_DAYS = 35
"""Kept for 30 days at least (contract.md §6)."""
FORGOTTEN_AT_ONCE = 2000
_KEY_CHARACTERS = 255
_TRIES = 3


class Repeatable(Struct, frozen=True):
    """A write as it can be sent again: who, which operation, its hash, its Idempotency-Key if any."""

    account_id: int
    operation: str
    request_hash: str
    idempotency: IdempotencyKey | None
    actor: str = "command line"
    """Who does it, for the audit: "portal", "key 3", "command line"."""
    address: str | None = None
    """Where from."""


def idempotency_key_of(operation: str, header: str, *asked: bytes) -> IdempotencyKey | None:
    """Make the key of a request; `asked` is its body and the headers that change what it asks for.

    None where the header is empty. Raises ValueError where it is too long.
    """
    if not header:
        return None
    if len(header) > _KEY_CHARACTERS or "\0" in header:
        raise ValueError(f"must have no more than {_KEY_CHARACTERS} characters")
    digest = hashlib.sha256()
    for part in asked:
        digest.update(len(part).to_bytes(8, "big") + part)
    return IdempotencyKey(operation, header, digest.digest())


async def once(
    database: Database,
    request: Repeatable,
    effect: Callable[[AsyncConnection, Callable[[], Awaitable[None]]], Awaitable[bytes]],
) -> tuple[bytes, bool]:
    """Let `effect` happen in one transaction, once for its hash and Idempotency-Key.

    `effect` calls its second argument at the place where the hash is checked (after the event's, before the write)
    and returns the answer. Returns the answer, and whether it is that of an earlier request. Raises
    :class:`DuplicatedRequest`, and whatever `effect` raises; then nothing has happened.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            async with database.transaction() as connection:
                earlier = await _recall(connection, request)
                if earlier is not None:
                    return earlier, True
                answer = await effect(connection, lambda: _use_hash(connection, request))
                await _remember(connection, request, answer)
            return answer, False  # noqa: TRY300 - committed by now
        except _Replayed as replayed:
            return replayed.answer, True
        except Conflict:
            # Another request with this hash or key was first, or two drawn ids met: look again.
            if attempt == _TRIES:
                raise
    raise AssertionError("unreachable")


class _Replayed(Exception):
    """The Idempotency-Key was used, with the hash, after this transaction first looked."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self.answer = answer


async def _recall(connection: AsyncConnection, request: Repeatable) -> bytes | None:
    key = request.idempotency
    if key is None:
        return None
    query = select(idempotency_keys.c.body_sha256, idempotency_keys.c.answer).where(
        idempotency_keys.c.account_id == request.account_id,
        idempotency_keys.c.operation == key.operation,
        idempotency_keys.c.idempotency_key == key.key,
    )
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        return None
    if found.body_sha256 != key.body_sha256:
        raise DuplicatedRequest
    return bytes(found.answer)


async def _use_hash(connection: AsyncConnection, request: Repeatable) -> None:
    values = {
        "account_id": request.account_id,
        "operation": request.operation,
        "request_hash": request.request_hash,
    }
    query = select(used_hashes.c.request_hash).filter_by(**values)
    if (await connection.execute(query)).first() is not None:
        # The two are committed together, so whoever sees the hash sees the key: it may be this very request's.
        earlier = await _recall(connection, request)
        raise DuplicatedRequest if earlier is None else _Replayed(earlier)
    await connection.execute(insert(used_hashes).values(values))


async def _remember(connection: AsyncConnection, request: Repeatable, answer: bytes) -> None:
    key = request.idempotency
    if key is None:
        return
    values = {
        "account_id": request.account_id,
        "operation": key.operation,
        "idempotency_key": key.key,
        "body_sha256": key.body_sha256,
        "answer": answer,
        "created_at": int(time.time()),
    }
    await connection.execute(insert(idempotency_keys).values(values))


async def forget_old_keys(database: Database) -> None:
    """Forget Idempotency-Keys that are older than they are promised to be kept.

    A few at a time: one long transaction would keep every sale on SQLite waiting, and time out on PostgreSQL.
    """
    oldest = int(time.time()) - IDEMPOTENCY_DAYS * 86_400
    columns = idempotency_keys.primary_key.columns.values()
    old = select(*columns).where(idempotency_keys.c.created_at < oldest).limit(FORGOTTEN_AT_ONCE)
    forgotten = FORGOTTEN_AT_ONCE
    while forgotten == FORGOTTEN_AT_ONCE:
        async with database.transaction() as connection:
            done = await connection.execute(delete(idempotency_keys).where(tuple_(*columns).in_(old)))
            forgotten = done.rowcount
