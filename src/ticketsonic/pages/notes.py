"""What a browser keeps for us for a moment, signed: a note for the next page, how far a sign-in has come."""

import base64
import binascii
import hmac

from ticketsonic.pages.csrf import Stamp

_SIGNATURE_BYTES = 32
_MOST_CHARACTERS = 500


def write(stamp: Stamp, purpose: str, text: str) -> str:
    """Spell a text as a cookie or a field holds it."""
    raw = text[:_MOST_CHARACTERS].encode()
    return base64.urlsafe_b64encode(stamp.sign(purpose, raw) + raw).decode("ascii").rstrip("=")


def read(stamp: Stamp, purpose: str, kept: str) -> str | None:
    """Read it back; None where there is none, or it is not ours, or was written for another purpose."""
    if not kept:
        return None
    try:
        raw = base64.urlsafe_b64decode(kept.encode("ascii") + b"==")
    except (binascii.Error, ValueError):
        return None
    signature, text = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    return text.decode() if hmac.compare_digest(signature, stamp.sign(purpose, text)) else None
