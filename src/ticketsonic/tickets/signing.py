"""One ticket's row to its signed code: the same bytes whenever it is asked."""

import functools
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from ticketsonic.accounts.signing_keys import PrivateKey
from ticketsonic.identifiers import barcode_bytes
from ticketsonic.ledger import TicketRow
from ticketsonic.tickets.codes import ed25519, rsa
from ticketsonic.tickets.codes.payload import CodePayload


def payload_of(ticket: TicketRow) -> CodePayload:
    """Say what a ticket's code says."""
    return CodePayload(
        barcode=barcode_bytes(ticket.barcode),
        event_id=ticket.event_id,
        ticket_type_id=ticket.ticket_type_id,
        price_minor=ticket.price_minor,
        valid_from=ticket.valid_from,
        valid_until=ticket.valid_until,
    )


@functools.cache
def code_of(key_type: type[PrivateKey]) -> str:
    """Name the code of a class of keys: asked once a class, since asking an abstract class is slow."""
    return "rsa" if issubclass(key_type, RSAPrivateKey) else "ed25519"


def sign_ticket(ticket: TicketRow, key: PrivateKey) -> bytes:
    """Sign one ticket with the key that its row names."""
    payload = payload_of(ticket)
    if code_of(type(key)) == "rsa":
        return rsa.sign(payload, cast("RSAPrivateKey", key))
    return ed25519.sign(payload, cast("Ed25519PrivateKey", key), ticket.key_number)
