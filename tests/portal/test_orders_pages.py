"""Orders in the portal without JavaScript: found, told of, cancelled, and what is probably a duplicate."""

import base64
import re

import pytest

from tests.portal.visitors import Visitor, signed_in
from tests.servers import RunningServer, Tenant


@pytest.fixture
def organiser(server: RunningServer, alice: Tenant) -> Visitor:
    return signed_in(server, alice.user_id)


def buy(tenant: Tenant, sku: str, units: int = 1, name: str | None = "Ada") -> tuple[str, list[str]]:
    answer = tenant.order((sku, units), order_details={"primary_text_pl": name}).json()
    return answer["request_hash"], [ticket["encrypted_data"] for ticket in answer["tickets"]]


def order_page(organiser: Visitor, request_hash: str) -> str:
    found = re.findall(
        r'<th scope="row"><a href="(/account/orders/\d+)"', organiser.get(f"/account/orders?q={request_hash}").text
    )
    assert len(set(found)) == 1
    return str(found[0])


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_a_whole_code_and_a_part_of_one_find_the_order(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    buy(alice, sku, name="Somebody Else")
    request_hash, (code,) = buy(alice, sku, name="Grace Hopper")
    whole = organiser.client.get("/account/orders", params={"q": code}).text
    assert "Grace Hopper" in whole
    assert "Somebody Else" not in whole
    part = organiser.client.get("/account/orders", params={"q": code[30:70]}).text
    assert "Nothing found" in part
    link = re.findall(r'href="(/account/orders\?[^"]*in=codes[^"]*)"', part)[0].replace("&amp;", "&")
    looked = organiser.get(link).text
    assert "Grace Hopper" in looked
    assert "Somebody Else" not in looked
    assert "Looked through the codes of 2 tickets." in looked
    assert request_hash[:17] in looked


def test_four_characters_of_a_code_are_enough(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event(ticket_code="ed25519")
    _, (code,) = buy(alice, sku, name="Grace Hopper")
    found = organiser.client.get("/account/orders", params={"q": code[30:34], "in": "codes"}).text
    assert "Grace Hopper" in found
    assert "from four characters" in found


def test_its_history_says_what_happened_when_and_by_whom(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event(ticket_code="ed25519")
    request_hash, codes = buy(alice, sku, 3)
    page = order_page(organiser, request_hash)
    assert "Shown again" not in organiser.get(page).text
    alice.get("order/show", x_api_requesthash=request_hash)
    alice.get("order/show", x_api_requesthash=request_hash)
    alice.validate(codes[0])
    barcode = base64.b64decode(codes[1])[13:21].hex()
    alice.post("ticket/cancel", {"request_hash": "c" + request_hash, "ticket_sensitive": barcode})
    said = words(organiser.get(page).text)
    assert said.count("Shown again") == 3  # once for each ticket: asked twice within a minute is one entry
    assert re.search(r"Admitted [^.]{10,40} by first key", said)
    assert re.search(r"Cancelled [^.]{10,40} by first key", said)
    assert "3 : 1 not admitted yet , 1 admitted , 1 cancelled".replace(" ", "") in said.replace(" ", "")


def test_its_history_is_told_in_the_reader_s_language(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    page = order_page(organiser, buy(alice, sku)[0])
    organiser.send(f"{page}/cancel", f"{page}/cancel")
    assert re.search(r"Cancelled [^.]{10,40} by portal", words(organiser.get(page).text))
    assert re.search(r"Анулиран .{10,60} от портал", words(organiser.get(f"{page}?locale=bg").text))


def test_it_is_cancelled_after_a_question_and_once(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 9})
    request_hash, codes = buy(alice, sku, 2)
    page = order_page(organiser, request_hash)
    assert "2 tickets go back into stock" in organiser.get(f"{page}/cancel").text
    assert alice.stock(sku) == 7
    assert organiser.send(f"{page}/cancel", f"{page}/cancel").headers["location"] == page
    assert "2 tickets are cancelled." in organiser.get(page).text
    assert alice.stock(sku) == 9
    assert alice.validate(codes[0]).json()["reason"] == "cancelled"
    assert "It was cancelled already." in organiser.get(f"{page}/cancel").text
    audit = organiser.get("/account/audit").text
    assert request_hash in audit


def test_what_was_admitted_is_not_cancelled_and_the_page_says_so(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 9})
    request_hash, codes = buy(alice, sku, 2)
    page = order_page(organiser, request_hash)
    asked = organiser.get(f"{page}/cancel").text
    alice.validate(codes[0])  # somebody enters while the question stands there
    token = re.findall(r'name="csrf" value="([^"]+)"', asked)[0]
    sent = organiser.client.post(f"{page}/cancel", data={"csrf": token}, headers={"origin": alice.url})
    assert sent.status_code == 303
    assert "cannot be cancelled. Nothing was changed." in organiser.get(page).text
    assert "Cancel the others one by one" in organiser.get(f"{page}/cancel").text
    assert alice.stock(sku) == 7


def test_cancelling_is_not_offered_where_it_would_be_refused(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    buy(alice, sku, 2, "Grace Hopper")
    for name in ("Ada", "Grace Hopper"):  # the second repeats the order before, and is offered to be cancelled at once
        request_hash, codes = buy(alice, sku, 2, name)
        page = order_page(organiser, request_hash)
        for code, said in [(codes[0], "Cancel the others one by one"), (codes[1], "Its tickets were admitted")]:
            assert f'{page}/cancel"' in organiser.get(page).text or code == codes[1]
            alice.validate(code)
            shown = organiser.get(page).text
            assert f'{page}/cancel"' not in shown
            assert shown.count(said) == 1
            assert said in organiser.get(f"{page}/cancel").text
        assert "Cancel this ticket" not in shown


def test_a_probable_duplicate_is_flagged_and_cancelled_with_one_click(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 9})
    buy(alice, sku, 2, "Grace Hopper")
    second, _ = buy(alice, sku, 2, "Grace Hopper")
    buy(alice, sku, 2, None)
    buy(alice, sku, 2, None)
    assert organiser.get("/account/orders").text.count("probably a duplicate") == 1
    listed = organiser.get("/account/orders?only=duplicates").text
    assert second[:17] in listed
    page = order_page(organiser, second)
    assert organiser.send(page, f"{page}/cancel").status_code == 303
    assert alice.stock(sku) == 3
    assert "probably a duplicate" not in organiser.get("/account/orders").text
    assert "Nothing found" in organiser.get("/account/orders?only=duplicates").text


def test_a_large_order_is_shown_in_parts(organiser: Visitor, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    request_hash, _ = buy(alice, sku, 45)
    page = order_page(organiser, request_hash)
    counts = [organiser.get(f"{page}?from={first}").text.count("qr.svg") for first in (0, 20, 40, 999999)]
    assert counts == [20, 20, 5, 1]


def test_the_pages_speak_bulgarian_and_spanish(organiser: Visitor, alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"price": "1234.5"}, time_zone="Europe/Sofia", start_datetime=1_900_000_000)
    for language, said, price in [("bg", "Видове билети", "1234,50"), ("es", "Tipos de entrada", "1234,50")]:
        text = organiser.get(f"/account/events/{event_id}/types?locale={language}").text
        assert f'<html lang="{language}">' in text
        assert said in text
        assert price in text.replace("\xa0", "").replace(".", "")
        assert sku in text
