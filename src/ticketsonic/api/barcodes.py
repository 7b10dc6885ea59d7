"""Which ticket somebody means: named by its barcode's 16 hex digits, or by what its QR says."""

import re
from collections.abc import Awaitable, Callable, Sequence

from ticketsonic.identifiers import BARCODE_BYTES, barcode_from_bytes
from ticketsonic.tickets.codes.payload import UnreadableCode
from ticketsonic.tickets.codes.reading import VerifyingKey, read_code
from ticketsonic.wire.kinds import Number

_BARCODE = re.compile(r"[0-9A-Fa-f]{16}")

KeysOf = Callable[[int], Awaitable[Sequence[VerifyingKey]]]
"""Gives an account's keys: those in force, or all there ever were, where a ticket of a revoked key is meant as well."""


async def barcode_of(ticket: object, account_id: int, keys_of: KeysOf) -> int | None:
    """Read a ticket's barcode; None where it is neither, or not signed with one of the keys."""
    if not isinstance(ticket, str) or isinstance(ticket, Number):
        return None
    if _BARCODE.fullmatch(ticket):
        return barcode_from_bytes(bytes.fromhex(ticket))
    try:
        payload, _ = read_code(ticket, reversed(await keys_of(account_id)))
    except UnreadableCode:
        return None
    return barcode_from_bytes(payload.barcode) if len(payload.barcode) == BARCODE_BYTES else None
