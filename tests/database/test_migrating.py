"""The migrations: the very schema of schema.py, safe beside one another, and never a newer one."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

import ticketsonic.database
from tests.servers import environment_for
from ticketsonic.database import Database
from ticketsonic.database.migrating import HEAD, NewerSchema, current_revision, migrate
from ticketsonic.schema import metadata

T = TypeVar("T")
MIGRATIONS = Path(ticketsonic.database.__file__).parent / "migrations"


def on(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    async def main() -> T:
        database = Database(url, bounded=False)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(main())


async def look(database: Database, work: Callable[[Connection], T]) -> T:
    async with database.reading() as connection:
        return await connection.run_sync(work)


def test_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_the_migrations_make_exactly_the_schema(fresh_database_url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        return compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True}),
            metadata,
        )

    async def work(database: Database) -> None:
        assert await migrate(database)
        assert await look(database, differences) == []
        assert await look(database, current_revision) == HEAD
        assert not await migrate(database)

    on(fresh_database_url, work)


def test_the_migrations_name_every_constraint_and_check_as_the_schema_does(fresh_database_url: str) -> None:
    """What alembic does not compare: CHECKs, primary keys and foreign keys by name, and how each database stores."""

    def named(connection: Connection) -> dict[str, set[Any]]:
        found = inspect(connection)
        return {
            table: {
                found.get_pk_constraint(table)["name"],
                *(tuple(found.get_pk_constraint(table)["constrained_columns"])),
            }
            | {(check["name"], re.sub(r"\W+", " ", check["sqltext"])) for check in found.get_check_constraints(table)}
            | {(key["name"], *key["constrained_columns"]) for key in found.get_foreign_keys(table)}
            | {(key["name"], *key["column_names"]) for key in found.get_unique_constraints(table)}
            for table in metadata.tables
        }

    def stored(connection: Connection) -> set[str]:
        query = "SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'"
        if connection.dialect.name == "postgresql":
            query = "SELECT relname || reloptions::text FROM pg_class WHERE reloptions IS NOT NULL AND relkind = 'r'"
        return set(connection.execute(text(query)).scalars())

    async def work(database: Database) -> None:
        await migrate(database)
        migrated = await look(database, named), await look(database, stored)
        async with database.transaction() as connection:
            await connection.run_sync(metadata.drop_all)
            await connection.run_sync(metadata.create_all)
        assert migrated == (await look(database, named), await look(database, stored))

    on(fresh_database_url, work)


def test_several_processes_migrate_at_once(fresh_database_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ticketsonic", "migrate"]
    processes = [
        subprocess.Popen(
            command,
            env=environment_for(fresh_database_url, tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ended = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert [(error, code) for _, error, code in ended] == [("", 0)] * 3
    assert sorted(output.split()[0] for output, _, _ in ended) == ["migrated"] + ["nothing"] * 2


def test_several_open_databases_migrate_at_once(fresh_database_url: str) -> None:
    async def main() -> list[bool]:
        databases = [Database(fresh_database_url, bounded=False) for _ in range(8)]
        try:
            return await asyncio.gather(*(migrate(database) for database in databases))
        finally:
            for database in databases:
                await database.close()

    assert sorted(asyncio.run(main())) == [False] * 7 + [True]
    assert on(fresh_database_url, lambda database: look(database, current_revision)) == HEAD


def test_a_newer_schema_is_refused_and_left_alone(fresh_database_url: str) -> None:
    async def work(database: Database) -> None:
        await migrate(database)
        async with database.transaction() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(NewerSchema, match="9999"):
            await migrate(database)
        assert await look(database, current_revision) == "9999"

    on(fresh_database_url, work)


def test_closing_a_database_that_was_never_asked_writes_nothing(tmp_path: Path) -> None:
    async def work(database: Database) -> None:
        pass

    on(f"sqlite:///{tmp_path / 'none.db'}", work)
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [0]
