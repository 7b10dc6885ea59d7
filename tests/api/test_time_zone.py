"""An event's time zone: additive, UTC where nobody says another."""

import pytest

from tests.api.answers import assert_done, assert_refused, listed_event
from tests.servers import Tenant, fresh_hash


def test_it_is_utc_until_it_is_set(alice: Tenant) -> None:
    event_id, _ = alice.event()
    assert listed_event(alice, event_id)["time_zone"] == "UTC"
    edit = {"request_hash": fresh_hash(), "time_zone": "Europe/Sofia"}
    assert_done(alice.post("event/edit", edit, x_api_eventid=str(event_id)))
    assert listed_event(alice, event_id)["time_zone"] == "Europe/Sofia"


def test_a_new_event_may_have_one(alice: Tenant) -> None:
    event_id, _ = alice.event(time_zone="America/Bogota")
    assert listed_event(alice, event_id)["time_zone"] == "America/Bogota"


@pytest.mark.parametrize("name", ["Europe/Atlantis", "europe/sofia", "../UTC", "+02:00", 3])
def test_what_names_no_time_zone_is_refused(alice: Tenant, event: tuple[int, str], name: object) -> None:
    edit = {"request_hash": fresh_hash(), "time_zone": name}
    assert_refused(alice.post("event/edit", edit, x_api_eventid=str(event[0])), "invalid request", "time_zone")
