"""contract.md §1, the table of kinds: what is accepted, what it becomes, what is refused and by which name."""

from typing import Any

import pytest

from tests.api.answers import assert_done, assert_refused, listed_event, listed_type
from tests.servers import Tenant, fresh_hash, ticket_type

Subject = tuple[int, str]
LATEST = 253_402_300_799


def edit_type(alice: Tenant, sku: str, fields: str) -> Any:
    """Edit with fields as they stand in JSON, so that a number is sent as it is written."""
    return alice.post("ticket/edit", f'{{"request_hash": "{fresh_hash()}", {fields}}}', x_api_sku=sku)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("150", 150), ('"150"', 150), ("150.0", 150), ('"150.0"', 150), ("0", 0), ('"0"', 0), ('"007"', 7),
        ("2147483647", 2147483647), ('"2147483647"', 2147483647), ("2147483647.00", 2147483647),
    ],
)  # fmt: skip
def test_it_accepts_an_integer(alice: Tenant, event: Subject, written: str, stored: int) -> None:
    assert_done(edit_type(alice, event[1], f'"stock": {written}'))
    listed = listed_type(alice, *event)["stock"]
    assert (listed, type(listed)) == (stored, int)


NO_INTEGER = [
    "150.5", '"150.5"', '"1e3"', "1e3", "1E0", "true", "-1", '"-1"', "2147483648", '"2147483648"',
    "9223372036854775808",
    "1" + "0" * 400, '"' + "9" * 5000 + '"', "1e999", '" 5"', '"5 "', '"+5"', '"0x10"', '"1_000"', '"٣"',
    '"five"', "[5]", '{"a": 5}', "[]",
]  # fmt: skip


@pytest.mark.parametrize("written", NO_INTEGER)
def test_it_refuses_what_is_no_integer(alice: Tenant, event: Subject, written: str) -> None:
    assert_refused(edit_type(alice, event[1], f'"stock": {written}'), "invalid request", "stock")


@pytest.mark.parametrize("written", [*NO_INTEGER, "0", '"0"', '""', "null", "false"])
def test_it_refuses_what_is_no_number_of_units(alice: Tenant, sku: str, written: str) -> None:
    body = f'{{"request_hash": "{fresh_hash()}", "tickets": [{{"sku": "{sku}", "stock": {written}}}]}}'
    assert_refused(alice.post("order/new", body), "invalid stock or sku", "tickets[0].stock")


@pytest.mark.parametrize("written", ["1", '"1"', "1.0", '"1.0"', '"01"'])
def test_it_accepts_a_number_of_units(alice: Tenant, sku: str, written: str) -> None:
    body = f'{{"request_hash": "{fresh_hash()}", "tickets": [{{"sku": "{sku}", "stock": {written}}}]}}'
    assert len(alice.post("order/new", body).json()["tickets"]) == 1


@pytest.mark.parametrize("field", ["stock", "price", "currency", "primary_text_pl", "request_hash"])
@pytest.mark.parametrize("absent", ["", None, False])
def test_it_refuses_an_absent_value_where_one_is_required(
    alice: Tenant, event: Subject, field: str, absent: Any
) -> None:
    body = ticket_type(request_hash=fresh_hash()) | {field: absent}
    assert_refused(alice.post("ticket/new", body, x_api_eventid=str(event[0])), "invalid request", field)


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("250", "250.00"), ("280.50", "280.50"), ('"20.5"', "20.50"), ('"280.500"', "280.50"), ("0", "0.00"),
        ('"0"', "0.00"), ("0.0", "0.00"), ("0.01", "0.01"), ('"0.10"', "0.10"), ("1.10", "1.10"), ("4.35", "4.35"),
        ("1.005000000000000000000000", None), ("99999999.99", "99999999.99"), ('"99999999.9900"', "99999999.99"),
        ("1.1500000000", "1.15"), ("8.2", "8.20"), ("64.10", "64.10"), ("1001.10", "1001.10"),
    ],
)  # fmt: skip
def test_it_keeps_a_price_to_the_cent(alice: Tenant, event: Subject, written: str, listed: str | None) -> None:
    answer = edit_type(alice, event[1], f'"price": {written}')
    if listed is None:
        assert_refused(answer, "invalid request", "price")
    else:
        assert_done(answer)
        assert listed_type(alice, *event)["price"] == listed


@pytest.mark.parametrize(
    "written",
    [
        "20.505", '"20.001"', "-1", '"-0.01"', "100000000", "99999999.991", "100000000.00", "1e2", '"1e2"',
        "1E-2", '"NaN"',
        '"Infinity"', "true", '"20,50"', '"EUR 5"', '" 5"', '"5."', '"1 000"', '"0x1"', "[]", "{}", "1e999",
        '"' + "9" * 5000 + '"',
    ],
)  # fmt: skip
def test_it_refuses_what_is_no_price(alice: Tenant, event: Subject, written: str) -> None:
    assert_refused(edit_type(alice, event[1], f'"price": {written}'), "invalid request", "price")


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_it_refuses_a_price_that_json_has_no_word_for(alice: Tenant, event: Subject, constant: str) -> None:
    assert_refused(edit_type(alice, event[1], f'"price": {constant}'), "invalid request", "body")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1598989999", 1598989999),
        ('"1598989999"', 1598989999),
        ("1", 1),
        ("1598989999.0", 1598989999),
        (str(LATEST), LATEST),
    ],
)
def test_it_accepts_a_timestamp(alice: Tenant, event: Subject, written: str, stored: int) -> None:
    assert_done(edit_type(alice, event[1], f'"start_datetime": {written}'))
    assert listed_type(alice, *event)["start_datetime"] == stored


@pytest.mark.parametrize(
    "written",
    [
        "-1", '"-1598989999"', str(LATEST + 1), f'"{LATEST + 1}"', '"tomorrow"', '"2027-01-31"', "true", "1.5",
        '"."', '"1e9"',
        "1e9", '"-"', "[]", "{}", '"' + "9" * 5000 + '"',
    ],
)  # fmt: skip
def test_it_refuses_what_is_no_timestamp(alice: Tenant, event: Subject, sku: str, written: str) -> None:
    assert_refused(edit_type(alice, event[1], f'"start_datetime": {written}'), "invalid request", "start_datetime")
    line = f'{{"sku": "{sku}", "stock": 1, "start_time": {written}, "end_time": {written}}}'
    order = alice.post("order/new", f'{{"request_hash": "{fresh_hash()}", "tickets": [{line}]}}')
    assert_refused(order, "invalid request", "tickets[0].start_time", "tickets[0].end_time")


@pytest.mark.parametrize("currency", ["EUR", "USD", "GBP", "BGN"])
def test_it_accepts_the_four_currencies(alice: Tenant, event: Subject, currency: str) -> None:
    assert_done(edit_type(alice, event[1], f'"currency": "{currency}"'))
    assert listed_type(alice, *event)["currency"] == currency


@pytest.mark.parametrize("written", ['"CHF"', '"eur"', '" EUR"', '"€"', "1", "true", "[]", "{}"])
def test_it_refuses_any_other_currency(alice: Tenant, event: Subject, written: str) -> None:
    assert_refused(edit_type(alice, event[1], f'"currency": {written}'), "invalid request", "currency")


TEXTS = [
    "Изложба на динозаври", "恐竜展 🦖", "e\u0301 is not \u00e9", "  spaces kept  ", "a\r\n\tb\x01\x7f",
    "\ufeffBOM \ufffe\uffff",
    "'; DROP TABLE events; --", '<b>"&amp;"</b>\\', "\u202eright to left\u2067", "0", "null", "false",
    "👨‍👩‍👧‍👦" * 36, "x" * 255, "🦖" * 255,
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_it_keeps_every_byte_of_a_text(alice: Tenant, event: Subject, text: str) -> None:
    fields = dict.fromkeys(("primary_text_pl", "primary_text_sl", "secondary_text_pl", "secondary_text_sl"), text)
    body = {"request_hash": fresh_hash(), "location": text, **fields}
    assert_done(alice.post("event/edit", body, x_api_eventid=str(event[0])))
    assert listed_event(alice, event[0]).items() >= (fields | {"location": text, "event_location": text}).items()


def test_it_keeps_every_byte_of_an_order_s_texts(alice: Tenant, sku: str) -> None:
    for text in TEXTS:
        hash_of_order = fresh_hash()[:8] + text[:200]
        details = {"primary_text_pl": text, "secondary_text_pl": text}
        body = {"request_hash": hash_of_order, "tickets": [{"sku": sku, "stock": 1}], "order_details": details}
        answer = alice.post("order/new", body).json()
        assert answer["request_hash"] == hash_of_order
        assert answer["tickets"][0].items() >= details.items()
        assert alice.validate(answer["tickets"][0]["encrypted_data"]).json()["name"] == text


REFUSED_TEXTS = ['"a\\u0000b"', '"\\ud800"', '"\\udc00x"', '"\\ude00\\ud83d"', "5", "true", "[]", "{}", '["a"]']
LONGEST = {
    "primary_text_pl": 255,
    "primary_text_sl": 255,
    "location": 255,
    "secondary_text_pl": 10_000,
    "secondary_text_sl": 10_000,
}


@pytest.mark.parametrize("field", LONGEST)
def test_it_refuses_a_text_that_is_none_or_too_long(alice: Tenant, event: Subject, field: str) -> None:
    too_long = '"' + "é" * (LONGEST[field] + 1) + '"'
    for written in (*REFUSED_TEXTS, too_long):
        assert_refused(edit_type(alice, event[1], f'"{field}": {written}'), "invalid request", field)
        body = f'{{"request_hash": "{fresh_hash()}", "{field}": {written}}}'
        assert_refused(alice.post("event/edit", body, x_api_eventid=str(event[0])), "invalid request", field)
    assert_done(edit_type(alice, event[1], f'"{field}": "{"é" * LONGEST[field]}"'))
    assert listed_type(alice, *event)[field] == "é" * LONGEST[field]


@pytest.mark.parametrize("field", ["primary_text_pl", "secondary_text_pl"])
def test_it_refuses_a_name_or_company_that_is_none_or_too_long(alice: Tenant, sku: str, field: str) -> None:
    for written in (*REFUSED_TEXTS, '"' + "é" * 256 + '"'):
        line = f'{{"sku": "{sku}", "stock": 1}}'
        body = f'{{"request_hash": "{fresh_hash()}", "tickets": [{line}], "order_details": {{"{field}": {written}}}}}'
        assert_refused(alice.post("order/new", body), "invalid request", f"order_details.{field}")


@pytest.mark.parametrize("length", [1, 255])
def test_it_accepts_a_request_hash_of_1_to_255_characters(newcomer: Tenant, length: int) -> None:
    hash_given = "é" * length
    _, (sku,) = newcomer.event(request_hash=hash_given)
    assert_done(newcomer.post("ticket/edit", {"request_hash": hash_given}, x_api_sku=sku))
    assert newcomer.order((sku, 1), request_hash=hash_given).json()["request_hash"] == hash_given


@pytest.mark.parametrize(
    "written", ['""', "null", "false", '"' + "é" * 256 + '"', "5", "true", "[]", "{}", '"a\\u0000"', '"\\ud800"']
)
def test_it_refuses_a_request_hash_that_is_missing_or_too_long(
    alice: Tenant, event: Subject, sku: str, written: str
) -> None:
    given = f'"request_hash": {written}'
    line = f'{{"sku": "{sku}", "stock": 1}}'
    type_fields = '"primary_text_pl": "Pass", "price": 1, "currency": "EUR", "stock": 1'
    event_fields = f'"primary_text_pl": "Dinosaurs", "badge": {{}}, "tickets": [{{{type_fields}}}]'
    headers = {"x_api_eventid": str(event[0]), "x_api_sku": event[1]}
    for path, fields in (
        ("order/new", f'"tickets": [{line}]'),
        ("ticket/edit", '"stock": 1'),
        ("ticket/new", type_fields),
        ("event/edit", '"location": "Louvre"'),
        ("event/new", event_fields),
    ):
        answer = alice.post(path, f"{{{given}, {fields}}}", **headers)
        assert_refused(answer, "invalid request", "request_hash")


@pytest.mark.parametrize("colour", ["#444", "#0A0b0C", "#000000", "#FFF"])
def test_it_keeps_a_colour_as_it_was_given(alice: Tenant, event: Subject, colour: str) -> None:
    badge = {"badge_primary_text_color": colour, "badge_secondary_text_color": colour}
    assert_done(alice.post("event/edit", {"request_hash": fresh_hash(), "badge": badge}, x_api_eventid=str(event[0])))
    assert listed_event(alice, event[0])["badge"].items() >= badge.items()


@pytest.mark.parametrize(
    "colour",
    [
        "red",
        "444",
        "#44",
        "#4444",
        "#44444",
        "#4444444",
        "#ggg",
        "#12345g",
        "# 44",
        "#444 ",
        "rgb(0,0,0)",
        444,
        True,
        [],
        {},
    ],
)
def test_it_refuses_what_is_no_colour(alice: Tenant, event: Subject, colour: Any) -> None:
    badge = {"badge_primary_text_color": colour, "badge_secondary_text_color": colour}
    answer = alice.post("event/edit", {"request_hash": fresh_hash(), "badge": badge}, x_api_eventid=str(event[0]))
    fields = ("badge.badge_primary_text_color", "badge.badge_secondary_text_color")
    assert_refused(answer, "invalid request", *fields)
