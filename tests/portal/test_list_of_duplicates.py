"""The list of probable duplicates: which order each repeats, and the button that cancels it right there."""

import re
from html import unescape

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import PHONE, open_context, well_made
from tests.portal.conftest import on_one_database
from tests.portal.visitors import Visitor, sign_in_browser, signed_in
from tests.servers import RunningServer, Tenant

HERE = "/account/orders?only=duplicates"
_FORM = re.compile(r'<form method="post" action="(/account/orders/\d+/cancel)">(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@pytest.fixture
def organiser(server: RunningServer, alice: Tenant) -> Visitor:
    return signed_in(server, alice.user_id)


def buy(tenant: Tenant, sku: str, name: str = "Grace Hopper") -> tuple[str, str]:
    answer = tenant.order((sku, 2), order_details={"primary_text_pl": name}).json()
    return answer["request_hash"], answer["tickets"][0]["encrypted_data"]


def row_of(page: str, request_hash: str) -> str:
    (row,) = [row for row in page.split("<tr") if f'<br><code class="small">{request_hash[:17]}' in row]
    return row


def forms(page: str) -> list[tuple[str, dict[str, str]]]:
    """Every row's form, with what it sends."""
    found = _FORM.findall(page)
    return [(action, {name: unescape(value) for name, value in _HIDDEN.findall(inside)}) for action, inside in found]


def test_a_row_says_which_order_it_repeats(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    (first, _), (second, _) = buy(alice, sku), buy(alice, sku)
    for list_of_orders in (HERE, "/account/orders"):
        row = row_of(organiser.get(list_of_orders).text, second)
        (earlier,) = re.findall(r'<a href="(/account/orders/\d+)">repeats the order of [^<]+</a>', row)
        assert first[:17] in row
        assert first in organiser.get(earlier).text
    assert not forms(organiser.get("/account/orders").text)


def test_each_row_of_a_page_is_cancelled_by_its_own_button(organiser: Visitor, alice: Tenant) -> None:
    """Both from one page, as it stands in two tabs; each goes back to the list with its filters."""
    event_id, (sku,) = alice.event({"stock": 20})
    for name in ("Grace Hopper", "Grace Hopper", "Ada", "Ada"):
        buy(alice, sku, name)
    here = f"/account/orders?event={event_id}&only=duplicates"
    page = organiser.get(here).text
    for number, (action, fields) in enumerate(forms(page), 1):
        sent = organiser.client.post(action, data=fields, headers={"origin": alice.url})
        assert (sent.status_code, sent.headers["location"]) == (303, here)
        assert "2 tickets are cancelled." in organiser.get(here).text
        assert alice.stock(sku) == 12 + 2 * number
    assert number == 2
    assert "Nothing found" in organiser.get(here).text


def test_it_goes_back_to_no_other_site_and_only_with_the_form_s_token(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    buy(alice, sku)
    buy(alice, sku)
    ((action, fields),) = forms(organiser.get(HERE).text)
    without = organiser.client.post(action, data=fields | {"csrf": ""}, headers={"origin": alice.url})
    assert without.status_code == 403
    sent = organiser.client.post(
        action, data=fields | {"back": "//example.com/\r\n?x=1"}, headers={"origin": alice.url}
    )
    assert sent.headers["location"].startswith("/account/orders?")


def test_of_what_was_admitted_no_cancelling_is_offered(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    buy(alice, sku)
    second, code = buy(alice, sku)
    ((action, fields),) = forms(organiser.get(HERE).text)
    alice.validate(code)
    page = organiser.get(HERE).text
    assert not forms(page)
    assert "Cancel the others one by one" in row_of(page, second)
    organiser.client.post(action, data=fields, headers={"origin": alice.url})  # from a page that stood open meanwhile
    assert "cannot be cancelled. Nothing was changed." in organiser.get(HERE).text


@on_one_database
def test_it_is_cancelled_on_a_phone_without_javascript(browser: Browser, server: RunningServer, alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 9, "primary_text_pl": "Regular pass for all three days"})
    (first, _), _ = buy(alice, sku), buy(alice, sku)
    with open_context(browser, viewport=PHONE) as context:
        sign_in_browser(context, server, alice.user_id)
        page = context.new_page()
        page.goto(f"{server.url}{HERE}&locale=bg")
        well_made(page)
    with open_context(browser, viewport=PHONE, java_script_enabled=False) as context:
        sign_in_browser(context, server, alice.user_id)
        page = context.new_page()
        page.goto(f"{server.url}{HERE}&locale=en")
        page.get_by_role("link", name="repeats the order of").click()
        expect(page.get_by_text(first)).to_be_visible()
        page.go_back()
        page.get_by_role("button", name="Cancel this order").click()
        expect(page.get_by_text("2 tickets are cancelled.")).to_be_visible()
        expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    assert alice.stock(sku) == 7
