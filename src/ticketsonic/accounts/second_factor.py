"""The second factor: codes from an authenticator app (RFC 6238), and recovery codes for when it is lost.

The app's secret is sealed with the server's; a code is good once; recovery codes are shown once and kept hashed.
"""

import base64
import hashlib
import secrets
import time

import pyotp
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts.logins import find_login, keep_login
from ticketsonic.schema import logins, recovery_codes
from ticketsonic.sealing import Seal

ISSUER = "TicketSonic"
RECOVERY_CODES = 10
STEP_SECONDS = 30
_STEPS_OFF = 1
_CODE_DIGITS = 6
_RECOVERY_CHARACTERS = 16
_RECOVERY_BYTES = 10


def _name(account_id: int) -> str:
    return f"account {account_id} second factor"


async def begin(connection: AsyncConnection, seal: Seal, account_id: int) -> str:
    """Give the secret of a second factor that is being set up, the same until it is; makes one where there is none."""
    login = await find_login(connection, account_id)
    if login is not None and login.sealed_totp_secret is not None and not login.has_second_factor:
        return seal.open(login.sealed_totp_secret, belongs_to=_name(account_id)).decode("ascii")
    secret = pyotp.random_base32()
    sealed = seal.close(secret.encode("ascii"), belongs_to=_name(account_id))
    await keep_login(connection, account_id, sealed_totp_secret=sealed, totp_confirmed_at=None, totp_last_step=None)
    return secret


def address_of(secret: str, email: str) -> str:
    """Spell a secret as the `otpauth:` address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


async def confirm(connection: AsyncConnection, seal: Seal, account_id: int, code: str) -> list[str] | None:
    """Turn the second factor on where `code` proves that the app has it; gives the recovery codes, this once."""
    if not await _takes_code(connection, seal, account_id, code):
        return None
    await keep_login(connection, account_id, totp_confirmed_at=int(time.time()))
    return await make_recovery_codes(connection, account_id)


async def is_right(connection: AsyncConnection, seal: Seal, account_id: int, code: str) -> str | None:
    """Use up a code; says which kind it was ("app", "recovery"), None where it is wrong or was used before."""
    if await _takes_code(connection, seal, account_id, code):
        return "app"
    return "recovery" if await _takes_recovery_code(connection, account_id, code) else None


def is_guessable(code: str) -> bool:
    """Whether a code is as short as the app's: a recovery code has 80 bits, which nobody guesses."""
    return len(code.replace("-", "").replace(" ", "")) < _RECOVERY_CHARACTERS


async def turn_off(connection: AsyncConnection, account_id: int) -> None:
    """Ask for the password alone from now on."""
    await keep_login(connection, account_id, sealed_totp_secret=None, totp_confirmed_at=None, totp_last_step=None)
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))


async def make_recovery_codes(connection: AsyncConnection, account_id: int) -> list[str]:
    """Make fresh recovery codes, 80 bits each; those before work no more. Shown this once."""
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))
    codes = [
        base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode("ascii").lower() for _ in range(RECOVERY_CODES)
    ]
    rows = [{"account_id": account_id, "code_sha256": _sha256(code)} for code in codes]
    await connection.execute(insert(recovery_codes), rows)
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


async def count_recovery_codes(connection: AsyncConnection, account_id: int) -> int:
    """Count the recovery codes that were not used yet."""
    left = (recovery_codes.c.account_id == account_id) & recovery_codes.c.used_at.is_(None)
    return (await connection.execute(select(func.count()).where(left))).scalar_one()


async def _takes_code(connection: AsyncConnection, seal: Seal, account_id: int, code: str) -> bool:
    digits = code.replace(" ", "")
    login = await find_login(connection, account_id)
    if login is None or login.sealed_totp_secret is None or len(digits) != _CODE_DIGITS or not digits.isdecimal():
        return False
    secret = seal.open(login.sealed_totp_secret, belongs_to=_name(account_id)).decode("ascii")
    step = _step_of(pyotp.TOTP(secret), digits)
    if step is None:
        return False
    # The guard is what makes a code good once, also for two sign-ins at one instant.
    unused = or_(logins.c.totp_last_step.is_(None), logins.c.totp_last_step < step)
    taken = update(logins).where(logins.c.account_id == account_id, unused).values(totp_last_step=step)
    return bool((await connection.execute(taken)).rowcount)


def _step_of(app: pyotp.TOTP, digits: str) -> int | None:
    """Say which half minute a code is of: this one or a neighbour, as clocks differ."""
    now = int(time.time()) // STEP_SECONDS
    steps = range(now - _STEPS_OFF, now + _STEPS_OFF + 1)
    right = [step for step in steps if secrets.compare_digest(app.generate_otp(step), digits)]
    return right[-1] if right else None


async def _takes_recovery_code(connection: AsyncConnection, account_id: int, code: str) -> bool:
    plain = code.replace("-", "").replace(" ", "").lower()
    unused = (recovery_codes.c.code_sha256 == _sha256(plain)) & recovery_codes.c.used_at.is_(None)
    of_account = recovery_codes.c.account_id == account_id
    used = update(recovery_codes).where(of_account, unused).values(used_at=int(time.time()))
    return bool((await connection.execute(used)).rowcount)


def _sha256(code: str) -> bytes:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()
