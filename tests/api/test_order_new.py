"""contract.md §2, order/new."""

from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from tests.api.answers import account_key, assert_done, assert_refused, number, open_code
from tests.servers import Tenant, fresh_hash

PAST, LATER = 1615233535, 1615273479
FUTURE = 4_000_000_000


def place(tenant: Tenant, *lines: dict[str, Any], **fields: Any) -> Any:
    return tenant.post("order/new", {"request_hash": fresh_hash(), "tickets": list(lines), **fields})


def test_it_answers_one_ticket_for_each_unit_in_the_order_of_the_lines(alice: Tenant) -> None:
    _, (first, second) = alice.event({}, {})
    _, (other,) = alice.event()
    lines = [(other, 2), (second, 1), (first, 1), (second, 2)]
    hash_given = fresh_hash()
    answer = alice.order(*lines, request_hash=hash_given)
    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "tickets", "request_hash"}
    assert (answer.json()["status"], answer.json()["request_hash"]) == ("success", hash_given)
    tickets = answer.json()["tickets"]
    assert [ticket["sku"] for ticket in tickets] == [sku for sku, units in lines for _ in range(units)]
    assert len({ticket["encrypted_data"] for ticket in tickets}) == 6
    fields = {"encrypted_data", "code", "sku", "primary_text_pl", "secondary_text_pl"}
    assert all(ticket.keys() == fields and ticket["code"] == "rsa" for ticket in tickets)
    assert (alice.stock(first), alice.stock(second), alice.stock(other)) == (99, 97, 98)


def test_it_takes_customer_and_company_and_answers_null_where_they_are_not_given(alice: Tenant, sku: str) -> None:
    names = {"primary_text_pl": "Martin Vassilev", "secondary_text_pl": "Martin Vassilev's Company"}
    nobody = dict.fromkeys(names)
    for details, shown in (
        (names, names),
        ({"primary_text_pl": "Martin"}, nobody | {"primary_text_pl": "Martin"}),
        ({}, nobody),
        (None, nobody),
    ):
        for ticket in alice.order((sku, 2), order_details=details).json()["tickets"]:
            assert ticket.items() >= shown.items()
    assert alice.order((sku, 1)).json()["tickets"][0].items() >= nobody.items()


def test_its_codes_open_with_the_account_s_public_key(alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"price": "20.50"})
    key = account_key(alice)
    line = {"sku": sku, "stock": 3, "start_time": PAST, "end_time": str(FUTURE)}
    opened = [open_code(ticket["encrypted_data"], key) for ticket in place(alice, line).json()["tickets"]]
    for segments in opened:
        assert list(segments) == ["V", "H", "$", "I", "E", "T", "F", "C"]
        told = {label: number(segments[label]) for label in "V$IETF"}
        ticket_type_id = int(sku.replace("-", ""))
        assert told == {"V": 1, "$": 2050, "I": ticket_type_id, "E": event_id, "T": PAST, "F": FUTURE}
        assert len(segments["H"]) >= 8
    assert len({segments["H"] for segments in opened}) == 3
    (plain,) = alice.codes((sku, 1))
    assert list(open_code(plain, key)) == ["V", "H", "$", "I", "E", "C"]


def test_a_code_of_one_account_does_not_open_with_another_s_key(alice: Tenant, bob: Tenant, sku: str) -> None:
    (code,) = alice.codes((sku, 1))
    with pytest.raises(InvalidSignature):
        open_code(code, account_key(bob))


@pytest.mark.parametrize("spoiled", [("100-00000", 1), "beyond", "other hash"], ids=str)
def test_it_sells_all_or_nothing(alice: Tenant, spoiled: Any) -> None:
    _, (one, two) = alice.event({"stock": 5}, {"stock": 5})
    used = alice.order((one, 1)).json()["request_hash"]
    if spoiled == "other hash":
        assert_refused(alice.order((one, 1), (two, 1), request_hash=used), "duplicated order")
    else:
        line = (two, 6) if spoiled == "beyond" else spoiled
        assert alice.order((one, 4), line, (two, 1)).json()["message"] == "invalid stock or sku"
    assert (alice.stock(one), alice.stock(two)) == (4, 5)
    alice.codes((one, 4), (two, 5))


def test_it_sells_to_the_last_unit_and_no_further(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 3})
    alice.codes((sku, 1), (sku, 2))
    assert alice.stock(sku) == 0
    assert_refused(alice.order((sku, 1)), "invalid stock or sku", "tickets[0].stock")


def test_it_sells_up_to_1000_units_in_one_order(alice: Tenant) -> None:
    _, (sku, other) = alice.event({"stock": 2000}, {"stock": 2000}, ticket_code="ed25519")
    assert_refused(alice.order((sku, 1001)), "invalid stock or sku", "tickets[0].stock")
    assert_refused(alice.order((sku, 500), (other, 501)), "invalid stock or sku", "tickets[1].stock")
    assert_refused(alice.order((sku, 10_000_000)), "invalid stock or sku", "tickets[0].stock")
    assert (alice.stock(sku), alice.stock(other)) == (2000, 2000)
    assert len(set(alice.codes((sku, 500), (other, 500)))) == 1000
    assert (alice.stock(sku), alice.stock(other)) == (1500, 1500)


def test_it_uses_up_no_hash_where_it_refuses(alice: Tenant) -> None:
    _, (sku,) = alice.event({"stock": 1})
    used = fresh_hash()
    assert_refused(alice.order((sku, 2), request_hash=used), "invalid stock or sku", "tickets[0].stock")
    assert_refused(alice.order((sku, 0), request_hash=used), "invalid stock or sku", "tickets[0].stock")
    assert alice.order((sku, 1), request_hash=used).status_code == 200
    assert_refused(alice.order((sku, 1), request_hash=used), "duplicated order")


def test_it_refuses_an_end_before_its_start(alice: Tenant, sku: str) -> None:
    answer = place(alice, {"sku": sku, "stock": 1}, {"sku": sku, "stock": 1, "start_time": LATER, "end_time": PAST})
    assert_refused(answer, "invalid request", "tickets[1].end_time")
    backwards = {"sku": sku, "stock": "1", "start_time": str(LATER), "end_time": str(LATER - 1)}
    assert_refused(place(alice, backwards), "invalid request", "tickets[0].end_time")
    assert place(alice, backwards | {"end_time": LATER}).status_code == 200


def test_it_sells_what_is_long_past(alice: Tenant, sku: str) -> None:
    (ticket,) = place(alice, {"sku": sku, "stock": 1, "start_time": PAST, "end_time": LATER}).json()["tickets"]
    assert alice.validate(ticket["encrypted_data"]).json()["reason"] == "expired"


def test_it_needs_a_line(alice: Tenant) -> None:
    assert_refused(place(alice), "invalid request", "tickets")
    assert_refused(alice.post("order/new", {"request_hash": fresh_hash()}), "invalid request", "tickets")


def test_it_signs_with_the_event_s_code_at_once_after_a_switch_and_back(alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"price": 7})
    codes: dict[str, str] = {}
    for wanted in ("rsa", "ed25519", "rsa"):
        body = {"request_hash": fresh_hash(), "ticket_code": wanted}
        assert_done(alice.post("event/edit", body, x_api_eventid=str(event_id)))
        for _ in range(3):
            (ticket,) = alice.order((sku, 1)).json()["tickets"]
            assert ticket["code"] == wanted
        codes[wanted + ticket["encrypted_data"]] = ticket["encrypted_data"]
    for code in codes.values():
        assert alice.validate(code).json()["message"] == {"event_id": event_id, "price": 7}


def test_events_of_both_codes_mix_in_one_order(alice: Tenant, sku: str) -> None:
    _, (small,) = alice.event(ticket_code="ed25519")
    tickets = alice.order((sku, 1), (small, 1), (sku, 1)).json()["tickets"]
    assert [ticket["code"] for ticket in tickets] == ["rsa", "ed25519", "rsa"]
    for ticket in tickets:
        assert alice.validate(ticket["encrypted_data"]).json()["status"] == "success"
