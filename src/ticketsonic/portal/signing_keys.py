"""Rotating and revoking the keys that sign tickets: what it means is said before it is done."""

from starlette.responses import Response

from ticketsonic.accounts.signing_keys import RSA_BITS, LastSigningKey
from ticketsonic.pages.forms import Form
from ticketsonic.pages.visit import NoSuchPage, Visit

CREDENTIALS = "/account/credentials"
_WRONG = 422
_CODES = ("rsa", "ed25519")


async def ask_rotate(visit: Visit) -> Response:
    """Say what a rotation means, and ask for the size."""
    code = _code(visit)
    keys = await visit.engine.keyring.public_keys_now(visit.account_id)
    bits = next(key.bits for key in reversed(keys) if key.code == code)
    return visit.page("portal/account/rotate.html", form=Form({"bits": bits}), code=code, bits=bits)


async def rotate(visit: Visit) -> Response:
    """Sign new tickets with a fresh key."""
    code, form = _code(visit), Form(visit.form)
    chosen = form.text("bits")
    bits = next((each for each in RSA_BITS if str(each) == chosen), None) if code == "rsa" else None
    if code == "rsa" and bits is None:
        raise NoSuchPage
    if not form.is_on("understood"):
        form.errors["understood"] = visit.gettext("Please say that you have read this.")
        return visit.page("portal/account/rotate.html", form=form, status=_WRONG, code=code, bits=bits)
    details = {"code": code, "bits": bits} if bits else {"code": code}
    number = await visit.engine.keyring.rotate(
        visit.account_id,
        code,
        bits,
        along=lambda connection, number: visit.record(
            connection, "signing_key.rotated", subject=f"signing key {number}", **details
        ),
    )
    done = visit.gettext(
        "New tickets are signed with key %(number)s within 5 seconds. Older tickets stay valid.", number=number
    )
    return visit.redirect(CREDENTIALS, done=done)


async def ask_revoke(visit: Visit) -> Response:
    """Say what a revocation means."""
    return await _revoke_page(visit, Form())


async def revoke(visit: Visit) -> Response:
    """Refuse every ticket of a key from now on."""
    number, form = visit.number("number"), Form(visit.form)
    if form.text("typed") != str(number):
        form.errors["typed"] = visit.gettext("Type the number of the key to confirm.")
        return await _revoke_page(visit, form, status=_WRONG)
    try:
        done = await visit.engine.keyring.revoke(
            visit.account_id,
            number,
            along=lambda connection: visit.record(connection, "signing_key.revoked", subject=f"signing key {number}"),
        )
    except LastSigningKey:
        form.errors[""] = visit.gettext("This is the last key of its kind: rotate first, then revoke it.")
        return await _revoke_page(visit, form, status=_WRONG)
    if not done:
        raise NoSuchPage
    said = visit.gettext("Signing key %(number)s is revoked: its tickets are refused within 5 seconds.", number=number)
    return visit.redirect(CREDENTIALS, done=said)


async def _revoke_page(visit: Visit, form: Form, status: int = 200) -> Response:
    number = visit.number("number")
    keys = await visit.engine.keyring.public_keys_now(visit.account_id)
    key = next((each for each in keys if each.number == number), None)
    if key is None:
        raise NoSuchPage
    return visit.page("portal/account/signing-key-revoke.html", form=form, status=status, key=key)


def _code(visit: Visit) -> str:
    code = str(visit.request.path_params["code"])
    if code not in _CODES:
        raise NoSuchPage
    return code
