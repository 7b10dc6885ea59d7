"""contract.md §2, ticket/edit."""

from typing import Any

import pytest

from tests.api.answers import account_key, assert_done, assert_refused, listed_type, number, open_code
from tests.servers import Tenant, fresh_hash

FULL: dict[str, Any] = {
    "primary_text_pl": "Pass",
    "primary_text_sl": "Pase",
    "secondary_text_pl": "All day",
    "secondary_text_sl": "Todo el día",
    "start_datetime": 1614791561,
    "location": "Los Angeles",
    "price": "250.00",
    "currency": "USD",
    "stock": 150,
}
CLEARABLE = ("primary_text_sl", "secondary_text_pl", "secondary_text_sl", "start_datetime", "location")
FUTURE = 4_000_000_000


def edit(tenant: Tenant, sku: str, **fields: Any) -> None:
    assert_done(tenant.post("ticket/edit", {"request_hash": fresh_hash(), **fields}, x_api_sku=sku))


@pytest.fixture(scope="module")
def own(alice: Tenant) -> tuple[int, str]:
    event_id, (sku,) = alice.event(FULL)
    return event_id, sku


@pytest.fixture
def shown(alice: Tenant, own: tuple[int, str]) -> Any:
    """What a type of Alice's shows of the fields it has; it begins as FULL."""
    edit(alice, own[1], **FULL)

    def show() -> dict[str, Any]:
        listed = listed_type(alice, *own)
        return {name: listed[name] for name in FULL}

    return show


CHANGES = {
    "primary_text_pl": "Other", "primary_text_sl": "Otro", "secondary_text_pl": "Half", "secondary_text_sl": "Medio",
    "start_datetime": 1598989999, "location": "Rome", "price": "280.50", "currency": "BGN", "stock": 0,
}  # fmt: skip


@pytest.mark.parametrize("field", FULL)
def test_it_changes_one_field_and_leaves_the_rest(alice: Tenant, own: tuple[int, str], shown: Any, field: str) -> None:
    edit(alice, own[1], **{field: CHANGES[field]})
    assert shown() == FULL | {field: CHANGES[field]}


@pytest.mark.parametrize("field", CLEARABLE)
def test_it_clears_an_optional_field_by_an_explicit_null(
    alice: Tenant, own: tuple[int, str], shown: Any, field: str
) -> None:
    edit(alice, own[1], **{field: None})
    assert shown() == FULL | {field: None}


@pytest.mark.parametrize("absent", ["", False], ids=repr)
def test_it_leaves_a_field_as_it_is_where_it_comes_empty_or_false(
    alice: Tenant, own: tuple[int, str], shown: Any, absent: Any
) -> None:
    edit(alice, own[1], **dict.fromkeys(FULL, absent))
    assert shown() == FULL


def test_it_leaves_what_cannot_be_cleared_where_it_comes_as_null(
    alice: Tenant, own: tuple[int, str], shown: Any
) -> None:
    edit(alice, own[1], primary_text_pl=None, price=None, currency=None, stock=None)
    assert shown() == FULL


def test_it_changes_nothing_where_one_field_is_refused(alice: Tenant, own: tuple[int, str], shown: Any) -> None:
    body = {"request_hash": fresh_hash(), "location": "Rome", "stock": 7, "price": "20.505"}
    assert_refused(alice.post("ticket/edit", body, x_api_sku=own[1]), "invalid request", "price")
    assert shown() == FULL
    assert_done(alice.post("ticket/edit", body | {"price": 1}, x_api_sku=own[1]))


def test_it_sets_what_is_left_to_sell_from_now_on(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 5})
    alice.codes((sku, 3))
    assert alice.stock(sku) == 2
    edit(alice, sku, stock=4)
    assert alice.stock(sku) == 4
    assert_refused(alice.order((sku, 5)), "invalid stock or sku", "tickets[0].stock")
    alice.codes((sku, 4))
    assert alice.stock(sku) == 0
    edit(alice, sku, stock="1")
    alice.codes((sku, 1))
    edit(alice, sku, stock=2_147_483_647)
    alice.codes((sku, 1))
    assert alice.stock(sku) == 2_147_483_646
    edit(alice, sku, stock=2_147_483_647)
    edit(alice, sku, stock=0)
    assert_refused(alice.order((sku, 1)), "invalid stock or sku", "tickets[0].stock")


def test_it_leaves_issued_tickets_their_price_and_validity(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 10, "price": 150})
    first, second = alice.codes((sku, 2))
    edit(alice, sku, price=300, start_datetime=FUTURE)
    (later,) = alice.codes((sku, 1))
    answer = alice.validate(first).json()
    assert (answer["status"], answer["message"]["price"], answer["valid_from"]) == ("success", 150, None)
    assert alice.validate(later).json()["reason"] == "not_yet_valid"
    edit(alice, sku, start_datetime=None)
    assert alice.validate(later).json()["reason"] == "not_yet_valid"
    assert alice.validate(second).json()["message"]["price"] == 150
    key = account_key(alice)
    assert [number(open_code(code, key)["$"]) for code in (first, later)] == [15_000, 30_000]


def test_it_is_in_force_for_the_very_next_order(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 100, "price": 1})
    for price in (2, "2.50", 0, 3):
        for _ in range(2):  # the second is sold on what the first one saw
            alice.codes((sku, 1))
        edit(alice, sku, price=price)
        (code,) = alice.codes((sku, 1))
        assert alice.validate(code).json()["message"]["price"] == float(price)


def test_its_start_is_in_force_for_the_very_next_order(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 100})
    for _ in range(2):
        alice.codes((sku, 1))
    edit(alice, sku, start_datetime=FUTURE)
    (code,) = alice.codes((sku, 1))
    assert alice.validate(code).json()["reason"] == "not_yet_valid"
    edit(alice, sku, start_datetime=None)
    (code,) = alice.codes((sku, 1))
    assert alice.validate(code).json()["status"] == "success"


def test_its_stock_is_in_force_for_the_very_next_order(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 100})
    for left in (1, 0, 2):
        edit(alice, sku, stock=left)
        assert_refused(alice.order((sku, left + 1)), "invalid stock or sku", "tickets[0].stock")
        if left:
            alice.codes((sku, left))


def test_its_title_is_what_the_door_shows(alice: Tenant) -> None:
    _, (sku,) = alice.event({"primary_text_pl": "Early bird"})
    (code,) = alice.codes((sku, 1))
    edit(alice, sku, primary_text_pl="Day pass")
    assert alice.validate(code).json()["title"] == "Day pass"
