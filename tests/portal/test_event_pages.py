"""Events and ticket types in the portal without JavaScript: through the very functions that the API uses."""

import re

import pytest

from tests.portal.visitors import Visitor, signed_in
from tests.servers import RunningServer, Tenant

EVENT = {
    "primary_text_pl": "Dinosaurs",
    "primary_text_sl": "Динозаври",
    "start": "2031-03-30T03:30",  # an hour that Sofia skips: clocks go forward
    "time_zone": "Europe/Sofia",
    "ticket_code": "ed25519",
    "type_title": "Regular pass",
    "price": "20,50",
    "currency": "EUR",
    "stock": "7",
}


@pytest.fixture
def organiser(server: RunningServer, alice: Tenant) -> Visitor:
    return signed_in(server, alice.user_id)


def test_an_event_made_here_is_what_the_api_lists(organiser: Visitor, alice: Tenant) -> None:
    made = organiser.send("/account/events/new", "/account/events/new", **EVENT)
    assert made.status_code == 303, made.text
    (event,) = alice.get("event/list").json()["events"]
    assert made.headers["location"] == f"/account/events/{event['event_id']}/types"
    assert (event["primary_text_pl"], event["primary_text_sl"]) == ("Dinosaurs", "Динозаври")
    assert (event["time_zone"], event["ticket_code"]) == ("Europe/Sofia", "ed25519")
    (kind,) = alice.get("ticket/list").json()["tickets"]
    assert (kind["price"], kind["currency"], kind["stock"]) == ("20.50", "EUR", 7)
    audit = organiser.get("/account/audit").text
    assert event["event_id"] in audit


def test_a_second_click_makes_no_second_event(organiser: Visitor, alice: Tenant) -> None:
    page = organiser.get("/account/events/new").text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page))
    for _ in range(2):
        sent = organiser.client.post("/account/events/new", data=hidden | EVENT, headers={"origin": alice.url})
        assert sent.status_code == 303
    assert len(alice.get("event/list").json()["events"]) == 1


def test_a_form_sent_twice_happens_once_and_one_filled_in_anew_after_going_back_happens(
    organiser: Visitor, alice: Tenant
) -> None:
    event_id, (sku,) = alice.event({"stock": 10})
    path = f"/account/events/{event_id}/types/{sku}"
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', organiser.get(path).text))
    fields = hidden | {"primary_text_pl": "Regular pass", "price": "20.50", "currency": "EUR"}
    for change, left, said in [("5", 15, "Saved."), ("5", 15, "It was not done twice."), ("7", 22, "Saved.")]:
        sent = organiser.client.post(path, data=fields | {"stock_change": change}, headers={"origin": alice.url})
        assert said in organiser.get(sent.headers["location"]).text
        assert alice.stock(sku) == left


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("primary_text_pl", "", "This is needed."),
        ("type_title", "", "This is needed."),
        ("price", "cheap", "Give an amount such as"),
        ("price", "1.005", "two decimals"),
        ("stock", "-1", "cannot be less than 0"),
        ("time_zone", "Europe/Atlantis", "Choose a time zone of the list."),
        ("start", "yesterday", "Give a date and a time."),
        ("primary_text_sl", "x" * 256, "at most 255 characters"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    organiser: Visitor, alice: Tenant, field: str, value: str, said: str
) -> None:
    answer = organiser.send("/account/events/new", "/account/events/new", **EVENT | {field: value})
    assert answer.status_code == 422
    marked = re.findall(r'<p class="error" id="(\w+)-error">([^<]*)</p>', answer.text)
    assert [name for name, _ in marked] == [field]
    assert said in marked[0][1]
    assert "Regular pass" in answer.text or field == "type_title"
    assert alice.get("event/list").json()["events"] == []


def test_details_are_changed_and_emptied_ones_cleared(organiser: Visitor, alice: Tenant) -> None:
    event_id, _ = alice.event(location="Town Hall", start_datetime=1_900_000_000, secondary_text_pl="Old words")
    details = f"/account/events/{event_id}/details"
    assert "2030-03-17T17:46" in organiser.get(details).text
    changed = {"primary_text_pl": "Renamed", "time_zone": "America/Bogota", "ticket_code": "rsa", "start": ""}
    assert organiser.send(details, details, **changed).status_code == 303
    (event,) = alice.get("event/list").json()["events"]
    assert (event["primary_text_pl"], event["location"], event["start_time"]) == ("Renamed", None, None)
    assert (event["secondary_text_pl"], event["time_zone"]) == (None, "America/Bogota")


def test_every_change_stands_in_the_audit_with_its_fields(organiser: Visitor, alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"stock": 50}, badge={"badge_size": "A7"})
    edit = {"request_hash": "b" * 32, "location": "Town Hall", "badge": {"badge_size": "A6"}, "ticket_code": "ed25519"}
    assert alice.post("event/edit", edit, x_api_eventid=str(event_id)).status_code == 200
    page = f"/account/events/{event_id}/types/{sku}"
    fields = {"primary_text_pl": "Renamed", "price": "9", "currency": "EUR", "stock_change": "-3"}
    assert organiser.send(page, page, **fields).status_code == 303
    order = alice.order((sku, 12)).json()["request_hash"]
    cancel = {"request_hash": "c" * 32, "order_request_hash": order}
    assert alice.post("order/cancel", cancel).json()["cancelled"] == 12
    audit = organiser.get("/account/audit")
    assert audit.status_code == 200, audit.text
    for said in ("location", "badge_size", "ed25519", "-3", str(event_id), sku, order, "… (12)"):
        assert said in audit.text, said


def test_stock_is_changed_by_a_difference_while_it_sells(organiser: Visitor, alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"stock": 10, "price": "20.50"})
    page = f"/account/events/{event_id}/types/{sku}"
    fields = {"primary_text_pl": "Regular pass", "price": "20.50", "currency": "EUR"}
    alice.codes((sku, 4))
    assert organiser.send(page, page, **fields, stock_change="+5").status_code == 303
    assert alice.stock(sku) == 11
    assert organiser.send(page, page, **fields, stock_change="-3").status_code == 303
    assert alice.stock(sku) == 8
    assert organiser.send(page, page, **fields, stock="2").status_code == 303
    assert alice.stock(sku) == 2
    refused = organiser.send(page, page, **fields, stock_change="-3")
    assert refused.status_code == 422
    assert "That many are not left any more." in refused.text
    both = organiser.send(page, page, **fields, stock_change="1", stock="9")
    assert "not both at once" in both.text
    assert alice.stock(sku) == 2


def test_a_price_to_change_is_spelled_as_prices_are_shown(organiser: Visitor, alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"price": "20.50"})
    page = f"/account/events/{event_id}/types/{sku}"
    assert 'value="20.50"' in organiser.get(page).text
    assert 'value="20,50"' in organiser.get(f"{page}?locale=es").text
    spelled = {"primary_text_pl": "Pase", "price": "20,50", "currency": "EUR"}
    assert organiser.send(page, page, **spelled).status_code == 303
    assert alice.get("ticket/list").json()["tickets"][0]["price"] == "20.50"


def test_counts_are_those_of_this_moment_also_without_javascript(organiser: Visitor, alice: Tenant) -> None:
    event_id, skus = alice.event({"stock": 10}, {"stock": 5})
    codes = alice.codes((skus[0], 3), (skus[1], 1))
    alice.validate(codes[0])
    text = organiser.get(f"/account/events/{event_id}").text
    totals = dict(re.findall(r'data-total="(\w+)">([\d,]+)<', text))
    assert totals == {"sold": "4", "left": "11", "admitted": "1"}
    minutes = re.findall(r'<td class="number">(\d+)</td><td class="number">(\d+)</td>', text)
    assert [sum(int(pair[place]) for pair in minutes) for place in (0, 1)] == [1, 1]
