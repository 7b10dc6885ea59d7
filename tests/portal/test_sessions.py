"""Sessions: listed, ended one by one or all at once, and all of them at a change of the password."""

import re

from tests.portal.people import ANOTHER_PASSWORD, PASSWORD, sign_in
from tests.portal.visitors import Visitor, link_for, new_visitor, signed_in
from tests.servers import RunningServer, Tenant

SECURITY = "/account/security"


def _is_in(visitor: Visitor) -> bool:
    return visitor.get(SECURITY).status_code == 200


def _session_ids(visitor: Visitor) -> list[str]:
    return re.findall(r"/account/security/sessions/(\d+)/end\"", visitor.get(SECURITY).text)


def test_each_is_listed_and_can_be_ended(server: RunningServer, alice: Tenant) -> None:
    here, elsewhere = signed_in(server, alice.user_id), signed_in(server, alice.user_id)
    elsewhere.client.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"
    third = signed_in(server, alice.user_id)
    ids = _session_ids(here)
    assert len(ids) == 3
    other = next(each for each in ids if each != _own_id(here) and each != _own_id(third))
    ended = here.send(SECURITY, f"{SECURITY}/sessions/{other}/end")
    assert ended.headers["location"] == SECURITY
    assert (_is_in(here), _is_in(elsewhere), _is_in(third)) == (True, False, True)
    here.send(SECURITY, f"{SECURITY}/sessions/end-others")
    assert (_is_in(here), _is_in(third)) == (True, False)
    assert here.send(SECURITY, f"{SECURITY}/sessions/{_own_id(here)}/end").headers["location"] == "/account/sign-in"
    assert not _is_in(here)


def _own_id(visitor: Visitor) -> str:
    rows = visitor.get(SECURITY).text.split("<tr>")
    (own,) = [row for row in rows if "this one" in row]
    return re.findall(r"/sessions/(\d+)/end", own)[0]


def test_another_accounts_session_is_none(server: RunningServer, alice: Tenant, bob: Tenant) -> None:
    hers, his = signed_in(server, alice.user_id), signed_in(server, bob.user_id)
    token = re.findall(r'name="csrf" value="([^"]*)"', his.get(SECURITY).text)[0]
    tried = his.client.post(f"{SECURITY}/sessions/{_own_id(hers)}/end", data={"csrf": token})
    assert tried.status_code == 404
    assert _is_in(hers)


def test_a_new_password_ends_all_and_goes_on_here_in_a_fresh_one(server: RunningServer, alice: Tenant) -> None:
    here, elsewhere = signed_in(server, alice.user_id), signed_in(server, alice.user_id)
    before = dict(here.client.cookies)
    set_first = here.send(SECURITY, f"{SECURITY}/password", password=PASSWORD, again=PASSWORD)
    assert set_first.headers["location"] == SECURITY
    assert (_is_in(here), _is_in(elsewhere)) == (True, False)
    assert dict(here.client.cookies)["ticketsonic-session"] != before["ticketsonic-session"]
    old = new_visitor(server)
    old.client.cookies.update(before)
    assert not _is_in(old)
    wrong = here.send(
        SECURITY, f"{SECURITY}/password", current="wrong one", password=ANOTHER_PASSWORD, again=ANOTHER_PASSWORD
    )
    assert "This is not your password." in wrong.text
    right = here.send(
        SECURITY, f"{SECURITY}/password", current=PASSWORD, password=ANOTHER_PASSWORD, again=ANOTHER_PASSWORD
    )
    assert right.status_code == 303
    assert sign_in(new_visitor(server), alice.user_id, ANOTHER_PASSWORD).status_code == 303


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(server: RunningServer, alice: Tenant) -> None:
    visitor = new_visitor(server)
    sent = visitor.send(link_for(server, alice.user_id)).headers["set-cookie"]
    assert re.search(r"ticketsonic-session=[\w-]{43}; HttpOnly; Max-Age=1209600; Path=/; SameSite=lax", sent)
