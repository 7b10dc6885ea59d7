"""The second factor: set up with an app, asked for at each sign-in, a code good once, and a way back in."""

import re

from tests.portal.conftest import on_one_database
from tests.portal.people import PASSWORD, App, choose, sign_in
from tests.portal.visitors import Visitor, link_for, new_visitor, signed_in
from tests.servers import RunningServer, Tenant

HERE = "/account/security/second-factor"


def _set_up(server: RunningServer, tenant: Tenant) -> tuple[App, list[str]]:
    """Give a tenant a password and a second factor; gives the app and the recovery codes."""
    visitor = signed_in(server, tenant.user_id)
    visitor.send("/account/security", "/account/security/password", password=PASSWORD, again=PASSWORD)
    app = App(visitor.get(HERE).text)
    assert "shows. Is the phone" in visitor.send(HERE, code="000000").text
    shown = visitor.send(HERE, code=app.code())
    codes = re.findall(r"<li><code>([a-z2-7-]{19})</code>", shown.text)
    assert len(set(codes)) == 10
    assert codes[0] not in visitor.get(HERE).text
    return app, codes


def _sign_in(server: RunningServer, tenant: Tenant, code: str) -> tuple[Visitor, int]:
    """Sign in with password and code; gives who did, and the status of the last answer."""
    visitor = new_visitor(server)
    asked = sign_in(visitor, tenant.user_id)
    assert "One more step" in asked.text
    assert visitor.get("/account/security").status_code == 303  # the password alone opens nothing
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked.text))
    return visitor, visitor.client.post("/account/sign-in/code", data=hidden | {"code": code}).status_code


def test_a_code_lets_in_once_and_so_does_each_recovery_code(server: RunningServer, alice: Tenant) -> None:
    app, (first, *_) = _set_up(server, alice)
    code = app.code()
    visitor, status = _sign_in(server, alice, code)
    assert status == 303
    assert "recovery codes are left" in visitor.get("/account/security").text
    assert _sign_in(server, alice, code)[1] == 422
    assert [_sign_in(server, alice, first.upper())[1] for _ in range(2)] == [303, 422]
    assert "9 recovery codes are left" in visitor.get("/account/security").text


def test_a_step_half_way_works_in_no_other_browser(server: RunningServer, alice: Tenant) -> None:
    _, (code, *_) = _set_up(server, alice)
    visitor, thief = new_visitor(server), new_visitor(server)
    page = sign_in(visitor, alice.user_id).text
    half_way = re.findall(r'name="half_way" value="([^"]*)"', page)[0]
    token = re.findall(r'name="csrf" value="([^"]*)"', thief.get("/account/sign-in").text)[0]
    stolen = {"csrf": token, "half_way": half_way, "code": code, "next": ""}
    assert thief.client.post("/account/sign-in/code", data=stolen).headers["location"] == "/account/sign-in"
    assert thief.get("/account/security").status_code == 303


def test_fresh_recovery_codes_end_those_before_and_turning_off_needs_a_code(
    server: RunningServer, alice: Tenant
) -> None:
    _, (first, second, *_) = _set_up(server, alice)
    visitor = signed_in(server, alice.user_id)
    shown = visitor.send(HERE, f"{HERE}/codes", code_for_codes=first)
    fresh = re.findall(r"<li><code>([a-z2-7-]{19})</code>", shown.text)
    assert len(fresh) == 10
    assert visitor.send(HERE, f"{HERE}/off", code_to_turn_off=second).status_code == 422
    assert visitor.send(HERE, f"{HERE}/off", code_to_turn_off=fresh[0]).headers["location"] == "/account/security"
    assert sign_in(new_visitor(server), alice.user_id).headers["location"] == "/account"


@on_one_database
def test_a_new_password_by_link_leaves_it_on_and_the_operator_can_turn_it_off(
    server: RunningServer, alice: Tenant
) -> None:
    _set_up(server, alice)
    choose(new_visitor(server), link_for(server, alice.user_id, "reset"))
    assert "One more step" in sign_in(new_visitor(server), alice.user_id).text
    server.command("account", "forget-second-factor", alice.user_id)
    assert sign_in(new_visitor(server), alice.user_id).headers["location"] == "/account"
    assert new_visitor(server).get(link_for(server, alice.user_id)).status_code == 200
