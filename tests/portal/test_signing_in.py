"""Signing in with address and password: one answer to everything that is wrong, and an end to guessing."""

import asyncio
import time

import pytest

from tests.portal.conftest import on_one_database
from tests.portal.people import PASSWORD, fresh_email, sign_in, without_tokens
from tests.portal.visitors import new_visitor, signed_in
from tests.servers import RunningServer, Tenant
from ticketsonic.accounts.passwords import Passwords


def _give_password(server: RunningServer, tenant: Tenant) -> None:
    visitor = signed_in(server, tenant.user_id)
    answer = visitor.send("/account/security", "/account/security/password", password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 303, answer.text


def test_the_right_password_leads_to_where_one_wanted_to_go(server: RunningServer, alice: Tenant) -> None:
    _give_password(server, alice)
    visitor = new_visitor(server)
    wanted = visitor.get("/account/audit?before=999").headers["location"]
    answer = visitor.send(wanted, email=f" {alice.user_id.upper()} ", password=PASSWORD)
    assert answer.headers["location"] == "/account/audit?before=999"
    assert "Signed in" in visitor.get("/account/audit").text


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/v1/health", "/account//evil", "javascript:1"],
)
@on_one_database
def test_it_leads_nowhere_else(server: RunningServer, alice: Tenant, wanted: str) -> None:
    visitor = signed_in(server, alice.user_id)
    assert visitor.client.get("/account/sign-in", params={"next": wanted}).headers["location"] == "/account"


def test_unknown_address_no_password_and_wrong_password_get_one_answer(
    server: RunningServer, alice: Tenant, bob: Tenant
) -> None:
    _give_password(server, alice)
    answers = []
    for email in (alice.user_id, bob.user_id, fresh_email()):
        answer = sign_in(new_visitor(server), email, "not the right one")
        answers.append((answer.status_code, without_tokens(answer.text).replace(email, "")))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 422
    assert "Address or password is wrong." in answers[0][1]
    assert "Sign-in refused" in signed_in(server, alice.user_id).get("/account/audit").text


def test_a_check_without_a_hash_works_as_hard_as_one_with_it() -> None:
    async def seconds(passwords: Passwords, password_hash: str | None) -> float:
        began = time.process_time()
        assert not await passwords.is_right(password_hash, "not the right one")
        return time.process_time() - began

    async def main() -> tuple[float, float]:
        passwords = Passwords()
        password_hash = await passwords.hash(PASSWORD)
        await passwords.is_right(None, PASSWORD)
        known = min([await seconds(passwords, password_hash) for _ in range(2)])
        unknown = min([await seconds(passwords, None) for _ in range(2)])
        return known, unknown

    known, unknown = asyncio.run(main())
    assert 1 / 3 < known / unknown < 3
