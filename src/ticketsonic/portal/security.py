"""Sign-in and security: the password, the sessions that are open, the second factor, and the language."""

from starlette.responses import Response

from ticketsonic.accounts import audit, second_factor
from ticketsonic.accounts.logins import find_login, keep_login
from ticketsonic.accounts.registering import set_password
from ticketsonic.accounts.sessions import end_session, end_sessions, list_sessions, open_session
from ticketsonic.errors import TooManyRequests
from ticketsonic.pages.cookies import LANGUAGE, SESSION
from ticketsonic.pages.forms import Form
from ticketsonic.pages.languages import LANGUAGES
from ticketsonic.pages.visit import NoSuchPage, Visit
from ticketsonic.portal import letters
from ticketsonic.portal.browsers import name_of_browser
from ticketsonic.portal.passwords import read_new_password
from ticketsonic.portal.signing_in import let_in

HERE = "/account/security"
_WRONG = 422


async def show(visit: Visit) -> Response:
    """Show what there is, with a form for each."""
    return await _page(visit, Form())


async def set_new_password(visit: Visit) -> Response:
    """Set another password, end every session, and go on in a fresh one."""
    form = Form(visit.form)
    password = read_new_password(visit, form, visit.signed_in.email)
    signing_in = visit.engine.front_door.signing_in
    if await _has_password(visit) and not form.errors:
        try:
            if not await signing_in.is_own_password(visit.account_id, form.secret("current"), address=visit.address):
                form.errors["current"] = visit.gettext("This is not your password.")
        except TooManyRequests:
            form.errors["current"] = visit.gettext("Too many tries. Wait five minutes, then try again.")
    if form.errors:
        return await _page(visit, form, status=_WRONG)
    password_hash = await signing_in.passwords.hash(password)
    async with visit.engine.database.transaction() as connection:
        await set_password(
            connection, visit.account_id, password_hash, actor=audit.PORTAL, address=visit.address, by="form"
        )
        token = await open_session(connection, visit.account_id, address=visit.address, browser=visit.browser)
    if visit.engine.front_door.mailer.is_configured:
        visit.engine.front_door.mailer.post(letters.password_changed(visit, visit.signed_in.email))
    done = visit.gettext("Your new password is set. Every other session was ended.")
    return let_in(visit, token, HERE, done=done)


async def end_one_session(visit: Visit) -> Response:
    """End one session."""
    session_id = visit.number("session_id")
    async with visit.engine.database.transaction() as connection:
        if not await end_session(connection, visit.account_id, session_id):
            raise NoSuchPage
        await visit.record(connection, "session.ended")
    if session_id == visit.signed_in.session_id:
        response = visit.redirect("/account/sign-in", done=visit.gettext("You are signed out."))
        visit.site.cookies.write(response, SESSION, "")
        return response
    return visit.redirect(HERE, done=visit.gettext("The session was ended."))


async def end_other_sessions(visit: Visit) -> Response:
    """End every session but this one."""
    async with visit.engine.database.transaction() as connection:
        ended = await end_sessions(connection, visit.account_id, but=visit.signed_in.session_id)
        await visit.record(connection, "session.ended", count=ended)
    done = visit.ngettext("%(num)s session was ended.", "%(num)s sessions were ended.", ended)
    return visit.redirect(HERE, done=done)


async def set_language(visit: Visit) -> Response:
    """Remember the language for this account, and show it in this browser."""
    chosen = Form(visit.form).text("language")
    if chosen not in LANGUAGES:
        raise NoSuchPage
    async with visit.engine.database.transaction() as connection:
        await keep_login(connection, visit.account_id, language=chosen)
    visit.language = chosen
    response = visit.redirect(HERE, done=visit.gettext("The language is set."))
    visit.site.cookies.write(response, LANGUAGE, chosen)
    return response


async def _has_password(visit: Visit) -> bool:
    async with visit.engine.database.reading() as connection:
        login = await find_login(connection, visit.account_id)
    return login is not None and login.password_hash is not None


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    async with visit.engine.database.reading() as connection:
        login = await find_login(connection, visit.account_id)
        codes_left = await second_factor.count_recovery_codes(connection, visit.account_id)
    return visit.page(
        "portal/account/security.html",
        status=status,
        form=form,
        login=login,
        codes_left=codes_left,
        name_of_browser=name_of_browser,
        sessions=await list_sessions(visit.engine.database, visit.account_id),
    )
