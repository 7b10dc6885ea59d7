"""Forms that no page of ours sent, for this very visitor, change nothing: every page that takes one is tried."""

import re

import pytest

from tests.portal.conftest import on_one_database
from tests.portal.visitors import Visitor, new_visitor, signed_in
from tests.servers import RunningServer, Tenant
from ticketsonic.pages.serving import Page
from ticketsonic.portal.table import PAGES

FORMS = [page for page in PAGES if page.submit is not None]
SECURITY = "/account/security"


def _address(page: Page) -> str:
    return re.sub(r"\{\w+:(\w+)\}", lambda found: "1" if found[1] == "int" else "rsa", page.path)


def _token(visitor: Visitor) -> str:
    return re.findall(r'name="csrf" value="([^"]*)"', visitor.get(SECURITY).text)[0]


@on_one_database
def test_every_form_without_its_token_is_refused(server: RunningServer, alice: Tenant) -> None:
    visitor = signed_in(server, alice.user_id)
    assert len(FORMS) > 15
    for page in FORMS:
        answer = visitor.client.post(_address(page), data={"name": "x"})
        assert (answer.status_code, "This form is out of date" in answer.text) == (403, True), page.path


@on_one_database
def test_the_token_of_somebody_else_is_refused(server: RunningServer, alice: Tenant, bob: Tenant) -> None:
    hers, his = signed_in(server, alice.user_id), signed_in(server, bob.user_id)
    answer = hers.client.post(f"{SECURITY}/language", data={"csrf": _token(his), "language": "es"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
@on_one_database
def test_a_form_of_another_site_is_refused_even_with_the_token(
    server: RunningServer, alice: Tenant, headers: dict[str, str]
) -> None:
    visitor = signed_in(server, alice.user_id)
    fields = {"csrf": _token(visitor), "language": "es"}
    assert visitor.client.post(f"{SECURITY}/language", data=fields, headers=headers).status_code == 403
    assert visitor.client.post(f"{SECURITY}/language", data=fields).status_code == 303


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 64, "A" * 10_000])
@on_one_database
def test_nonsense_for_a_token_is_refused(server: RunningServer, token: str) -> None:
    visitor = new_visitor(server)
    visitor.get("/account/sign-in")
    answer = visitor.client.post("/account/sign-in", data={"csrf": token, "email": "a@b", "password": "x"})
    assert answer.status_code == 403
