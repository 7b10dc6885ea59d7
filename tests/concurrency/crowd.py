"""Many requests at one instant, to one server or to several on one database."""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text

from tests.servers import RunningServer, Tenant
from ticketsonic.database import Database


@dataclass(frozen=True)
class Ask:
    """One request of a crowd."""

    operation: str
    body: dict[str, Any]
    headers: dict[str, str] | None = None


@dataclass(frozen=True)
class Site:
    """One database, and the servers that work on it."""

    database_url: str
    servers: Sequence[RunningServer]

    @contextlib.contextmanager
    def tenant(self) -> Iterator[Tenant]:
        with self.servers[0].new_tenant("alice") as tenant:
            yield tenant

    def at_once(self, tenant: Tenant, asks: Sequence[Ask]) -> list[httpx.Response]:
        """Send all at one instant, turn about to every server; answers in the order of the asks."""
        return asyncio.run(self.send(tenant, asks))

    async def send(self, tenant: Tenant, asks: Sequence[Ask]) -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=len(asks))
        async with httpx.AsyncClient(headers=tenant.credentials, timeout=30, limits=limits) as client:

            async def send(place: int, ask: Ask) -> httpx.Response:
                url = self.servers[place % len(self.servers)].url
                return await client.post(f"{url}/v1/{ask.operation}", content=json.dumps(ask.body), headers=ask.headers)

            return await asyncio.gather(*(send(place, ask) for place, ask in enumerate(asks)))

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Ask the database itself."""

        async def ask() -> list[tuple[Any, ...]]:
            database = Database(self.database_url)
            try:
                async with database.reading() as connection:
                    return [tuple(row) for row in await connection.execute(text(query), values)]
            finally:
                await database.close()

        return asyncio.run(ask())

    def assert_stock_adds_up(self, sku: str) -> None:
        """Promise 1: what is left and what was issued and not cancelled are together what was put on sale."""
        number = int(sku.replace("-", ""))
        ((available, put_on_sale),) = self.rows(
            "SELECT available, put_on_sale FROM stocks WHERE ticket_type_id = :number", number=number
        )
        ((issued,),) = self.rows(
            "SELECT count(*) FROM tickets WHERE ticket_type_id = :number AND cancelled_at IS NULL", number=number
        )
        assert available >= 0
        assert available + issued == put_on_sale


def messages(answers: Sequence[httpx.Response]) -> dict[str, int]:
    """Count the answers: "success", or the message of the refusal."""
    counted: dict[str, int] = {}
    for answer in answers:
        body = answer.json()
        name = "success" if body["status"] == "success" else body["message"]
        counted[name] = counted.get(name, 0) + 1
    return counted
