"""What a page says once after something was done: kept by the browser until the next page, signed by us."""

import base64
import binascii
import hmac

from ticketsonic.pages.csrf import Stamp

_SIGNATURE_BYTES = 32
_MOST_CHARACTERS = 500


def write(stamp: Stamp, text: str) -> str:
    """Spell a note as a cookie."""
    raw = text[:_MOST_CHARACTERS].encode()
    return base64.urlsafe_b64encode(stamp.sign(raw) + raw).decode("ascii").rstrip("=")


def read(stamp: Stamp, cookie: str) -> str | None:
    """Read a note from its cookie; None where there is none, or it is not ours."""
    if not cookie:
        return None
    try:
        raw = base64.urlsafe_b64decode(cookie.encode("ascii") + b"==")
    except (binascii.Error, ValueError):
        return None
    signature, text = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    return text.decode() if hmac.compare_digest(signature, stamp.sign(text)) else None
