"""From a request to a page and back: the table of pages, who may enter, what came in, what every answer carries."""

import gzip
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route, Router
from starlette.types import Message, Receive, Scope, Send

from ticketsonic.accounts.sessions import find_session
from ticketsonic.api.calling import latency_observed, requests_counted
from ticketsonic.api.engine import Engine
from ticketsonic.commits import CallerGone
from ticketsonic.database import DatabaseAway
from ticketsonic.errors import RequestTooLarge
from ticketsonic.pages import assets, failures
from ticketsonic.pages.assets import Assets
from ticketsonic.pages.cookies import LANGUAGE, SESSION, VISITOR, Cookies
from ticketsonic.pages.csrf import Stamp
from ticketsonic.pages.failures import Failure
from ticketsonic.pages.languages import choose_language
from ticketsonic.pages.live import Streams
from ticketsonic.pages.visit import Forbidden, NoForm, NoSuchPage, Site, Visit

log = logging.getLogger("ticketsonic.pages")

FORM_BYTES = 256 * 1024
FORM_FIELDS = 500
FORM_FILES = 4
SIGN_IN = "/account/sign-in"
_PACKED_FROM_BYTES = 1024
_PACKING_LEVEL = 5


# Nothing but our own files, forms and streams; no style or script within a page; no frame around it.
CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

Handler = Callable[[Visit], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """One row of a table of pages. `show` answers GET, `submit` POST; both return a Response."""

    path: str
    show: Handler | None = None
    submit: Handler | None = None
    open: bool = False
    """Whether everybody may come; else only who is signed in."""
    body_bytes: int = FORM_BYTES
    allow: tuple[tuple[str, str], ...] = ()
    """What its Content-Security-Policy allows beside the usual: `(("img-src", "blob:"),)`."""

    @property
    def methods(self) -> list[str]:
        """The methods it answers."""
        return [*(["GET", "HEAD"] if self.show else []), *(["POST"] if self.submit else [])]


class Pages:
    """The ASGI application of all pages."""

    def __init__(self, pages: Sequence[Page], engine: Callable[[], Engine], streams: Streams) -> None:
        """`engine` gives the process's engine once it is open; `streams` are its streams of events."""
        self._engine = engine
        self._assets = Assets()
        self._streams = streams
        self._site: Site | None = None
        self.folders = {page.path.split("/")[1] for page in pages} | {assets.PATH.strip("/")}
        self._routes = [Route(page.path, _Endpoint(self, page)) for page in pages]
        self._router = Router(self._routes, default=self._missing, redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"].startswith(assets.PATH):
            request = Request(scope)
            found = self._assets.answer(scope["path"].removeprefix(assets.PATH), request.headers)
            await (found or Response(status_code=404))(scope, receive, send)
        else:
            await self._router(scope, receive, send)

    async def _missing(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = scope["path"].rstrip("/")
        if plain and any(route.matches({**scope, "path": plain})[0] is not Match.NONE for route in self._routes):
            # By path alone: the framework's own redirection believes the request's Host, and says http behind TLS.
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse(f"{plain}?{query}" if query else plain)(scope, receive, send)
            return
        await _Endpoint(self, Page(scope["path"], _nothing_here, open=True))(scope, receive, send)

    def site(self) -> Site:
        """Give what pages share. Raises :class:`DatabaseAway` while the server starts or stops."""
        engine = self._engine()
        if self._site is None or self._site.engine is not engine:
            key = engine.seal.key_for("pages")
            self._site = Site(engine, self._assets, Cookies(engine.settings), Stamp(key), self._streams)
        return self._site


class _Endpoint:
    """One page of the table, as ASGI."""

    def __init__(self, pages: Pages, page: Page) -> None:
        self._pages = pages
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request = Request(scope, _bounded(receive, self._page.body_bytes))
        visit: Visit | None = None
        try:
            visit = _begin(self._pages.site(), request)
            await _recognise(visit)
            response = await self._answer(visit)
        except CallerGone:
            return
        except Exception as error:  # noqa: BLE001 - whatever happens, a person gets a page that says so
            response = _failed(error, visit)
        name = "pages" if self._page.show is _nothing_here else self._page.path
        latency_observed(name).observe(time.perf_counter() - started)
        if isinstance(response, Response):
            _dress(response, self._page, visit)
            _pack(response, request)
        requests_counted(name, getattr(response, "status_code", 200)).inc()
        await response(scope, receive, send)

    async def _answer(self, visit: Visit) -> Any:
        method = visit.request.method
        if method not in self._page.methods:
            failure = failures.METHOD_NOT_ALLOWED
            return failures.show(failure, visit, {"allow": ", ".join(self._page.methods)})
        if visit.session is None and not self._page.open:
            return _to_sign_in(visit)
        if method != "POST":
            assert self._page.show is not None  # noqa: S101 - `methods` says so
            return await self._page.show(visit)
        visit.form = await _read_form(visit.request, self._page.body_bytes)
        try:
            if not visit.is_genuine():
                raise Forbidden
            assert self._page.submit is not None  # noqa: S101 - likewise
            return await self._page.submit(visit)
        finally:
            await visit.form.close()


async def _nothing_here(_: Visit) -> Response:
    raise NoSuchPage


def _begin(site: Site, request: Request) -> Visit:
    chosen = request.query_params.get("locale"), site.cookies.read(request.cookies, LANGUAGE)
    language = choose_language(chosen, request.headers.get("accept-language", ""))
    return Visit(site, request, None, language, site.cookies.read(request.cookies, VISITOR))


async def _recognise(visit: Visit) -> None:
    """Find out who comes. Their own choice of a language stands behind what this browser chose."""
    cookies, request = visit.site.cookies, visit.request
    token = cookies.read(request.cookies, SESSION)
    visit.session = await find_session(visit.engine.database, token) if token else None
    if visit.session is not None:
        visit.bound_to = token
        chosen = request.query_params.get("locale"), cookies.read(request.cookies, LANGUAGE), visit.session.language
        visit.language = choose_language(chosen, request.headers.get("accept-language", ""))


def _to_sign_in(visit: Visit) -> Response:
    url = visit.request.url
    wanted = url.path + (f"?{url.query}" if url.query else "")
    return visit.redirect(f"{SIGN_IN}?next={quote(wanted, safe='/')}" if wanted != "/account" else SIGN_IN)


def _bounded(receive: Receive, most_bytes: int) -> Receive:
    """Count what comes in, and stop at the bound."""
    received = 0

    async def receive_some() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most_bytes:
            raise RequestTooLarge
        if message["type"] == "http.disconnect":
            raise CallerGone
        return message

    return receive_some


async def _read_form(request: Request, most_bytes: int) -> FormData:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > most_bytes:
        raise RequestTooLarge
    try:
        return await request.form(max_files=FORM_FILES, max_fields=FORM_FIELDS, max_part_size=FORM_BYTES)
    except (MultiPartException, LookupError, UnicodeError) as unreadable:
        raise NoForm from unreadable


def _failed(error: Exception, visit: Visit | None) -> Response:
    """Answer what a page raised."""
    failure: Failure = failures.of(error)
    if failure is failures.FAULT:
        log.error("unexpected fault", exc_info=error)
    elif isinstance(error, DatabaseAway):
        log.warning("database away")
    return failures.show(failure, visit)


def _dress(response: Response, page: Page, visit: Visit | None) -> None:
    """Add what every answer carries. What a page set itself stays."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("content-security-policy", _policy_of(page))
    known = visit is not None and (visit.session is not None or bool(visit.bound_to))
    response.headers.setdefault("cache-control", "no-store" if known else "no-cache")
    response.headers.add_vary_header("cookie, accept-language")


def _policy_of(page: Page) -> str:
    policy = dict(CONTENT_SECURITY_POLICY)
    for directive, source in page.allow:
        policy[directive] = f"{policy[directive]} {source}" if directive in policy else source
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


def _pack(response: Response, request: Request) -> None:
    """Pack a page on its way; tokens in it are masked, so that their length and spelling tell nothing."""
    is_text = response.headers.get("content-type", "").startswith(("text/", "application/json"))
    body = getattr(response, "body", b"")
    if not is_text or len(body) < _PACKED_FROM_BYTES or "content-encoding" in response.headers:
        return
    response.headers.add_vary_header("accept-encoding")
    if "gzip" in request.headers.get("accept-encoding", ""):
        response.body = gzip.compress(body, _PACKING_LEVEL, mtime=0)
        response.headers["content-encoding"] = "gzip"
        response.headers["content-length"] = str(len(response.body))
