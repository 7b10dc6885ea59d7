"""`ticketsonic account`, `key` and `signing-key`. They work beside a running server, which sees it within 5 s."""

import json
from datetime import UTC, datetime

import click
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts.accounts import AccountTaken, create_account, find_account, list_accounts, normal_email
from ticketsonic.accounts.api_keys import SCOPES, create_api_key, list_api_keys, revoke_api_key
from ticketsonic.accounts.audit import COMMAND_LINE, record
from ticketsonic.accounts.links import Purpose, end_links, make_link, path_of
from ticketsonic.accounts.logins import find_login_of
from ticketsonic.accounts.second_factor import turn_off
from ticketsonic.accounts.signing_keys import DEFAULT_RSA_BITS, RSA_BITS, Keyring, LastSigningKey
from ticketsonic.commands.options import settings_of, with_database
from ticketsonic.database import Database

_BITS = click.Choice([str(bits) for bits in RSA_BITS])
_LATEST = 253_402_300_799  # the last second of the year 9999
_NUMBER = click.IntRange(1, 2**31 - 1)
_SYNC = "A shop with the WooCommerce plugin must sync now: it goes on opening tickets with the old key until it does."


def _moment(seconds: int | None) -> str:
    return "-" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


@click.group()
def account() -> None:
    """Make and list accounts: one seller of tickets each."""


def _an_email(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    try:
        return normal_email(text)
    except ValueError as refused:
        raise click.BadParameter(f"{text!r} {refused}") from None


@account.command("create")
@click.argument("email", callback=_an_email)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object and nothing else.")
@click.option(
    "--bits",
    type=_BITS,
    default=str(DEFAULT_RSA_BITS),
    show_default=True,
    help="Size of the RSA signing key.",
)
@with_database
async def create(database: Database, keyring: Keyring, email: str, *, as_json: bool, bits: str) -> None:
    """Make an account. Prints its user id and its API key, this once."""
    try:
        made, key = await create_account(database, keyring, email, rsa_bits=int(bits))
    except AccountTaken:
        raise click.ClickException(f"{email} has an account already") from None
    if as_json:
        print(json.dumps({"api_userid": made.email, "api_key": key.secret}))
    else:
        print(f"api_userid  {made.email}\napi_key     {key.secret}\nThe key is shown this once: keep it safe.")


@account.command("list")
@with_database
async def list_(database: Database, _keyring: Keyring) -> None:
    """List every account, oldest first."""
    for found in await list_accounts(database):
        print(f"{found.email}  {_moment(found.created_at)}")


@account.command("link")
@click.argument("email")
@click.option("--new-password", is_flag=True, help="A link at which a new password is chosen.")
@with_database
async def link(database: Database, _keyring: Keyring, email: str, *, new_password: bool) -> None:
    """Print a link that signs in to the portal, once, within an hour."""
    found = await find_account(database, email)
    purpose: Purpose = "reset" if new_password else "sign_in"
    async with database.transaction() as connection:
        token = await make_link(connection, purpose, found.email, found.account_id)
        await record(connection, found.account_id, "link.made", actor=COMMAND_LINE, details={"for": purpose})
    print(f"{settings_of().own_url}{path_of(purpose, token)}")


@account.command("invite")
@click.argument("email", callback=_an_email)
@with_database
async def invite(database: Database, _keyring: Keyring, email: str) -> None:
    """Print a link at which this address can register, once, within a week: send it there."""
    settings = settings_of()
    if settings.registration_policy == "closed":
        raise click.ClickException("registration is closed: set TICKETSONIC_REGISTRATION to invitation")
    async with database.transaction() as connection:
        if await find_login_of(connection, email) is not None:
            raise click.ClickException(f"{email} has an account already")
        await end_links(connection, "invite", email)
        token = await make_link(connection, "invite", email)
    print(f"{settings.own_url}{path_of('invite', token)}")


@account.command("forget-second-factor")
@click.argument("email")
@with_database
async def forget_second_factor(database: Database, _keyring: Keyring, email: str) -> None:
    """Turn the second factor off, for who lost phone and recovery codes. Be sure that it is they who ask."""
    found = await find_account(database, email)
    async with database.transaction() as connection:
        await turn_off(connection, found.account_id)
        await record(connection, found.account_id, "second_factor.off", actor=COMMAND_LINE)
    print(f"the password of {found.email} alone lets in from now on")


@click.group()
def key() -> None:
    r"""Make, list and revoke API keys.

    \b
    Scopes: read   the lists and shows
            sales  those and order/new
            door   ticket/validate
            full   everything
    """


@key.command("create")
@click.argument("email")
@click.option("--name", required=True, help="What it is for: “web shop”, “gate 3”.")
@click.option("--scope", type=click.Choice(SCOPES), default="full", show_default=True)
@click.option("--expires", metavar="DATE", help="Last day it works: 2027-01-31, or a UTC moment 2027-01-31T18:00.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object and nothing else.")
@with_database
async def create_key(
    database: Database,
    _keyring: Keyring,
    email: str,
    *,
    name: str,
    scope: str,
    expires: str | None,
    as_json: bool,
) -> None:
    """Make an API key. Prints it, this once."""
    expires_at = _expiry(expires) if expires else None
    found = await find_account(database, email)
    async with database.transaction() as connection:
        made = await create_api_key(connection, found.account_id, name=name, scope=scope, expires_at=expires_at)
        act = {"name": name, "scope": scope}
        subject = f"key {made.key_id}"
        await record(connection, found.account_id, "key.made", actor=COMMAND_LINE, subject=subject, details=act)
    if as_json:
        print(json.dumps({"api_userid": found.email, "api_key": made.secret, "key_id": made.key_id}))
    else:
        print(f"api_key  {made.secret}\nkey id   {made.key_id}\nThe key is shown this once: keep it safe.")


def _expiry(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"--expires {text!r} is no date such as 2027-01-31") from None
    if len(text) <= len("2027-01-31"):
        moment = moment.replace(hour=23, minute=59, second=59)
    expires_at = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    if expires_at <= datetime.now(UTC).timestamp():
        raise click.ClickException(f"--expires {text} is in the past")
    if expires_at > _LATEST:
        raise click.ClickException(f"--expires {text} is beyond the year 9999")
    return expires_at


@key.command("list")
@click.argument("email")
@with_database
async def list_keys(database: Database, _keyring: Keyring, email: str) -> None:
    """List an account's API keys: id, scope, name, made, expires, revoked."""
    found = await find_account(database, email)
    for each in await list_api_keys(database, found.account_id):
        dates = f"made {_moment(each.created_at)}, expires {_moment(each.expires_at)}"
        revoked = f", revoked {_moment(each.revoked_at)}" if each.revoked_at else ""
        print(f"{each.key_id}  {each.scope:5}  {each.name}  ({dates}{revoked})")


@key.command("revoke")
@click.argument("email")
@click.argument("key_id", type=_NUMBER)
@with_database
async def revoke_key(database: Database, _keyring: Keyring, email: str, key_id: int) -> None:
    """Revoke an API key for good; its id is in `key list`."""
    found = await find_account(database, email)
    async with database.transaction() as connection:
        if not await revoke_api_key(connection, found.account_id, key_id):
            raise click.ClickException(f"{email} has no key {key_id} that is not revoked already")
        await record(connection, found.account_id, "key.revoked", actor=COMMAND_LINE, subject=f"key {key_id}")
    print(f"key {key_id} is revoked: requests with it are refused within 5 s")


@click.group("signing-key")
def signing_key() -> None:
    """Rotate, list, show and revoke the keys that sign an account's tickets."""


@signing_key.command("rotate")
@click.argument("email")
@click.option("--bits", type=_BITS, help="Size of the new RSA key; that of the present one where left out.")
@click.option("--code", type=click.Choice(["rsa", "ed25519"]), default="rsa", show_default=True)
@with_database
async def rotate(database: Database, keyring: Keyring, email: str, *, bits: str | None, code: str) -> None:
    """Sign new tickets with a fresh key. Tickets already issued stay valid."""
    found = await find_account(database, email)

    async def note(connection: AsyncConnection, number: int) -> None:
        subject = f"signing key {number}"
        await record(connection, found.account_id, "signing_key.rotated", actor=COMMAND_LINE, subject=subject)

    number = await keyring.rotate(found.account_id, code, int(bits) if bits else None, along=note)
    print(f"new {code} tickets are signed with key {number} within 5 s; older tickets stay valid")
    if code == "rsa":
        print(_SYNC)


@signing_key.command("list")
@click.argument("email")
@with_database
async def list_signing_keys(database: Database, keyring: Keyring, email: str) -> None:
    """List an account's signing keys: number, code, size, made, revoked."""
    found = await find_account(database, email)
    for each in await keyring.all_keys(found.account_id):
        revoked = f", revoked {_moment(each.revoked_at)}" if each.revoked_at else ""
        print(f"{each.number}  {each.code}  {each.bits} bits  (made {_moment(each.created_at)}{revoked})")


@signing_key.command("show")
@click.argument("email")
@click.argument("number", type=_NUMBER)
@with_database
async def show_signing_key(database: Database, keyring: Keyring, email: str, number: int) -> None:
    """Print the public half of a signing key as PEM, for a scanner that works without a network."""
    found = await find_account(database, email)
    key = next((each for each in await keyring.all_keys(found.account_id) if each.number == number), None)
    if key is None:
        raise click.ClickException(f"{email} has no signing key {number}")
    print(key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii"), end="")


@signing_key.command("revoke")
@click.argument("email")
@click.argument("number", type=_NUMBER)
@click.confirmation_option(prompt="Every ticket signed with this key will be refused at the door. Revoke it?")
@with_database
async def revoke_signing_key(database: Database, keyring: Keyring, email: str, number: int) -> None:
    """Refuse every ticket of one key from now on: for a key that leaked. Rotate first."""
    found = await find_account(database, email)

    async def note(connection: AsyncConnection) -> None:
        subject = f"signing key {number}"
        await record(connection, found.account_id, "signing_key.revoked", actor=COMMAND_LINE, subject=subject)

    try:
        if not await keyring.revoke(found.account_id, number, along=note):
            raise click.ClickException(f"{email} has no signing key {number} that is not revoked already")
    except LastSigningKey:
        raise click.ClickException(f"key {number} is the last of its code: rotate first, then revoke it") from None
    print(f"signing key {number} is revoked: its tickets are refused within 5 s")
