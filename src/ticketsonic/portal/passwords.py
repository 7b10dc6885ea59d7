"""A new password as it is typed: twice, and strong enough; and where a sign-in leads to."""

import re

from ticketsonic.accounts.passwords import LEAST_CHARACTERS, MOST_CHARACTERS, WeakPassword, check_strength
from ticketsonic.pages.forms import Form
from ticketsonic.pages.visit import Visit

_OWN_PAGE = re.compile(r"/(account|developer|station)(/[^\\\s]*|\?[^\\\s]*)?")


def read_new_password(visit: Visit, form: Form, email: str) -> str:
    """Read `password` and `again`; what is wrong stands in the form's errors."""
    password = form.secret("password")
    try:
        check_strength(password, email)
    except WeakPassword as weak:
        form.errors["password"] = _said(visit, str(weak))
    else:
        if form.secret("again") != password:
            form.errors["again"] = visit.gettext("This is not the same password.")
    return password


def _said(visit: Visit, weakness: str) -> str:
    said = {
        "too short": visit.gettext(
            "Use at least %(least)s characters. Four random words are good.", least=LEAST_CHARACTERS
        ),
        "too long": visit.gettext("Use at most %(most)s characters.", most=MOST_CHARACTERS),
        "too plain": visit.gettext("Use more different characters."),
        "is the address": visit.gettext("Anybody would try your e-mail address first."),
    }
    return said[weakness]


def page_after(wanted: str) -> str:
    """Give the page to go to after a sign-in: one of ours, never another site's."""
    return wanted if _OWN_PAGE.fullmatch(wanted) and "//" not in wanted else "/account"
