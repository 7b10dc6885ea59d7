"""contract.md §2, ticket/list."""

from tests.api.answers import listed_type, listed_types
from tests.servers import Tenant, fresh_hash, ticket_type

FIELDS = {
    "sku", "price", "currency", "stock", "primary_text_pl", "primary_text_sl", "secondary_text_pl",
    "secondary_text_sl", "event_id", "start_datetime", "location",
}  # fmt: skip


def test_it_lists_a_type_with_every_field(alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"price": 250, "stock": 150})
    listed = listed_type(alice, event_id, sku)
    assert listed.keys() == FIELDS
    assert (listed["price"], listed["stock"], listed["event_id"]) == ("250.00", 150, str(event_id))
    assert type(listed["stock"]) is int


def test_it_lists_what_is_left(alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"stock": 10})
    alice.codes((sku, 3))
    assert listed_type(alice, event_id, sku)["stock"] == 7


def test_it_lists_one_event_where_the_header_names_it_and_all_otherwise(newcomer: Tenant) -> None:
    first, (one, two) = newcomer.event({}, {})
    second, (three,) = newcomer.event()
    assert [found["sku"] for found in listed_types(newcomer, first)] == [one, two]
    assert [found["sku"] for found in listed_types(newcomer, second)] == [three]
    answer = newcomer.get("ticket/list").json()
    assert answer.keys() == {"status", "user_public_key", "tickets"}
    assert [(found["event_id"], found["sku"]) for found in answer["tickets"]] == [
        (str(first), one), (str(first), two), (str(second), three),
    ]  # fmt: skip
    newcomer.post("ticket/new", ticket_type(request_hash=fresh_hash()), x_api_eventid=str(first))
    assert len(listed_types(newcomer, first)) == 3


def test_it_lists_nothing_for_a_new_account(newcomer: Tenant) -> None:
    answer = newcomer.get("ticket/list").json()
    assert (answer["status"], answer["tickets"]) == ("success", [])
    assert answer["user_public_key"]
