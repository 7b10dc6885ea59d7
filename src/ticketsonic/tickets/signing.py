"""One ticket's row to its signed code: the same bytes whenever it is asked."""

import functools
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from ticketsonic.accounts.signing_keys import PrivateKey
from ticketsonic.identifiers import barcode_bytes
from ticketsonic.ledger import TicketRow
from ticketsonic.tickets.codes import ed25519, rsa, tlv
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


def content_of(ticket: TicketRow, key: PrivateKey) -> bytes:
    """Spell what is signed of a ticket."""
    payload = payload_of(ticket)
    return tlv.encode_payload(payload) if is_slow(key) else ed25519.encode_payload(payload, ticket.key_number)


def sign_content(content: bytes, key: PrivateKey) -> bytes:
    """Sign what :func:`content_of` gave for this key."""
    if is_slow(key):
        return rsa.sign_content(content, cast("RSAPrivateKey", key))
    return ed25519.sign_content(content, cast("Ed25519PrivateKey", key))


def is_slow(key: PrivateKey) -> bool:
    """Whether a key takes long enough for a signature to be worth a thread's while: RSA does, by twenty times."""
    return code_of(type(key)) == "rsa"


def sign_ticket(ticket: TicketRow, key: PrivateKey) -> bytes:
    """Sign one ticket with the key that its row names."""
    return sign_content(content_of(ticket, key), key)
