"""A refusal as bytes, for what never became a request: the same shape as every other (contract.md §1)."""

import secrets

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from ticketsonic.errors import FieldError, InvalidRequest, Refusal


def no_http() -> Refusal:
    """Refuse what cannot be parsed."""
    return InvalidRequest([FieldError("request", "is no HTTP/1.1")])


def spell(refusal: Refusal, more: list[tuple[bytes, bytes]]) -> bytes:
    """Spell a refusal, with more headers; the connection is closed behind it."""
    head = [
        STATUS_LINE[refusal.status],
        b"content-type: application/json\r\ncontent-length: %d\r\n" % len(refusal.body),
        b"x-request-id: %s\r\n" % secrets.token_hex(8).encode(),
        b"cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n",
        *(b"%s: %s\r\n" % header for header in more),
    ]
    if refusal.retry_after_seconds is not None:
        head.append(b"retry-after: %d\r\n" % refusal.retry_after_seconds)
    return b"".join([*head, b"\r\n", refusal.body])
