"""An event's printers in the portal, without JavaScript: added, removed, and uncertain badges settled (issue 5)."""

import html
import re

import pytest

from tests.portal.visitors import Visitor, signed_in
from tests.servers import RunningServer, Tenant
from tests.station.desk import add_station, let_time_pass, new_desk, states_of, until
from tests.station.test_whose_station import Browser

STATION = {"name": "Hall A", "kind": "station", "url": "", "gate": ""}


@pytest.fixture
def organiser(server: RunningServer, alice: Tenant) -> Visitor:
    return signed_in(server, alice.user_id)


def _path(event_id: int, rest: str = "") -> str:
    return f"/account/events/{event_id}/printers{rest}"


def _printers(tenant: Tenant, event_id: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tenant.get("printer/list", x_api_eventid=str(event_id)).json()["printers"]
    return found


def _link_on(page: str) -> str:
    found = re.search(r'<code id="station-link">([^<]+)</code>', page)
    assert found, page
    return html.unescape(found[1])


def test_a_station_added_here_opens_by_the_link_that_is_shown_once(organiser: Visitor, alice: Tenant) -> None:
    event_id, _ = alice.event()
    made = organiser.send(_path(event_id), _path(event_id), **STATION)
    assert made.status_code == 200, made.text
    link = _link_on(made.text)
    assert [printer["name"] for printer in _printers(alice, event_id)] == ["Hall A"]
    assert link.partition("#")[2] not in organiser.get(_path(event_id)).text
    browser = Browser(alice.url)
    with browser.client:
        assert browser.open(link).status_code == 200
        renewed = _link_on(organiser.send(_path(event_id), _path(event_id, f"/{_id(alice, event_id)}/link")).text)
        assert browser.open(link).status_code == 404
        assert browser.open(renewed).status_code == 200


def _id(tenant: Tenant, event_id: int) -> object:
    return _printers(tenant, event_id)[0]["printer_id"]


def test_a_second_click_adds_no_second_printer(organiser: Visitor, alice: Tenant) -> None:
    event_id, _ = alice.event()
    page = organiser.get(_path(event_id)).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page))
    for status in (200, 303):
        sent = organiser.client.post(_path(event_id), data=hidden | STATION, headers={"origin": alice.url})
        assert sent.status_code == status
    assert len(_printers(alice, event_id)) == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": ""}, "This is needed."),
        ({"kind": "ipp"}, "Give the printer&#39;s address."),
        ({"kind": "ipp", "url": "printer.local"}, "Give an address such as"),
        ({"kind": "fax"}, "Choose how it is reached."),
        ({"gate": "999999"}, "This cannot be"),
    ],
)
def test_what_is_no_printer_is_said_beside_its_field(
    organiser: Visitor, alice: Tenant, fields: dict[str, str], says: str
) -> None:
    event_id, _ = alice.event()
    refused = organiser.send(_path(event_id), _path(event_id), **STATION | fields)
    assert refused.status_code == 422
    assert says in refused.text
    assert _printers(alice, event_id) == []


def test_a_printer_is_removed_after_a_question(organiser: Visitor, alice: Tenant) -> None:
    event_id, _ = alice.event()
    printer_id = add_station(alice, event_id)["printer_id"]
    path = _path(event_id, f"/{printer_id}/remove")
    assert organiser.send(path, path).status_code == 303
    assert _printers(alice, event_id) == []
    assert organiser.get(path).status_code == 404


def test_printing_is_turned_on_and_off_for_whoever_is_admitted(organiser: Visitor, alice: Tenant) -> None:
    event_id, _ = alice.event()
    for value, printing in (("on", True), ("off", False)):
        path = _path(event_id, "/printing")
        assert organiser.send(_path(event_id), path, print_badges=value).status_code == 303
        listed = next(found for found in alice.get("event/list").json()["events"] if found["event_id"] == str(event_id))
        assert listed["print_badges"] is printing


def test_uncertain_waiting_and_printed_badges_are_settled_by_a_person_s_word(
    organiser: Visitor, alice: Tenant, server: RunningServer
) -> None:
    desk = new_desk(alice)
    browser = Browser(alice.url)
    desk.admit("Ada", "Grace", "Hedy")
    with browser.client:
        browser.open(desk.link)
        for page in ("a" * 32, "b" * 32):
            assert browser.claim(desk.station_id, page).json()["job"]
    let_time_pass(server, desk.event_id)
    until(lambda: states_of(server, desk.event_id) == ["uncertain", "uncertain", "waiting"])

    _say(organiser, desk.event_id, "Ada", "printed")
    _say(organiser, desk.event_id, "Grace", "again")
    _say(organiser, desk.event_id, "Hedy", "cancelled")
    assert states_of(server, desk.event_id) == ["printed", "failed", "cancelled", "waiting"]
    _say(organiser, desk.event_id, "Ada", "reprint")
    assert states_of(server, desk.event_id) == ["printed", "failed", "cancelled", "waiting", "waiting"]
    audit = organiser.get("/account/audit").text
    assert "Uncertain badge settled" in audit
    assert "Badge printed again" in audit


def _say(organiser: Visitor, event_id: int, name: str, outcome: str) -> None:
    """Press the button that stands beside a name."""
    page = organiser.get(_path(event_id)).text
    pattern = rf'action="([^"]+/jobs/\d+)">(?:(?!</form>).)*value="{outcome}" aria-label="[^"]*: {name}"'
    found = re.search(pattern, page, re.DOTALL)
    assert found, page
    assert organiser.send(_path(event_id), found[1], outcome=outcome).status_code == 303


def test_another_account_s_event_printer_and_job_are_as_none(
    organiser: Visitor, alice: Tenant, bob: Tenant, server: RunningServer
) -> None:
    desk = new_desk(bob)
    desk.admit("Bert")
    own, _ = alice.event()
    assert organiser.get(_path(desk.event_id)).status_code == 404
    for rest in ("/remove", "/link"):
        path = _path(own, f"/{desk.station_id}{rest}")
        assert organiser.client.get(path).status_code in {404, 405}
        assert _post(organiser, own, path, alice.url) == 404
    (job,) = (found["print_job_id"] for found in _jobs(bob, desk.event_id))
    for event_id in (own, desk.event_id):
        assert _post(organiser, own, _path(event_id, f"/jobs/{job}"), alice.url, outcome="cancelled") == 404
    assert states_of(server, desk.event_id) == ["waiting"]
    assert len(_printers(bob, desk.event_id)) == 1


def _jobs(tenant: Tenant, event_id: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = tenant.get("print/jobs", x_api_eventid=str(event_id)).json()["print_jobs"]
    return found


def _post(organiser: Visitor, own_event_id: int, path: str, origin: str, **fields: str) -> int:
    """Send a form with a token of one's own to any address."""
    page = organiser.get(_path(own_event_id)).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page))
    return organiser.client.post(path, data=hidden | fields, headers={"origin": origin}).status_code
