"""The `rsa` code: an RSA private-key operation with PKCS#1 v1.5 type 1 padding directly over the payload.

There is no DigestInfo: it is what a client opens with OpenSSL's public decrypt, or verify-recover (contract.md §3).
The text is base64. Deterministic: the same ticket gives the same text.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

from ticketsonic.tickets.codes import tlv
from ticketsonic.tickets.codes.payload import CodePayload, UnreadableCode

PADDING_BYTES = 11
"""What PKCS#1 v1.5 takes of a key's bytes: a 1024-bit key carries 117, the longest payload has 61."""

_PADDING = PKCS1v15()
_NO_DIGEST_INFO = NoDigestInfo()


def sign(payload: CodePayload, key: RSAPrivateKey) -> bytes:
    """Sign a payload; as many bytes as the key has."""
    return sign_content(tlv.encode_payload(payload), key)


def sign_content(content: bytes, key: RSAPrivateKey) -> bytes:
    """Sign a payload that is spelled already."""
    return key.sign(content, _PADDING, _NO_DIGEST_INFO)


def read(code: bytes, key: RSAPublicKey) -> CodePayload:
    """Open a code with a public key; raises :class:`UnreadableCode` where another key or nobody signed it."""
    if len(code) * 8 != key.key_size:
        raise UnreadableCode("not of this key's size")
    try:
        raw = key.recover_data_from_signature(code, _PADDING, None)
    except (InvalidSignature, ValueError):
        raise UnreadableCode("not signed with this key") from None
    return tlv.decode_payload(raw)
