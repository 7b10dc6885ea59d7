"""The mails of the portal, in the reader's language."""

from ticketsonic.accounts.links import LIFETIME_SECONDS, path_of
from ticketsonic.accounts.mail import Letter
from ticketsonic.pages.visit import Visit

_HOUR_SECONDS = 3600


def confirmation(visit: Visit, email: str, token: str) -> Letter:
    """Prove an address: whoever follows the link chooses a password."""
    text = visit.gettext(
        "Hello,\n\n"
        "somebody, hopefully you, wants an account at %(base)s for this address. To go on, open this link and choose "
        "a password:\n\n%(link)s\n\n"
        "It works once, for %(hours)s hours. If it was not you, do nothing: no account is made.\n",
        base=visit.base_url,
        link=visit.base_url + path_of("confirm", token),
        hours=LIFETIME_SECONDS["confirm"] // _HOUR_SECONDS,
    )
    return Letter(email, visit.gettext("Confirm your e-mail address"), text)


def already_there(visit: Visit, email: str) -> Letter:
    """Tell the owner of an address that it has an account: the page that was asked must not."""
    text = visit.gettext(
        "Hello,\n\n"
        "somebody, hopefully you, wanted an account at %(base)s for this address. It has one already. Sign in:\n\n"
        "%(sign_in)s\n\n"
        "Forgot your password? Choose a new one:\n\n%(forgotten)s\n",
        base=visit.base_url,
        sign_in=f"{visit.base_url}/account/sign-in",
        forgotten=f"{visit.base_url}/account/forgotten",
    )
    return Letter(email, visit.gettext("You have an account already"), text)


def new_password(visit: Visit, email: str, token: str) -> Letter:
    """Let the owner of an address choose a new password."""
    text = visit.gettext(
        "Hello,\n\n"
        "somebody, hopefully you, asked for a new password at %(base)s. To choose one, open this link:\n\n%(link)s\n\n"
        "It works once, for one hour. If it was not you, do nothing: your password stays as it is.\n",
        base=visit.base_url,
        link=visit.base_url + path_of("reset", token),
    )
    return Letter(email, visit.gettext("Choose a new password"), text)


def password_changed(visit: Visit, email: str) -> Letter:
    """Tell the owner of an address that the password is another now."""
    text = visit.gettext(
        "Hello,\n\n"
        "the password of your account at %(base)s was changed, and every session was ended. If it was not you, "
        "choose a new one at once:\n\n%(forgotten)s\n",
        base=visit.base_url,
        forgotten=f"{visit.base_url}/account/forgotten",
    )
    return Letter(email, visit.gettext("Your password was changed"), text)
