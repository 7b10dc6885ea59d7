"""contract.md §1: no answer tells whether another account's event, SKU, order or ticket exists."""

from typing import Any

import httpx
import pytest

from tests.api.answers import assert_refused, listed_event, listed_type
from tests.servers import Tenant, fresh_hash, ticket_type

NO_EVENT, NO_SKU = "999999937", "999-999937"


class Secrets:
    """What Alice has, and what nobody has instead."""

    def __init__(self, alice: Tenant) -> None:
        self.used = fresh_hash()
        self.key = fresh_hash()
        event_id, (self.sku,) = alice.event(request_hash=self.used)
        self.event_id = str(event_id)
        body = {"request_hash": self.used, "tickets": [{"sku": self.sku, "stock": 2}]}
        order = alice.post("order/new", body, idempotency_key=self.key).json()
        self.code, self.admitted = [ticket["encrypted_data"] for ticket in order["tickets"]]
        alice.validate(self.admitted, idempotency_key=self.key)
        self.before = self.shown_to(alice)

    def shown_to(self, alice: Tenant) -> list[dict[str, Any]]:
        """What must not change, save by Alice's own sales."""
        event_id = int(self.event_id)
        return [listed_event(alice, event_id), listed_type(alice, event_id, self.sku) | {"stock": None}]


@pytest.fixture(scope="module")
def secrets_of_alice(alice: Tenant) -> Secrets:
    return Secrets(alice)


def assert_alike(one: httpx.Response, other: httpx.Response) -> None:
    """Two answers that cannot be told apart, save by what differs in any two answers."""
    always = {"x-request-id", "date"}
    assert one.status_code == other.status_code >= 400
    assert one.content == other.content
    assert [item for item in one.headers.items() if item[0] not in always] == [
        item for item in other.headers.items() if item[0] not in always
    ]


@pytest.mark.parametrize("path", ["event/edit", "ticket/new"])
def test_another_s_event_id_is_as_one_that_nobody_has(
    alice: Tenant, bob: Tenant, secrets_of_alice: Secrets, path: str
) -> None:
    for fields in (ticket_type(), ticket_type(location="Rome", stock=1)):
        body = {"request_hash": fresh_hash(), **fields}
        theirs = bob.post(path, body, x_api_eventid=secrets_of_alice.event_id)
        assert_alike(theirs, bob.post(path, body, x_api_eventid=NO_EVENT))
    assert secrets_of_alice.shown_to(alice) == secrets_of_alice.before


def test_another_s_event_id_lists_nothing(bob: Tenant, secrets_of_alice: Secrets) -> None:
    theirs = bob.get("ticket/list", x_api_eventid=secrets_of_alice.event_id)
    assert_refused(theirs, "invalid event id")
    assert_alike(theirs, bob.get("ticket/list", x_api_eventid=NO_EVENT))


def test_another_s_sku_is_as_one_that_nobody_has(alice: Tenant, bob: Tenant, secrets_of_alice: Secrets) -> None:
    left = alice.stock(secrets_of_alice.sku)
    body = {"request_hash": fresh_hash(), "stock": 0, "price": 0}
    theirs = bob.post("ticket/edit", body, x_api_sku=secrets_of_alice.sku)
    assert_refused(theirs, "ticket ownership verification failure")
    assert_alike(theirs, bob.post("ticket/edit", body, x_api_sku=NO_SKU))
    assert secrets_of_alice.shown_to(alice) == secrets_of_alice.before
    assert alice.stock(secrets_of_alice.sku) == left


@pytest.mark.parametrize("units", [1, 98, 99, 1000, 1001])
def test_another_s_sku_cannot_be_bought(alice: Tenant, bob: Tenant, secrets_of_alice: Secrets, units: int) -> None:
    _, (own,) = bob.event({"stock": 2000})
    for lines in ([(NO_SKU, units)], [(own, 1), (NO_SKU, units)], [(NO_SKU, units), (own, 2001)]):
        foreign = [(secrets_of_alice.sku if sku == NO_SKU else sku, count) for sku, count in lines]
        for _ in range(2):
            alice.codes((secrets_of_alice.sku, 1))  # so that the server has just seen its stock
            assert_alike(bob.order(*foreign), bob.order(*lines))
    assert bob.stock(own) == 2000


def test_another_s_order_cannot_be_shown(bob: Tenant, secrets_of_alice: Secrets) -> None:
    theirs = bob.get("order/show", x_api_requesthash=secrets_of_alice.used)
    assert_refused(theirs, "invalid request", "request_hash")
    assert_alike(theirs, bob.get("order/show", x_api_requesthash=fresh_hash()))
    query = bob.client.get("/v1/order/show", params={"request_hash": secrets_of_alice.used})
    assert_alike(query, bob.client.get("/v1/order/show", params={"request_hash": fresh_hash()}))


@pytest.mark.parametrize("which", ["code", "admitted"])
def test_another_s_ticket_is_as_none_and_is_not_admitted(
    alice: Tenant, bob: Tenant, secrets_of_alice: Secrets, which: str
) -> None:
    theirs = bob.validate(getattr(secrets_of_alice, which))
    assert_refused(theirs, "invalid sensitive")
    assert_alike(theirs, bob.validate("A" * len(secrets_of_alice.code)))
    (fresh,) = alice.codes((secrets_of_alice.sku, 1))
    assert_refused(bob.validate(fresh), "invalid sensitive")
    assert alice.validate(fresh).json()["status"] == "success"


def test_another_s_ticket_of_the_small_code_is_as_none(alice: Tenant, bob: Tenant) -> None:
    _, (sku,) = alice.event(ticket_code="ed25519")
    (code,) = alice.codes((sku, 1))
    assert_alike(bob.validate(code), bob.validate("A" * len(code)))
    assert alice.validate(code).json()["status"] == "success"


def test_hashes_and_idempotency_keys_are_each_account_s_own(newcomer: Tenant, secrets_of_alice: Secrets) -> None:
    _, (sku,) = newcomer.event(request_hash=secrets_of_alice.used)
    body = {"request_hash": secrets_of_alice.used, "tickets": [{"sku": sku, "stock": 1}]}
    order = newcomer.post("order/new", body, idempotency_key=secrets_of_alice.key)
    assert (order.status_code, order.headers.get("idempotent-replayed")) == (200, None)
    (ticket,) = order.json()["tickets"]
    admitted = newcomer.validate(ticket["encrypted_data"], idempotency_key=secrets_of_alice.key)
    assert (admitted.json()["sku"], admitted.headers.get("idempotent-replayed")) == (sku, None)
    shown = newcomer.get("order/show", x_api_requesthash=secrets_of_alice.used)
    assert [found["sku"] for found in shown.json()["tickets"]] == [sku]


def test_lists_show_nothing_of_another_s(bob: Tenant, secrets_of_alice: Secrets) -> None:
    for path in ("event/list", "ticket/list"):
        answer = bob.get(path)
        assert answer.status_code == 200
        assert not any(secret in answer.text for secret in (secrets_of_alice.event_id, secrets_of_alice.sku))


def test_another_s_key_opens_nothing(alice: Tenant, bob: Tenant) -> None:
    for user, key in ((alice.user_id, bob.key), (bob.user_id, alice.key)):
        answer: Any = bob.get("event/list", x_api_userid=user, x_api_key=key)
        assert_refused(answer, "unknown key")
