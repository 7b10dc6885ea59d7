"""contract.md §2, event/new."""

import itertools
from typing import Any

import pytest

from tests.api.answers import assert_refused, listed_event, listed_types
from tests.servers import Tenant, fresh_hash, ticket_type

TEXTS = {
    "primary_text_pl": "Dinosaurs Exhibition",
    "primary_text_sl": "Exposición de dinosaurios",
    "secondary_text_pl": "Bones",
    "secondary_text_sl": "Huesos",
}


def body_of(**fields: Any) -> dict[str, Any]:
    return {
        "request_hash": fresh_hash(),
        "primary_text_pl": "Dinosaurs",
        "tickets": [ticket_type()],
        "badge": {},
        **fields,
    }


def test_it_answers_the_event_id_as_a_number_of_seven_or_more_digits(alice: Tenant) -> None:
    answer = alice.post("event/new", body_of())
    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "event_id"}
    assert answer.json()["status"] == "success"
    event_id = answer.json()["event_id"]
    assert type(event_id) is int
    assert len(str(event_id)) >= 7


def test_it_keeps_everything_that_was_given(alice: Tenant) -> None:
    fields = TEXTS | {"start_datetime": 1598989999, "location": "Louvre, Hall 2"}
    given = {**TEXTS, "currency": "USD", "stock": 500, "start_datetime": 1614791561, "location": "Hall 1"}
    types = [
        {**given, "price": 100},
        ticket_type(primary_text_pl="Children", price=20.5, currency="GBP", stock=0),
    ]
    event_id = alice.post("event/new", body_of(**fields, tickets=types)).json()["event_id"]
    listed = listed_event(alice, event_id)
    assert {name: listed[name] for name in TEXTS} == TEXTS
    assert (listed["start_time"], listed["location"]) == (1598989999, "Louvre, Hall 2")
    first, second = listed_types(alice, event_id)
    assert first == {**given, "sku": first["sku"], "price": "100.00", "event_id": str(event_id)}
    assert (second["price"], second["currency"], second["stock"]) == ("20.50", "GBP", 0)


@pytest.mark.parametrize(
    "spoiled",
    [
        {"tickets": [ticket_type(), ticket_type(price=-1)]},
        {"badge": {"badge_size": "B5"}},
        {"location": "x" * 256},
        {"tickets": []},
        {"ticket_code": "sha1"},
    ],
    ids=str,
)
def test_it_makes_all_or_nothing(newcomer: Tenant, spoiled: dict[str, Any]) -> None:
    body = body_of()
    assert newcomer.post("event/new", body | spoiled).status_code == 400
    assert newcomer.get("event/list").json()["events"] == []
    assert newcomer.get("ticket/list").json()["tickets"] == []
    assert newcomer.post("event/new", body).status_code == 200, "the hash was not used up"


@pytest.mark.parametrize("missing", ["request_hash", "primary_text_pl", "tickets", "badge"])
def test_it_requires_hash_title_tickets_and_badge(alice: Tenant, missing: str) -> None:
    body = body_of()
    del body[missing]
    assert_refused(alice.post("event/new", body), "invalid request", missing)


@pytest.mark.parametrize("missing", ["primary_text_pl", "price", "currency", "stock"])
def test_it_requires_of_a_ticket_type_what_ticket_new_requires(alice: Tenant, missing: str) -> None:
    incomplete = ticket_type()
    del incomplete[missing]
    answer = alice.post("event/new", body_of(tickets=[ticket_type(), incomplete]))
    assert_refused(answer, "invalid request", f"tickets[1].{missing}")


def test_it_does_not_tell_how_many_events_there_are(alice: Tenant) -> None:
    made = [alice.event() for _ in range(4)]
    ids = [event_id for event_id, _ in made]
    numbers = [int(sku.replace("-", "")) for _, (sku,) in made]
    for drawn in (ids, numbers):
        assert len(set(drawn)) == 4
        assert min(abs(a - b) for a, b in itertools.pairwise(drawn)) > 1
