"""A forgotten password: asked for by mail, chosen anew by the link that comes."""

from starlette.responses import Response

from ticketsonic.accounts.links import end_links, find_link, make_link
from ticketsonic.accounts.logins import find_login_of
from ticketsonic.accounts.registering import LinkOver, set_password_by_link
from ticketsonic.pages.forms import Form
from ticketsonic.pages.visit import Visit
from ticketsonic.portal import letters
from ticketsonic.portal.entering import link_over
from ticketsonic.portal.passwords import read_new_password
from ticketsonic.portal.registering import count_asking, may_mail, read_email

_WRONG = 422


async def show_forgotten(visit: Visit) -> Response:
    """Ask for the address; or say what to do where this server sends no mail."""
    return _form(visit, Form())


async def submit_forgotten(visit: Visit) -> Response:
    """Answer the same whether the address is known or not."""
    form = Form(visit.form)
    email = form.read("email", lambda text: read_email(visit, text)) or ""
    if form.errors or not visit.engine.front_door.mailer.is_configured:
        return _form(visit, form, status=_WRONG)
    count_asking(visit)
    if may_mail(visit, email):
        await _mail(visit, email)
    return visit.page("portal/account/look-for-mail.html", email=email)


async def _mail(visit: Visit, email: str) -> None:
    """Mail a link to a known address; for an unknown one do the same work, and throw its link away."""
    async with visit.engine.database.transaction() as connection:
        login = await find_login_of(connection, email)
        await end_links(connection, "reset", email)
        token = await make_link(connection, "reset", email, login.account_id if login else None)
    letter = letters.new_password(visit, email, token)
    if login is not None:
        visit.engine.front_door.mailer.post(letter)


async def show(visit: Visit) -> Response:
    """Ask who holds the link for a new password."""
    token = visit.query("token")
    link = await find_link(visit.engine.database, "reset", token)
    if link is None or link.account_id is None:
        return link_over(visit)
    return _choice(visit, Form({"token": token}), link.email)


async def submit(visit: Visit) -> Response:
    """Set it, and end every session; then one signs in as always, with the second factor where there is one."""
    form = Form(visit.form)
    link = await find_link(visit.engine.database, "reset", form.text("token"))
    if link is None or link.account_id is None:
        return link_over(visit)
    password = read_new_password(visit, form, link.email)
    if form.errors:
        return _choice(visit, form, link.email, status=_WRONG)
    front_door = visit.engine.front_door
    passwords = front_door.signing_in.passwords
    try:
        await set_password_by_link(
            visit.engine.database, passwords, form.text("token"), password, address=visit.address
        )
    except LinkOver:
        return link_over(visit)
    if front_door.mailer.is_configured:
        front_door.mailer.post(letters.password_changed(visit, link.email))
    return visit.redirect("/account/sign-in", done=visit.gettext("Your new password is set. Sign in with it."))


def _form(visit: Visit, form: Form, status: int = 200) -> Response:
    has_mail = visit.engine.front_door.mailer.is_configured
    return visit.page("portal/account/forgotten.html", form=form, status=status, has_mail=has_mail)


def _choice(visit: Visit, form: Form, email: str, status: int = 200) -> Response:
    return visit.page("portal/account/choose-password.html", form=form, status=status, email=email, is_new=False)
