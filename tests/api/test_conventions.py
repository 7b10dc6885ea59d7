"""contract.md §1: headers, bodies, answers."""

import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.answers import assert_done, assert_refused, listed_event, listed_types
from tests.servers import Tenant, fresh_hash, ticket_type


def new_event(**fields: Any) -> dict[str, Any]:
    return {
        "request_hash": fresh_hash(),
        "primary_text_pl": "Dinosaurs",
        "tickets": [ticket_type()],
        "badge": {},
        **fields,
    }


def test_it_takes_header_names_in_any_case(alice: Tenant, event: tuple[int, str]) -> None:
    headers = {"x-aPI-uSERid": alice.user_id, "X-API-KEY": alice.key, "x-api-EVENTID": str(event[0])}
    answer = httpx.get(f"{alice.url}/v1/ticket/list", headers=headers)
    assert {found["event_id"] for found in answer.json()["tickets"]} == {str(event[0])}


def test_it_takes_an_empty_header_as_absent(alice: Tenant, event: tuple[int, str], sku: str) -> None:
    everything = alice.get("ticket/list", x_api_eventid="").json()["tickets"]
    assert {event[1], sku} <= {found["sku"] for found in everything}
    assert_refused(alice.get("ticket/list", x_api_userid=""), "unknown user")
    assert_refused(alice.get("ticket/list", x_api_key=""), "unknown key")
    assert_done(alice.get("health", x_api_userid="", x_api_key=""))


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense", None]
)
def test_it_reads_json_whatever_the_content_type_says(alice: Tenant, sku: str, content_type: str | None) -> None:
    body = f'{{"request_hash": "{fresh_hash()}", "tickets": [{{"sku": "{sku}", "stock": 1}}]}}'
    headers = {} if content_type is None else {"Content-Type": content_type}
    request = alice.client.build_request("POST", "/v1/order/new", content=body, headers=headers)
    assert ("content-type" in request.headers) == (content_type is not None)
    assert alice.client.send(request).status_code == 200


@pytest.mark.parametrize("body", ["null", "{", '{"a": 1, "a": 2}', "\x00"])
def test_it_ignores_the_body_of_a_get(alice: Tenant, body: str) -> None:
    for path in ("health", "event/list", "ticket/list"):
        assert alice.client.request("GET", f"/v1/{path}", content=body).status_code == 200


def test_it_takes_a_body_in_chunks(alice: Tenant, sku: str) -> None:
    body = f'{{"request_hash": "{fresh_hash()}", "tickets": [{{"sku": "{sku}", "stock": 1}}]}}'.encode()
    chunks = (body[start : start + 7] for start in range(0, len(body), 7))
    request = alice.client.build_request("POST", "/v1/order/new", content=chunks)
    assert request.headers["transfer-encoding"] == "chunked"
    assert alice.client.send(request).status_code == 200


def test_it_serves_http_1_0_clients(alice: Tenant) -> None:
    address = urlsplit(alice.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(b"GET /v1/health HTTP/1.0\r\n\r\n")
        with connection.makefile("rb") as stream:
            answer = stream.read()
    assert answer.split(b" ")[1] == b"200"
    assert answer.endswith(b'{"status":"success"}')


def test_it_answers_many_requests_on_one_connection(alice: Tenant) -> None:
    address = urlsplit(alice.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        for _ in range(3):
            connection.sendall(b"GET /v1/health HTTP/1.1\r\nHost: shop\r\n\r\n")
            answer = b""
            while not answer.endswith(b'{"status":"success"}'):
                received = connection.recv(65_536)
                assert received
                answer += received
            assert answer.startswith(b"HTTP/1.1 200")


def test_it_ignores_unknown_fields(alice: Tenant) -> None:
    strange = {"colour": "green", "nested": {"deep": [1, {"er": None}]}, "status": 5}
    body = new_event(tickets=[ticket_type() | strange], badge=strange, **strange)
    assert alice.post("event/new", body).status_code == 200


@pytest.mark.parametrize("absent", [None, "", False], ids=repr)
def test_it_takes_null_and_empty_and_false_as_absent(alice: Tenant, absent: Any) -> None:
    optional = ("primary_text_sl", "secondary_text_pl", "secondary_text_sl", "start_datetime", "location")
    nothing = dict.fromkeys(optional, absent)
    badge = {"badge_size": absent, "badge_primary_text_fontsize": absent, "badge_primary_text_color": absent}
    made = alice.post("event/new", new_event(tickets=[ticket_type(**nothing)], badge=badge, **nothing))
    assert made.status_code == 200, made.text
    listed = listed_event(alice, made.json()["event_id"])
    shown = ("primary_text_sl", "secondary_text_pl", "secondary_text_sl", "start_time", "location", "event_location")
    assert [listed[name] for name in shown] == [None] * 6
    assert listed["badge"]["badge_primary_text_fontsize"] == "30"
    (type_listed,) = listed_types(alice, made.json()["event_id"])
    assert [type_listed[name] for name in optional] == [None] * 5


@pytest.mark.parametrize("absent", [None, "", False], ids=repr)
def test_it_takes_absent_forms_in_an_order(alice: Tenant, sku: str, absent: Any) -> None:
    lines = [{"sku": sku, "stock": 1, "start_time": absent, "end_time": absent}]
    names = {"primary_text_pl": absent, "secondary_text_pl": absent}
    for details in (absent, names):
        body = {"request_hash": fresh_hash(), "tickets": lines, "order_details": details}
        (ticket,) = alice.post("order/new", body).json()["tickets"]
        assert (ticket["primary_text_pl"], ticket["secondary_text_pl"]) == (None, None)
        told = alice.validate(ticket["encrypted_data"]).json()
        assert (told["status"], told["valid_from"], told["valid_until"]) == ("success", None, None)


@pytest.mark.parametrize("zero", [0, "0", 0.0, "0.0", "00"], ids=repr)
def test_it_takes_a_timestamp_of_zero_as_no_date(alice: Tenant, zero: Any) -> None:
    made = alice.post("event/new", new_event(start_datetime=zero, tickets=[ticket_type(start_datetime=zero)]))
    assert listed_event(alice, made.json()["event_id"])["start_time"] is None
    (type_listed,) = listed_types(alice, made.json()["event_id"])
    assert type_listed["start_datetime"] is None
    line = {"sku": type_listed["sku"], "stock": 1, "start_time": zero, "end_time": zero}
    (ticket,) = alice.post("order/new", {"request_hash": fresh_hash(), "tickets": [line]}).json()["tickets"]
    assert alice.validate(ticket["encrypted_data"]).json()["valid_until"] is None


def test_it_takes_an_empty_list_for_an_empty_object(alice: Tenant, sku: str) -> None:
    assert alice.post("event/new", new_event(badge=[])).status_code == 200
    assert alice.order((sku, 1), order_details=[]).status_code == 200
    assert_refused(alice.post("event/new", new_event(badge=["a"])), "invalid request", "badge")


def test_it_takes_tickets_as_an_object_with_numeric_keys_in_key_order(alice: Tenant) -> None:
    types = {key: ticket_type(primary_text_pl=f"pass {key}") for key in ("10", "2", "0")}
    made = alice.post("event/new", new_event(tickets=types)).json()
    listed = listed_types(alice, made["event_id"])
    assert [found["primary_text_pl"] for found in listed] == ["pass 0", "pass 2", "pass 10"]
    lines = {str(10 - place): {"sku": found["sku"], "stock": 1} for place, found in enumerate(listed)}
    order = alice.post("order/new", {"request_hash": fresh_hash(), "tickets": lines}).json()
    assert [ticket["sku"] for ticket in order["tickets"]] == [found["sku"] for found in reversed(listed)]


@pytest.mark.parametrize("tickets", [{}, [], {"first": {}}, {"0": {}, "x": {}}, "text", 5, True], ids=repr)
def test_it_refuses_tickets_that_are_no_list(alice: Tenant, tickets: Any) -> None:
    assert_refused(alice.post("event/new", new_event(tickets=tickets)), "invalid request", "tickets")
    body = {"request_hash": fresh_hash(), "tickets": tickets}
    assert_refused(alice.post("order/new", body), "invalid request", "tickets")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"request_hash": "a", "request_hash": "a"}', "request_hash"),
        ('{"request_hash": "a", "tickets": [{"sku": "100-00000", "stock": 1, "stock": 1}]}', "stock"),
        (
            '{"request_hash": "a", "tickets": [{"sku": "1", "stock": 1}], "ignored": {"b": [{"c": 1, "c": 2}]}}',
            "c",
        ),
        ('{"request_hash": "a", "request\\u005fhash": "b"}', "request_hash"),
    ],
)
def test_it_refuses_a_key_that_comes_twice(alice: Tenant, body: str, field: str) -> None:
    assert_refused(alice.post("order/new", body), "invalid request", field)
    assert_refused(alice.post("event/new", body), "invalid request", field)


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"null", b"5", b'"text"', b"true", b"[1]", b"{", b'{"a":}', b"{'a': 1}", b'{"a": 1} x', b"{a: 1}",
        b'{"a": NaN}', b'{"a": Infinity}', b'{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}', '{"a": 1}'.encode("utf-16"),
        b'{"a": "\n"}', b'{"a": 01}', b'{"a": 1,}', b"request_hash=a&tickets=b",
    ],
)  # fmt: skip
def test_it_refuses_what_is_no_json_object_in_utf_8(alice: Tenant, body: bytes) -> None:
    for path in ("event/new", "event/edit", "ticket/new", "ticket/edit", "order/new", "ticket/validate"):
        assert_refused(alice.post(path, body), "invalid request", "body")


def test_it_gives_every_answer_a_request_id_of_its_own(alice: Tenant) -> None:
    answers = [
        alice.get("health"),
        alice.get("event/list"),
        alice.get("event/list", x_api_key="wrong"),
        alice.post("order/new", {}),
        alice.get("order/new"),
        alice.get("nowhere"),
        alice.client.options("/v1/order/new"),
        alice.client.get("/openapi.json"),
    ]
    assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/", "/v1/nope", "/v1/order", "/v1/order/new/x", "/v1/../v2", "/v1/%00", "/v1/ORDER/NEW"]
)
def test_it_answers_unknown_paths_in_the_one_shape(alice: Tenant, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert_refused(alice.client.request(method, path, content="{"), "not found", status=404)
