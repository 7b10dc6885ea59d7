"""What the commands have in common: settings from options and environment, and one way to say what went wrong."""

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from ticketsonic.accounts.accounts import NoSuchAccount
from ticketsonic.accounts.fingerprint import hold_secret_against
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.database import Database, DatabaseAway
from ticketsonic.database.migrating import NewerSchema, migrate
from ticketsonic.logs import set_up_logs
from ticketsonic.sealing import Seal, WrongSecret, load_secret
from ticketsonic.settings import InvalidSetting, Settings, load_settings

log = logging.getLogger("ticketsonic")

DATA_DIR_HELP = "Folder of database and secret. [TICKETSONIC_DATA_DIR, default: data]"
DATABASE_HELP = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME. [TICKETSONIC_DATABASE]"


def database_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --data-dir and --database."""
    for option in (
        click.option("--database", metavar="URL", help=DATABASE_HELP),
        click.option("--data-dir", metavar="FOLDER", help=DATA_DIR_HELP),
    ):
        command = option(command)
    return command


def settings_of(**options: Any) -> Settings:
    """Load the settings; what is wrong with them is told in one line."""
    try:
        settings = load_settings(**options)
    except InvalidSetting as refused:
        raise click.ClickException(str(refused)) from None
    set_up_logs(settings.log_level, settings.log_format)
    return settings


def with_database(
    command: Callable[..., Awaitable[None]],
) -> Callable[..., None]:
    """Turn `async command(database, keyring, …)` into a click callback that opens and migrates the database."""

    @database_options
    @functools.wraps(command)
    def callback(data_dir: str | None, database: str | None, **options: Any) -> None:
        settings = settings_of(data_dir=data_dir, database=database)
        logging.getLogger("ticketsonic").setLevel(logging.WARNING)  # a command prints what it did itself
        told(lambda: asyncio.run(_run(settings, command, options)))

    return callback


async def _run(settings: Settings, command: Callable[..., Awaitable[None]], options: dict[str, Any]) -> None:
    async with prepared(settings) as (database, keyring):
        await command(database, keyring, **options)


@asynccontextmanager
async def prepared(settings: Settings) -> AsyncIterator[tuple[Database, Keyring]]:
    """Open the database, migrated, and held against the secret; it is closed when the block ends.

    Migrates safely beside others doing the same. Raises :class:`WrongSecret` where another secret made the database.
    """
    seal = Seal(load_secret(settings))  # first: it makes the data folder, for its owner only
    database = Database(settings.database_url, bounded=False)  # a migration may take its time
    try:
        if await migrate(database):
            log.info("database migrated")
        await hold_secret_against(database, seal)
        yield database, Keyring(database, seal)
    finally:
        await database.close()


def told(work: Callable[[], None]) -> None:
    """Run, and tell what an operator can do something about in one line instead of a traceback."""
    try:
        work()
    except NoSuchAccount as error:
        raise click.ClickException(f"no account has the address {error}") from None
    except DatabaseAway as error:
        raise click.ClickException(f"the database cannot be reached: {error}") from None
    except DBAPIError as error:  # its driver's words alone: the statement's values are nobody's business
        raise click.ClickException(f"the database objects: {error.orig}") from None
    except (WrongSecret, NewerSchema, InvalidSetting, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
