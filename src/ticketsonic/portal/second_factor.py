"""Setting up the second factor, fresh recovery codes, and turning it off."""

import segno
from markupsafe import Markup
from starlette.responses import Response

from ticketsonic.accounts import second_factor
from ticketsonic.accounts.logins import find_login
from ticketsonic.errors import TooManyRequests
from ticketsonic.pages.forms import Form
from ticketsonic.pages.visit import Visit

HERE = "/account/security/second-factor"
_WRONG, _TOO_MANY = 422, 429


async def show(visit: Visit) -> Response:
    """Show the QR code to set it up with; or what there is where it is on."""
    return await _page(visit, Form())


async def turn_on(visit: Visit) -> Response:
    """Turn it on where the app shows the right code; give the recovery codes, this once."""
    form = Form(visit.form)
    async with visit.engine.database.transaction() as connection:
        login = await find_login(connection, visit.account_id)
        if login is None or login.has_second_factor:
            return visit.redirect(HERE)
        codes = await second_factor.confirm(connection, visit.engine.seal, visit.account_id, form.text("code"))
        if codes is not None:
            await visit.record(connection, "second_factor.on")
    if codes is None:
        form.errors["code"] = visit.gettext("This is not the code that the app shows. Is the phone's clock right?")
        return await _page(visit, form, status=_WRONG)
    return visit.page("portal/account/recovery-codes.html", codes=codes)


async def make_codes(visit: Visit) -> Response:
    """Make fresh recovery codes, for who has a code still."""
    form = Form(visit.form)
    if not await _is_right(visit, form, "code_for_codes"):
        return await _page(visit, form, status=_WRONG)
    async with visit.engine.database.transaction() as connection:
        codes = await second_factor.make_recovery_codes(connection, visit.account_id)
        await visit.record(connection, "recovery_codes.made")
    return visit.page("portal/account/recovery-codes.html", codes=codes)


async def turn_off(visit: Visit) -> Response:
    """Turn it off, for who has a code still."""
    form = Form(visit.form)
    if not await _is_right(visit, form, "code_to_turn_off"):
        return await _page(visit, form, status=_WRONG)
    async with visit.engine.database.transaction() as connection:
        await second_factor.turn_off(connection, visit.account_id)
        await visit.record(connection, "second_factor.off")
    return visit.redirect("/account/security", done=visit.gettext("The second factor is off."))


async def _is_right(visit: Visit, form: Form, name: str) -> bool:
    """Use up the code in a field; what is wrong with it stands beside it."""
    code = form.text(name)
    signing_in = visit.engine.front_door.signing_in
    try:
        with signing_in.trying_code(visit.account_id, code, address=visit.address) as forgive:
            async with visit.engine.database.transaction() as connection:
                kind = await second_factor.is_right(connection, visit.engine.seal, visit.account_id, code)
            if kind is not None:
                forgive()
                return True
    except TooManyRequests:
        form.errors[name] = visit.gettext("Too many wrong codes. Wait an hour, or use a recovery code.")
        return False
    form.errors[name] = visit.gettext("This code is wrong, or was used before. A new one comes within 30 seconds.")
    return False


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    async with visit.engine.database.transaction() as connection:
        login = await find_login(connection, visit.account_id)
        if login is not None and login.has_second_factor:
            left = await second_factor.count_recovery_codes(connection, visit.account_id)
            return visit.page("portal/account/second-factor-on.html", form=form, status=status, codes_left=left)
        secret = await second_factor.begin(connection, visit.engine.seal, visit.account_id)
    address = second_factor.address_of(secret, visit.signed_in.email)
    spelled = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return visit.page(
        "portal/account/second-factor-off.html", form=form, status=status, qr=_draw(address), secret=spelled
    )


def _draw(text: str) -> Markup:
    """Draw a QR code as SVG: shapes and colours by attributes, no style in it."""
    return Markup(segno.make(text, error="m").svg_inline(border=2, omitsize=True))  # noqa: S704 - segno draws paths
