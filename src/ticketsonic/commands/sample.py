"""The first start of `make run`: an account with a sample event, and two lines of curl that sell and admit."""

import secrets
import time
from collections.abc import Callable

import msgspec

from ticketsonic.accounts.accounts import create_account, list_accounts
from ticketsonic.accounts.audit import COMMAND_LINE, record
from ticketsonic.accounts.links import make_link, path_of
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.database import Database
from ticketsonic.events.badge import FIRST_LOOK, BadgeFields
from ticketsonic.events.events import NewEvent, create_event
from ticketsonic.events.ticket_types import TicketTypeFields, list_ticket_types
from ticketsonic.repeats import Repeatable

EMAIL = "organiser@example.com"
_FILE = "ticketsonic-order.json"
_DAY_SECONDS = 86_400


async def make_sample(database: Database, keyring: Keyring) -> Callable[[str], str] | None:
    """Make the sample where there is no account; returns what to print once the address is known, else None."""
    if await list_accounts(database):
        return None
    account, key = await create_account(database, keyring, EMAIL)
    request = Repeatable(account.account_id, "event/new", secrets.token_hex(16), None)
    await create_event(database, request, _sample_event())
    async with database.reading() as connection:
        types = await list_ticket_types(connection, account.account_id, None)
    async with database.transaction() as connection:
        token = await make_link(connection, "sign_in", account.email, account.account_id)
        await record(connection, account.account_id, "link.made", actor=COMMAND_LINE, details={"for": "sign_in"})
    sign_in = path_of("sign_in", token)
    return lambda address: _greeting(address, account.email, key.secret, types[0].sku, sign_in)


def _sample_event() -> NewEvent:
    return NewEvent(
        request_hash="",
        primary_text_pl="Dinosaurs by night",
        primary_text_sl="Dinosaurios de noche",
        secondary_text_pl="The halls after closing time, with a torch.",
        location="Hall 2",
        start_datetime=int(time.time()) + 30 * _DAY_SECONDS,
        tickets=[
            TicketTypeFields(primary_text_pl="Regular pass", price=25_00, currency="EUR", stock=150),
            TicketTypeFields(primary_text_pl="Children's pass", price=12_50, currency="EUR", stock=100),
        ],
        badge=msgspec.convert(FIRST_LOOK, BadgeFields),
    )


def _greeting(address: str, user_id: str, key: str, sku: str, sign_in: str) -> str:
    order = {
        "request_hash": "REPLACED",
        "order_details": {"primary_text_pl": "Ada Lovelace", "secondary_text_pl": "Analytical Engines"},
        "tickets": [{"sku": sku, "stock": 1}],
    }
    body = msgspec.json.encode(order).decode().replace("REPLACED", "first-sale-'$(date +%s)$RANDOM'")
    head = f"-H 'X-Api-UserID: {user_id}' -H 'X-API-Key: {key}'"
    # Over TLS the name in the certificate is hardly this address; quoted, since zsh takes [::1] for a pattern.
    curl = "curl -sk" if address.startswith("https:") else "curl -s"
    code = f'$(sed \'s/.*"encrypted_data":"\\([^"]*\\)".*/\\1/\' {_FILE})'
    return f"""
A first account with a sample event was made.

  user id  {user_id}
  API key  {key}   (shown this once: keep it safe)

Open the portal, signed in (works once, within an hour; `ticketsonic account link {user_id}` makes another):

{address}{sign_in}

Sell a ticket, then admit it, in another terminal:

{curl} '{address}/v1/order/new' {head} -d '{body}' | tee {_FILE}; echo

{curl} '{address}/v1/ticket/validate' {head} -d "{{\\"ticket_sensitive\\":\\"{code}\\"}}"; echo
"""
