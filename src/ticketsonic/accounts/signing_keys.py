"""The keys that sign an account's tickets: made, sealed at rest, rotated, revoked, and kept ready in memory."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)
from msgspec import Struct
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.database import Database
from ticketsonic.schema import accounts, signing_keys
from ticketsonic.sealing import Seal

RSA_BITS = (1024, 1536, 2048, 3072, 4096)
DEFAULT_RSA_BITS = 2048
ED25519_BITS = 256
PUBLIC_KEYS_SECONDS = 3.0
"""How long a revoked signing key may go on to be accepted."""
MOST_ACCOUNTS = 10_000
MOST_PRIVATE_KEYS = 10_000

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
PublicKey = RSAPublicKey | Ed25519PublicKey
Along = Callable[[AsyncConnection], Awaitable[None]]
AlongNumber = Callable[[AsyncConnection, int], Awaitable[None]]


class SigningKey(Struct, frozen=True):
    """One signing key as it is listed and verified with; the private half stays in the keyring."""

    number: int
    code: str
    bits: int
    created_at: int
    revoked_at: int | None
    public_der: bytes
    public_key: PublicKey


class LastSigningKey(Exception):
    """The only key of its code cannot be revoked: rotate first."""


class Keyring:
    """Every account's signing keys: private ones by number for ever, public ones for a few seconds."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._private: dict[tuple[int, int], PrivateKey] = {}
        self._opening: dict[tuple[int, int], asyncio.Task[PrivateKey]] = {}
        self._public: dict[int, tuple[list[SigningKey], float]] = {}

    async def generate_first_keys(self, rsa_bits: int = DEFAULT_RSA_BITS) -> list[PrivateKey]:
        """Make an account's first keys, one a code, without holding up the event loop."""
        return [await self._generate_rsa(rsa_bits), Ed25519PrivateKey.generate()]

    async def _generate_rsa(self, bits: int) -> RSAPrivateKey:
        if bits not in RSA_BITS:
            raise ValueError("an RSA key has " + ", ".join(map(str, RSA_BITS)) + " bits")
        return await asyncio.to_thread(generate_private_key, 65537, bits)

    async def store(self, connection: AsyncConnection, account_id: int, keys: Sequence[PrivateKey]) -> int:
        """Seal and store fresh keys under the account's next numbers; returns the last number."""
        query = select(func.max(signing_keys.c.number)).where(signing_keys.c.account_id == account_id)
        number = (await connection.execute(query)).scalar() or 0
        for key in keys:
            number += 1
            is_rsa = isinstance(key, RSAPrivateKey)
            private_der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            values = {
                "account_id": account_id,
                "number": number,
                "code": "rsa" if is_rsa else "ed25519",
                "bits": key.key_size if isinstance(key, RSAPrivateKey) else ED25519_BITS,
                "public_der": key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
                "sealed_private_der": self._seal.close(private_der, belongs_to=_name(account_id, number)),
                "created_at": int(time.time()),
            }
            await connection.execute(insert(signing_keys).values(values))
        return number

    async def rotate(
        self, account_id: int, code: str = "rsa", bits: int | None = None, *, along: AlongNumber | None = None
    ) -> int:
        """Give an account a fresh key, of the same size where `bits` is None; returns its number.

        Tickets of older keys stay valid. `along` happens in the same transaction. Raises ValueError
        for a size that is none.
        """
        if code == "rsa":
            current = next(key for key in reversed(await self.public_keys(account_id)) if key.code == "rsa")
            fresh: PrivateKey = await self._generate_rsa(bits or current.bits)
        elif code == "ed25519" and bits is None:
            fresh = Ed25519PrivateKey.generate()
        else:
            raise ValueError("code is rsa or ed25519, and only rsa has sizes")
        async with self._database.transaction() as connection:
            await _lock_account(connection, account_id)
            number = await self.store(connection, account_id, [fresh])
            if along is not None:
                await along(connection, number)
        self._public.pop(account_id, None)
        return number

    async def revoke(self, account_id: int, number: int, *, along: Along | None = None) -> bool:
        """Refuse every ticket of one key from now on; returns whether there was one to revoke.

        `along` happens in the same transaction. Raises :class:`LastSigningKey`
        where no other key of its code is left to sign with.
        """
        async with self._database.transaction() as connection:
            await _lock_account(connection, account_id)
            ours = signing_keys.c.account_id == account_id
            query = select(signing_keys.c.number, signing_keys.c.code).where(ours, signing_keys.c.revoked_at.is_(None))
            codes = {row.number: row.code for row in await connection.execute(query)}
            if number not in codes:
                return False
            if list(codes.values()).count(codes[number]) == 1:
                raise LastSigningKey
            revoked = update(signing_keys).where(ours, signing_keys.c.number == number)
            await connection.execute(revoked.values(revoked_at=int(time.time())))
            if along is not None:
                await along(connection)
        self._public.pop(account_id, None)
        return True

    def open_key(self, account_id: int, number: int) -> PrivateKey | None:
        """Give a private key where it is open already."""
        return self._private.get((account_id, number))

    async def private_key(self, account_id: int, number: int) -> PrivateKey:
        """Give one private key, opened once and then kept: loading costs more than signing."""
        key = self.open_key(account_id, number)
        if key is not None:
            return key
        name = (account_id, number)
        # A batch of orders after a start asks for one key at once: opened by each, they would use up every connection.
        opening = self._opening.get(name)
        if opening is None:
            opening = self._opening[name] = asyncio.create_task(self._open(account_id, number))
            opening.add_done_callback(lambda _: self._opening.pop(name, None))
        return await asyncio.shield(opening)

    async def _open(self, account_id: int, number: int) -> PrivateKey:
        query = select(signing_keys.c.sealed_private_der).where(
            signing_keys.c.account_id == account_id, signing_keys.c.number == number
        )
        async with self._database.reading() as connection:
            sealed = (await connection.execute(query)).scalar_one()
        der = self._seal.open(sealed, belongs_to=_name(account_id, number))
        # Sealed by us and authenticated: the 42 ms check of an RSA key would hold up every request.
        key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
            raise TypeError("a signing key of an unknown kind")
        if len(self._private) >= MOST_PRIVATE_KEYS:
            self._private.clear()
        self._private[account_id, number] = key
        return key

    async def public_keys(self, account_id: int) -> list[SigningKey]:
        """List an account's keys that are not revoked, oldest first."""
        remembered = self._public.get(account_id)
        if remembered and remembered[1] > time.monotonic():
            return remembered[0]
        return await self.public_keys_now(account_id)

    async def public_keys_now(self, account_id: int) -> list[SigningKey]:
        """List them as they are at this moment, and remember that."""
        now = time.monotonic()
        keys = [key for key in await self.all_keys(account_id) if key.revoked_at is None]
        if len(self._public) >= MOST_ACCOUNTS:
            self._public.clear()
        self._public[account_id] = (keys, now + PUBLIC_KEYS_SECONDS)
        return keys

    async def all_keys(self, account_id: int) -> list[SigningKey]:
        """List an account's keys, oldest first, revoked ones too."""
        query = select(signing_keys).where(signing_keys.c.account_id == account_id).order_by(signing_keys.c.number)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        keys = []
        for row in rows:
            public_key = load_der_public_key(row.public_der)
            if isinstance(public_key, RSAPublicKey | Ed25519PublicKey):
                keys.append(
                    SigningKey(
                        row.number,
                        row.code,
                        row.bits,
                        row.created_at,
                        row.revoked_at,
                        row.public_der,
                        public_key,
                    )
                )
        return keys

    async def published_key(self, account_id: int) -> SigningKey:
        """Give the RSA key that new tickets are signed with: what `user_public_key` shows (contract.md §2)."""
        keys = await self.public_keys(account_id)
        return next(key for key in reversed(keys) if key.code == "rsa")


async def _lock_account(connection: AsyncConnection, account_id: int) -> None:
    """Let one rotation or revocation of an account happen at a time."""
    await connection.execute(select(accounts.c.id).where(accounts.c.id == account_id).with_for_update())


def _name(account_id: int, number: int) -> str:
    return f"account {account_id} signing key {number}"
