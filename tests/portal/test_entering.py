"""Signing in by a link from the terminal, and signing out."""

from tests.portal.visitors import link_for, new_visitor, signed_in
from tests.servers import RunningServer, Tenant


def test_a_link_signs_in_once(server: RunningServer, alice: Tenant) -> None:
    link = link_for(server, alice.user_id)
    first, second = new_visitor(server), new_visitor(server)
    assert alice.user_id in first.get(link).text
    assert alice.user_id in second.get(link).text  # looking at it does not use it up
    assert first.send(link).headers["location"] == "/account"
    assert alice.user_id in first.get("/account/audit").text
    assert second.get(link).status_code == 410


def test_who_signs_out_is_out(server: RunningServer, alice: Tenant) -> None:
    visitor = signed_in(server, alice.user_id)
    page = visitor.get("/account/audit")
    assert page.headers["cache-control"] == "no-store"
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    cookies = dict(visitor.client.cookies)
    assert visitor.client.post("/account/sign-out", data={"csrf": token}).status_code == 303
    again = new_visitor(server)
    again.client.cookies.update(cookies)
    assert again.get("/account/audit").headers["location"].startswith("/account/sign-in?next=/account/audit")
