"""The server's secret, and what is encrypted with it: private keys at rest, and nothing else.

AES-256-GCM under a key derived from the secret with HKDF-SHA256; what a sealed text belongs to is bound to it as
associated data, so that one account's key cannot be put in another's place.
"""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ticketsonic.settings import InvalidSetting, Settings, variable_of

_NONCE_BYTES = 12
_SECRET_CHARACTERS = 32


class WrongSecret(Exception):
    """What was sealed was sealed with another secret, or was changed since."""


class Seal:
    """Seals and opens bytes with the server's secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._cipher = AESGCM(_derive(secret, b"ticketsonic private keys"))
        fingerprint = HMAC(_derive(secret, b"ticketsonic fingerprint"), SHA256())
        fingerprint.update(b"ticketsonic")
        self.fingerprint = fingerprint.finalize().hex()
        """Tells two secrets apart without telling either: a server refuses a database made with another."""

    def key_for(self, purpose: str) -> bytes:
        """Derive a key for a purpose of its own: 32 bytes that tell nothing of the secret or of other keys."""
        return _derive(self._secret, f"ticketsonic {purpose}".encode())

    def close(self, plain: bytes, *, belongs_to: str) -> bytes:
        """Encrypt: a random nonce of 12 bytes, then the ciphertext with its tag."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, belongs_to.encode())

    def open(self, sealed: bytes, *, belongs_to: str) -> bytes:
        """Decrypt; raises :class:`WrongSecret`."""
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, ciphertext, belongs_to.encode())
        except (InvalidTag, ValueError):  # ValueError: cut off within the nonce
            raise WrongSecret("sealed with another secret, or changed since") from None


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def load_secret(settings: Settings) -> str:
    """Give the server's secret: as set, from its file, or from the data folder, where the first start makes it."""
    if settings.secret:
        return settings.secret
    path = settings.secret_file or settings.data_dir / "secret"
    if settings.secret_file is None:
        _make_secret(path)
    secret = path.read_text("utf-8", errors="replace").strip()
    if len(secret) < _SECRET_CHARACTERS:
        raise InvalidSetting(f"{variable_of('secret_file')} ({path}) holds fewer than 32 characters")
    return secret


def _make_secret(path: Path) -> None:
    """Write a fresh secret, mode 0600; where another process was first, or it is there, do nothing.

    It appears under its name only when it is whole: written aside, flushed, then linked.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return
    finally:
        aside.unlink()
