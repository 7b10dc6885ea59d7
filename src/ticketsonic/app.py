"""All wiring, and the whole route table on one screen."""

import asyncio
import contextlib
import functools
import gc
import logging
import secrets
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from ticketsonic import __version__, protocol
from ticketsonic.accounts.links import forget_old_links
from ticketsonic.accounts.sessions import forget_old_sessions
from ticketsonic.api import badges, cancelling, events, openapi, orders, print_jobs, printers, tickets
from ticketsonic.api.calling import BODY_WITH_IMAGE_BYTES, Api, Send
from ticketsonic.api.calling import Route as ApiRoute
from ticketsonic.api.engine import Engine, open_engine
from ticketsonic.api.exposition import serve_metrics
from ticketsonic.checkin.answers import Admitted, Refused
from ticketsonic.database import DatabaseAway
from ticketsonic.errors import (
    DuplicatedOrder,
    DuplicatedRequest,
    EventOwnershipFailure,
    InvalidEventId,
    InvalidSensitive,
    InvalidStockOrSku,
    TicketOwnershipFailure,
)
from ticketsonic.events.events import EventChanges, NewEvent, find_background
from ticketsonic.events.ticket_types import NewTicketType, TicketTypeChanges
from ticketsonic.identifiers import event_id_of
from ticketsonic.orders.cancelling import Cancelled
from ticketsonic.pages.live import Streams
from ticketsonic.printing.reprinting import Reprinted, Resolved
from ticketsonic.repeats import forget_old_keys
from ticketsonic.settings import Settings, load_settings

log = logging.getLogger("ticketsonic")

READ = frozenset({"read", "sales", "full"})
SELL = frozenset({"sales", "full"})
ADMIT = frozenset({"door", "full"})
FULL = frozenset({"full"})
ANY = READ | ADMIT
EVENT, SKU, HASH, TICKET = "X-API-EventID", "X-API-SKU", "X-API-RequestHash", "X-API-Ticket"
GC_OBJECTS = 20_000
CLEANING_SECONDS = 6 * 3600

# fmt: off
ROUTES = (
    ApiRoute("POST", "order/new", orders.order_new, SELL, "Place an order", body=orders.NewOrder,
             answer=orders.OrderAnswer, refusals=(InvalidStockOrSku, DuplicatedOrder, DuplicatedRequest)),
    ApiRoute("GET", "order/show", orders.order_show, READ, "Show an order's tickets again",
             answer=orders.OrderAnswer, headers=(HASH,), queries=("request_hash",)),
    ApiRoute("POST", "ticket/validate", tickets.ticket_validate, ADMIT, "Admit a ticket, once",
             body=tickets.ScannedCode, answer=Admitted | Refused,
             refusals=(InvalidSensitive, DuplicatedRequest)),
    ApiRoute("GET", "ticket/list", tickets.ticket_list, READ, "List ticket types",
             answer=tickets.TicketTypeList, headers=(EVENT,), refusals=(InvalidEventId,)),
    ApiRoute("POST", "ticket/new", tickets.ticket_new, FULL, "Add a ticket type to an event", body=NewTicketType,
             answer=tickets.TicketTypeMade, headers=(EVENT,), refusals=(InvalidEventId, DuplicatedRequest)),
    ApiRoute("POST", "ticket/edit", tickets.ticket_edit, FULL, "Change a ticket type", body=TicketTypeChanges,
             answer=events.Done, headers=(SKU,), refusals=(TicketOwnershipFailure, DuplicatedRequest)),
    ApiRoute("GET", "event/list", events.event_list, READ, "List events", answer=events.EventList),
    ApiRoute("POST", "event/new", events.event_new, FULL, "Make an event with its ticket types", body=NewEvent,
             answer=events.EventMade, refusals=(DuplicatedRequest,), body_bytes=BODY_WITH_IMAGE_BYTES),
    ApiRoute("POST", "event/edit", events.event_edit, FULL, "Change an event", body=EventChanges,
             answer=events.Done, headers=(EVENT,), refusals=(EventOwnershipFailure, DuplicatedRequest),
             body_bytes=BODY_WITH_IMAGE_BYTES),
    ApiRoute("POST", "ticket/cancel", cancelling.ticket_cancel, SELL, "Cancel a ticket",
             body=cancelling.TicketToCancel, answer=Cancelled, refusals=(InvalidSensitive, DuplicatedRequest)),
    ApiRoute("POST", "order/cancel", cancelling.order_cancel, SELL, "Cancel an order",
             body=cancelling.OrderToCancel, answer=Cancelled, refusals=(DuplicatedRequest,)),
    ApiRoute("GET", "event/badges", badges.event_badges, SELL, "Draw the badges of an event's tickets",
             headers=(EVENT, SKU), queries=("state", "part"), media_types=(badges.PDF,),
             refusals=(InvalidEventId, TicketOwnershipFailure)),
    ApiRoute("GET", "ticket/badge", badges.ticket_badge, SELL | ADMIT, "Draw a ticket's badge",
             headers=(TICKET,), queries=("format",), media_types=(badges.PDF, badges.PNG),
             refusals=(InvalidSensitive, InvalidEventId)),
    ApiRoute("GET", "badge/preview", badges.badge_preview, READ, "Draw a badge to look at", headers=(EVENT,),
             queries=("format", "primary_text", "secondary_text"), media_types=(badges.PDF, badges.PNG),
             refusals=(InvalidEventId,)),
    ApiRoute("POST", "printer/new", printers.printer_new, FULL, "Add a printer or print station to an event",
             body=printers.NewPrinter, answer=printers.PrinterMade, headers=(EVENT,),
             refusals=(InvalidEventId, DuplicatedRequest)),
    ApiRoute("GET", "printer/list", printers.printer_list, READ, "List printers and what waits for them",
             answer=printers.PrinterList, headers=(EVENT,), refusals=(InvalidEventId,)),
    ApiRoute("POST", "printer/remove", printers.printer_remove, FULL, "Remove a printer",
             body=printers.PrinterToRemove, answer=events.Done, refusals=(DuplicatedRequest,)),
    ApiRoute("POST", "ticket/reprint", print_jobs.ticket_reprint, ADMIT, "Print a ticket's badge again",
             body=print_jobs.TicketToReprint, answer=Reprinted, refusals=(InvalidSensitive, DuplicatedRequest)),
    ApiRoute("GET", "print/jobs", print_jobs.print_jobs, ANY, "List an event's print jobs",
             answer=print_jobs.PrintJobList, headers=(EVENT,), queries=("job_state", "before"),
             refusals=(InvalidEventId,)),
    ApiRoute("POST", "print/resolve", print_jobs.print_resolve, ADMIT, "Say what became of a print job",
             body=print_jobs.JobToResolve, answer=Resolved, refusals=(DuplicatedRequest,)),
    ApiRoute("GET", "health", events.health, ANY, "Say whether server and database answer", answer=events.Done),
)
# fmt: on


PAGE_FOLDERS = frozenset({"", "account", "developer", "station", "static"})
"""What the addresses of pages begin with ("" is / itself): known before the pages are loaded."""


class Application:
    """The ASGI application: `/v1` straight to the API, pages by their tables, the rest by Starlette."""

    def __init__(self, settings: Settings) -> None:
        """Wire it; nothing is opened before the lifespan begins."""
        self.settings = settings
        self.engine: Engine | None = None
        self.streams = Streams()
        self._api = Api(ROUTES, self._opened)
        self._site: asyncio.Task[ASGIApp] | None = None
        self._others = Starlette(
            routes=[
                Route("/openapi.json", _describe),
                Route("/metrics", self._metrics),
                Route("/badge-backgrounds/{event_id:str}/{token:str}.jpg", self._background),
                Mount("/", self._api),
            ],
            lifespan=self._lifespan,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or live the lifespan."""
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            await self._api(scope, receive, send)
        elif scope["type"] == "http" and self._site and _folder_of(scope["path"]) in PAGE_FOLDERS:
            site = await asyncio.shield(self._site)
            await site(scope, receive, _with_request_id(send))
        else:
            await self._others(scope, receive, _with_request_id(send))

    def _opened(self) -> Engine:
        if self.engine is None:
            raise DatabaseAway("the server is starting or stopping")
        return self.engine

    def _load_site(self) -> ASGIApp:
        from ticketsonic.site import build_site  # noqa: PLC0415 - 0.2 s that a start would wait for

        return build_site(ROUTES, self._opened, self.streams)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[dict[str, Any]]:
        self.engine = open_engine(self.settings, self._api.is_busy)
        self._site = asyncio.create_task(asyncio.to_thread(self._load_site))
        cleaning = asyncio.create_task(_clean(self.engine))
        # What is loaded by now stays: the collector need not look through it, nor look often (3 % of an order).
        gc.freeze()
        gc.enable()  # whoever loaded this may have turned it off until now
        gc.set_threshold(GC_OBJECTS, 20, 50)
        try:
            bounds = protocol.bounds_of(
                self.settings.request_seconds, self.settings.connections, self.streams.stop, self._api.plain_routes()
            )
            yield bounds | {"streams": self.streams}
        finally:
            cleaning.cancel()
            engine, self.engine = self.engine, None
            await engine.close()

    async def _metrics(self, request: Request) -> Response:
        return await serve_metrics(request, self.settings)

    async def _background(self, request: Request) -> Response:
        event_id, token = event_id_of(request.path_params["event_id"]), request.path_params["token"]
        jpeg = None if event_id is None else await find_background(self._opened().database, event_id, token)
        if jpeg is None:
            return Response(status_code=404)
        headers = {
            "cache-control": "public, max-age=31536000, immutable",
            "x-content-type-options": "nosniff",
        }
        return Response(jpeg, media_type="image/jpeg", headers=headers)


def _folder_of(path: str) -> str:
    """Give the first part of an address; "" for / alone. One that begins with two slashes is none of the pages'."""
    return path.split("/")[1] or path[1:]


def _with_request_id(send: Send) -> Send:
    """Give the pages' answers the X-Request-ID that the API's own have: every answer carries one (contract.md §1)."""

    async def send_named(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = list(message["headers"])
            if all(name != b"x-request-id" for name, _ in headers):
                headers.append((b"x-request-id", secrets.token_hex(8).encode()))
            message = {**message, "headers": headers}
        await send(message)

    return send_named


@functools.cache
def _document() -> bytes:
    return openapi.describe(ROUTES, __version__)


async def _describe(_: Request) -> Response:
    return Response(_document(), media_type="application/json")


async def _clean(engine: Engine) -> None:
    while True:
        await asyncio.sleep(CLEANING_SECONDS)
        try:
            await forget_old_keys(engine.database)
            await forget_old_sessions(engine.database)
            await forget_old_links(engine.database)
        except DatabaseAway:
            log.warning("old keys not forgotten: database away")


def create_app(settings: Settings | None = None) -> Application:
    """Wire the application; the settings are the environment's where none are given."""
    return Application(settings or load_settings())
