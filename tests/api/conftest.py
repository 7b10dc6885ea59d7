"""Alice and Bob live as long as the server here: a test tells its own events apart, and a key pair costs 0.1 s."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.api.answers import KeyMaker
from tests.servers import RunningServer, Tenant
from ticketsonic.accounts.accounts import find_account
from ticketsonic.accounts.api_keys import create_api_key, revoke_api_key
from ticketsonic.database import Database
from ticketsonic.settings import load_settings


@pytest.fixture(scope="session")
def alice(server: RunningServer) -> Iterator[Tenant]:
    with server.new_tenant("alice") as tenant:
        yield tenant


@pytest.fixture(scope="session")
def bob(server: RunningServer) -> Iterator[Tenant]:
    with server.new_tenant("bob") as tenant:
        yield tenant


@pytest.fixture
def newcomer(server: RunningServer) -> Iterator[Tenant]:
    """A tenant who has nothing yet, for what only an empty account shows."""
    with server.new_tenant("newcomer") as tenant:
        yield tenant


@pytest.fixture
def event(alice: Tenant) -> tuple[int, str]:
    """An event of Alice's with one ticket type: its id and SKU. It is the test's own, to edit as it likes."""
    event_id, (sku,) = alice.event({"stock": 1_000_000})
    return event_id, sku


@pytest.fixture(scope="session")
def sku(alice: Tenant) -> str:
    """A ticket type of Alice's that nobody edits, with more stock than all tests buy."""
    _, (found,) = alice.event({"stock": 1_000_000, "price": "20.50", "primary_text_pl": "Day pass"})
    return found


@pytest.fixture
def key_for(server: RunningServer) -> Iterator[KeyMaker]:
    """Make another API key of a tenant's, by the function behind `ticketsonic key create`."""
    made: list[Tenant] = []

    def make(tenant: Tenant, scope: str, expires_at: int | None = None, *, revoked: bool = False) -> Tenant:
        secret = asyncio.run(_make_key(server, tenant.user_id, scope, expires_at, revoked=revoked))
        made.append(Tenant(tenant.url, tenant.user_id, secret))
        return made[-1]

    yield make
    for tenant in made:
        tenant.client.close()


async def _make_key(server: RunningServer, user_id: str, scope: str, expires_at: int | None, *, revoked: bool) -> str:
    database = Database(load_settings(server.environment).database_url)
    try:
        account = await find_account(database, user_id)
        async with database.transaction() as connection:
            key = await create_api_key(connection, account.account_id, name="a key", scope=scope, expires_at=expires_at)
        if revoked:
            async with database.transaction() as connection:
                assert await revoke_api_key(connection, account.account_id, key.key_id)
    finally:
        await database.close()
    return key.secret
