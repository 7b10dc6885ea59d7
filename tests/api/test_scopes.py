"""contract.md §1: what a key of each scope may do."""

from tests.api.answers import KeyMaker, assert_refused
from tests.servers import Tenant, fresh_hash

SHOWS = {"health", "event/list", "ticket/list", "order/show"}
SALES = {"order/new", "order/cancel", "ticket/cancel"}
DOOR = {"ticket/validate", "ticket/reprint", "print/resolve"}
ALLOWED = {
    "read": SHOWS,
    "sales": SHOWS | SALES,
    "door": DOOR | {"health"},
    "full": SHOWS | SALES | DOOR | {"event/new", "event/edit", "ticket/new", "ticket/edit"},
}


def test_a_key_does_what_its_scope_says_and_no_more(newcomer: Tenant, key_for: KeyMaker) -> None:
    for scope, key in [(scope, key_for(newcomer, scope)) for scope in ALLOWED]:
        for path in sorted(ALLOWED["full"]):
            answer = key.get(path) if path in SHOWS else key.post(path, "{")
            if path in ALLOWED[scope]:
                assert answer.status_code == 200 or answer.json()["message"] == "invalid request"
            else:
                assert_refused(answer, "not allowed for this key", status=403)


def test_keys_of_two_scopes_sell_and_admit(newcomer: Tenant, key_for: KeyMaker) -> None:
    shop, door = key_for(newcomer, "sales"), key_for(newcomer, "door")
    _, (sku,) = newcomer.event()
    (code,) = shop.codes((sku, 1))
    assert_refused(shop.validate(code), "not allowed for this key", status=403)
    assert_refused(door.order((sku, 1)), "not allowed for this key", status=403)
    assert door.validate(code).json()["status"] == "success"
    assert shop.stock(sku) == 99


def test_the_scope_is_checked_after_user_and_key(newcomer: Tenant, key_for: KeyMaker) -> None:
    door = key_for(newcomer, "door")
    assert_refused(door.get("event/list", x_api_userid="nobody@example.com"), "unknown user")
    assert_refused(door.get("event/list", x_api_key="wrong"), "unknown key")
    assert_refused(door.post("order/new", {"request_hash": fresh_hash()}), "not allowed for this key", status=403)
