"""What becomes of those who queue while the database keeps a sale waiting (architecture.md, "The hot path")."""

import asyncio
import contextlib
import json
import signal
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.database.holding import stock_held
from tests.servers import STOP_SECONDS, RunningServer, Tenant, fresh_hash


@pytest.fixture
def narrow(database_url: str, data_dir: Path) -> Iterator[RunningServer]:
    """A server that commits one request at a time and lets two wait."""
    with RunningServer.start(database_url, data_dir, batch_size="1", queue_length="2") as running:
        yield running


@pytest.fixture
def shop(narrow: RunningServer) -> Iterator[Tenant]:
    with narrow.new_tenant("alice") as tenant:
        yield tenant


def order_of(sku: str) -> dict[str, object]:
    return {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 1}]}


async def settle() -> None:
    """Let what was sent arrive."""
    await asyncio.sleep(0.3)


@contextlib.asynccontextmanager
async def client_of(shop: Tenant) -> httpx.AsyncClient:
    async with httpx.AsyncClient(base_url=shop.url, headers=shop.credentials, timeout=30) as client:
        yield client


def test_a_full_queue_refuses_at_once_and_serves_those_it_took(
    narrow: RunningServer, shop: Tenant, database_url: str
) -> None:
    _, (sku,) = shop.event()

    async def main() -> tuple[list[httpx.Response], list[httpx.Response]]:
        async with client_of(shop) as client:
            async with stock_held(database_url, sku):
                asks = [asyncio.create_task(client.post("/v1/order/new", json=order_of(sku))) for _ in range(8)]
                done, waiting = await asyncio.wait(asks, timeout=2)
            return [task.result() for task in done], list(await asyncio.gather(*waiting))

    refused, served = asyncio.run(main())
    assert {(answer.status_code, answer.json()["message"]) for answer in refused} == {(503, "temporarily unavailable")}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert len(served) in {2, 3}
    assert {answer.status_code for answer in served} == {200}
    assert shop.stock(sku) == 100 - len(served)


def test_an_order_whose_client_has_gone_before_its_turn_is_not_placed(
    narrow: RunningServer, shop: Tenant, database_url: str
) -> None:
    _, (sku,) = shop.event()
    abandoned = order_of(sku)

    async def main() -> list[httpx.Response]:
        async with client_of(shop) as client:
            async with stock_held(database_url, sku):
                first = asyncio.create_task(client.post("/v1/order/new", json=order_of(sku)))
                await settle()
                connection = send_raw(shop, abandoned)
                await settle()
                # A reset and not a mere end of sending: who has ended sending may still read.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
                second = asyncio.create_task(client.post("/v1/order/new", json=order_of(sku)))
                await settle()
            return [await first, await second]

    assert [answer.status_code for answer in asyncio.run(main())] == [200, 200]
    assert shop.stock(sku) == 98
    assert shop.get("order/show", x_api_requesthash=str(abandoned["request_hash"])).status_code == 400


def send_raw(shop: Tenant, body: dict[str, object]) -> socket.socket:
    content = json.dumps(body)
    where = urlsplit(shop.url)
    connection = socket.create_connection((where.hostname, where.port))
    headers = {**shop.credentials, "Host": where.netloc, "Content-Length": str(len(content))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    connection.sendall(f"POST /v1/order/new HTTP/1.1\r\n{head}\r\n{content}".encode())
    return connection


def test_a_server_told_to_stop_answers_what_it_has_taken(
    narrow: RunningServer, shop: Tenant, database_url: str
) -> None:
    _, (sku,) = shop.event()

    async def main() -> list[httpx.Response]:
        async with client_of(shop) as client:
            async with stock_held(database_url, sku):
                asks = []
                for _ in range(3):
                    asks.append(asyncio.create_task(client.post("/v1/order/new", json=order_of(sku))))
                    await settle()
                narrow.process.send_signal(signal.SIGTERM)
                await settle()
            return list(await asyncio.gather(*asks))

    answers = asyncio.run(main())
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all(answer.json()["tickets"][0]["encrypted_data"] for answer in answers)
    # It was told once: a second signal in its last moment would end it as signals do.
    assert narrow.process.wait(STOP_SECONDS) == 0
