"""The filters of the orders page survive each other: text, event, duplicates alone, the look through codes."""

import re
from html import unescape

import pytest

from tests.portal.visitors import Visitor, signed_in
from tests.servers import RunningServer, Tenant

ORDERS = "/account/orders"


@pytest.fixture
def organiser(server: RunningServer, alice: Tenant) -> Visitor:
    return signed_in(server, alice.user_id)


def buy(tenant: Tenant, sku: str, name: str) -> str:
    code: str = tenant.codes((sku, 1), order_details={"primary_text_pl": name})[0]
    return code


def listed(organiser: Visitor, address: str = ORDERS, **filters: object) -> str:
    return organiser.client.get(address, params={name: str(value) for name, value in filters.items()} or None).text


def link(page: str, said: str) -> str:
    (found,) = re.findall(rf'<a class="button quiet" href="([^"]+)"[^>]*>{said}</a>', page)
    return unescape(found)


def filled_in(page: str) -> dict[str, str]:
    """What the form of the page sends where nothing of it is changed."""
    form = page.partition('role="search"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    (text,) = re.findall(r'<input id="q" name="q" type="search" value="([^"]*)"', form)
    chosen = re.findall(r'<option value="(\d*)" selected>', form)
    return {name: unescape(value) for name, value in {**hidden, "q": text, "event": (chosen or [""])[0]}.items()}


def test_duplicates_alone_keep_the_event_and_the_text(organiser: Visitor, alice: Tenant) -> None:
    (event_id, (sku,)), (_, (other,)) = alice.event(), alice.event()
    for each, name in [(sku, "Ada Here"), (other, "Ada There"), (sku, "Bea Here")]:
        buy(alice, each, name)
        buy(alice, each, name)
    chosen = listed(organiser, q="Ada", event=event_id)
    twins = listed(organiser, link(chosen, "Probable duplicates"))
    assert [twins.count(name) for name in ("Ada Here", "Ada There", "Bea Here")] == [1, 0, 0]
    assert filled_in(twins) == {"only": "duplicates", "q": "Ada", "event": str(event_id)}
    without_text = listed(organiser, **{**filled_in(twins), "q": ""})
    assert [without_text.count(name) for name in ("Ada Here", "Ada There", "Bea Here")] == [1, 0, 1]
    all_again = listed(organiser, link(twins, "Not duplicates alone"))
    assert [all_again.count(name) for name in ("Ada Here", "Ada There", "Bea Here")] == [2, 0, 0]


def test_an_order_of_another_event_in_between_hides_no_duplicate(organiser: Visitor, alice: Tenant) -> None:
    (event_id, (sku,)), (_, (other,)) = alice.event(), alice.event()
    for each in (sku, other, sku):
        buy(alice, each, "Ada")
    assert listed(organiser, only="duplicates", event=event_id).count("probably a duplicate") == 1


def test_the_look_through_codes_keeps_the_event(organiser: Visitor, alice: Tenant) -> None:
    (event_id, (sku,)), (elsewhere, (other,)) = alice.event(ticket_code="ed25519"), alice.event(ticket_code="ed25519")
    here, there = buy(alice, sku, "Ada Here"), buy(alice, other, "Ada There")
    part = here[20:60]
    (offered,) = re.findall(r'href="([^"]*in=codes[^"]*)"', listed(organiser, q=part, event=event_id))
    looked = listed(organiser, unescape(offered))
    assert "Ada Here" in looked
    assert "Looked through the code of 1 ticket." in looked
    assert filled_in(looked) == {"in": "codes", "of": part, "q": part, "event": str(event_id)}
    other_event = listed(organiser, **{**filled_in(looked), "event": elsewhere})
    assert "Looked through the code of 1 ticket." in other_event
    assert "Ada Here" not in other_event
    assert "Ada There" in listed(organiser, q=there[20:60], **{"in": "codes", "event": elsewhere})
    another_text = listed(organiser, **{**filled_in(looked), "q": "Ada Here"})
    assert "Ada Here" in another_text
    assert "Looked through" not in another_text


def test_of_what_a_code_finds_duplicates_alone_are_shown(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event(ticket_code="ed25519")
    first, second = buy(alice, sku, "Grace"), buy(alice, sku, "Grace")
    for typed, sought in [(first, {}), (second, {}), (first[20:60], {"in": "codes"}), (second[20:60], {"in": "codes"})]:
        both = listed(organiser, q=typed, **sought)
        assert both.count("Grace") == 1
        alone = listed(organiser, link(both, "Probable duplicates"))
        assert alone.count("Grace") == (typed in second), typed


def test_what_a_code_names_is_of_the_event_that_is_chosen(organiser: Visitor, alice: Tenant) -> None:
    (event_id, (sku,)), (elsewhere, _) = alice.event(), alice.event()
    code = buy(alice, sku, "Grace")
    assert "Grace" in listed(organiser, q=code, event=event_id)
    assert "Nothing found" in listed(organiser, q=code, event=elsewhere)
