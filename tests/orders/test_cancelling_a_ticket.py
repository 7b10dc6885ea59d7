"""ticket/cancel: the unit goes back into stock, the door refuses, and nothing happens twice."""

import base64

import httpx
import pytest

from tests.servers import RunningServer, Tenant, fresh_hash


def cancel(tenant: Tenant, ticket: object, request_hash: str = "", **headers: str) -> httpx.Response:
    body = {"request_hash": request_hash or fresh_hash(), "ticket_sensitive": ticket}
    return tenant.post("ticket/cancel", body, **headers)


def refused(answer: httpx.Response) -> tuple[int, str, list[str]]:
    body = answer.json()
    return answer.status_code, body["message"], [error["field"] for error in body.get("errors", [])]


def test_a_cancelled_ticket_is_refused_at_the_door_and_its_unit_is_sold_again(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 2})
    kept, given_back = alice.codes((sku, 2))
    assert alice.order((sku, 1)).json()["message"] == "invalid stock or sku"
    assert cancel(alice, given_back).json() == {"status": "success", "cancelled": 1}
    assert alice.stock(sku) == 1
    refusal = alice.validate(given_back).json()
    assert (refusal["status"], refusal["reason"]) == ("failure", "cancelled")
    assert alice.codes((sku, 1))
    assert alice.order((sku, 1)).json()["message"] == "invalid stock or sku"
    assert alice.validate(kept).json()["status"] == "success"


def test_cancelling_twice_gives_one_unit_back(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 5})
    (code,) = alice.codes((sku, 1))
    assert [cancel(alice, code).json()["cancelled"] for _ in range(3)] == [1, 0, 0]
    assert alice.stock(sku) == 5


def test_an_admitted_ticket_cannot_be_cancelled_and_no_hash_is_used_up(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 5})
    inside, outside = alice.codes((sku, 2))
    alice.validate(inside)
    request_hash = fresh_hash()
    assert refused(cancel(alice, inside, request_hash)) == (400, "invalid request", ["ticket_sensitive"])
    assert alice.stock(sku) == 3
    assert cancel(alice, outside, request_hash).json()["cancelled"] == 1
    assert cancel(alice, outside, request_hash).json()["message"] == "duplicated request"


def test_the_same_idempotency_key_gives_the_first_answer_again(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 5})
    code, other = alice.codes((sku, 2))
    request_hash, key = fresh_hash(), fresh_hash()
    first, again = (cancel(alice, code, request_hash, idempotency_key=key) for _ in range(2))
    assert again.content == first.content == b'{"status":"success","cancelled":1}'
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    assert cancel(alice, other, idempotency_key=key).json()["message"] == "duplicated request"
    assert alice.stock(sku) == 4


@pytest.mark.parametrize("spelling", ["hex", "HEX", "url safe"])
def test_a_ticket_is_named_by_its_barcode_or_by_what_the_qr_says(alice: Tenant, spelling: str) -> None:
    _, (sku,) = alice.event({"stock": 1}, ticket_code="ed25519")
    (code,) = alice.codes((sku, 1))
    named = code.replace("+", "-").replace("/", "_")
    if spelling != "url safe":
        named = barcode_in(code)
        named = named.upper() if spelling == "HEX" else named
    assert cancel(alice, named).json()["cancelled"] == 1


def barcode_in(code: str) -> str:
    """The barcode in an ed25519 code, which carries it in the clear."""
    return base64.b64decode(code)[13:21].hex()


@pytest.mark.parametrize("ticket", ["", "nonsense", "0" * 16, 17, None, "x" * 5000])
def test_what_is_no_ticket_is_refused_as_at_the_door(alice: Tenant, ticket: object) -> None:
    assert refused(cancel(alice, ticket)) == (400, "invalid sensitive", [])


def test_another_s_ticket_is_as_none_and_stays_valid(alice: Tenant, bob: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 5}, ticket_code="ed25519")
    (code,) = alice.codes((sku, 1))
    for named in (code, barcode_in(code)):
        assert refused(cancel(bob, named)) == (400, "invalid sensitive", [])
    assert alice.stock(sku) == 4
    assert alice.validate(code).json()["status"] == "success"


def test_a_ticket_of_a_revoked_key_can_be_cancelled(alice: Tenant, server: RunningServer) -> None:
    _, (sku,) = alice.event({"stock": 5})
    (code,) = alice.codes((sku, 1))
    server.command("signing-key", "rotate", alice.user_id, "--bits", "1024")
    server.command("signing-key", "revoke", alice.user_id, "1", "--yes")
    assert cancel(alice, code).json()["cancelled"] == 1
    assert alice.stock(sku) == 5
