"""Credentials: the user id, API keys (made here, shown once, revoked here), and the keys that sign tickets."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from ticketsonic.accounts.api_keys import NewApiKey, create_api_key, list_api_keys, revoke_api_key
from ticketsonic.errors import DuplicatedRequest
from ticketsonic.pages.forms import Form
from ticketsonic.pages.visit import NoSuchPage, Visit
from ticketsonic.portal.public_keys import forms_of
from ticketsonic.portal.writing import repeatable
from ticketsonic.repeats import once

HERE = "/account/credentials"
_WRONG = 422
_NAME_CHARACTERS = 255


async def show(visit: Visit) -> Response:
    """Show the user id, the keys, and the public keys in the forms that clients need."""
    return await _page(visit, Form({"scope": "sales"}))


async def make(visit: Visit) -> Response:
    """Make an API key, and show it this once: the page that shows it, loaded anew, sends the form again."""
    form = Form(visit.form)
    name = form.read("name", lambda text: _read_name(visit, text)) or ""
    scope = form.read("scope", lambda text: _read_scope(visit, text)) or ""
    expires_at = form.read("expires", lambda text: _read_expiry(visit, text))
    if form.errors:
        return await _page(visit, form, status=_WRONG)
    made: list[NewApiKey] = []

    async def effect(connection: AsyncConnection, use_hash: Any) -> bytes:
        await use_hash()
        key = await create_api_key(connection, visit.account_id, name=name, scope=scope, expires_at=expires_at)
        await visit.record(connection, "key.made", subject=f"key {key.key_id}", name=name, scope=scope)
        made.append(key)
        return b""

    try:
        await once(visit.engine.database, repeatable(visit, "key/new"), effect)
    except DuplicatedRequest:
        said = visit.gettext(
            "This key was made already, and was shown once. If it is lost, revoke it and make another."
        )
        return visit.redirect(HERE, done=said)
    return visit.page("portal/account/key-made.html", key=made[-1], name=name, scope=scope)


async def ask_revoke(visit: Visit) -> Response:
    """Ask whether a key is to be revoked: a shop may be using it."""
    key_id = visit.number("key_id")
    keys = await list_api_keys(visit.engine.database, visit.account_id)
    key = next((each for each in keys if each.key_id == key_id and each.revoked_at is None), None)
    if key is None:
        raise NoSuchPage
    return visit.page("portal/account/key-revoke.html", key=key)


async def revoke(visit: Visit) -> Response:
    """Revoke a key for good."""
    key_id = visit.number("key_id")
    async with visit.engine.database.transaction() as connection:
        if not await revoke_api_key(connection, visit.account_id, key_id):
            raise NoSuchPage
        await visit.record(connection, "key.revoked", subject=f"key {key_id}")
    return visit.redirect(
        HERE, done=visit.gettext("The key is revoked. Requests with it are refused within 5 seconds.")
    )


def _read_name(visit: Visit, text: str) -> str:
    if not 0 < len(text) <= _NAME_CHARACTERS or not text.isprintable():
        raise ValueError(visit.gettext("Give it a name, to know it by later."))
    return text


def _read_scope(visit: Visit, text: str) -> str:
    if text not in {"read", "sales", "door", "full"}:
        raise ValueError(visit.gettext("Choose what it may do."))
    return text


def _read_expiry(visit: Visit, text: str) -> int | None:
    """Read the last day that a key works, in UTC."""
    if not text:
        return None
    try:
        after = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise ValueError(visit.gettext("This is no date such as 2027-01-31.")) from None
    if after <= datetime.now(UTC):
        raise ValueError(visit.gettext("This day is over."))
    return int(after.timestamp()) - 1


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    engine = visit.engine
    signing_keys = await engine.keyring.all_keys(visit.account_id)
    current = {key.code: key for key in signing_keys if key.revoked_at is None}
    return visit.page(
        "portal/account/credentials.html",
        form=form,
        status=status,
        keys=await list_api_keys(engine.database, visit.account_id),
        now=datetime.now(UTC).timestamp(),
        signing_keys=list(reversed(signing_keys)),
        public={code: forms_of(key) for code, key in sorted(current.items(), reverse=True)},
        current={code: key.number for code, key in current.items()},
        base_url=visit.base_url,
        request_hash=secrets.token_hex(16),
    )
