"""What the commands have in common: settings from options and environment, and one way to say what went wrong.

What it imports is on the way of every start to its first answer: the database is imported where it is opened.
"""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import click

from ticketsonic.listening import NotServed
from ticketsonic.logs import set_up_logs
from ticketsonic.settings import InvalidSetting, Settings, load_settings

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
    from ticketsonic.preparing import prepared  # noqa: PLC0415 - see above

    async with prepared(settings) as (database, keyring):
        await command(database, keyring, **options)


def told(work: Callable[[], None]) -> None:
    """Run, and tell what an operator can do something about in one line instead of a traceback."""
    try:
        work()
    except (InvalidSetting, NotServed) as refused:
        raise click.ClickException(str(refused)) from None
    except click.ClickException:
        raise
    except Exception as error:
        from ticketsonic.preparing import words_for  # noqa: PLC0415 - see above

        words = words_for(error)
        if words is None:
            raise
        raise click.ClickException(words) from None
