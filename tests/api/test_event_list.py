"""contract.md §2, event/list."""

import base64

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.api.answers import assert_refused, listed_event
from tests.servers import Tenant

FIELDS = {
    "event_id", "primary_text_pl", "primary_text_sl", "secondary_text_pl", "secondary_text_sl",
    "start_time", "end_time", "event_location", "location", "badge",
}  # fmt: skip


def test_it_lists_an_event_with_every_field(alice: Tenant) -> None:
    event_id, _ = alice.event(location="Louvre", start_datetime="1598989999")
    listed = listed_event(alice, event_id)
    assert listed.keys() >= FIELDS
    assert listed["event_id"] == str(event_id)
    assert (listed["event_location"], listed["location"]) == ("Louvre", "Louvre")
    assert (listed["start_time"], listed["end_time"]) == (1598989999, None)


def test_it_lists_null_for_what_is_absent(alice: Tenant) -> None:
    listed = listed_event(alice, alice.event()[0])
    absent = FIELDS - {"event_id", "primary_text_pl", "badge"}
    assert {name: listed[name] for name in absent} == dict.fromkeys(absent)


def test_it_lists_the_newest_last(newcomer: Tenant) -> None:
    made = [newcomer.event()[0] for _ in range(5)]
    newcomer.post("event/edit", {"request_hash": "edit", "location": "Prado"}, x_api_eventid=str(made[1]))
    listed = newcomer.get("event/list").json()["events"]
    assert [found["event_id"] for found in listed] == [str(event_id) for event_id in made]


def test_it_lists_nothing_for_a_new_account(newcomer: Tenant) -> None:
    answer = newcomer.get("event/list").json()
    assert (answer["status"], answer["events"]) == ("success", [])
    assert answer.keys() == {"status", "user_public_key", "events"}


def test_it_ignores_the_event_header(alice: Tenant, event: tuple[int, str]) -> None:
    everything = alice.get("event/list").json()
    assert alice.get("event/list", x_api_eventid=str(event[0])).json() == everything
    assert alice.get("event/list", x_api_eventid="1").json() == everything


def test_it_gives_the_public_key_in_base64_of_64_columns_without_header_and_footer(alice: Tenant, bob: Tenant) -> None:
    text = alice.get("event/list").json()["user_public_key"]
    lines = text.strip().split("\n")
    assert [len(line) for line in lines[:-1]] == [64] * (len(lines) - 1)
    assert 0 < len(lines[-1]) <= 64
    key = load_der_public_key(base64.b64decode("".join(lines), validate=True))
    assert isinstance(key, RSAPublicKey)
    assert key.key_size >= 1024
    assert alice.get("ticket/list").json()["user_public_key"] == text
    assert bob.get("event/list").json()["user_public_key"] != text


def test_it_takes_no_post(alice: Tenant) -> None:
    assert_refused(alice.post("event/list", {}), "method not allowed", status=405)
