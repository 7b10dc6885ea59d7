"""A connection lost in the middle of a commit: nobody knows, so 503; and the same hash tells (contract.md §1, §6)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database.cutting import Wire, wired
from tests.postgresql import make_postgresql_database
from tests.servers import RunningServer, Tenant, fresh_hash, ticket_type

WireAndServer = tuple[Wire, RunningServer]


@pytest.fixture(scope="module")
def wire_and_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WireAndServer]:
    folder: Path = tmp_path_factory.mktemp("wired")
    with wired(make_postgresql_database()) as (wire, url), RunningServer.start(url, folder) as server:
        yield wire, server


@pytest.fixture
def wire(wire_and_server: WireAndServer) -> Wire:
    return wire_and_server[0]


@pytest.fixture
def shop(wire_and_server: WireAndServer) -> Iterator[Tenant]:
    with wire_and_server[1].new_tenant("alice") as tenant:
        yield tenant


@pytest.mark.parametrize("keyed", [False, True], ids=["by hash", "by Idempotency-Key"])
def test_an_order_whose_commit_was_not_heard_of_is_found_again(wire: Wire, shop: Tenant, keyed: bool) -> None:
    _, (sku,) = shop.event()
    shop.codes((sku, 1))  # believed by now, so that the next order is one statement
    body = {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 2}]}
    headers = {"idempotency_key": fresh_hash()} if keyed else {}
    wire.cut_at(body["request_hash"].encode(), deliver=True)
    lost = shop.post("order/new", body, **headers)
    assert (lost.status_code, lost.json()["message"]) == (503, "temporarily unavailable")
    assert wire.cuts > 0
    assert wire.needle is None

    again = shop.post("order/new", body, **headers)
    shown = shop.get("order/show", x_api_requesthash=str(body["request_hash"]))
    if keyed:
        assert again.status_code == 200
        assert again.headers["idempotent-replayed"] == "true"
        assert again.content == shown.content
    else:
        assert (again.status_code, again.json()["message"]) == (400, "duplicated order")
    codes = [ticket["encrypted_data"] for ticket in shown.json()["tickets"]]
    assert [shop.validate(code).json()["status"] for code in codes] == ["success", "success"]
    assert shop.stock(sku) == 97


def test_an_order_that_never_reached_the_database_is_placed_by_the_second_try(wire: Wire, shop: Tenant) -> None:
    _, (sku,) = shop.event()
    shop.codes((sku, 1))
    body = {"request_hash": fresh_hash(), "tickets": [{"sku": sku, "stock": 2}]}
    wire.cut_at(body["request_hash"].encode(), deliver=False)
    assert shop.post("order/new", body).status_code == 503
    assert shop.post("order/new", body).status_code == 200
    assert shop.stock(sku) == 97


@pytest.mark.parametrize("deliver", [False, True])
def test_an_event_cut_off_before_its_commit_is_made_once_by_the_second_try(
    wire: Wire, shop: Tenant, deliver: bool
) -> None:
    body = {"request_hash": fresh_hash(), "primary_text_pl": "Owls", "tickets": [ticket_type()], "badge": {}}
    wire.cut_at(body["request_hash"].encode(), deliver=deliver)
    assert shop.post("event/new", body).status_code == 503
    assert shop.post("event/new", body).status_code == 200
    assert len(shop.get("event/list").json()["events"]) == 1
    assert len(shop.get("ticket/list").json()["tickets"]) == 1


def test_an_admission_not_heard_of_has_happened_and_its_key_says_so(wire: Wire, shop: Tenant) -> None:
    _, (sku,) = shop.event()
    (code,) = shop.codes((sku, 1))
    key = fresh_hash()
    wire.cut_at(b"ticket/validate", deliver=True)
    assert shop.validate(code, idempotency_key=key).status_code == 503
    again = shop.validate(code, idempotency_key=key)
    assert again.json()["status"] == "success"
    assert shop.validate(code).json()["reason"] == "already_used"
