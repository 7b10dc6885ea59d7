"""One visit of a page: who comes, in which language, with which form; and how a page answers."""

import dataclasses
import secrets
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from ticketsonic.accounts import audit
from ticketsonic.accounts.sessions import Session
from ticketsonic.api.engine import Engine
from ticketsonic.pages import csrf, notes
from ticketsonic.pages.assets import Assets
from ticketsonic.pages.cookies import LANGUAGE, NOTE, VISITOR, Cookies
from ticketsonic.pages.csrf import Stamp
from ticketsonic.pages.languages import LANGUAGES, translations_of
from ticketsonic.pages.live import Streams
from ticketsonic.pages.rendering import render

LARGEST_ID = 2**63 - 1


class NoSuchPage(Exception):
    """There is no such page, or it is not this account's: nobody learns which."""


class NoForm(Exception):
    """What was sent is no form that can be read."""


class Forbidden(Exception):
    """The form was not sent by a page of ours."""


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages of a process share."""

    engine: Engine
    assets: Assets
    cookies: Cookies
    stamp: Stamp
    streams: Streams


@dataclass(slots=True)
class Visit:
    """A request, as a page sees it."""

    site: Site
    request: Request
    session: Session | None
    language: str
    bound_to: str
    """What a form's token is bound to: the session's token, or a visitor's cookie; "" where there is neither yet."""
    form: FormData = field(default_factory=FormData)
    """What was sent, within bounds and by a page of ours; empty at a GET."""
    _fresh_visitor: str = ""

    @property
    def engine(self) -> Engine:
        """The process's engine."""
        return self.site.engine

    @property
    def account_id(self) -> int:
        """Whose page it is. Only on pages that ask who comes."""
        return self.signed_in.account_id

    @property
    def signed_in(self) -> Session:
        """The session. Only on pages that ask who comes."""
        if self.session is None:
            raise NoSuchPage
        return self.session

    @property
    def address(self) -> str:
        """Where the request comes from; behind a proxy of this machine, where that one says it does."""
        client = self.request.client.host if self.request.client else ""
        forwarded = self.request.headers.get("x-forwarded-for", "")
        behind_proxy = self.engine.settings.public_url is not None and client in {"127.0.0.1", "::1"}
        return forwarded.rpartition(",")[2].strip()[:64] or client if behind_proxy else client

    @property
    def browser(self) -> str:
        """What the browser calls itself."""
        return self.request.headers.get("user-agent", "")

    @property
    def base_url(self) -> str:
        """Where this server is reached, for links in mails: never as a request's own headers say."""
        settings = self.engine.settings
        if settings.public_url:
            return settings.public_url
        _, port = self.request.scope.get("server") or ("", settings.port)
        return dataclasses.replace(settings, port=port).own_url

    def number(self, name: str) -> int:
        """Give a number from the path; raises :class:`NoSuchPage` where no database could hold it."""
        number = int(self.request.path_params[name])
        if not 0 <= number <= LARGEST_ID:
            raise NoSuchPage
        return number

    def query(self, name: str) -> str:
        """Give a parameter of the address, "" where it is missing."""
        return self.request.query_params.get(name, "").replace("\0", "").strip()

    def address_in(self, language: str) -> str:
        """Give this page's address in another language."""
        return str(self.request.url.include_query_params(locale=language).replace(scheme="", netloc=""))

    def gettext(self, text: str, **values: object) -> str:
        """Translate a text, with `%(name)s` filled in."""
        found = translations_of(self.language).gettext(text)
        return found % values if values else found

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        """Translate a text that counts; `%(num)s` is the count."""
        return translations_of(self.language).ngettext(one, many, count) % {"num": count, **values}

    async def record(
        self, connection: AsyncConnection, act: str, *, subject: str | None = None, **details: object
    ) -> None:
        """Write down in the audit what this page does, in the transaction that does it."""
        await audit.record(
            connection,
            self.account_id,
            act,
            actor=audit.PORTAL,
            address=self.address,
            subject=subject,
            details=details or None,
        )

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Answer with a template, which gets `values`, and what every template knows."""
        note = notes.read(self.site.stamp, NOTE, self.site.cookies.read(self.request.cookies, NOTE))
        known = {
            "visit": self,
            "session": self.session,
            "language": self.language,
            "languages": LANGUAGES,
            "asset": self.site.assets.url_of,
            "csrf": self.csrf_field,
            "path": self.request.url.path,
            "note": note,
        }
        response = HTMLResponse(render(template, self.language, {**known, **values}), status)
        if note is not None:
            self.site.cookies.write(response, NOTE, "")
        self._keep(response)
        return response

    def redirect(self, path: str, *, done: str = "") -> RedirectResponse:
        """Go on to another page with a GET; `done` is said there once."""
        response = RedirectResponse(path, 303)
        if done:
            self.site.cookies.write(response, NOTE, notes.write(self.site.stamp, NOTE, done))
        self._keep(response)
        return response

    def csrf_field(self) -> Markup:
        """Give the hidden field that every form of a page needs."""
        if not self.bound_to:
            self.bound_to = self._fresh_visitor = secrets.token_urlsafe(16)
        token = self.site.stamp.token(self.bound_to)
        return Markup('<input type="hidden" name="{}" value="{}">').format(csrf.FIELD, token)

    def is_genuine(self) -> bool:
        """Whether the form was sent by a page of ours, for this very visitor."""
        token = self.form.get(csrf.FIELD)
        here = csrf.comes_from_here(self.request.headers, self.engine.settings.public_url)
        return (
            here and bool(self.bound_to) and isinstance(token, str) and self.site.stamp.is_genuine(token, self.bound_to)
        )

    def _keep(self, response: HTMLResponse | RedirectResponse) -> None:
        if self._fresh_visitor:
            self.site.cookies.write(response, VISITOR, self._fresh_visitor)
        if self.query("locale") in LANGUAGES:
            self.site.cookies.write(response, LANGUAGE, self.query("locale"))
