"""The bodies of the published developer pages, sent as they stand there; ids and SKUs are those of this server."""

import pytest

from tests.api.answers import (
    account_key,
    assert_done,
    assert_refused,
    listed_event,
    listed_type,
    listed_types,
    open_code,
)
from tests.servers import Tenant

EVENT_NEW = """{
    "primary_text_pl": "Dinosaurs Exhibition",
    "primary_text_sl": "Exposición de dinosaurios",
    "secondary_text_pl": "Dinosaurs Exhibition Description",
    "secondary_text_sl": "Descripción de la exposición de dinosaurios",
    "location": "Louvre",
    "start_datetime": "1598989999",
    "tickets" : [
        {
            "primary_text_pl": "Regular Pass",
            "primary_text_sl": "Pase Normal",
            "secondary_text_pl": "Regular pass description",
            "secondary_text_sl": "Descripción del pase normal",
            "price": 100,
            "currency": "USD",
            "stock": 500
        },
        {
            "primary_text_pl": "Children Pass",
            "primary_text_sl": "Pase de Niños",
            "secondary_text_pl": "Children Pass Description",
            "secondary_text_sl": "Descripción Pase Niños",
            "price": 20.50,
            "currency": "USD",
            "stock": 600
        }
    ],
    "badge" : {
        "badge_text_horizontal_location" : "center",
        "badge_text_vertical_location" : "center",
        "badge_primary_text_fontsize" : "30",
        "badge_secondary_text_fontsize" : "20",
        "badge_primary_text_color" : "#444",
        "badge_secondary_text_color" : "#555"
    },
    "request_hash" : "003ee10837c54e7df16801537393a110"
}"""
EVENT_EDIT = """{
    "primary_text_pl": "Dinosaurs Exhibition",
    "primary_text_sl": "Exposición de dinosaurios",
    "secondary_text_pl": "Dinosaurs Exhibition Description",
    "secondary_text_sl": "Descripción de la exposición de dinosaurios",
    "location": "Louvre, Hall 2",
    "start_datetime": "1598989999",
    "badge" : { 
        "badge_text_horizontal_location" : "left",
        "badge_text_vertical_location" : "top",
        "badge_primary_text_fontsize" : "45",
        "badge_secondary_text_fontsize" : "35",
        "badge_primary_text_color" : "#000",
        "badge_secondary_text_color" : "#000"
    },
    "request_hash" : "003ee10837c54e7df16801537393a110"
}"""  # noqa: W291 - as published
TICKET_NEW = """{
    "primary_text_pl": "Regular Pass",
    "primary_text_sl": "Pase Normal",
    "secondary_text_pl": "Regular pass description",
    "secondary_text_sl": "Descripción del pase normal",
    "start_datetime" : 1614791561,
    "location" : "Los Angeles",
    "price" : 250,
    "currency" : "USD",
    "stock" : 150,
    "request_hash" : "003ee10837c54e7df16801537393a115"
}"""
TICKET_EDIT = """{
    "primary_text_pl": "Regular Pass",
    "primary_text_sl": "Pase Normal",
    "secondary_text_pl": "Regular pass description",
    "secondary_text_sl": "Descripción del pase normal",
    "start_datetime" : 1614791561,
    "location" : "Los Angeles",
    "price" : 280.50,
    "currency" : "EUR",
    "stock" : 250,
    "request_hash" : "003ee10837c54e7df16801537393a116"
}"""
VALIDATE = """{
    "ticket_sensitive" : "Db5hI0T58SUbYblB5gfOJDlsobuFylFsg/n9KFmEe5bnZWR7gVnvXkW0wzPb8tVF7ss8Xet62payWV5l0sDH9w=="
}"""
ORDER_NEW = """{
    "request_hash" : "003ee10837c54e7df16801537393f116",
    "order_details": {
        "primary_text_pl" : "Martin Vassilev",
        "secondary_text_pl" : "Martin Vassilev's Company"
    },
    "tickets" : [
    {
        "sku": "318-46222",
         "stock": 1,
        "start_time" : "1615233535",
        "end_time" : "1615273479"
    },
    {
        "sku": "318-46218",
        "stock": 1,
        "start_time" : "1615233535",
        "end_time" : "1615273479"
    },
    {
        "sku": "318-46217",
        "stock": 1,
        "start_time" : "1615233535",
        "end_time" : "1615273479"
    }
    ]
}"""
JSON = {"content_type": "application/json"}


@pytest.fixture
def event_id(newcomer: Tenant) -> int:
    """The event of the pages' event/new sample."""
    answer = newcomer.post("event/new", EVENT_NEW, **JSON)
    assert answer.status_code == 200, answer.text
    made: int = answer.json()["event_id"]
    return made


def test_event_new_makes_the_event_and_event_edit_changes_it_by_the_same_hash(newcomer: Tenant, event_id: int) -> None:
    assert_refused(newcomer.post("event/new", EVENT_NEW, **JSON), "duplicated request")
    assert_done(newcomer.post("event/edit", EVENT_EDIT, x_api_eventid=str(event_id), **JSON))
    again = newcomer.post("event/edit", EVENT_EDIT, x_api_eventid=str(event_id), **JSON)
    assert_refused(again, "duplicated request")
    published = {
        "secondary_text_sl": "Descripción de la exposición de dinosaurios",
        "secondary_text_pl": "Dinosaurs Exhibition Description",
        "primary_text_sl": "Exposición de dinosaurios",
        "primary_text_pl": "Dinosaurs Exhibition",
        "event_id": str(event_id),
        "start_time": 1598989999,
        "end_time": None,
        "event_location": "Louvre, Hall 2",
    }
    listed = listed_event(newcomer, event_id)
    assert listed.items() >= published.items()
    badge = {
        "badge_text_horizontal_location": "left",
        "badge_text_vertical_location": "top",
        "badge_primary_text_fontsize": "45",
        "badge_secondary_text_fontsize": "35",
        "badge_primary_text_color": "#000",
        "badge_secondary_text_color": "#000",
    }
    assert listed["badge"].items() >= badge.items()


def test_ticket_list_shows_the_types_of_event_new(newcomer: Tenant, event_id: int) -> None:
    first, second = listed_types(newcomer, event_id)
    assert (first["price"], first["currency"], first["stock"]) == ("100.00", "USD", 500)
    assert (second["price"], second["primary_text_sl"], second["stock"]) == ("20.50", "Pase de Niños", 600)


def test_ticket_new_and_ticket_edit(newcomer: Tenant, event_id: int) -> None:
    sku = newcomer.post("ticket/new", TICKET_NEW, x_api_eventid=str(event_id), **JSON).json()["sku"]
    published = {
        "sku": sku,
        "price": "250.00",
        "currency": "USD",
        "stock": 150,
        "secondary_text_sl": "Descripción del pase normal",
        "secondary_text_pl": "Regular pass description",
        "primary_text_sl": "Pase Normal",
        "primary_text_pl": "Regular Pass",
        "event_id": str(event_id),
    }
    assert listed_type(newcomer, event_id, sku).items() >= published.items()
    assert_done(newcomer.post("ticket/edit", TICKET_EDIT, x_api_sku=sku, **JSON))
    edited = published | {"price": "280.50", "currency": "EUR", "stock": 250}
    assert listed_type(newcomer, event_id, sku).items() >= edited.items()


def test_order_new_sells_for_a_time_long_past(newcomer: Tenant, event_id: int) -> None:
    types = listed_types(newcomer, event_id)
    skus = [types[0]["sku"], types[1]["sku"], types[0]["sku"]]
    body = ORDER_NEW
    for published, sku in zip(("318-46222", "318-46218", "318-46217"), skus, strict=True):
        body = body.replace(published, sku)
    answer = newcomer.post("order/new", body, **JSON).json()
    assert answer["request_hash"] == "003ee10837c54e7df16801537393f116"
    assert [ticket["sku"] for ticket in answer["tickets"]] == skus
    key = account_key(newcomer)
    for ticket in answer["tickets"]:
        assert ticket["code"] == "rsa"
        assert ticket["primary_text_pl"] == "Martin Vassilev"
        assert ticket["secondary_text_pl"] == "Martin Vassilev's Company"
        assert {"T", "F"} <= open_code(ticket["encrypted_data"], key).keys()
        assert newcomer.validate(ticket["encrypted_data"]).json()["reason"] == "expired"
    assert_refused(newcomer.post("order/new", body, **JSON), "duplicated order")


def test_ids_of_the_pages_are_nobody_s(newcomer: Tenant) -> None:
    assert_refused(newcomer.post("event/edit", EVENT_EDIT, x_api_eventid="1"), "event ownership verification failure")
    edit = newcomer.post("ticket/edit", TICKET_EDIT, x_api_sku="318-46222")
    assert_refused(edit, "ticket ownership verification failure")
    named = [f"tickets[{index}].sku" for index in range(3)]
    assert_refused(newcomer.post("order/new", ORDER_NEW), "invalid stock or sku", *named)


def test_ticket_validate_does_not_know_the_pages_ticket(newcomer: Tenant) -> None:
    assert_refused(newcomer.post("ticket/validate", VALIDATE, **JSON), "invalid sensitive")
