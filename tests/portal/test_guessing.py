"""Guessing is held up, also many tries at one instant, and nobody is kept out by what strangers try."""

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.portal.conftest import on_one_database
from tests.portal.people import PASSWORD, App, fresh_email, sign_in
from tests.portal.visitors import Visitor, new_visitor, signed_in
from tests.servers import RunningServer, Tenant, run_apart
from ticketsonic.accounts.accounts import find_account
from ticketsonic.accounts.signing_in import FAILURES_OF_ACCOUNT, SigningIn
from ticketsonic.database import Database
from ticketsonic.errors import TooManyRequests
from ticketsonic.sealing import Seal, load_secret
from ticketsonic.settings import load_settings

AT_ONCE = 24
FACTOR = "/account/security/second-factor"


def _give_password(server: RunningServer, tenant: Tenant) -> Visitor:
    visitor = signed_in(server, tenant.user_id)
    answer = visitor.send("/account/security", "/account/security/password", password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 303, answer.text
    return visitor


def _all_at_once(visitor: Visitor, page: httpx.Response, path: str, field: str) -> Counter[int]:
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    hidden |= {"email": fresh_email()}
    origin = {"origin": str(visitor.client.base_url)}

    def guess(number: int) -> int:
        guessed = hidden | {field: f"{number:06}"}
        return visitor.client.post(path, data=guessed, headers=origin).status_code

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return Counter(threads.map(guess, range(AT_ONCE)))


@on_one_database
def test_passwords_guessed_at_one_instant_are_no_more_than_those_in_a_row(server: RunningServer) -> None:
    visitor = new_visitor(server)
    page = visitor.get("/account/sign-in")
    assert _all_at_once(visitor, page, "/account/sign-in", "password") == {422: 10, 429: AT_ONCE - 10}


@on_one_database
def test_codes_guessed_at_one_instant_are_ten_and_a_recovery_code_lets_in_all_the_same(
    server: RunningServer, alice: Tenant
) -> None:
    owner = _give_password(server, alice)
    app = App(owner.get(FACTOR).text)
    shown = owner.send(FACTOR, code=app.code())
    recovery = re.findall(r"<li><code>([a-z2-7-]{19})</code>", shown.text)[0]
    thief = new_visitor(server)
    page = sign_in(thief, alice.user_id)
    assert _all_at_once(thief, page, "/account/sign-in/code", "code") == {422: 10, 429: AT_ONCE - 10}
    visitor = new_visitor(server)
    asked = sign_in(visitor, alice.user_id)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked.text))
    answers = [
        visitor.client.post("/account/sign-in/code", data=hidden | {"code": code}) for code in (app.code(), recovery)
    ]
    assert [answer.status_code for answer in answers] == [429, 303]
    assert "use a recovery code" in answers[0].text


@on_one_database
def test_after_ten_wrong_tries_a_stranger_is_kept_out_and_nobody_else(server: RunningServer, alice: Tenant) -> None:
    _give_password(server, alice)
    stranger = new_visitor(server)
    statuses = [sign_in(stranger, alice.user_id, f"wrong number {number}").status_code for number in range(11)]
    assert statuses == [422] * 10 + [429]
    assert sign_in(stranger, alice.user_id).status_code == 429  # not even the right one is looked at
    assert sign_in(new_visitor(server), alice.user_id).headers["location"] == "/account"
    # The terminal's link goes past it, and a key works on: only guessing is held up.
    assert signed_in(server, alice.user_id).get("/account/security").status_code == 200
    assert alice.get("event/list").status_code == 200


def test_under_siege_from_everywhere_only_addresses_of_the_account_s_person_are_listened_to(
    server: RunningServer, alice: Tenant
) -> None:
    _give_password(server, alice)

    async def main() -> None:
        settings = load_settings(server.environment)
        database = Database(settings.database_url)
        signing_in = SigningIn(database, Seal(load_secret(settings)))
        try:
            account = await find_account(database, alice.user_id)
            await signing_in.enter(account.account_id, address="2001:db8:1:2::7", browser="")
            for _ in range(FAILURES_OF_ACCOUNT):
                signing_in._by_account.fail(alice.user_id, time.monotonic())
            with pytest.raises(TooManyRequests):
                await signing_in.check_password(alice.user_id, PASSWORD, address="192.0.2.1")
            assert await signing_in.check_password(alice.user_id, PASSWORD, address="2001:db8:1:2::8") is not None
            assert await signing_in.check_password(alice.user_id, "wrong one", address="2001:db8:1:2::8") is None
        finally:
            await database.close()

    run_apart(main())
