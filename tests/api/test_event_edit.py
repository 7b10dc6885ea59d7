"""contract.md §2, event/edit."""

from typing import Any

import pytest

from tests.api.answers import assert_done, assert_refused, listed_event, listed_types
from tests.servers import Tenant, fresh_hash

FULL = {
    "primary_text_pl": "Dinosaurs",
    "primary_text_sl": "Dinosaurios",
    "secondary_text_pl": "Bones",
    "secondary_text_sl": "Huesos",
    "start_datetime": 1598989999,
    "location": "Louvre",
}
CLEARABLE = ("primary_text_sl", "secondary_text_pl", "secondary_text_sl", "start_datetime", "location")


def edit(tenant: Tenant, event_id: int, **fields: Any) -> None:
    body = {"request_hash": fresh_hash(), **fields}
    assert_done(tenant.post("event/edit", body, x_api_eventid=str(event_id)))


def shown(tenant: Tenant, event_id: int) -> dict[str, Any]:
    listed = listed_event(tenant, event_id)
    return {name: listed["start_time" if name == "start_datetime" else name] for name in FULL}


@pytest.fixture(scope="module")
def event_id(alice: Tenant) -> int:
    return alice.event(**FULL, badge={"badge_size": "A5", "badge_primary_text_fontsize": 45})[0]


@pytest.fixture(autouse=True)
def _as_it_was(alice: Tenant, event_id: int) -> None:
    edit(alice, event_id, **FULL)


def test_it_leaves_what_is_absent(alice: Tenant, event_id: int) -> None:
    before = listed_event(alice, event_id)
    edit(alice, event_id)
    assert listed_event(alice, event_id) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [(name, "changed") for name in FULL if name != "start_datetime"] + [("start_datetime", 1614791561)],
)
def test_it_changes_one_field_and_leaves_the_rest(alice: Tenant, event_id: int, field: str, value: Any) -> None:
    edit(alice, event_id, **{field: value})
    assert shown(alice, event_id) == FULL | {field: value}


@pytest.mark.parametrize("field", CLEARABLE)
def test_it_clears_an_optional_field_by_an_explicit_null(alice: Tenant, event_id: int, field: str) -> None:
    edit(alice, event_id, **{field: None})
    assert shown(alice, event_id) == FULL | {field: None}


@pytest.mark.parametrize("absent", ["", False], ids=repr)
def test_it_leaves_a_field_as_it_is_where_it_comes_empty_or_false(alice: Tenant, event_id: int, absent: Any) -> None:
    edit(alice, event_id, **dict.fromkeys(FULL, absent), badge=absent, ticket_code=absent)
    assert shown(alice, event_id) == FULL


def test_it_leaves_what_cannot_be_cleared_where_it_comes_as_null(alice: Tenant, event_id: int) -> None:
    before = listed_event(alice, event_id)
    edit(alice, event_id, primary_text_pl=None, badge=None, ticket_code=None)
    assert listed_event(alice, event_id) == before


@pytest.mark.parametrize("zero", [0, "0"], ids=repr)
def test_it_leaves_the_date_where_it_comes_as_zero(alice: Tenant, event_id: int, zero: Any) -> None:
    edit(alice, event_id, start_datetime=zero)
    assert shown(alice, event_id) == FULL


def test_it_changes_the_badge_field_by_field(alice: Tenant, event_id: int) -> None:
    edit(alice, event_id, badge={"badge_primary_text_fontsize": 46})
    edit(alice, event_id, badge={"badge_primary_text_color": "#123456"})
    edit(alice, event_id, badge=[])
    badge = listed_event(alice, event_id)["badge"]
    fields = ("badge_size", "badge_primary_text_fontsize", "badge_primary_text_color")
    assert [badge[name] for name in fields] == ["A5", "46", "#123456"]


def test_it_changes_nothing_where_one_field_is_refused(alice: Tenant, event_id: int) -> None:
    body = {"request_hash": fresh_hash(), "location": "Prado", "badge": {"badge_size": "A11"}}
    answer = alice.post("event/edit", body, x_api_eventid=str(event_id))
    assert_refused(answer, "invalid request", "badge.badge_size")
    assert shown(alice, event_id) == FULL
    assert_done(alice.post("event/edit", body | {"badge": []}, x_api_eventid=str(event_id)))


def test_it_ignores_tickets(alice: Tenant, event_id: int) -> None:
    before = listed_types(alice, event_id)
    edit(alice, event_id, tickets=[{"sku": before[0]["sku"], "stock": 1}])
    assert listed_types(alice, event_id) == before
