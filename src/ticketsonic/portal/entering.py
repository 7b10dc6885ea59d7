"""Signing in by a link from the terminal, and signing out."""

from starlette.responses import Response

from ticketsonic.accounts import audit
from ticketsonic.accounts.links import find_link, use_link
from ticketsonic.accounts.sessions import end_session, open_session
from ticketsonic.pages.cookies import SESSION
from ticketsonic.pages.visit import Visit


async def show(visit: Visit) -> Response:
    """Ask for a click: whoever only looks at the link does not use it up."""
    link = await find_link(visit.engine.database, "sign_in", visit.query("token"))
    if link is None:
        return visit.page("portal/account/link-over.html", status=410)
    return visit.page("portal/account/enter.html", email=link.email, token=visit.query("token"))


async def submit(visit: Visit) -> Response:
    """Open a session for whoever holds the link."""
    async with visit.engine.database.transaction() as connection:
        link = await use_link(connection, "sign_in", str(visit.form.get("token", "")))
        if link is None or link.account_id is None:
            return visit.page("portal/account/link-over.html", status=410)
        token = await open_session(connection, link.account_id, address=visit.address, browser=visit.browser)
        await audit.record(
            connection,
            link.account_id,
            "session.opened",
            actor=audit.PORTAL,
            address=visit.address,
            details={"by": "one-time link"},
        )
    response = visit.redirect("/account")
    visit.site.cookies.write(response, SESSION, token)
    return response


async def leave(visit: Visit) -> Response:
    """End this session."""
    async with visit.engine.database.transaction() as connection:
        await end_session(connection, visit.account_id, visit.signed_in.session_id)
        await visit.record(connection, "session.ended")
    response = visit.redirect("/account/sign-in", done=visit.gettext("You are signed out."))
    visit.site.cookies.write(response, SESSION, "")
    return response
