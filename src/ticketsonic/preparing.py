"""What comes before anything is served or done: a database at this version's schema, made with this secret."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError

from ticketsonic.accounts.accounts import NoSuchAccount
from ticketsonic.accounts.fingerprint import hold_secret_against
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.database import Database, DatabaseAway
from ticketsonic.database.migrating import NewerSchema, migrate
from ticketsonic.sealing import Seal, WrongSecret, load_secret
from ticketsonic.settings import InvalidSetting, Settings

log = logging.getLogger("ticketsonic")


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


async def prepare(settings: Settings) -> None:
    """Migrate the database and hold it against the secret, and no more."""
    async with prepared(settings):
        pass


def words_for(error: Exception) -> str | None:
    """Say in one line what an operator can do something about; None for a fault of ours."""
    match error:
        case NoSuchAccount():
            return f"no account has the address {error}"
        case DatabaseAway():
            return f"the database cannot be reached: {error}"
        case DBAPIError():  # its driver's words alone: the statement's values are nobody's business
            return f"the database objects: {error.orig}"
        case WrongSecret() | NewerSchema() | InvalidSetting() | ValueError() | OSError():
            return str(error)
    return None
