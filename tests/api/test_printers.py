"""printer/new, printer/list, printer/remove: an event's printers and print stations (issue 5)."""

import sqlite3
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.answers import KeyMaker, assert_refused
from tests.servers import RunningServer, Tenant, fresh_hash

IPP = {"name": "Zebra", "kind": "ipp", "url": "ipp://printer.local/ipp/print"}
STATION = {"name": "Hall A", "kind": "station"}


def _add(tenant: Tenant, event_id: int, fields: dict[str, Any], **headers: str) -> httpx.Response:
    body = {"request_hash": fresh_hash(), **fields}
    return tenant.post("printer/new", body, x_api_eventid=str(event_id), **headers)


def _listed(tenant: Tenant, event_id: int) -> list[dict[str, Any]]:
    answer = tenant.get("printer/list", x_api_eventid=str(event_id))
    assert answer.status_code == 200, answer.text
    printers: list[dict[str, Any]] = answer.json()["printers"]
    return printers


def _remove(tenant: Tenant, printer_id: Any) -> httpx.Response:
    return tenant.post("printer/remove", {"request_hash": fresh_hash(), "printer_id": printer_id})


def test_it_lists_what_was_added_with_its_state_and_what_waits(alice: Tenant) -> None:
    event_id, (sku,) = alice.event()
    assert _listed(alice, event_id) == []
    made = _add(alice, event_id, IPP).json()
    assert made == {"status": "success", "printer_id": made["printer_id"], "station_url": None}
    for code in alice.codes((sku, 2)):
        assert alice.post("ticket/validate", {"ticket_sensitive": code, "print": True}).json()["status"] == "success"
    station = _add(alice, event_id, STATION).json()
    first, second = _listed(alice, event_id)
    assert first | {"state": None, "state_at": None, "waiting": None, "uncertain": None} == {
        "printer_id": made["printer_id"],
        "event_id": str(event_id),
        "name": "Zebra",
        "kind": "ipp",
        "url": "ipp://printer.local/ipp/print",
        "gate": None,
        "state": None,
        "state_at": None,
        "waiting": None,
        "uncertain": None,
    }
    assert (second["printer_id"], second["kind"], second["url"]) == (station["printer_id"], "station", None)
    assert second["state"] == "new"
    assert second["waiting"] + first["waiting"] >= 1


def test_a_station_s_link_has_its_secret_behind_the_hash_and_no_list_shows_it(alice: Tenant) -> None:
    event_id, _ = alice.event()
    url = urlsplit(_add(alice, event_id, STATION).json()["station_url"])
    assert f"{url.scheme}://{url.netloc}" == alice.url
    assert url.path == "/station"
    assert len(url.fragment) >= 32
    assert url.fragment not in alice.get("printer/list").text


def test_a_repeated_request_gets_the_same_link_and_no_database_holds_it(
    alice: Tenant, server: RunningServer, database_url: str
) -> None:
    event_id, _ = alice.event()
    fields, key = {"request_hash": fresh_hash(), **STATION}, fresh_hash()
    first = _add(alice, event_id, fields, idempotency_key=key)
    again = _add(alice, event_id, fields, idempotency_key=key)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert len(_listed(alice, event_id)) == 1
    assert_refused(_add(alice, event_id, fields), "duplicated request")
    if database_url.startswith("sqlite"):
        token = first.json()["station_url"].partition("#")[2]
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
            assert token not in "".join(connection.iterdump())


def test_a_gate_is_an_api_key_by_name_or_by_id(newcomer: Tenant, key_for: KeyMaker, server: RunningServer) -> None:
    event_id, _ = newcomer.event()
    made = server.new_key(newcomer.user_id, "gate 3")
    for gate in ("gate 3", str(made.key_id)):
        assert _add(newcomer, event_id, STATION | {"gate": gate}).status_code == 200
    assert [printer["gate"] for printer in _listed(newcomer, event_id)] == ["gate 3", "gate 3"]
    key_for(newcomer, "door")
    key_for(newcomer, "door")
    ambiguous = _add(newcomer, event_id, STATION | {"gate": "a key"})
    assert_refused(ambiguous, "invalid request", "gate")
    assert "more than one" in ambiguous.text


def test_another_account_s_key_is_no_gate(alice: Tenant, newcomer: Tenant, server: RunningServer) -> None:
    event_id, _ = alice.event()
    made = server.new_key(newcomer.user_id, "theirs")
    for gate in ("theirs", str(made.key_id)):
        assert_refused(_add(alice, event_id, STATION | {"gate": gate}), "invalid request", "gate")


def test_another_account_s_event_gate_and_printer_are_as_none(alice: Tenant, bob: Tenant) -> None:
    event_id, _ = alice.event()
    printer_id = _add(alice, event_id, STATION).json()["printer_id"]
    assert_refused(_add(bob, event_id, STATION), "invalid event id")
    assert_refused(bob.get("printer/list", x_api_eventid=str(event_id)), "invalid event id")
    assert bob.get("printer/list").json()["printers"] == []
    theirs, nobody_s = _remove(bob, printer_id), _remove(bob, 2_147_483_000)
    assert theirs.content == nobody_s.content
    assert_refused(theirs, "invalid request", "printer_id")
    assert len(_listed(alice, event_id)) == 1


def test_a_removed_printer_is_gone_and_removing_it_again_is_refused(alice: Tenant) -> None:
    event_id, _ = alice.event()
    printer_id = _add(alice, event_id, IPP).json()["printer_id"]
    assert _remove(alice, str(printer_id)).json() == {"status": "success"}
    assert _listed(alice, event_id) == []
    assert_refused(_remove(alice, printer_id), "invalid request", "printer_id")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "ipp", "name": "No address"}, "url"),
        (STATION | {"url": "ipp://printer.local/"}, "url"),
        (IPP | {"url": "ftp://printer.local/"}, "url"),
        (IPP | {"url": "ipp://user:secret@printer.local/"}, "url"),
        (IPP | {"url": "ipp://printer.local:70000/"}, "url"),
        (IPP | {"url": "ipp://printer.local/\n"}, "url"),
        (IPP | {"url": "file:///etc/passwd"}, "url"),
        (IPP | {"url": "ipp://" + "a" * 1000}, "url"),
        (IPP | {"kind": "fax"}, "kind"),
        (IPP | {"name": ""}, "name"),
        (IPP | {"name": "n" * 256}, "name"),
        (STATION | {"gate": "no such gate"}, "gate"),
        (STATION | {"gate": "999999999999999999"}, "gate"),
        (STATION | {"gate": "9" * 200}, "gate"),
    ],
)
def test_it_refuses_what_is_no_printer(alice: Tenant, fields: dict[str, Any], field: str) -> None:
    event_id, _ = alice.event()
    assert_refused(_add(alice, event_id, fields), "invalid request", field)
    assert _listed(alice, event_id) == []


@pytest.mark.parametrize(
    "url",
    [
        "ipp://printer.local",
        "ipps://printer.local:631/ipp/print",
        "http://192.0.2.7:631/printers/Badges_A6",
        "ipp://[2001:db8::7]/ipp/print?x=1",
    ],
)
def test_it_takes_every_address_a_printer_has(alice: Tenant, url: str) -> None:
    event_id, _ = alice.event()
    _add(alice, event_id, IPP | {"url": url})
    assert [printer["url"] for printer in _listed(alice, event_id)] == [url]


def test_a_key_that_may_not_change_events_adds_no_printer(newcomer: Tenant, key_for: KeyMaker) -> None:
    keys = [key_for(newcomer, scope) for scope in ("read", "sales", "door")]
    event_id, _ = newcomer.event()
    for key in keys:
        assert_refused(_add(key, event_id, STATION), "not allowed for this key", status=403)
    assert keys[0].get("printer/list").status_code == 200
