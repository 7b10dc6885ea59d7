"""`ticketsonic printer`. It works beside a running server, which sees it at once, or within a second or two."""

import json
from datetime import UTC, datetime

import click

from ticketsonic.accounts.accounts import find_account
from ticketsonic.accounts.audit import COMMAND_LINE
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.badges.lanes import OWN_FONTS
from ticketsonic.commands.options import with_database
from ticketsonic.database import Database
from ticketsonic.errors import InvalidEventId, InvalidRequest
from ticketsonic.printing.addresses import read_printer_url
from ticketsonic.printing.printers import (
    KINDS,
    Printer,
    PrinterFields,
    add_printer,
    find_printer,
    list_printers,
    remove_printer,
    station_url,
)
from ticketsonic.printing.stations import is_open
from ticketsonic.settings import load_settings
from ticketsonic.wire.kinds import RefusedField, RefusedValue

_NUMBER = click.IntRange(1, 2**63 - 1)


@click.group()
def printer() -> None:
    """Add, list, remove and test an event's printers and print stations."""


@printer.command("add")
@click.argument("email")
@click.argument("event_id", type=_NUMBER)
@click.option("--name", required=True, help="What people call it: “Hall A, left”.")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="ipp: a printer or queue. station: a page.")
@click.option("--url", help="Where an ipp printer is: ipp://printer.local/ipp/print.")
@click.option("--gate", help="Name or id of the API key whose admissions alone it prints.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object and nothing else.")
@with_database
async def add(
    database: Database,
    _keyring: Keyring,
    email: str,
    event_id: int,
    *,
    name: str,
    kind: str,
    url: str | None,
    gate: str | None,
    as_json: bool,
) -> None:
    """Add a printer to an event. Prints a print station's link, this once."""
    found = await find_account(database, email)
    try:
        fields = PrinterFields(name=name, kind=kind, url=read_printer_url(url) if url else None, gate=gate)
        async with database.transaction() as connection:
            made = await add_printer(connection, found.account_id, event_id, fields, actor=COMMAND_LINE)
    except InvalidEventId:
        raise click.ClickException(f"{email} has no event {event_id}") from None
    except RefusedValue as refused:
        raise click.ClickException(f"--url {refused}") from None
    except RefusedField as refused:
        raise click.ClickException(f"--{refused.field} {refused}") from None
    except InvalidRequest as refused:
        raise click.ClickException("; ".join(f"--{error.field} {error.reason}" for error in refused.errors)) from None
    link = station_url(load_settings().own_url, made.token) if made.token else None
    if as_json:
        print(json.dumps({"printer_id": made.printer_id, "station_url": link}))
    elif link:
        print(f"printer id  {made.printer_id}\nlink        {link}\nThe link is shown this once: keep it safe.")
    else:
        print(f"printer id  {made.printer_id}")


@printer.command("list")
@click.argument("email")
@click.argument("event_id", type=_NUMBER, required=False)
@with_database
async def list_(database: Database, _keyring: Keyring, email: str, event_id: int | None) -> None:
    """List printers: id, event, kind, name, state, badges that wait, badges that are uncertain."""
    found = await find_account(database, email)
    async with database.reading() as connection:
        printers = await list_printers(connection, found.account_id, event_id)
    for each in printers:
        where = f"  {each.url}" if each.url else ""
        gate = f"  gate {each.gate}" if each.gate else ""
        counts = f"{each.waiting} waiting, {each.uncertain} uncertain"
        print(
            f"{each.printer_id}  {each.event_id}  {each.kind:7}  {each.name}{where}{gate}  ({_state(each)}; {counts})"
        )


def _state(found: Printer) -> str:
    if found.kind == "station" and found.state_at is not None and not is_open(found):
        return f"closed, last open {_moment(found.state_at)}"
    return found.state if found.state_at is None else f"{found.state}, {_moment(found.state_at)}"


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


@printer.command("remove")
@click.argument("email")
@click.argument("printer_id", type=_NUMBER)
@with_database
async def remove(database: Database, _keyring: Keyring, email: str, printer_id: int) -> None:
    """Remove a printer. What waits for it waits for the event's others; a station's link ends within 15 s."""
    found = await find_account(database, email)
    async with database.transaction() as connection:
        gone = await remove_printer(connection, found.account_id, printer_id, actor=COMMAND_LINE)
    if gone is None:
        raise click.ClickException(f"{email} has no printer {printer_id}")
    print(f"printer {printer_id} ({gone.name}) is removed")


@printer.command("test")
@click.argument("email")
@click.argument("printer_id", type=_NUMBER)
@with_database
async def test(database: Database, _keyring: Keyring, email: str, printer_id: int) -> None:
    """Print a test badge of the event on an ipp printer; of a station say whether its page is open."""
    from ticketsonic.printing.trying import NotPrinted, print_test_badge  # noqa: PLC0415 - typst and its fonts

    found = await find_account(database, email)
    async with database.reading() as connection:
        tried = await find_printer(connection, found.account_id, printer_id)
    if tried is None:
        raise click.ClickException(f"{email} has no printer {printer_id}")
    if tried.kind == "station":
        if not is_open(tried):
            raise click.ClickException(f"no page of {tried.name} is open: {_state(tried)}")
        print(f"a page of {tried.name} is open: its button prints a test badge")
        return
    settings = load_settings(data_dir=click.get_current_context().params["data_dir"])
    try:
        said = await print_test_badge(database, tried, settings.allowed_printers, settings.data_dir / OWN_FONTS)
    except NotPrinted as refused:
        raise click.ClickException(f"{tried.name}: {refused}") from None
    print(f"{tried.name} took a test badge: {said}")
