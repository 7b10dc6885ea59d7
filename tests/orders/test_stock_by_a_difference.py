"""ticket/edit with `stock_change`: a sale in between is not undone, and nothing is left below 0."""

import pytest

from tests.servers import Tenant, fresh_hash


def change(tenant: Tenant, sku: str, **fields: object) -> list[str]:
    """Edit; the refused fields with their reasons, or none."""
    answer = tenant.post("ticket/edit", {"request_hash": fresh_hash(), **fields}, x_api_sku=sku)
    return [f"{error['field']} {error['reason']}" for error in answer.json().get("errors", [])]


def test_it_adds_to_what_is_left_and_takes_away(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 10})
    alice.codes((sku, 4))
    assert change(alice, sku, stock_change=5) == []
    assert alice.stock(sku) == 11
    assert change(alice, sku, stock_change="-11") == []
    assert alice.stock(sku) == 0
    assert alice.order((sku, 1)).json()["message"] == "invalid stock or sku"
    assert change(alice, sku, stock_change=1) == []
    assert len(alice.codes((sku, 1))) == 1


@pytest.mark.parametrize("difference", [-7, 2_147_483_647])
def test_it_leaves_no_less_than_nothing_and_no_more_than_a_stock_holds(alice: Tenant, difference: int) -> None:
    _, (sku,) = alice.event({"stock": 6})
    assert change(alice, sku, stock_change=difference, primary_text_pl="Renamed")[0].startswith("stock_change would")
    listed = alice.get("ticket/list").json()["tickets"]
    assert [(found["stock"], found["primary_text_pl"]) for found in listed] == [(6, "Regular pass")]


def test_a_value_and_a_difference_at_once_are_refused(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 6})
    assert change(alice, sku, stock=3, stock_change=1) == ["stock_change must not come beside stock"]
    assert alice.stock(sku) == 6
