"""A connection that has ended leaves nothing that waits for the collector: a flood of them must not fill the memory.

Our protocol in this process, where the collector can be turned off and what is left can be counted.
"""

import asyncio
import gc
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
import uvloop
from uvicorn.server import ServerState

from ticketsonic.answering import Exchange
from ticketsonic.lingering import LingeringTransport, Pauses
from ticketsonic.protocol import BoundedProtocol, bounds_of

REQUEST_SECONDS = 0.3
OURS = (BoundedProtocol, LingeringTransport, Pauses, Exchange)
ENDINGS = {
    "a plain request": b"GET /plain HTTP/1.1\r\nHost: x\r\n\r\n",
    "the last plain request": b"GET /plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "a request by ASGI's messages": b"GET /asgi HTTP/1.1\r\nHost: x\r\n\r\n",
    "a pipeline": b"GET /asgi HTTP/1.1\r\nHost: x\r\n\r\n" * 5,
    "nothing": b"",
    "no HTTP": b"\0\0\0\r\n\r\n",
    "half a head": b"GET /plain HTTP/1.1\r\nHos",
    "half a body": b"POST /plain HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    "half a body by ASGI's messages": b"POST /asgi HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    "a body too large for its route": b"POST /asgi HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n"
    + bytes(70_000),
    "a head without end": b"GET /plain HTTP/1.1\r\nX: " + b"a" * 40_000,
}


async def _asgi(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def _plain(exchange: Exchange) -> None:
    await exchange.write(200, [], b"")


async def _talk(sent: bytes, *, waits: bool) -> list[str]:
    """Serve, send that, hang up at once or when the server does, and say what is left of it then."""
    loop = asyncio.get_running_loop()
    config = uvicorn.Config(_asgi, interface="asgi3", ws="none", log_config=None)
    config.load()
    plain_routes = {(method, b"/plain"): _plain for method in (b"GET", b"POST")}
    state = bounds_of(REQUEST_SECONDS, 100, lambda: None, plain_routes)
    shared = ServerState()
    server = await loop.create_server(lambda: BoundedProtocol(config, shared, state), "127.0.0.1", 0)  # type: ignore[arg-type]
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(sent)
    if waits:
        writer.write_eof()
        await reader.read()
    else:
        await asyncio.sleep(0.05)
    writer.close()
    for _ in range(100):
        if not shared.connections and not shared.tasks:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.05)
    server.close()
    return [type(each).__name__ for each in gc.get_objects() if isinstance(each, OURS)]


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("waits", [True, False], ids=["to the end", "hanging up"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_of_it_is_left_without_the_collector(ending: str, *, waits: bool) -> None:
    assert uvloop.run(_talk(ENDINGS[ending], waits=waits)) == []
