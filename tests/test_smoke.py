from tests.servers import Tenant


def test_it_sells_and_admits_a_ticket_once(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 2})
    code, other = alice.codes((sku, 2))
    assert alice.validate(code).json()["status"] == "success"
    assert alice.validate(code).json()["reason"] == "already_used"
    assert alice.validate(other).json()["status"] == "success"
    refused = alice.order((sku, 1))
    assert (refused.status_code, refused.json()["message"]) == (400, "invalid stock or sku")
