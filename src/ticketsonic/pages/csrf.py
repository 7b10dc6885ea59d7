"""Forms that only our own pages can send: a token bound to the session, and where the request says it comes from.

The token is masked afresh each time, so that packing a page tells nothing of it. OWASP's signed double submit, with
the session's own token (or, before there is one, a random cookie) as what it is bound to.
"""

import base64
import binascii
import hmac
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers

FIELD = "csrf"
_MASK_BYTES = 16


class Stamp:
    """Makes and checks tokens with a key of the server's."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, bound_to: str) -> str:
        """Make a token for whoever holds `bound_to`."""
        mask = secrets.token_bytes(_MASK_BYTES)
        return base64.urlsafe_b64encode(mask + self._proof(mask, bound_to)).decode("ascii")

    def is_genuine(self, token: str, bound_to: str) -> bool:
        """Whether a token was made for whoever holds `bound_to`; takes as long whatever is wrong with it."""
        try:
            raw = base64.urlsafe_b64decode(token.encode("ascii"))
        except (binascii.Error, ValueError):
            return False
        mask, proof = raw[:_MASK_BYTES], raw[_MASK_BYTES:]
        return hmac.compare_digest(proof, self._proof(mask, bound_to))

    def sign(self, purpose: str, text: bytes) -> bytes:
        """Sign what a browser keeps for us, for one purpose alone."""
        return hmac.digest(self._key, b"kept" + purpose.encode() + b"\0" + text, "sha256")

    def _proof(self, mask: bytes, bound_to: str) -> bytes:
        return hmac.digest(self._key, b"form" + mask + bound_to.encode("utf-8", "surrogatepass"), "sha256")


def comes_from_here(headers: Headers, public_url: str | None) -> bool:
    """Whether a request says that a page of ours sent it. A client that says nothing is judged by its token alone."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    if public_url is not None and origin == _origin_of(public_url):
        return True
    return urlsplit(origin).netloc == headers.get("host") and origin != "null"


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
