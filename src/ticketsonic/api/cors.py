"""CORS for the pages' XHR samples, which call from another origin with credentials (contract.md §1).

The caller's origin is echoed, never `*`. `/v1` never reads a cookie, so this opens nothing.
"""

from collections.abc import Mapping

_ALLOWED = (
    b"X-Api-UserID, X-API-Key, X-API-EventID, X-API-SKU, X-API-Ticket, Content-Type, X-API-RequestHash, Idempotency-Key"
)
_EXPOSED = (
    b"X-Request-ID, Retry-After, Idempotent-Replayed, X-Badge-Missing-Glyphs, X-Badge-Background, X-Badges, "
    b"X-Badge-Parts"
)


def cors_headers(headers: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """Give what lets a page of another origin read an answer; nothing where none asked."""
    origin = headers.get(b"origin")
    if not origin or origin == b"*":
        return []
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", _EXPOSED),
        (b"vary", b"Origin"),
    ]


def preflight_headers(headers: Mapping[bytes, bytes], method: str) -> list[tuple[bytes, bytes]]:
    """Give what a preflight adds; :func:`cors_headers` come on top."""
    allowed = b"GET, HEAD, OPTIONS" if method == "GET" else f"{method}, OPTIONS".encode()
    if b"access-control-request-method" not in headers:
        return [(b"allow", allowed)]
    return [
        (b"allow", allowed),
        (b"access-control-allow-methods", allowed),
        (b"access-control-allow-headers", _ALLOWED),
        (b"access-control-max-age", b"600"),
    ]
