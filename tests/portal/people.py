"""What people type: addresses nobody has yet, a password, and the code of an authenticator app."""

import re
import secrets
import time

import httpx
import pyotp

from tests.portal.visitors import Visitor
from ticketsonic.accounts.second_factor import STEP_SECONDS

PASSWORD = "correct horse battery staple"
ANOTHER_PASSWORD = "some other words to remember"


def fresh_email(name: str = "carol") -> str:
    return f"{name}.{secrets.token_hex(5)}@example.com"


def choose(visitor: Visitor, path: str, password: str = PASSWORD) -> httpx.Response:
    """Choose a password at the page of a link."""
    return visitor.send(path, password=password, again=password)


def sign_in(visitor: Visitor, email: str, password: str = PASSWORD) -> httpx.Response:
    return visitor.send("/account/sign-in", email=email, password=password)


def without_tokens(page: str) -> str:
    """A page without what differs each time."""
    return re.sub(r'name="(csrf|half_way)" value="[^"]*"', r'name="\1"', page)


class App:
    """An authenticator app: it never gives one code twice."""

    def __init__(self, page: str) -> None:
        found = re.search(r'<p class="secret"><code>([A-Z2-7 ]+)</code>', page)
        assert found, page
        self._app = pyotp.TOTP(found[1].replace(" ", ""))
        self._last_step = 0

    def code(self) -> str:
        """The first code that was not used yet: of this half minute, or the next, which a server takes as well."""
        step = max(int(time.time()) // STEP_SECONDS, self._last_step + 1)
        while step > int(time.time()) // STEP_SECONDS + 1:
            time.sleep(0.2)
        self._last_step = step
        return self._app.generate_otp(step)
