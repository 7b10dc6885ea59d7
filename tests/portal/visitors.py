"""Someone who uses the portal without a browser: forms are read from the page and sent back as a browser would."""

import html
import re
import secrets
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx
from playwright.sync_api import BrowserContext

from tests.servers import RunningServer, run_apart
from ticketsonic.accounts.accounts import find_account
from ticketsonic.accounts.links import Purpose, make_link, path_of
from ticketsonic.database import Database
from ticketsonic.settings import load_settings

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@dataclass
class Visitor:
    """A browser's cookies and nothing else."""

    client: httpx.Client

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def send(self, path: str, action: str | None = None, files: Any = None, **fields: Any) -> httpx.Response:
        """Open a page, fill in the form that goes to `action` (the first where None), and send it."""
        page = self.get(path)
        attributes, inside = self._form(page.text, action)
        found = re.search(r'action="([^"]*)"', attributes)
        target = urljoin(path, html.unescape(found[1])) if found else path
        hidden = {name: html.unescape(value) for name, value in _HIDDEN.findall(inside)}
        return self.client.post(
            target, data=hidden | fields, files=files, headers={"origin": str(self.client.base_url)}
        )

    def _form(self, page: str, action: str | None) -> tuple[str, str]:
        forms = [(attributes, inside) for attributes, inside in _FORM.findall(page) if "sign-out" not in attributes]
        if action is not None:
            forms = [form for form in forms if f'action="{action}"' in form[0]]
        assert forms, f"no form to {action}: {page[-2000:]}"
        return forms[0]


def new_visitor(server: RunningServer) -> Visitor:
    """Somebody whom nobody knows, from an address of their own: what is counted by address, counts them alone."""
    own_address = f"127.{secrets.randbelow(254) + 1}.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"
    transport = httpx.HTTPTransport(
        local_address=own_address if sys.platform == "linux" else None,
        limits=httpx.Limits(max_keepalive_connections=0),
    )
    client = httpx.Client(base_url=server.url, timeout=60, headers={"accept-language": "en"}, transport=transport)
    return Visitor(client)


def link_for(server: RunningServer, email: str, purpose: Purpose = "sign_in") -> str:
    """A one-time link that signs an account in, or sets a password, as `ticketsonic account link` makes it."""

    async def make() -> str:
        database = Database(load_settings(server.environment).database_url)
        try:
            account = await find_account(database, email)
            async with database.transaction() as connection:
                token = await make_link(connection, purpose, account.email, account.account_id)
        finally:
            await database.close()
        return path_of(purpose, token)

    return run_apart(make())


def signed_in(server: RunningServer, email: str) -> Visitor:
    """An account's person, signed in by such a link."""
    visitor = new_visitor(server)
    answer = visitor.send(link_for(server, email))
    assert answer.status_code == 303, answer.text
    return visitor


def sign_in_browser(context: BrowserContext, server: RunningServer, email: str) -> None:
    """Give a browser's window the session of an account's person: where signing in is not what is looked at."""
    context.add_cookies(
        [
            {"name": cookie.name, "value": cookie.value or "", "url": server.url}
            for cookie in signed_in(server, email).client.cookies.jar
        ]
    )
