"""Signing in: address and password, then the code where there is a second factor; and signing out."""

import time

from starlette.responses import Response

from ticketsonic.accounts.sessions import end_session
from ticketsonic.errors import TooManyRequests
from ticketsonic.pages import notes
from ticketsonic.pages.cookies import SESSION
from ticketsonic.pages.forms import Form
from ticketsonic.pages.visit import Visit
from ticketsonic.portal.passwords import page_after

CODE_SECONDS = 600
_HALF_WAY = "sign-in half way"
_TOO_MANY = 429


async def show(visit: Visit) -> Response:
    """Ask for address and password."""
    if visit.session is not None:
        return visit.redirect(page_after(visit.query("next")))
    return _form(visit, Form({"next": visit.query("next")}))


async def submit(visit: Visit) -> Response:
    """Let in who knows both; ask for the code where there is a second factor."""
    form = Form(visit.form)
    email, next_page = form.text("email").lower(), page_after(form.text("next"))
    signing_in = visit.engine.front_door.signing_in
    try:
        login = await signing_in.check_password(email, form.secret("password"), address=visit.address)
    except TooManyRequests:
        form.errors[""] = visit.gettext("Too many tries. Wait five minutes, then try again.")
        return _form(visit, form, status=_TOO_MANY)
    if login is None:
        form.errors[""] = visit.gettext("Address or password is wrong.")
        return _form(visit, form, status=422)
    if login.has_second_factor:
        half_way = notes.write(visit.site.stamp, _HALF_WAY, f"{login.account_id} {int(time.time())} {visit.bound_to}")
        return _code_form(visit, Form({"next": next_page, "half_way": half_way}))
    token = await signing_in.enter(login.account_id, address=visit.address, browser=visit.browser, by="password")
    return let_in(visit, token, next_page)


async def submit_code(visit: Visit) -> Response:
    """Let in who knows the code as well."""
    form = Form(visit.form)
    account_id = _account_half_way(visit, form.text("half_way"))
    if account_id is None:
        return visit.redirect("/account/sign-in", done=visit.gettext("That took too long. Please begin again."))
    signing_in = visit.engine.front_door.signing_in
    try:
        token = await signing_in.enter_with_code(
            account_id, form.text("code"), address=visit.address, browser=visit.browser
        )
    except TooManyRequests:
        form.errors["code"] = visit.gettext("Too many wrong codes. Wait an hour, or use a recovery code.")
        return _code_form(visit, form, status=_TOO_MANY)
    if token is None:
        form.errors["code"] = visit.gettext(
            "This code is wrong, or was used before. A new one comes within 30 seconds."
        )
        return _code_form(visit, form, status=422)
    return let_in(visit, token, page_after(form.text("next")))


async def leave(visit: Visit) -> Response:
    """End this session."""
    async with visit.engine.database.transaction() as connection:
        await end_session(connection, visit.account_id, visit.signed_in.session_id)
        await visit.record(connection, "session.ended")
    response = visit.redirect("/account/sign-in", done=visit.gettext("You are signed out."))
    visit.site.cookies.write(response, SESSION, "")
    return response


def let_in(visit: Visit, token: str, path: str, *, done: str = "") -> Response:
    """Go on as who holds a session's token."""
    response = visit.redirect(path, done=done)
    visit.site.cookies.write(response, SESSION, token)
    return response


def _form(visit: Visit, form: Form, status: int = 200) -> Response:
    policy = visit.engine.settings.registration_policy
    return visit.page("portal/account/sign-in.html", form=form, status=status, registration=policy)


def _code_form(visit: Visit, form: Form, status: int = 200) -> Response:
    return visit.page("portal/account/code.html", form=form, status=status)


def _account_half_way(visit: Visit, half_way: str) -> int | None:
    """Give the account whose password was right a moment ago, in this very browser."""
    kept = notes.read(visit.site.stamp, _HALF_WAY, half_way)
    if kept is None:
        return None
    account_id, at, bound_to = kept.split(" ", 2)
    return int(account_id) if bound_to == visit.bound_to and time.time() - int(at) < CODE_SECONDS else None
