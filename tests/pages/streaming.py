"""A program for the tests of server-sent events: our protocol and our streams around a source that counts.

Prints its port once it serves. `GET /` streams the numbers behind Last-Event-ID, ten of them, then waits;
`?source=flood` sends large events without end, `?source=quiet` gives no sign of life for long; `?owner=` names whose
stream it is. `POST /end` ends what streams were
allowed by. `GET /open` says how many are open.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ticketsonic.pages.live import Event, LiveResponse, Streams
from ticketsonic.protocol import BoundedProtocol, bounds_of

REQUEST_SECONDS = 1.0
HEARTBEAT_SECONDS = 0.4
LONG_SECONDS = 600.0
streams = Streams(most_of_one=2)
allowed = {"yes": True}
sent = {"floods": 0}


async def _count(after: str) -> AsyncGenerator[Event, None]:
    for number in range(int(after or 0) + 1, 11):
        yield Event(f"number {number}\nof ten", "counted", str(number))
    await asyncio.Event().wait()


async def _flood(_after: str) -> AsyncGenerator[Event, None]:
    while True:
        sent["floods"] += 1
        yield Event("x" * 65_536)


async def _break(_after: str) -> AsyncGenerator[Event, None]:
    yield Event("before the fault")
    raise RuntimeError("a fault of the source")


async def _is_allowed() -> bool:
    return allowed["yes"]


async def stream(request: Request) -> Any:
    name = request.query_params.get("source", "")
    source = {"": _count, "flood": _flood, "break": _break, "quiet": _count}[name]
    owner = request.query_params.get("owner", "anybody")
    seconds = LONG_SECONDS if name == "quiet" else HEARTBEAT_SECONDS
    return LiveResponse(streams, source, owner=owner, is_allowed=_is_allowed, heartbeat_seconds=seconds)


async def end(_: Request) -> Response:
    allowed["yes"] = False
    return PlainTextResponse("ended")


async def opened(_: Request) -> Response:
    return PlainTextResponse(f"{len(streams)} {sent['floods']}")


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
    yield bounds_of(REQUEST_SECONDS, 100, streams.stop, plain_routes={})


if __name__ == "__main__":
    app = Starlette(
        routes=[Route("/", stream), Route("/end", end, methods=["POST"]), Route("/open", opened)], lifespan=lifespan
    )
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)  # noqa: T201 - the test reads it
    config = uvicorn.Config(app, loop="uvloop", http=BoundedProtocol, log_level="error", timeout_graceful_shutdown=10)
    uvicorn.Server(config).run([listening])
