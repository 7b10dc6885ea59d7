"""Registering: an address, proven by a mail where the server sends any, then a password. Or by invitation."""

import time

from starlette.responses import Response

from ticketsonic.accounts.accounts import AccountTaken, normal_email
from ticketsonic.accounts.links import Purpose, end_links, find_link, make_link
from ticketsonic.accounts.logins import find_login_of
from ticketsonic.accounts.networks import network_of
from ticketsonic.accounts.registering import LinkOver
from ticketsonic.errors import TooManyRequests
from ticketsonic.pages.forms import Form
from ticketsonic.pages.visit import Visit
from ticketsonic.portal import letters
from ticketsonic.portal.entering import link_over
from ticketsonic.portal.passwords import read_new_password
from ticketsonic.portal.signing_in import let_in

_FORBIDDEN, _WRONG = 403, 422


async def show(visit: Visit) -> Response:
    """Ask for an address, and for a password where no mail can be sent to it."""
    return _form(visit, Form())


async def submit(visit: Visit) -> Response:
    """Answer the same whether the address is known or not."""
    if visit.engine.settings.registration_policy != "open":
        return _form(visit, Form(), status=_FORBIDDEN)
    form = Form(visit.form)
    email = form.read("email", lambda text: read_email(visit, text)) or ""
    mailer = visit.engine.front_door.mailer
    password = "" if mailer.is_configured else read_new_password(visit, form, email)
    if form.errors:
        return _form(visit, form, status=_WRONG)
    count_asking(visit)
    if not mailer.is_configured:
        await visit.engine.front_door.registering.at_once(
            email, password, language=visit.language, address=visit.address
        )
        done = visit.gettext(
            "Sign in with the address and password you have just chosen. Should that not work, the address had an "
            "account before."
        )
        return visit.redirect("/account/sign-in", done=done)
    if may_mail(visit, email):
        await _mail(visit, email)
    return visit.page("portal/account/look-for-mail.html", email=email)


async def _mail(visit: Visit, email: str) -> None:
    async with visit.engine.database.transaction() as connection:
        known = await find_login_of(connection, email)
        await end_links(connection, "confirm", email)
        token = await make_link(connection, "confirm", email)
    letter = letters.confirmation(visit, email, token) if known is None else letters.already_there(visit, email)
    visit.engine.front_door.mailer.post(letter)


async def show_confirm(visit: Visit) -> Response:
    """Ask for a password, from who proved the address."""
    return await _show_choice(visit, "confirm")


async def submit_confirm(visit: Visit) -> Response:
    """Make the account, and let its person in."""
    return await _make(visit, "confirm")


async def show_invited(visit: Visit) -> Response:
    """Ask for a password, from who was invited."""
    return await _show_choice(visit, "invite")


async def submit_invited(visit: Visit) -> Response:
    """Make the account, and let its person in."""
    return await _make(visit, "invite")


async def _show_choice(visit: Visit, purpose: Purpose) -> Response:
    token = visit.query("token")
    link = await find_link(visit.engine.database, purpose, token)
    if link is None:
        return link_over(visit)
    return _choice(visit, Form({"token": token}), link.email)


async def _make(visit: Visit, purpose: Purpose) -> Response:
    form = Form(visit.form)
    link = await find_link(visit.engine.database, purpose, form.text("token"))
    if link is None:
        return link_over(visit)
    password = read_new_password(visit, form, link.email)
    if form.errors:
        return _choice(visit, form, link.email, status=_WRONG)
    front_door = visit.engine.front_door
    try:
        account_id = await front_door.registering.by_link(
            purpose, form.text("token"), password, language=visit.language, address=visit.address
        )
    except (LinkOver, AccountTaken):
        return link_over(visit)
    token = await front_door.signing_in.enter(
        account_id, address=visit.address, browser=visit.browser, by="registration"
    )
    return let_in(visit, token, "/account", done=visit.gettext("Welcome! Your account is ready."))


def read_email(visit: Visit, text: str) -> str:
    """Read an e-mail address as accounts are found by; raises ValueError with what to say."""
    try:
        return normal_email(text)
    except ValueError:
        raise ValueError(visit.gettext("This is no e-mail address.")) from None


def count_asking(visit: Visit) -> None:
    """Count what was asked for from one place; raises :class:`TooManyRequests`."""
    if visit.engine.front_door.asked_from.fail(network_of(visit.address), time.monotonic()):
        raise TooManyRequests


def may_mail(visit: Visit, email: str) -> bool:
    """Whether an address may get another mail by now; who asks is not told."""
    return not visit.engine.front_door.asked_for.fail(email, time.monotonic())


def _form(visit: Visit, form: Form, status: int = 200) -> Response:
    policy = visit.engine.settings.registration_policy
    has_mail = visit.engine.front_door.mailer.is_configured
    return visit.page("portal/account/register.html", form=form, status=status, registration=policy, has_mail=has_mail)


def _choice(visit: Visit, form: Form, email: str, status: int = 200) -> Response:
    return visit.page("portal/account/choose-password.html", form=form, status=status, email=email, is_new=True)
