"""event/new, event/edit, event/list and health."""

import base64
from typing import Literal

import msgspec
from msgspec import Struct

from ticketsonic.accounts.authentication import Caller
from ticketsonic.api.calling import Call
from ticketsonic.api.engine import Engine
from ticketsonic.events.events import (
    EventChanges,
    ListedEvent,
    NewEvent,
    create_event,
    edit_event,
    list_events,
)
from ticketsonic.identifiers import event_id_of
from ticketsonic.repeats import Repeatable
from ticketsonic.wire.reading import reader

KEY_COLUMNS = 64


class Done(Struct, frozen=True):
    """The answer of what needs no more than that."""

    status: Literal["success"]


class EventMade(Struct, frozen=True):
    """The answer of event/new."""

    status: Literal["success"]
    event_id: int


class EventList(Struct, frozen=True):
    """The answer of event/list."""

    status: Literal["success"]
    user_public_key: str
    events: list[ListedEvent]


_read_new = reader(NewEvent)
_read_changes = reader(EventChanges)


def repeatable(call: Call, caller: Caller, request_hash: str) -> Repeatable:
    """Make of a request what tells it from another one."""
    client = call.scope.get("client")
    return Repeatable(
        account_id=caller.account_id,
        operation=call.route.operation,
        request_hash=request_hash,
        idempotency=call.idempotency(),
        actor=f"key {caller.api_key_id}",
        address=client[0] if client else None,
    )


async def event_new(call: Call) -> bytes:
    """Make an event with its ticket types."""
    caller = await call.authenticate()
    body = _read_new(call.body)
    request = repeatable(call, caller, body.request_hash)
    answer, call.replayed = await create_event(call.engine.database, request, body)
    return answer


async def event_edit(call: Call) -> bytes:
    """Change an event."""
    caller = await call.authenticate()
    body = _read_changes(call.body)
    event_id = event_id_of(call.header(b"x-api-eventid"))
    request = repeatable(call, caller, body.request_hash)
    answer, call.replayed = await edit_event(call.engine.database, request, event_id, body)
    return answer


async def event_list(call: Call) -> bytes:
    """List the account's events, newest last."""
    caller = await call.authenticate()
    public_key = await listed_public_key(call.engine, caller.account_id)
    async with call.engine.database.reading() as connection:
        events = await list_events(connection, caller.account_id, public_url_of(call))
    return msgspec.json.encode(EventList("success", public_key, events))


async def listed_public_key(engine: Engine, account_id: int) -> str:
    """Spell `user_public_key`: DER in base64 without PEM header and footer, 64 columns (contract.md §2)."""
    key = await engine.keyring.published_key(account_id)
    text = base64.b64encode(key.public_der).decode("ascii")
    return "\n".join(text[start : start + KEY_COLUMNS] for start in range(0, len(text), KEY_COLUMNS))


def public_url_of(call: Call) -> str:
    """Give the address clients reach this server at: as set, else as this client did."""
    if call.engine.settings.public_url:
        return call.engine.settings.public_url
    host = call.header(b"host") or f"{call.engine.settings.host}:{call.engine.settings.port}"
    return f"{call.scope['scheme']}://{host}"


async def health(call: Call) -> bytes:
    """Say whether server and database answer; with credentials, whether they are right."""
    if call.header(b"x-api-userid") or call.header(b"x-api-key"):
        await call.authenticate()
    async with call.engine.database.reading() as connection:
        await connection.exec_driver_sql("SELECT 1")
    return msgspec.json.encode(Done("success"))
