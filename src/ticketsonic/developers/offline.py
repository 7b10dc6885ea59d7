"""Programs that verify a ticket code without the server: as shown on the page, and as tests run them. Pure."""

from dataclasses import dataclass

_OPENSSL = """\
cat > public.pem <<'PEM'
-----BEGIN PUBLIC KEY-----
{public_key}
-----END PUBLIC KEY-----
PEM
echo '{code}' | openssl base64 -d -A > ticket.code
openssl pkeyutl -verifyrecover -pubin -inkey public.pem -in ticket.code | od -An -v -tx1
"""
_PYTHON = '''\
import base64

PUBLIC_KEY = """
{public_key}
"""
CODE = "{code}"


def integer(der, position):
    """Read an ASN.1 length and the number behind it; returns the number and where it ends."""
    length = der[position + 1]
    start = position + 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[position + 2 : start], "big")
    return int.from_bytes(der[start : start + length], "big"), start + length


def open_code(code, public_key):
    """Open a code with the public key alone. Raises ValueError where the key's owner did not make it."""
    der = base64.b64decode(public_key)
    sequence = der.index(b"\\0\\x30") + 1  # the two numbers stand in a sequence in a bit string
    modulus, end = integer(der, sequence + 2 + (der[sequence + 1] & 0x7F))
    exponent, _ = integer(der, end)
    signature = base64.b64decode(code)
    opened = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(len(signature), "big")
    padding, _, payload = opened[2:].partition(b"\\0")
    if opened[:2] != b"\\0\\1" or len(padding) < 8 or padding.strip(b"\\xff"):
        raise ValueError("not signed with this key")
    return payload


def read_payload(payload):
    """Read label, length, value; the sum of all bytes before the last label must be right."""
    fields, position = {{}}, 0
    while position < len(payload):
        label, length = chr(payload[position]), payload[position + 1]
        value = payload[position + 2 : position + 2 + length]
        if label == "C" and int.from_bytes(value, "little") != sum(payload[:position]) % 65536:
            raise ValueError("the checksum is wrong")
        fields[label] = value.hex() if label == "H" else int.from_bytes(value, "little")
        position += 2 + length
    return fields


ticket = read_payload(open_code(CODE, PUBLIC_KEY))
print("barcode", ticket["H"], "event", ticket["E"], "price", ticket["$"] / 100)
'''


@dataclass(frozen=True, slots=True)
class OfflineSample:
    """One way to verify a code."""

    name: str
    title: str
    lexer: str
    file: str
    command: str
    text: str


def offline_samples(public_key: str, code: str) -> tuple[OfflineSample, ...]:
    """Write the programs around a public key, as event/list gives it, and a code."""
    values = {"public_key": public_key, "code": code}
    return (
        OfflineSample("openssl", "OpenSSL", "bash", "verify.sh", "sh verify.sh", _OPENSSL.format(**values)),
        OfflineSample("python", "Python", "python", "verify.py", "python3 verify.py", _PYTHON.format(**values)),
    )
