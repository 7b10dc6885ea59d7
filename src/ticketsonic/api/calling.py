"""One request under `/v1` from its bytes to its answer: what all routes have in common.

The order of the checks is the contract's (§1): path, method, size, user, key, scope, body, and then the domain's.
Every answer, errors too, is JSON in one shape and carries an X-Request-ID.
"""

import functools
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import msgspec
from prometheus_client import Counter, Histogram

from ticketsonic.accounts.authentication import Caller
from ticketsonic.answering import ALWAYS, NO_CONTENT, Exchange
from ticketsonic.api.cors import cors_headers, preflight_headers
from ticketsonic.api.engine import Engine
from ticketsonic.commits import CallerGone
from ticketsonic.database import DatabaseAway
from ticketsonic.errors import (
    ErrorFetchingData,
    FieldError,
    InvalidRequest,
    InvalidStockOrSku,
    MethodNotAllowed,
    NotAllowedForKey,
    NotFound,
    Refusal,
    RequestTooLarge,
    TemporarilyUnavailable,
)
from ticketsonic.ledger import IdempotencyKey
from ticketsonic.metrics import metrics
from ticketsonic.repeats import idempotency_key_of
from ticketsonic.wire.reading import UnreadableBody

log = logging.getLogger("ticketsonic.api")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

BODY_BYTES = 1024 * 1024
BODY_WITH_IMAGE_BYTES = 16 * 1024 * 1024
MOST_QUERY_FIELDS = 100
_HASHED_HEADERS = (b"x-api-eventid", b"x-api-sku")


@dataclass(slots=True)
class Call:
    """One request, as a route sees it."""

    engine: Engine
    scope: Mapping[str, Any]
    headers: Mapping[bytes, bytes]
    body: bytes
    route: "Route"
    replayed: bool = False
    """Set by a route whose answer is that of an earlier request."""
    _caller: Caller | None = field(default=None)

    def header(self, name: bytes) -> str:
        """Give a header's value, "" where it is absent: an empty one counts as absent (contract.md §1)."""
        value = self.headers.get(name, b"")
        try:
            return value.decode("utf-8").strip()
        except UnicodeDecodeError:
            return value.decode("latin-1").strip()

    def query(self, name: str) -> str:
        """Give the first value of a query parameter, "" where it is absent."""
        parsed: dict[str, list[str]]
        try:
            parsed = parse_qs(self.scope["query_string"].decode("latin-1"), max_num_fields=MOST_QUERY_FIELDS)
        except ValueError:
            raise InvalidRequest([FieldError("query", f"has more than {MOST_QUERY_FIELDS} parameters")]) from None
        return parsed.get(name, [""])[0]

    async def authenticate(self) -> Caller:
        """Check user, key and scope. Raises the three refusals of contract.md §1, in this order."""
        client = self.scope.get("client")
        caller = await self.engine.authentication.authenticate(
            self.header(b"x-api-userid"), self.header(b"x-api-key"), client[0] if client else ""
        )
        if caller.scope not in self.route.scopes:
            metrics.authentications.labels(NotAllowedForKey.message).inc()
            raise NotAllowedForKey
        return caller

    def idempotency(self) -> IdempotencyKey | None:
        """Give the Idempotency-Key with the digest of what is asked: the body, and the event or SKU it goes to."""
        if b"idempotency-key" not in self.headers:
            return None
        try:
            asked = (self.body, *(self.headers.get(name, b"") for name in _HASHED_HEADERS))
            return idempotency_key_of(self.route.operation, self.header(b"idempotency-key"), *asked)
        except ValueError as refused:
            raise InvalidRequest([FieldError("Idempotency-Key", str(refused))]) from None

    def is_gone(self) -> bool:
        """Whether the caller has hung up."""
        gone: Callable[[], bool] | None = self.scope.get("ticketsonic.is_gone")
        return gone is not None and gone()


JSON = "application/json"
_JSON_TYPE = (b"content-type", JSON.encode())


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is no JSON."""

    content: bytes
    media_type: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API; the summary and structs feed OpenAPI.

    `handle` returns the answer's JSON, a file, or a refusal. Most refusals are raised; what is refused by the thousand,
    as orders are when a sale is over, is returned, since a traceback costs more than the answer.
    """

    method: str
    operation: str
    handle: Callable[[Call], Awaitable[bytes | File | Refusal]]
    scopes: frozenset[str]
    summary: str
    body: type[msgspec.Struct] | None = None
    answer: Any = None
    headers: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    refusals: tuple[type[Refusal], ...] = ()
    body_bytes: int = BODY_BYTES
    media_types: tuple[str, ...] = (JSON,)
    """What a success may be; other than JSON where `handle` returns a :class:`File`."""

    @property
    def path(self) -> str:
        """The path it answers at."""
        return f"/v1/{self.operation}"


class Asked(NamedTuple):
    """One request as it came; its body whole, or what brings it."""

    scope: Mapping[str, Any]
    headers: Mapping[bytes, bytes]
    body: bytes | Receive


class Api:
    """The ASGI application of `/v1`."""

    def __init__(self, routes: tuple[Route, ...], engine: Callable[[], Engine]) -> None:
        """`engine` gives the process's engine once it is open."""
        self._routes = {route.path: route for route in routes}
        self._engine = engine
        self._under_way = 0

    def is_busy(self) -> bool:
        """Whether a request is under way."""
        return self._under_way > 0

    def plain_routes(self) -> dict[tuple[bytes, bytes], Callable[[Exchange], Awaitable[None]]]:
        """Give what answers plain requests past ASGI, by method and address (protocol.py)."""
        return {
            (route.method.encode(), route.path.encode()): functools.partial(self._exchange, route)
            for route in self._routes.values()
        }

    async def _exchange(self, route: Route, exchange: Exchange) -> None:
        """Answer one plain request."""
        asked = Asked(exchange.scope, exchange.headers, bytes(exchange.body))
        answer = await self._answer(route, asked)
        if answer is not None:
            await exchange.write(*answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request by ASGI's messages."""
        route = self._routes.get(scope["path"].rstrip("/") if scope["path"] != "/" else "/")
        answer = await self._answer(route, Asked(scope, dict(scope["headers"]), receive))
        if answer is not None:
            await respond(send, *answer)

    async def _answer(self, route: Route | None, asked: Asked) -> tuple[int, Headers, bytes] | None:
        """Give status, headers and body of an answer, and count it; None where nobody is there to have it."""
        started = time.perf_counter()
        request_id = f"{random.getrandbits(64):016x}"
        extra: Headers = []
        status = 200
        self._under_way += 1
        try:
            if asked.scope["method"] == "OPTIONS" and route is not None:
                status, answer, extra = 204, b"", preflight_headers(asked.headers, route.method)
            else:
                handled, extra = await self._handle(route, asked)
                if isinstance(handled, Refusal):
                    status, answer, extra = _refuse(handled, route)
                else:
                    answer = handled
        except CallerGone:
            return None
        except Refusal as refusal:
            status, answer, extra = _refuse(refusal, route)
        except DatabaseAway as error:
            log.warning("database away", extra={"request_id": request_id, "error": type(error).__name__})
            status, answer, extra = _refuse(TemporarilyUnavailable(), route)
        except Exception:
            log.exception("fault", extra={"request_id": request_id, "path": route.path if route else "?"})
            status, answer, extra = _refuse(ErrorFetchingData(), route)
        finally:
            self._under_way -= 1
        if answer and not (extra and extra[0][0] == b"content-type"):
            extra.append(_JSON_TYPE)
        extra.append((b"x-request-id", request_id.encode()))
        extra += cors_headers(asked.headers)
        self._record(route, status, started, request_id)
        return status, extra, answer

    async def _handle(self, route: Route | None, asked: Asked) -> tuple[bytes | Refusal, Headers]:
        if route is None:
            raise NotFound
        scope, headers, body = asked
        method = scope["method"]
        if method != route.method and (method, route.method) != ("HEAD", "GET"):
            raise MethodNotAllowed
        call = Call(self._engine(), scope, headers, b"", route)
        if route.body_bytes > BODY_BYTES:
            await call.authenticate()  # only who may send that much is listened to for so long
        call.body = body if isinstance(body, bytes) else await read_body(body, headers, route.body_bytes)
        try:
            answer = await route.handle(call)
        except UnreadableBody as unreadable:
            raise refusal_of(unreadable) from None
        if isinstance(answer, File):
            return answer.content, [(b"content-type", answer.media_type.encode()), *answer.headers]
        return answer, [(b"idempotent-replayed", b"true")] if call.replayed else []

    def _record(self, route: Route | None, status: int, started: float, request_id: str) -> None:
        seconds = time.perf_counter() - started
        name = route.operation if route else "unknown"
        requests_counted(name, status).inc()
        latency_observed(name).observe(seconds)
        if log.isEnabledFor(logging.DEBUG):
            fields = {
                "request_id": request_id,
                "route": name,
                "status": status,
                "ms": round(seconds * 1000, 2),
            }
            log.debug("request", extra=fields)


@functools.cache
def requests_counted(name: str, status: int) -> Counter:
    """Find a counter once: looking it up by its labels costs more than counting."""
    return metrics.requests.labels(name, status)


@functools.cache
def latency_observed(name: str) -> Histogram:
    """Find a histogram once, likewise."""
    return metrics.latency_seconds.labels(name)


def refusal_of(unreadable: UnreadableBody) -> Refusal:
    """Say which refusal an unreadable body is: the line's own only where nothing else is wrong (contract.md §1)."""
    errors = [FieldError(problem.field, problem.reason) for problem in unreadable.problems]
    only_lines = all(problem.names_a_line for problem in unreadable.problems)
    return InvalidStockOrSku(errors) if only_lines and errors else InvalidRequest(errors)


def _refuse(refusal: Refusal, route: Route | None) -> tuple[int, bytes, Headers]:
    extra: Headers = []
    if refusal.retry_after_seconds is not None:
        extra.append((b"retry-after", str(refusal.retry_after_seconds).encode()))
    if isinstance(refusal, MethodNotAllowed) and route is not None:
        allowed = "GET, HEAD, OPTIONS" if route.method == "GET" else f"{route.method}, OPTIONS"
        extra.append((b"allow", allowed.encode()))
    return refusal.status, refusal.body, extra


async def read_body(receive: Receive, headers: Mapping[bytes, bytes], most_bytes: int) -> bytes:
    """Read a body whole; raises :class:`RequestTooLarge` as soon as it is, :class:`CallerGone` where it ends early."""
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > most_bytes:
        raise RequestTooLarge
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        if len(body) > most_bytes:
            raise RequestTooLarge
        return body
    chunks = bytearray()
    while message["type"] == "http.request":
        chunks += message.get("body", b"")
        if len(chunks) > most_bytes:
            raise RequestTooLarge
        if not message.get("more_body", False):
            return bytes(chunks)
        message = await receive()
    raise CallerGone


async def respond(send: Send, status: int, extra: Headers, body: bytes) -> None:
    """Send one answer by ASGI's messages."""
    headers: Headers = [*ALWAYS, *extra]
    if status != NO_CONTENT:
        headers.append((b"content-length", str(len(body)).encode()))
    if status == RequestTooLarge.status:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
