"""contract.md §2, ticket/validate."""

import base64
import time
from typing import Any

import pytest

from tests.api.answers import assert_refused
from tests.servers import Tenant, fresh_hash

FUTURE = 4_000_000_000
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def sold(tenant: Tenant, sku: str, **line: Any) -> str:
    lines = [{"sku": sku, "stock": 1, **line}]
    answer = tenant.post("order/new", {"request_hash": fresh_hash(), "tickets": lines})
    code: str = answer.json()["tickets"][0]["encrypted_data"]
    return code


def in_base45(raw: bytes) -> str:
    """RFC 9285, written from the standard."""
    text = ""
    for start in range(0, len(raw), 2):
        value = int.from_bytes(raw[start : start + 2], "big")
        for _ in range(3 if len(raw[start : start + 2]) == 2 else 2):
            text += BASE45[value % 45]
            value //= 45
    return text


@pytest.mark.parametrize(
    ("given", "shown"), [(150, "150"), ("20.50", "20.5"), (0, "0"), ("99999999.99", "99999999.99")]
)
def test_it_admits_and_tells_event_and_price_as_numbers(alice: Tenant, given: Any, shown: str) -> None:
    event_id, (sku,) = alice.event({"price": given})
    (code,) = alice.codes((sku, 1))
    answer = alice.validate(code)
    assert answer.status_code == 200
    assert answer.json()["status"] == "success"
    assert f'"message":{{"event_id":{event_id},"price":{shown}}}' in answer.text


def test_it_admits_once(alice: Tenant, sku: str) -> None:
    (code,) = alice.codes((sku, 1))
    before = int(time.time())
    assert alice.validate(code).json()["status"] == "success"
    for _ in range(2):
        answer = alice.validate(code)
        assert (answer.status_code, answer.json()["status"]) == (200, "failure")
        assert answer.json()["reason"] == "already_used"
        assert before <= answer.json()["used_at"] <= int(time.time())
        assert answer.json()["message"].startswith("Already used")


def test_it_admits_each_unit_of_an_order(alice: Tenant, sku: str) -> None:
    for code in alice.codes((sku, 3)):
        assert alice.validate(code).json()["status"] == "success"


@pytest.mark.parametrize(
    ("window", "verdict"),
    [
        ({}, "admitted"),
        ({"start_time": 1}, "admitted"),
        ({"start_time": 1, "end_time": FUTURE}, "admitted"),
        ({"end_time": FUTURE}, "admitted"),
        ({"start_time": FUTURE}, "not_yet_valid"),
        ({"start_time": FUTURE, "end_time": FUTURE}, "not_yet_valid"),
        ({"end_time": 1}, "expired"),
        ({"start_time": "1615233535", "end_time": "1615273479"}, "expired"),
    ],
)
def test_it_keeps_to_the_line_s_window(alice: Tenant, sku: str, window: dict[str, int], verdict: str) -> None:
    code = sold(alice, sku, **window)
    for _ in range(2):
        answer = alice.validate(code).json()
        told = (answer["valid_from"], answer["valid_until"])
        assert told == tuple(int(window[name]) if name in window else None for name in ("start_time", "end_time"))
        if verdict == "admitted":
            assert answer["status"] == "success"
            break
        assert (answer["status"], answer["reason"]) == ("failure", verdict)
        assert isinstance(answer["message"], str)


def test_a_ticket_is_valid_from_its_type_s_start_where_the_line_names_none(alice: Tenant) -> None:
    _, (sku,) = alice.event({"start_datetime": FUTURE})
    for absent in ({}, {"start_time": None}, {"start_time": "0"}, {"end_time": FUTURE + 1}):
        answer = alice.validate(sold(alice, sku, **absent)).json()
        assert (answer["reason"], answer["valid_from"]) == ("not_yet_valid", FUTURE)
    answer = alice.validate(sold(alice, sku, start_time=5)).json()
    assert (answer["status"], answer["valid_from"]) == ("success", 5)


def test_the_event_s_own_start_holds_nobody_up(alice: Tenant) -> None:
    _, (sku,) = alice.event(start_datetime=FUTURE)
    assert alice.validate(sold(alice, sku)).json()["status"] == "success"


def test_a_ticket_becomes_valid_and_expires_with_time(alice: Tenant, sku: str) -> None:
    now = int(time.time())
    soon, brief = sold(alice, sku, start_time=now + 2), sold(alice, sku, end_time=now + 1)
    assert alice.validate(soon).json()["reason"] == "not_yet_valid"
    time.sleep(max(0.0, now + 2 - time.time()))
    assert alice.validate(soon).json()["status"] == "success"
    assert alice.validate(brief).json()["reason"] == "expired"


def test_it_tells_the_person_at_the_door_who_comes(alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"primary_text_pl": "Day pass"})
    details = {"primary_text_pl": "Martin Vassilev", "secondary_text_pl": "Vassilev Ltd"}
    named, nameless = alice.codes((sku, 1), order_details=details) + alice.codes((sku, 1))
    told = {
        "event_id": event_id, "sku": sku, "title": "Day pass", "name": "Martin Vassilev", "company": "Vassilev Ltd",
        "valid_from": None, "valid_until": None,
    }  # fmt: skip
    admitted, refused = alice.validate(named).json(), alice.validate(named).json()
    assert admitted == told | {"status": "success", "message": {"event_id": event_id, "price": 250}}
    assert {name: refused[name] for name in told} == told
    assert refused.keys() == told.keys() | {"status", "message", "reason", "used_at"}
    nobody = alice.validate(nameless).json()
    assert (nobody["name"], nobody["company"]) == (None, None)


@pytest.mark.parametrize("code", ["rsa", "ed25519"])
def test_it_tolerates_white_space_and_the_url_safe_alphabet(alice: Tenant, code: str) -> None:
    _, (sku,) = alice.event({"stock": 100}, ticket_code=code)
    spellings = [
        lambda text: f" \r\n\t{text}\n ",
        lambda text: text.replace("+", "-").replace("/", "_"),
        lambda text: text.replace("+", "-").replace("/", "_").rstrip("="),
    ]
    for text in alice.codes((sku, 6)):
        spelled = spellings[len(spellings) - 1](text)
        spellings.insert(0, spellings.pop())
        assert alice.validate(spelled).json()["status"] == "success"
        assert alice.validate(text).json()["reason"] == "already_used"


def test_it_takes_ed25519_in_base64_and_in_base45(alice: Tenant) -> None:
    _, (sku,) = alice.event(ticket_code="ed25519")
    for text in alice.codes((sku, 4)):
        drawn = in_base45(base64.b64decode(text, validate=True))
        assert alice.validate(drawn).json()["status"] == "success"
        assert alice.validate(f"\n{drawn}\n").json()["reason"] == "already_used"
        assert alice.validate(text).json()["reason"] == "already_used"


@pytest.mark.parametrize("code", ["rsa", "ed25519"])
def test_it_refuses_a_code_that_was_tampered_with_and_admits_the_true_one_after(alice: Tenant, code: str) -> None:
    _, (sku,) = alice.event(ticket_code=code)
    (text,) = alice.codes((sku, 1))
    raw = base64.b64decode(text)
    forged = [bytes([*raw[:place], raw[place] ^ 1, *raw[place + 1 :]]) for place in (0, 1, len(raw) // 2, len(raw) - 1)]
    forged += [raw[:-1], raw + b"\0", raw[::-1], bytes(len(raw)), b"\xff" * len(raw)]
    for each in forged:
        assert_refused(alice.validate(base64.b64encode(each).decode()), "invalid sensitive")
    assert alice.validate(text).json()["status"] == "success"


def test_it_refuses_a_text_that_is_too_long(alice: Tenant, sku: str) -> None:
    (code,) = alice.codes((sku, 1))
    assert_refused(alice.validate(code * 100), "invalid sensitive")
    assert alice.validate(code).json()["status"] == "success"
