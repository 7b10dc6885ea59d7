"""What goes wrong is a page too, in the same look and the visitor's language, and says what to do."""

import pytest
from tests.portal.conftest import on_one_database
from tests.portal.visitors import new_visitor, signed_in
from tests.servers import RunningServer, Tenant

from ticketsonic.pages.serving import FORM_BYTES, FORM_FIELDS


@pytest.mark.parametrize("path", ["/account/nothing", "/account/security/none", "/account/%00", "/account/%ff"])
@on_one_database
def test_no_such_page(server: RunningServer, path: str) -> None:
    answer = new_visitor(server).client.get(path, headers={"accept-language": "es"})
    assert answer.status_code == 404
    assert '<html lang="es">' in answer.text
    assert "content-security-policy" in answer.headers


@on_one_database
def test_a_method_that_a_page_does_not_take(server: RunningServer) -> None:
    visitor = new_visitor(server)
    assert visitor.client.delete("/account/sign-in").status_code == 405
    answer = visitor.get("/account/sign-in/code")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert "This address takes no such request" in answer.text


@on_one_database
def test_a_form_that_is_too_large(server: RunningServer) -> None:
    answer = new_visitor(server).client.post("/account/sign-in", data={"email": "x" * FORM_BYTES})
    assert (answer.status_code, "That is too large" in answer.text) == (413, True)


@on_one_database
def test_a_form_that_is_too_large_and_does_not_say_so(server: RunningServer) -> None:
    parts = (b"x" * 8192 for _ in range(FORM_BYTES // 8192 + 1))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert new_visitor(server).client.post("/account/sign-in", content=parts, headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n" * 3000),
        ("application/json", b'{"csrf": "x"}'),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(FORM_FIELDS + 1))),
        ("application/x-www-form-urlencoded; charset=nonsense", b"csrf=%ff%fe"),
        ("", b"\xff" * 100),
    ],
)
@on_one_database
def test_what_is_no_form_is_refused_and_not_a_fault(server: RunningServer, content_type: str, body: bytes) -> None:
    answer = new_visitor(server).client.post("/account/sign-in", content=body, headers={"content-type": content_type})
    assert answer.status_code in {400, 403}
    assert "<h1>" in answer.text


@pytest.mark.parametrize("number", ["9" * 19, "9" * 400, "0", "-1", "1.5", "x"])
def test_a_number_that_no_database_holds_is_no_page(server: RunningServer, alice: Tenant, number: str) -> None:
    visitor = signed_in(server, alice.user_id)
    assert visitor.get(f"/account/credentials/keys/{number}/revoke").status_code == 404
    assert visitor.get(f"/account/audit?before={number}").status_code == 200


@on_one_database
def test_a_cookie_that_is_none_is_nobody(server: RunningServer) -> None:
    for cookie in (b"", b"x", "é".encode(), b"\xff", b"A" * 4000, b'"'):
        headers = {b"cookie": b"ticketsonic-session=" + cookie}
        answer = new_visitor(server).client.get("/account/audit", headers=headers)
        assert answer.status_code == 303, cookie
