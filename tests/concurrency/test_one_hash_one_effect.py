"""One request_hash sent 32 times at one instant has one effect (promise 4)."""

from typing import Any

from tests.concurrency.crowd import Ask, Site, messages
from tests.servers import Tenant, fresh_hash, ticket_type


def at_once(site: Site, shop: Tenant, operation: str, body: dict[str, Any], **headers: str) -> dict[str, int]:
    dashed = {name.replace("_", "-"): value for name, value in headers.items()}
    return messages(site.at_once(shop, [Ask(operation, body, dashed)] * 32))


def test_of_32_orders_with_one_hash_one_is_placed(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 100})
    body = {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 2}]}
    assert at_once(site, shop, "order/new", body) == {"success": 1, "duplicated order": 31}
    assert shop.stock(sku) == 98
    site.assert_stock_adds_up(sku)


def test_of_32_orders_with_one_hash_and_other_lines_one_is_placed(site: Site, shop: Tenant) -> None:
    _, skus = shop.event({"stock": 100}, {"stock": 100})
    request_hash = fresh_hash()
    asks = [
        Ask("order/new", {"request_hash": request_hash, "tickets": [{"sku": skus[turn % 2], "stock": 1}]})
        for turn in range(32)
    ]
    assert messages(site.at_once(shop, asks)) == {"success": 1, "duplicated order": 31}
    assert sum(shop.stock(sku) for sku in skus) == 199


def test_of_32_events_with_one_hash_one_is_made(site: Site, shop: Tenant) -> None:
    body = {"request_hash": fresh_hash(), "primary_text_pl": "Owls", "tickets": [ticket_type()], "badge": {}}
    assert at_once(site, shop, "event/new", body) == {"success": 1, "duplicated request": 31}
    assert len(shop.get("event/list").json()["events"]) == 1
    assert len(shop.get("ticket/list").json()["tickets"]) == 1


def test_of_32_ticket_types_with_one_hash_one_is_made(site: Site, shop: Tenant) -> None:
    event_id, _ = shop.event()
    body = {"request_hash": fresh_hash(), **ticket_type()}
    counted = at_once(site, shop, "ticket/new", body, x_api_eventid=str(event_id))
    assert counted == {"success": 1, "duplicated request": 31}
    assert len(shop.get("ticket/list").json()["tickets"]) == 2


def test_of_32_event_edits_with_one_hash_one_happens(site: Site, shop: Tenant) -> None:
    event_id, _ = shop.event()
    body = {"request_hash": fresh_hash(), "location": "Sofia", "ticket_code": "ed25519"}
    counted = at_once(site, shop, "event/edit", body, x_api_eventid=str(event_id))
    assert counted == {"success": 1, "duplicated request": 31}


def test_of_32_ticket_edits_with_one_hash_one_happens(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event({"stock": 5})
    body = {"request_hash": fresh_hash(), "stock": 7, "price": 11}
    assert at_once(site, shop, "ticket/edit", body, x_api_sku=sku) == {"success": 1, "duplicated request": 31}
    number = int(sku.replace("-", ""))
    ((version,),) = site.rows("SELECT version FROM stocks WHERE ticket_type_id = :number", number=number)
    assert version == 2
    site.assert_stock_adds_up(sku)


def test_one_hash_at_five_operations_at_once_is_five_effects(site: Site, shop: Tenant) -> None:
    event_id, (sku,) = shop.event({"stock": 5})
    name = {"request_hash": fresh_hash()}
    event, the_sku = {"x-api-eventid": str(event_id)}, {"x-api-sku": sku}
    asks = [
        Ask("order/new", name | {"tickets": [{"sku": sku, "stock": 1}]}),
        Ask("event/new", name | {"primary_text_pl": "Owls", "tickets": [ticket_type()], "badge": {}}),
        Ask("ticket/new", name | ticket_type(), event),
        Ask("event/edit", name | {"location": "Sofia"}, event),
        Ask("ticket/edit", name | {"location": "Sofia"}, the_sku),
    ]
    assert messages(site.at_once(shop, asks)) == {"success": 5}
