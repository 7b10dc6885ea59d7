"""What a ticket code says, in both codes."""

from msgspec import Struct


class UnreadableCode(ValueError):
    """A text or its bytes are no code of this kind, or not signed by this key."""


class CodePayload(Struct, frozen=True):
    """The signed content of a ticket code. Times in unix seconds, money in minor units."""

    barcode: bytes
    event_id: int
    ticket_type_id: int
    price_minor: int | None
    """None in `ed25519`, which carries no price."""
    valid_from: int | None
    valid_until: int | None
