"""What the audit is told of events and ticket types: who made or changed which, and which fields, not their texts."""

from typing import Any

from msgspec import UNSET, Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts.audit import record
from ticketsonic.events.badge import BadgeFields
from ticketsonic.repeats import Repeatable

_QUIET = frozenset({"request_hash"})
_SAID = frozenset({"stock", "stock_change", "price", "currency", "ticket_code", "time_zone"})
"""Fields whose new value is written down, beside those that are only named."""


async def write_down(
    connection: AsyncConnection, request: Repeatable, act: str, subject: str, details: dict[str, Any] | None = None
) -> None:
    """Write down an act in the transaction that does it."""
    await record(
        connection,
        request.account_id,
        act,
        actor=request.actor,
        address=request.address,
        subject=subject,
        details=details,
    )


def given_fields(changes: Struct) -> dict[str, Any]:
    """Name the fields that a change gives, and the new values of those that decide what is sold."""
    given: dict[str, Any] = {}
    for name in changes.__struct_fields__:
        value = getattr(changes, name)
        if value is UNSET or name in _QUIET:
            continue
        if isinstance(value, BadgeFields):
            given["badge"] = sorted(given_fields(value).get("fields", []))
        elif name in _SAID:
            given[name] = value
        else:
            given.setdefault("fields", []).append(name)
    return given
