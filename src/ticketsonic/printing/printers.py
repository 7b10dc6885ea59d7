"""The printers of an event: added, listed with what waits for them, and removed. Issue 5; see docs/printing.md.

A printer is spoken to by IPP (it has a `url`), or it is a print station: a page that a browser keeps open, and whose
link holds a secret that is shown once. One at a gate prints what that gate's API key admits; the others take the rest
(routing.py).
"""

import hashlib
import secrets
import time
from typing import Annotated, Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.accounts.audit import record
from ticketsonic.errors import FieldError, InvalidEventId, InvalidRequest
from ticketsonic.events.ticket_types import owns_event
from ticketsonic.printing.addresses import PrinterUrl
from ticketsonic.printing.routing import IS_OPEN, goes_to
from ticketsonic.schema import api_keys, print_jobs, printers
from ticketsonic.wire.kinds import RefusedField, Title, choice

KINDS = ("ipp", "station")
NEW = "new"
"""The state of a printer that has not said anything of itself yet."""
MOST_OF_ONE_EVENT = 100
_TOKEN_BYTES = 24
_KEY_ID_DIGITS = 18

PrinterKind = Annotated[str, choice(*KINDS)]


class PrinterFields(Struct, kw_only=True):
    """What a printer is made of."""

    name: Title
    kind: PrinterKind
    url: PrinterUrl | None = None
    gate: Title | None = None

    def __post_init__(self) -> None:
        """Hold the kind and the address against one another."""
        if self.kind == "ipp" and self.url is None:
            raise RefusedField("url", URL_MISSING)
        if self.kind == "station" and self.url is not None:
            raise RefusedField("url", URL_OF_STATION)


URL_MISSING = "is required of a printer of kind ipp"
URL_OF_STATION = "must not be given for kind station"
GATE_UNKNOWN = "is neither name nor id of an API key of this account"
GATE_AMBIGUOUS = "is the name of more than one API key: give its id"
TOO_MANY = f"an event has no more than {MOST_OF_ONE_EVENT} printers"


class AddedPrinter(Struct, frozen=True):
    """A printer just made: the only time that a station's `token` is known."""

    printer_id: int
    token: str | None


class Printer(Struct, frozen=True):
    """A printer as it is listed: never a station's token."""

    account_id: int
    printer_id: int
    event_id: int
    name: str
    kind: str
    url: str | None
    api_key_id: int | None
    gate: str | None
    """The name of the API key whose admissions it prints."""
    state: str
    state_at: int | None
    created_at: int
    waiting: int = 0
    """How many jobs wait that it could take; another printer of the event may be the one who does."""
    uncertain: int = 0
    """How many it was given of which nobody can say whether they came out."""


def token_sha256(token: str) -> bytes:
    """Hash a station's token as it is stored: it is so random that it needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


async def add_printer(
    connection: AsyncConnection,
    account_id: int,
    event_id: int | None,
    fields: PrinterFields,
    *,
    actor: str,
    address: str | None = None,
) -> AddedPrinter:
    """Give an event a printer; ring `engine.printing.bell` for the event after the commit.

    Raises :class:`InvalidEventId` where the account has no such event, and :class:`InvalidRequest` for a gate that is
    none or a printer too many.
    """
    if event_id is None or not await owns_event(connection, account_id, event_id):
        raise InvalidEventId
    ours = (printers.c.event_id == event_id) & printers.c.removed_at.is_(None)
    if ((await connection.execute(select(func.count()).where(ours))).scalar() or 0) >= MOST_OF_ONE_EVENT:
        raise InvalidRequest([FieldError("name", TOO_MANY)])
    token = secrets.token_urlsafe(_TOKEN_BYTES) if fields.kind == "station" else None
    values = {
        "account_id": account_id,
        "event_id": event_id,
        "name": fields.name,
        "kind": fields.kind,
        "url": fields.url,
        "token_sha256": token_sha256(token) if token else None,
        "api_key_id": await _gate(connection, account_id, fields.gate) if fields.gate else None,
        "state": NEW,
        "created_at": int(time.time()),
    }
    made = (await connection.execute(insert(printers).values(values).returning(printers.c.id))).scalar_one()
    details = {"printer": made, "name": fields.name, "kind": fields.kind}
    subject = str(event_id)
    await record(
        connection, account_id, "printer.added", actor=actor, address=address, subject=subject, details=details
    )
    return AddedPrinter(made, token)


async def _gate(connection: AsyncConnection, account_id: int, gate: str) -> int:
    """Find the API key that a gate's name or id stands for; a name goes first."""
    ours = (api_keys.c.account_id == account_id) & api_keys.c.revoked_at.is_(None)
    asked = select(api_keys.c.id).where(ours).limit(2)
    found = (await connection.execute(asked.where(api_keys.c.name == gate))).all()
    if not found and gate.isascii() and gate.isdecimal() and len(gate) <= _KEY_ID_DIGITS:
        found = (await connection.execute(asked.where(api_keys.c.id == int(gate)))).all()
    if len(found) != 1:
        raise InvalidRequest([FieldError("gate", GATE_AMBIGUOUS if found else GATE_UNKNOWN)])
    return int(found[0].id)


async def list_printers(connection: AsyncConnection, account_id: int, event_id: int | None = None) -> list[Printer]:
    """List the printers of an account's event, or of all its events, oldest first, with what waits for each."""
    query = _present().where(printers.c.account_id == account_id).order_by(printers.c.id)
    if event_id is not None:
        query = query.where(printers.c.event_id == event_id)
    rows = (await connection.execute(query)).all()
    doubted = select(print_jobs.c.printer_id, func.count()).where(
        print_jobs.c.account_id == account_id, print_jobs.c.state == "uncertain", IS_OPEN
    )
    uncertain = {row[0]: row[1] for row in await connection.execute(doubted.group_by(print_jobs.c.printer_id))}
    listed = []
    for row in rows:
        printer, waiting = Printer(*row), await _count_waiting(connection, row)
        listed.append(replace(printer, waiting=waiting, uncertain=uncertain.get(printer.printer_id, 0)))
    return listed


async def _count_waiting(connection: AsyncConnection, printer: Any) -> int:
    goes = goes_to(printer.account_id, printer.id, printer.event_id, printer.api_key_id)
    return int((await connection.execute(select(func.count()).select_from(print_jobs).where(*goes))).scalar_one())


async def find_printer(connection: AsyncConnection, account_id: int, printer_id: int) -> Printer | None:
    """Give one printer of an account that is not removed, without what waits for it."""
    query = _present().where(printers.c.account_id == account_id, printers.c.id == printer_id)
    found = (await connection.execute(query)).one_or_none()
    return Printer(*found) if found else None


async def find_station(connection: AsyncConnection, token: str) -> Printer | None:
    """Give the print station that a link's token opens, None where it opens none."""
    query = _present().where(printers.c.token_sha256 == token_sha256(token), printers.c.kind == "station")
    found = (await connection.execute(query)).one_or_none()
    return Printer(*found) if found else None


async def remove_printer(
    connection: AsyncConnection, account_id: int, printer_id: int, *, actor: str, address: str | None = None
) -> Printer | None:
    """Remove a printer, and end its link; returns what was removed, None where the account has no such printer.

    What waited for it waits for another one. Ring the bell for its event after the commit.
    """
    found = await find_printer(connection, account_id, printer_id)
    ours = (printers.c.account_id == account_id) & (printers.c.id == printer_id) & printers.c.removed_at.is_(None)
    gone = {"removed_at": int(time.time()), "token_sha256": None}
    done = await connection.execute(update(printers).where(ours).values(gone))
    if found is None or not done.rowcount:
        return None
    subject, details = str(found.event_id), {"printer": printer_id, "name": found.name}
    await record(
        connection, account_id, "printer.removed", actor=actor, address=address, subject=subject, details=details
    )
    return found


async def renew_link(
    connection: AsyncConnection, account_id: int, printer_id: int, *, actor: str, address: str | None = None
) -> str | None:
    """Give a print station a new link, and end the old one; returns its token, None where there is no such station."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    ours = (printers.c.account_id == account_id) & (printers.c.id == printer_id) & printers.c.removed_at.is_(None)
    ours &= printers.c.kind == "station"
    statement = update(printers).where(ours).values(token_sha256=token_sha256(token)).returning(printers.c.event_id)
    event_id = (await connection.execute(statement)).scalar_one_or_none()
    if event_id is None:
        return None
    subject, details = str(event_id), {"printer": printer_id}
    await record(
        connection, account_id, "printer.link_renewed", actor=actor, address=address, subject=subject, details=details
    )
    return token


def station_url(public_url: str, token: str) -> str:
    """Spell a station's link. The secret stands behind the #: no browser sends that, no log and no Referer has it."""
    return f"{public_url}/station#{token}"


def _present() -> Select[Any]:
    return (
        select(
            printers.c.account_id,
            printers.c.id,
            printers.c.event_id,
            printers.c.name,
            printers.c.kind,
            printers.c.url,
            printers.c.api_key_id,
            api_keys.c.name.label("gate"),
            printers.c.state,
            printers.c.state_at,
            printers.c.created_at,
        )
        .outerjoin(api_keys, api_keys.c.id == printers.c.api_key_id)
        .where(printers.c.removed_at.is_(None))
    )
