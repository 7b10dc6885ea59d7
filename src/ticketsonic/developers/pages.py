"""The pages of the developer centre: each made of a chapter of the reference, and of who reads it.

What a page says to everybody is drawn once a language and remembered; to a reader who is signed in it speaks of
their own event and tickets, and is drawn for them.
"""

import functools
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from ticketsonic.api import examples
from ticketsonic.api.calling import Route
from ticketsonic.api.events import listed_public_key
from ticketsonic.developers.chapters import START, Part, arrange, chapter_of, chapters_of
from ticketsonic.developers.drawing import About, Asked, draw
from ticketsonic.developers.limits import Limit, limits_of
from ticketsonic.developers.readers import ANYBODY, reader_of
from ticketsonic.developers.reference import Reference, read_reference
from ticketsonic.developers.samples import BY_NAME, FIRST
from ticketsonic.developers.samples.http import HASH_PLACE
from ticketsonic.developers.searching import Entry, entries_of, matching
from ticketsonic.pages.languages import DEFAULT, LANGUAGES
from ticketsonic.pages.serving import Page
from ticketsonic.pages.visit import NoSuchPage, Visit

CODE_COOKIE = "ticketsonic-code"
REMEMBERED_PAGES = 1000
QUERY_CHARACTERS = 200
_YEAR_SECONDS = 365 * 86_400


class DeveloperCentre:
    """The pages of one process, about one table of routes."""

    def __init__(self, routes: Sequence[Route], version: str) -> None:
        """Nothing is read before the first page is asked for."""
        self._routes = tuple(routes)
        self._version = version
        self._drawn_for_anybody = functools.lru_cache(maxsize=REMEMBERED_PAGES)(self._draw_for_anybody)
        self._entries = functools.lru_cache(maxsize=len(LANGUAGES))(self._list_entries)

    @property
    def pages(self) -> tuple[Page, ...]:
        """The table of pages, open to everybody."""
        return (
            Page("/developer", self.chapter, open=True),
            Page("/developer/search", self.search, open=True),
            Page("/developer/search.json", self.search_index, open=True),
            Page("/developer/{chapter}", self.chapter, open=True),
            Page("/developer/{area}/{verb}", self.operation, open=True),
        )

    def draw_ahead(self) -> None:
        """Draw the first page for nobody: what all pages need is read and compiled by then (0.4 s, once a process)."""
        self._draw_for_anybody(Asked("", START, DEFAULT, FIRST.name, ""), ())

    @functools.cached_property
    def reference(self) -> Reference:
        """The specification."""
        return read_reference(self._routes, self._version)

    @functools.cached_property
    def parts(self) -> tuple[Part, ...]:
        """The chapters, by parts."""
        return arrange(self.reference)

    async def chapter(self, visit: Visit) -> Response:
        """Show a chapter; a request whose name is one word has the address of one."""
        name = visit.request.path_params.get("chapter", START)
        if self.reference.operation(name) is not None:
            return await self._show(visit, name, chapter_of(name))
        if name not in chapters_of(self.parts):
            raise NoSuchPage
        return await self._show(visit, "", name)

    async def operation(self, visit: Visit) -> Response:
        """Show a request: `/developer/order/new`."""
        name = f"{visit.request.path_params['area']}/{visit.request.path_params['verb']}"
        if self.reference.operation(name) is None:
            raise NoSuchPage
        return await self._show(visit, name, chapter_of(name))

    async def search(self, visit: Visit) -> Response:
        """Search without JavaScript: what holds every word that was asked for."""
        query = visit.query("q")[:QUERY_CHARACTERS]
        found = matching(self._entries(visit.language), query) if query else []
        title = visit.gettext("Search")
        return self._page(visit, "developers/search.html", "search", title, query=query, found=found)

    async def search_index(self, visit: Visit) -> Response:
        """Give what the search in the page looks through."""
        return Response(msgspec.json.encode(self._entries(visit.language)), media_type="application/json")

    async def _show(self, visit: Visit, operation: str, chapter: str) -> Response:
        remembered = visit.request.cookies.get(CODE_COOKIE, "")
        language = BY_NAME.get(visit.query("language")) or BY_NAME.get(remembered, FIRST)
        asked = Asked(operation, chapter, visit.language, language.name, visit.base_url)
        limits = tuple(limits_of(visit.engine.settings))
        if visit.session is None:
            body = self._drawn_for_anybody(asked, limits)
        else:
            reader = await reader_of(visit.engine, visit.session)
            public_key = await listed_public_key(visit.engine, visit.session.account_id)
            about = About(reader, public_key, reader.values.get(examples.CODE, ""), limits)
            body = draw(self.reference, self.parts, asked, about)
        # Each showing has a hash of its own, which costs a remembered page no more than this.
        fresh = Markup(body.replace(HASH_PLACE, secrets.token_hex(16)))  # noqa: S704 - drawn from templates
        here = operation or chapter
        response = self._page(visit, "developers/page.html", here, self._title(visit, asked), body=fresh)
        if visit.query("language") == language.name:
            _remember(visit, response, language.name)
        return response

    def _draw_for_anybody(self, asked: Asked, limits: tuple[Limit, ...]) -> str:
        public_key = examples.ANSWERS["event/list"]["user_public_key"]
        return draw(self.reference, self.parts, asked, About(ANYBODY, public_key, examples.CODE, limits))

    def _list_entries(self, language: str) -> list[Entry]:
        return entries_of(self.reference, self.parts, language)

    def _title(self, visit: Visit, asked: Asked) -> str:
        operation = self.reference.operation(asked.operation)
        return visit.gettext(operation.summary if operation else chapters_of(self.parts)[asked.chapter].title)

    def _page(self, visit: Visit, template: str, here: str, title: str, **values: Any) -> Response:
        return visit.page(template, parts=self.parts, here=here, page_title=title, **values)


def _remember(visit: Visit, response: Response, language: str) -> None:
    """Remember the language of the samples in a cookie, so that it works without JavaScript too."""
    options: dict[str, Any] = {"path": "/developer", "secure": visit.site.cookies.secure, "httponly": True}
    response.set_cookie(CODE_COOKIE, language, max_age=_YEAR_SECONDS, samesite="lax", **options)
