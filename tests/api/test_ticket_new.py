"""contract.md §2, ticket/new."""

import re
from typing import Any

import pytest

from tests.api.answers import assert_refused, listed_type, listed_types
from tests.servers import Tenant, fresh_hash, ticket_type

REQUIRED = {"primary_text_pl": "Pass", "price": 250, "currency": "USD", "stock": 150}
OPTIONAL = {
    "primary_text_sl": "Pase",
    "secondary_text_pl": "All day",
    "secondary_text_sl": "Todo el día",
    "start_datetime": 1614791561,
    "location": "Los Angeles",
}


def add(tenant: Tenant, event_id: int, **fields: Any) -> Any:
    return tenant.post("ticket/new", {"request_hash": fresh_hash(), **fields}, x_api_eventid=str(event_id))


def test_it_adds_a_type_with_everything_that_was_given(alice: Tenant, event: tuple[int, str]) -> None:
    answer = add(alice, event[0], **REQUIRED, **OPTIONAL)
    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "sku"}
    assert answer.json()["status"] == "success"
    sku = answer.json()["sku"]
    given = {"sku": sku, "event_id": str(event[0]), **REQUIRED, **OPTIONAL, "price": "250.00"}
    assert listed_type(alice, event[0], sku) == given


def test_it_spells_a_sku_as_three_digits_a_dash_and_five_or_more(alice: Tenant, event: tuple[int, str]) -> None:
    skus = [add(alice, event[0], **REQUIRED).json()["sku"] for _ in range(5)]
    assert all(re.fullmatch(r"[0-9]{3}-[0-9]{5,}", sku) for sku in skus)
    assert len(set(skus)) == 5


def test_it_lists_null_for_what_is_absent(alice: Tenant, event: tuple[int, str]) -> None:
    sku = add(alice, event[0], **REQUIRED).json()["sku"]
    listed = listed_type(alice, event[0], sku)
    assert {name: listed[name] for name in OPTIONAL} == dict.fromkeys(OPTIONAL)


@pytest.mark.parametrize("missing", [*REQUIRED, "request_hash"])
def test_it_requires_what_it_says(alice: Tenant, event: tuple[int, str], missing: str) -> None:
    body = {"request_hash": fresh_hash(), **REQUIRED, **OPTIONAL}
    del body[missing]
    answer = alice.post("ticket/new", body, x_api_eventid=str(event[0]))
    assert_refused(answer, "invalid request", missing)


def test_it_takes_a_free_type_and_one_without_stock(alice: Tenant, event: tuple[int, str]) -> None:
    sku = add(alice, event[0], **REQUIRED | {"price": 0, "stock": 0}).json()["sku"]
    listed = listed_type(alice, event[0], sku)
    assert (listed["price"], listed["stock"]) == ("0.00", 0)
    assert_refused(alice.order((sku, 1)), "invalid stock or sku", "tickets[0].stock")


def test_it_adds_to_the_end_of_the_event_it_names(alice: Tenant) -> None:
    event_id, (first,) = alice.event()
    other, (of_other,) = alice.event()
    added = [add(alice, event_id, **REQUIRED).json()["sku"] for _ in range(2)]
    assert [found["sku"] for found in listed_types(alice, event_id)] == [first, *added]
    assert [found["sku"] for found in listed_types(alice, other)] == [of_other]


def test_it_uses_up_no_hash_where_it_refuses(alice: Tenant, event: tuple[int, str]) -> None:
    body = ticket_type(request_hash=fresh_hash())
    assert_refused(alice.post("ticket/new", body), "invalid event id")
    assert_refused(alice.post("ticket/new", body, x_api_eventid="1"), "invalid event id")
    assert_refused(
        alice.post("ticket/new", body | {"stock": -1}, x_api_eventid=str(event[0])), "invalid request", "stock"
    )
    assert alice.post("ticket/new", body, x_api_eventid=str(event[0])).status_code == 200


def test_it_sells_a_new_type_at_once(alice: Tenant, event: tuple[int, str]) -> None:
    sku = add(alice, event[0], **REQUIRED | {"stock": 2}).json()["sku"]
    assert len(alice.codes((sku, 2))) == 2
