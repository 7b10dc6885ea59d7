"""Fixed keys of every size, and the real `openssl` command line."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ticketsonic.tickets.codes.payload import CodePayload

KEYS = Path(__file__).parent / "keys"
SIZES_BITS = (1024, 1536, 2048, 3072, 4096)

Openssl = Callable[..., bytes]


@pytest.fixture(scope="session")
def rsa_keys() -> dict[int, RSAPrivateKey]:
    """Private keys for tests, by their bits: published, and used for nothing else."""
    keys = {bits: _load(f"rsa-{bits}.pem") for bits in SIZES_BITS}
    return {bits: key for bits, key in keys.items() if isinstance(key, RSAPrivateKey)}


@pytest.fixture(scope="session")
def ed25519_key() -> Ed25519PrivateKey:
    key = _load("ed25519.pem")
    assert isinstance(key, Ed25519PrivateKey)
    return key


def _load(name: str) -> object:
    return load_pem_private_key((KEYS / name).read_bytes(), None, unsafe_skip_rsa_key_validation=True)


@pytest.fixture
def payload() -> CodePayload:
    """A ticket with every field set."""
    return CodePayload(
        barcode=bytes.fromhex("8f3a5c0011e27d94"),
        event_id=214_479_912,
        ticket_type_id=815_465_271,
        price_minor=25_050,
        valid_from=1_798_754_400,
        valid_until=1_798_840_799,
    )


@pytest.fixture
def openssl(tmp_path: Path) -> Openssl:
    """Run `openssl …` in a folder of the test's own; files are given as {name: bytes}. Returns what it printed."""
    program = shutil.which("openssl")
    version = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True) if program else None
    if version is None or not version.stdout.startswith("OpenSSL 3"):
        pytest.skip("OpenSSL 3 is not the `openssl` of this machine (macOS has LibreSSL, which knows no -rawin)")

    def run(*arguments: str, files: dict[str, bytes] | None = None) -> bytes:
        for name, content in (files or {}).items():
            (tmp_path / name).write_bytes(content)
        done = subprocess.run(["openssl", *arguments], cwd=tmp_path, capture_output=True, timeout=20, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
