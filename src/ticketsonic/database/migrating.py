"""Brings a database to this version's schema, safely also when several servers start at once."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from ticketsonic.database import Database

HEAD = "0004"
"""The newest migration; tests/database hold it against the folder and the schema."""


class NewerSchema(Exception):
    """The database was migrated by a newer version of TicketSonic."""


async def migrate(database: Database) -> bool:
    """Apply what is missing, in one transaction; returns whether anything was.

    Alembic is only loaded where there is something to do: a start of the server should not pay for it.
    """
    async with database.reading() as connection:
        if await connection.run_sync(current_revision) == HEAD:
            return False
    async with database.transaction() as connection:
        return await connection.run_sync(lambda sync: _upgrade(sync, database))


def current_revision(connection: Connection) -> str | None:
    """Give the revision that a database is at; None where it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection, database: Database) -> bool:
    database.lock_for_migration(connection)
    found = current_revision(connection)
    if found == HEAD:  # another process was first
        return False
    if found is not None and found > HEAD:
        raise NewerSchema(f"the database is at revision {found}, this version knows {HEAD}: install the newer version")
    from alembic import command  # noqa: PLC0415 - 0.2 s that only a migration should cost
    from alembic.config import Config  # noqa: PLC0415 - likewise

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return True
