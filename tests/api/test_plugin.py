"""What the WooCommerce plugin 1.3.2, the client in the field, sends and reads (contract.md §1, §5)."""

import json
from typing import Any

import httpx
import pytest

from tests.api.answers import account_key, assert_done, listed_event, listed_types, number, open_code
from tests.jpegs import jpeg_base64
from tests.servers import Tenant, fresh_hash


def send(tenant: Tenant, method: str, path: str, body: Any, **headers: str) -> dict[str, Any]:
    """Call as Guzzle does from the plugin: lower-case headers, always a body, no Content-Type."""
    content = json.dumps(body)
    lower = {"x-api-userid": tenant.user_id, "x-api-key": tenant.key, "x-api-eventid": "", **headers}
    request = httpx.Request(method, f"{tenant.url}/v1/{path}", content=content, headers=lower)
    assert "content-type" not in request.headers
    answer = tenant.client.send(request)
    assert answer.status_code == 200, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


def type_of_form(**fields: str) -> dict[str, Any]:
    form = {
        "primary_text_pl": "Regular",
        "primary_text_sl": "",
        "secondary_text_pl": "",
        "secondary_text_sl": "",
        "price": "20.50",
        "currency": "EUR",
        "stock": "10",
        "start_datetime": False,
        "location": "",
    }
    return form | fields


def event_of_form(**fields: Any) -> dict[str, Any]:
    form = {
        "request_hash": fresh_hash(),
        "primary_text_pl": "Concert",
        "primary_text_sl": "",
        "secondary_text_pl": "",
        "secondary_text_sl": "",
        "start_datetime": False,
        "location": "",
        "tickets": {"0": type_of_form(), "2": type_of_form(primary_text_pl="Student", price="5", stock="3")},
        "badge": [],
    }
    return form | fields


BADGE_OF_FORM = {
    "badge_size": "A6",
    "badge_background": jpeg_base64(),
    **{
        f"badge_{which}_{name}": value
        for which in ("primary", "secondary")
        for name, value in {
            "test_text": "Text",
            "text_horizontal_location": "left",
            "text_horizontal_offset": "5",
            "text_vertical_location": "top",
            "text_vertical_offset": "-2.5",
            "text_fontsize": "30",
            "text_color": "#112233",
            "text_break_distance": "0",
        }.items()
    },
}


@pytest.fixture
def skus(alice: Tenant) -> list[str]:
    event_id = send(alice, "POST", "event/new", event_of_form())["event_id"]
    return [found["sku"] for found in listed_types(alice, event_id)]


def test_it_asks_for_the_status_page(alice: Tenant) -> None:
    assert send(alice, "GET", "health", None) == {"status": "success"}


def test_it_makes_an_event_from_its_form(alice: Tenant) -> None:
    event_id = send(alice, "POST", "event/new", event_of_form())["event_id"]
    first, second = listed_types(alice, event_id)
    assert (first["price"], first["stock"], first["start_datetime"]) == ("20.50", 10, None)
    assert (second["primary_text_pl"], second["price"], second["stock"]) == ("Student", "5.00", 3)
    listed = listed_event(alice, event_id)
    assert (listed["start_time"], listed["location"], listed["primary_text_sl"]) == (None, None, None)


def test_it_makes_an_event_with_the_badge_of_its_form(alice: Tenant) -> None:
    event_id = send(alice, "POST", "event/new", event_of_form(badge=BADGE_OF_FORM))["event_id"]
    badge = listed_event(alice, event_id)["badge"]
    shown = {name: value for name, value in BADGE_OF_FORM.items() if name != "badge_background"}
    assert badge.items() >= shown.items()
    assert badge["badge_background_url"]


def test_it_edits_an_event_by_its_form(alice: Tenant, skus: list[str]) -> None:
    event_id = send(alice, "POST", "event/new", event_of_form(location="Sofia"))["event_id"]
    form = event_of_form(primary_text_pl="Concert II", start_datetime="1614791561", badge=[])
    del form["tickets"]
    assert send(alice, "POST", "event/edit", form, **{"x-api-eventid": str(event_id)}) == {"status": "success"}
    listed = listed_event(alice, event_id)
    assert (listed["primary_text_pl"], listed["location"], listed["start_time"]) == ("Concert II", "Sofia", 1614791561)


def test_it_keeps_a_description_that_its_ticket_form_does_not_know(alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"secondary_text_pl": "All day", "stock": 5})
    form = type_of_form(request_hash=fresh_hash(), price="30", stock="7")
    assert send(alice, "POST", "ticket/edit", form, **{"x-api-sku": sku}) == {"status": "success"}
    (listed,) = listed_types(alice, event_id)
    assert (listed["secondary_text_pl"], listed["price"], listed["stock"]) == ("All day", "30.00", 7)


def test_it_adds_a_ticket_type_by_its_form(alice: Tenant) -> None:
    event_id, _ = alice.event()
    form = type_of_form(request_hash=fresh_hash(), price="0", stock="0")
    sku = send(alice, "POST", "ticket/new", form, **{"x-api-eventid": str(event_id)})["sku"]
    assert listed_types(alice, event_id)[-1]["sku"] == sku


def test_it_syncs_with_a_body_of_null_and_an_empty_event_header(alice: Tenant, skus: list[str]) -> None:
    tickets = send(alice, "GET", "ticket/list", None)
    assert set(skus) <= {found["sku"] for found in tickets["tickets"]}
    events = send(alice, "GET", "event/list", None)
    assert events["user_public_key"] == tickets["user_public_key"]
    assert all("location" in event for event in events["events"])


def test_it_sells_in_the_checkout_and_opens_the_code_with_its_key(alice: Tenant, skus: list[str]) -> None:
    lines = [{"sku": skus[0], "stock": "2", "start_time": None, "end_time": None}, {"sku": skus[1], "stock": 1}]
    order = {
        "request_hash": fresh_hash(),
        "order_details": {"primary_text_pl": "Иван Петров", "secondary_text_pl": ""},
        "tickets": lines,
    }
    answer = send(alice, "POST", "order/new", order)
    key = account_key(alice)
    opened = [open_code(ticket["encrypted_data"], key) for ticket in answer["tickets"]]
    assert [number(segments["$"]) for segments in opened] == [2050, 2050, 500]
    known_to_the_plugin = set("VHEI$TFSBRPXC")
    assert all(segments.keys() <= known_to_the_plugin for segments in opened)
    assert [ticket["secondary_text_pl"] for ticket in answer["tickets"]] == [None] * 3


def test_it_sells_to_a_buyer_without_details(alice: Tenant, skus: list[str]) -> None:
    order = {"request_hash": fresh_hash(), "order_details": [], "tickets": {"1": {"sku": skus[0], "stock": "1"}}}
    assert len(send(alice, "POST", "order/new", order)["tickets"]) == 1


def test_one_foreign_sku_fails_the_whole_basket_with_a_message_for_the_admin(
    alice: Tenant, bob: Tenant, skus: list[str]
) -> None:
    _, (foreign,) = bob.event()
    answer = alice.order((skus[0], 1), (foreign, 1))
    assert (answer.status_code, answer.json()["message"]) == (400, "invalid stock or sku")
    assert alice.stock(skus[0]) == 10


def test_a_repeated_hook_is_another_order_of_which_each_can_be_shown(alice: Tenant, skus: list[str]) -> None:
    orders = [alice.order((skus[0], 1)) for _ in range(2)]
    assert alice.stock(skus[0]) == 8
    for order in orders:
        assert alice.get("order/show", x_api_requesthash=order.json()["request_hash"]).content == order.content


def test_an_edit_with_nothing_but_its_hash_is_done(alice: Tenant, skus: list[str]) -> None:
    assert_done(alice.post("ticket/edit", {"request_hash": fresh_hash()}, x_api_sku=skus[0]))
