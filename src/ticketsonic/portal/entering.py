"""Signing in by a link from the terminal."""

from starlette.responses import Response

from ticketsonic.accounts import audit
from ticketsonic.accounts.links import find_link, use_link
from ticketsonic.accounts.sessions import open_session
from ticketsonic.pages.visit import Visit
from ticketsonic.portal.signing_in import let_in

GONE = 410


async def show(visit: Visit) -> Response:
    """Ask for a click: whoever only looks at the link does not use it up."""
    link = await find_link(visit.engine.database, "sign_in", visit.query("token"))
    if link is None:
        return link_over(visit)
    return visit.page("portal/account/enter.html", email=link.email, token=visit.query("token"))


async def submit(visit: Visit) -> Response:
    """Open a session for whoever holds the link."""
    async with visit.engine.database.transaction() as connection:
        link = await use_link(connection, "sign_in", str(visit.form.get("token", "")))
        if link is None or link.account_id is None:
            return link_over(visit)
        token = await open_session(connection, link.account_id, address=visit.address, browser=visit.browser)
        how = {"by": "one-time link"}
        await audit.record(
            connection, link.account_id, "session.opened", actor=audit.PORTAL, address=visit.address, details=how
        )
    return let_in(visit, token, "/account")


def link_over(visit: Visit) -> Response:
    """Say that a link works no more, and not why."""
    return visit.page("portal/account/link-over.html", status=GONE)
