"""Asking the domain itself, on the database of a running server."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tests.servers import RunningServer, Tenant
from ticketsonic.accounts.accounts import find_account
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.database import Database
from ticketsonic.sealing import Seal, load_secret
from ticketsonic.settings import load_settings

T = TypeVar("T")


def ask(server: RunningServer, tenant: Tenant, work: Callable[[Database, Keyring, int], Awaitable[T]]) -> T:
    """Do some work for a tenant's account."""

    async def run() -> T:
        settings = load_settings(server.environment)
        database = Database(settings.database_url)
        try:
            account = await find_account(database, tenant.user_id)
            return await work(database, Keyring(database, Seal(load_secret(settings))), account.account_id)
        finally:
            await database.close()

    return asyncio.run(run())
