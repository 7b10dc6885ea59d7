"""/metrics: what it counts, and who may see it."""

import re
import secrets

import httpx
import pytest
from starlette.requests import Request
from tests.servers import RunningServer, Tenant

from ticketsonic.api.exposition import may_see
from ticketsonic.settings import load_settings


def read_metrics(server: RunningServer, **headers: str) -> dict[str, float]:
    answer = httpx.get(f"{server.url}/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        name: float(value) for name, value in re.findall(r"^(\w+(?:\{.*\})?) ([0-9.e+-]+)$", answer.text, re.MULTILINE)
    }


def test_a_sale_a_refusal_and_a_scan_are_counted_by_their_outcome(server: RunningServer, alice: Tenant) -> None:
    before = read_metrics(server)
    _, (sku,) = alice.event({"stock": 3})
    code, *_ = alice.codes((sku, 3))
    assert alice.order((sku, 1)).status_code == 400
    for scanned in (code, code, "nonsense"):
        alice.validate(scanned)
    alice.client.get("/v1/health", headers={"X-API-Key": "wrong"})
    after = read_metrics(server)

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert grown('ticketsonic_requests_total{route="order/new",status="200"}') == 1
    assert grown('ticketsonic_requests_total{route="order/new",status="400"}') == 1
    assert grown('ticketsonic_request_seconds_count{route="order/new"}') == 2
    assert grown('ticketsonic_request_seconds_bucket{le="10.0",route="order/new"}') == 2
    assert grown('ticketsonic_orders_total{outcome="sold"}') == 1
    assert grown('ticketsonic_orders_total{outcome="unservable"}') == 1
    assert grown("ticketsonic_tickets_total") == 3
    assert grown('ticketsonic_admissions_total{verdict="admitted"}') == 1
    assert grown('ticketsonic_admissions_total{verdict="already_used"}') == 1
    assert grown('ticketsonic_admissions_total{verdict="no_ticket"}') == 1
    assert grown('ticketsonic_authentications_total{outcome="unknown key"}') == 1
    assert grown('ticketsonic_batch_size_sum{committer="orders"}') == 2
    assert after['ticketsonic_queue_depth{committer="orders"}'] == 0


def test_no_caller_can_make_it_grow_without_bound(server: RunningServer, alice: Tenant) -> None:
    alice.get("health")
    alice.get("nowhere")
    alice.client.request("BREW", "/v1/health")
    alice.client.request("BREW", "/v1/nowhere")
    alice.client.get("/v1/health", headers={"X-Api-UserID": "nobody@example.com"})
    before = read_metrics(server)
    for _ in range(30):
        word = secrets.token_hex(6)
        alice.client.get(f"/v1/{word}")
        alice.client.get(f"/v1/health/{word}?{word}={word}")
        alice.client.get("/v1/health", headers={"X-Api-UserID": f"{word}@example.com", "X-API-Key": word})
        alice.client.request(word.upper(), "/v1/health", headers={"Origin": f"https://{word}.example"})
    after = read_metrics(server)
    assert {name.split("{")[0] for name in after} == {name.split("{")[0] for name in before}
    assert {*after} - {*before} <= {
        'ticketsonic_authentications_total{outcome="unknown user"}',
        'ticketsonic_authentications_created{outcome="unknown user"}',
        'ticketsonic_requests_total{route="health",status="400"}',
        'ticketsonic_requests_created{route="health",status="400"}',
    }
    grown = 'ticketsonic_requests_total{route="unknown",status="404"}'
    assert after[grown] - before[grown] == 60


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_through_a_proxy_it_is_not_there(server: RunningServer, header: str) -> None:
    answer = httpx.get(f"{server.url}/metrics", headers={header: "127.0.0.1"})
    assert (answer.status_code, answer.json()) == (404, {"status": "error", "message": "not found"})


def _asked(host: str | None) -> Request:
    client = None if host is None else (host, 50_000)
    return Request({"type": "http", "method": "GET", "path": "/metrics", "headers": [], "client": client})


@pytest.mark.parametrize(
    ("listening", "client", "setting", "seen"),
    [
        ("127.0.0.1", "127.0.0.1", "auto", True),
        ("::1", "::1", "auto", True),
        ("localhost", "127.0.0.1", "auto", True),
        ("127.0.0.1", None, "auto", False),
        ("127.0.0.1", "203.0.113.7", "auto", False),
        ("0.0.0.0", "127.0.0.1", "auto", False),
        ("::", "::1", "auto", False),
        ("192.0.2.1", "192.0.2.1", "auto", False),
        ("127.0.0.1", "127.0.0.1", "off", False),
        ("0.0.0.0", "203.0.113.7", "on", True),
    ],
)
def test_it_is_off_by_default_on_anything_but_loopback(
    listening: str, client: str | None, setting: str, seen: bool
) -> None:
    settings = load_settings({}, host=listening, metrics=setting)
    assert may_see(_asked(client), settings) is seen
