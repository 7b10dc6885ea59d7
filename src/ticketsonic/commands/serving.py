"""`ticketsonic serve` and `migrate`."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import click

from ticketsonic.commands.options import database_options, settings_of, told
from ticketsonic.settings import Settings


@click.command()
@click.option("--host", help="Address to listen at. [TICKETSONIC_HOST, default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen at. [TICKETSONIC_PORT, default: 9507]")
@click.option("--workers", type=int, help="Processes; more than 1 needs PostgreSQL. [TICKETSONIC_WORKERS, default: 1]")
@click.option("--tls-certificate", metavar="FILE", help="Certificate chain, PEM. [TICKETSONIC_TLS_CERTIFICATE]")
@click.option("--tls-key", metavar="FILE", help="Its private key, PEM. [TICKETSONIC_TLS_KEY]")
@click.option(
    "--sample",
    is_flag=True,
    help="Where there is no account yet, make one with a sample event and show how to use it.",
)
@database_options
def serve(*, sample: bool, **options: Any) -> None:
    """Serve the API until stopped.

    Migrates the database at its start. Every setting can also come from the environment, as TICKETSONIC_…:
    docs/configuration.md lists them all.
    """
    settings = settings_of(**options)

    def work() -> None:
        from ticketsonic import listening, server  # noqa: PLC0415 - the other commands need no web server

        sockets = listening.bind(settings)  # before anything is made: a key shown by nobody would be lost
        is_prepared_here = sample or settings.workers == 1  # several workers do it themselves, as they load
        greeting = None
        if settings.workers == 1:
            gc.disable()  # nothing of what is loaded goes away again; the application turns it on
        if is_prepared_here:
            greeting = asyncio.run(_prepare(settings, sample=sample))

        def announce(address: str) -> None:
            click.echo(f"TicketSonic serves on {address}")
            if greeting:
                click.echo(greeting(address))

        server.serve(settings, sockets, announce, is_prepared=is_prepared_here)

    told(work)


async def _prepare(settings: Settings, *, sample: bool) -> Callable[[str], str] | None:
    from ticketsonic.preparing import prepared  # noqa: PLC0415 - the parent of workers opens no database

    async with prepared(settings) as (database, keyring):
        if not sample:
            return None
        from ticketsonic.commands.sample import make_sample  # noqa: PLC0415 - only the first start needs it

        return await make_sample(database, keyring)


@click.command()
@database_options
def migrate(**options: Any) -> None:
    """Bring the database to this version's schema. `serve` does it too; this is for doing it apart."""
    settings = settings_of(**options)
    told(lambda: click.echo("migrated" if asyncio.run(_migrate(settings)) else "nothing to do"))


async def _migrate(settings: Settings) -> bool:
    from ticketsonic.database import Database  # noqa: PLC0415 - the parent of workers opens no database
    from ticketsonic.database.migrating import migrate as migrate_database  # noqa: PLC0415 - likewise

    database = Database(settings.database_url, bounded=False)
    try:
        return await migrate_database(database)
    finally:
        await database.close()
