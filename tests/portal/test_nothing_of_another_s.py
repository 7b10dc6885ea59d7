"""Promise 6 in the portal: every one of its addresses, tried by another organiser with the first one's ids."""

import re

import httpx
import pytest

from tests.portal.visitors import Visitor, signed_in
from tests.servers import RunningServer, Tenant, fresh_hash
from ticketsonic.portal.table import PAGES

NUMBERS = {"event_id", "order_id", "position", "key_id", "session_id", "number", "printer_id", "job_id"}
OF_EACH_ACCOUNT = {"number", "code"}  # signing keys are counted in each account: everybody has a number 1
SECRETS = ("Alices secret event", "Alices secret type", "Alices secret buyer", "Alices secret company")


def test_every_address_with_an_id_is_as_one_that_nobody_has(server: RunningServer, alice: Tenant, bob: Tenant) -> None:
    event_id, (sku,) = alice.event({"primary_text_pl": SECRETS[1]}, primary_text_pl=SECRETS[0])
    buyer = {"primary_text_pl": SECRETS[2], "secondary_text_pl": SECRETS[3]}
    order = alice.order((sku, 1), order_details=buyer).json()
    order_hash, code = order["request_hash"], order["tickets"][0]["encrypted_data"]
    signed_in(server, alice.user_id)  # another session, that could be ended
    owner, stranger = signed_in(server, alice.user_id), signed_in(server, bob.user_id)
    order_id = _order_id(owner, order_hash)
    ids = {"event_id": event_id, "order_id": order_id, "position": 0, "sku": sku, "kind": "orders"}
    ids |= _ids_on_other_pages(alice, owner, event_id)
    token = re.findall(r'name="csrf" value="([^"]+)"', stranger.get("/account/audit").text)[0]
    tried = 0
    for page in PAGES:
        names = re.findall(r"\{(\w+)(?::\w+)?\}", page.path)
        if not names or set(names) & OF_EACH_ACCOUNT:
            continue
        tried += 1
        path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: str(ids[found[1]]), page.path)
        nobodys = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: "777777777" if found[1] in NUMBERS else "x", page.path)
        path, nobodys = (f"{each}?event={event_id}" if "exports" in each else each for each in (path, nobodys))
        if page.show is not None and not path.endswith("/stream"):  # which has no end
            assert owner.get(path).status_code == 200, path
        if page.show is not None:
            seen, missing = stranger.get(path), stranger.get(nobodys)
            assert seen.status_code == missing.status_code == 404, path
            _says_nothing(seen.text)
        if page.submit is not None:
            form = {"csrf": token, "request_hash": fresh_hash()[:32], "primary_text_pl": "Taken over", "price": "1"}
            sent = stranger.client.post(path, data=form, headers={"origin": server.url})
            assert sent.status_code == 404, path
    assert tried >= 19
    asked = (
        f"q={order_hash}",
        "q=secret",
        f"q={sku}",
        f"event={event_id}",
        f"before={order_id + 1}",
        "only=duplicates",
    )
    asked += (f"q={code[30:60]}&in=codes".replace("+", "%2B"), f"q={code}".replace("+", "%2B"))
    for query in ("", *asked):
        _says_nothing(stranger.get(f"/account/orders?{query}").text)
    for path in ("/account/events", f"/account/audit?about={event_id}", f"/account/audit?about={order_hash}"):
        _says_nothing(stranger.get(path).text)
    for path in ("/account/exports/orders.csv", "/account/exports/tickets.csv"):
        assert order_hash not in stranger.get(path).text
    assert alice.stock(sku) == 99
    assert SECRETS[2] in owner.get(f"/account/orders?q={order_hash}").text


def _ids_on_other_pages(alice: Tenant, owner: Visitor, event_id: int) -> dict[str, int]:
    """A printer, an API key and a session of the owner's; and a print job that nobody has."""
    station = {"request_hash": fresh_hash(), "name": SECRETS[0], "kind": "station"}
    made = alice.post("printer/new", station, x_api_eventid=str(event_id))
    assert made.status_code == 200, made.text
    key = re.search(r"/account/credentials/keys/(\d+)/revoke", owner.get("/account/credentials").text)
    session = re.search(r"/account/security/sessions/(\d+)/end", owner.get("/account/security").text)
    assert key
    assert session
    return {
        "printer_id": made.json()["printer_id"],
        "key_id": int(key[1]),
        "session_id": int(session[1]),
        "job_id": 1,
    }


def _order_id(visitor: Visitor, order_hash: str) -> int:
    found = re.search(r'href="/account/orders/(\d+)"', visitor.get(f"/account/orders?q={order_hash}").text)
    assert found
    return int(found[1])


def _says_nothing(text: str) -> None:
    assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize(
    "path", ["/account/events/99999999999999999999", "/account/orders/0", "/account/exports/x.csv"]
)
def test_numbers_that_no_database_holds_are_not_found(server: RunningServer, alice: Tenant, path: str) -> None:
    assert signed_in(server, alice.user_id).get(path).status_code == 404


def test_nobody_sees_anything_without_signing_in(server: RunningServer) -> None:
    for page in PAGES:
        if page.open or page.show is None:
            continue
        path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: "7" if found[1] in NUMBERS else "x", page.path)
        answer = httpx.get(server.url + path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/account/sign-in"), path
