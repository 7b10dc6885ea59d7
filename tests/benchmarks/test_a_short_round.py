"""The harness itself, on real servers: one short round of the loads that everything else is made of."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.bars import judge
from benchmarks.constant_rate import offer, order_bodies, requests_for
from benchmarks.document import document
from benchmarks.filling import OnSale, fill
from benchmarks.plots import plots
from benchmarks.results import Results, Row, row_of
from benchmarks.stage import BOTTOMLESS, Shop
from benchmarks.storage import bytes_a_row, count_orders
from benchmarks.table import table_lines
from tests.servers import RunningServer, Tenant

from benchmarks import load

CONNECTIONS = 8
SOLD = 2000

needs_wrk = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed; make bench installs it")


@pytest.fixture
def shop(server: RunningServer, alice: Tenant, database_url: str, tmp_path: Path) -> Iterator[Shop]:
    database = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    opened = Shop.of(server, database, tmp_path, alice.user_id, alice.key)
    with opened.tenant.client:
        yield opened


@needs_wrk
def test_a_round_counts_every_answer_and_what_it_used(shop: Shop) -> None:
    (sku,) = shop.types(code="ed25519")
    taken = shop.measure(shop.load("order", [sku]), CONNECTIONS, 1)
    sold = BOTTOMLESS - shop.tenant.stock(sku)
    assert set(taken.answered.answers) == {"200 success"}
    # An order may be under way when wrk ends: sold, and nobody reads its answer.
    assert 0 < taken.answered.count <= sold <= taken.answered.count + CONNECTIONS
    assert taken.used.server > 0
    row = row_of(Row("order", "order", "ours", connections=CONNECTIONS), [taken], 2)
    assert row.server_us is not None
    assert 10 < row.server_us < 100_000


@needs_wrk
def test_distinct_tickets_are_each_admitted_once_and_the_load_ends_with_them(shop: Shop) -> None:
    (sku,) = shop.types(code="ed25519")
    codes = shop.tenant.codes((sku, 50))
    answered = load.run(shop.load("distinct", codes), CONNECTIONS, 1)
    assert "200 failure" not in answered.answers
    # wrk makes its first request on trial, for nobody; the last ones may be under way when it ends.
    assert len(codes) - 1 - CONNECTIONS <= answered.answers["200 success"] < len(codes)
    assert shop.tenant.validate(codes[1]).json()["reason"] == "already_used"


@needs_wrk
def test_a_refusal_is_counted_as_one(shop: Shop) -> None:
    (sku,) = shop.types(stock=0)
    answered = load.run(shop.load("order", [sku]), CONNECTIONS, 1)
    assert set(answered.answers) == {"400 error"}


def test_a_constant_rate_gets_an_answer_for_everything_it_offered(shop: Shop) -> None:
    (sku,) = shop.types(code="ed25519")
    make = requests_for(shop.tenant.user_id, shop.tenant.key, "/v1/order/new", order_bodies(sku))
    paced = offer(shop.server.url, make, per_second=100, seconds=1)
    assert (paced.answers, paced.unanswered) == ({"200 success": 100}, 0)
    assert 0 < paced.p50_ms <= paced.p99_ms <= paced.most_ms
    assert BOTTOMLESS - shop.tenant.stock(sku) == 100


def test_tickets_sold_before_are_real_ones(shop: Shop, database_url: str) -> None:
    (sku,) = shop.types(code="ed25519")
    before = count_orders(database_url)
    on_sale = OnSale(shop.tenant.user_id, shop.tenant.key, sku)
    codes = fill(shop.server.environment, on_sale, tickets=SOLD, codes=500)
    assert len(codes) == 500
    assert count_orders(database_url) == before + SOLD
    assert BOTTOMLESS - shop.tenant.stock(sku) == SOLD
    assert {shop.tenant.validate(code).json()["status"] for code in codes[::50]} == {"success"}
    assert all(20 < count < 2000 for count in bytes_a_row(database_url).values())


def test_a_floor_beside_a_row_counts_more_than_the_one_at_the_start_and_says_what_can_be() -> None:
    results = Results({"date": "today"}, {})
    results.facts |= {"rsa_signature_us": 300, "cores": 2}
    beside = {"naive_per_second": 600.0, "rsa_signature_us": 900.0}
    name = "order/postgresql/rsa/cold/64"
    results.add(
        Row(
            name,
            "hot SKU",
            "order/new",
            "postgresql",
            64,
            per_second=1500,
            server_us=1170,
            database_us=0,
            beside=beside,
        )
    )
    rate, cost = judge(results)[:2]
    assert (rate.measured, cost.measured, cost.verdict) == (pytest.approx(2.5), pytest.approx(1.3), "met")
    assert (rate.verdict, rate.note) == (
        "NOT MET",
        "no more than 3.70 can be: all cores signing, and nothing else done",
    )


@pytest.mark.parametrize(("empty_us", "note"), [(120, "no more than 6,667/s can be"), (90, "")])
def test_what_an_empty_route_and_a_signature_take_says_how_many_can_be_admitted(empty_us: float, note: str) -> None:
    results = Results({"date": "today"}, {})
    results.facts["rsa_opened_signature_us"] = 30
    results.add(Row("soldout/sqlite/noop", "No-op", "order/new", "sqlite", 64, server_us=empty_us, database_us=0))
    results.add(Row("validate/sqlite/distinct", "distinct", "ticket/validate", "sqlite", 64, per_second=4000))
    (bar,) = [bar for bar in judge(results) if bar.name == "validate, distinct, 1 process, SQLite"]
    assert bar.verdict == "NOT MET"
    assert bar.note.startswith(note) if note else not bar.note


def test_what_was_measured_in_turns_is_compared_round_by_round() -> None:
    results = Results({"date": "today"}, {"few": "1,000", "many": "1,000,000"})
    for name, rounds_us in (("soldout/sqlite", [120, 260, 130]), ("soldout/sqlite/noop", [100, 200, 100])):
        results.add(Row(name, name, "order/new", "sqlite", 64, server_us=0, rounds_us=rounds_us))
    (bar,) = [bar for bar in judge(results) if bar.name == "sold out, SQLite: CPU per no-op's"]
    assert (bar.measured, bar.verdict) == (pytest.approx(1.3), "met")


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    results = Results({"date": "today"}, {"few": "1,000", "many": "1,000,000"})
    assert {bar.verdict for bar in judge(results)} == {"not measured"}


def test_a_bar_is_held_against_the_floor_of_the_same_run() -> None:
    results = Results({"date": "today"}, {})
    results.add(Row("floor/pgbench/64", "pgbench", "floors", "postgresql", 64, per_second=700))
    results.facts["rsa_signature_us"] = 300
    for connections, per_second in ((64, 4000), (256, 3400)):
        name = f"order/postgresql/rsa/cold/{connections}"
        figures = {"per_second": per_second, "server_us": 400, "database_us": 50}
        results.add(Row(name, "hot SKU", "order/new", "postgresql", connections, **figures))
    rate, cost = judge(results)[:2]
    assert (rate.measured, rate.verdict) == (pytest.approx(3400 / 700), "NOT MET")
    assert (cost.measured, cost.verdict) == (pytest.approx(1.5), "met")
    page = document(results, judge(results))
    assert "| 4.86 | ≥ 5.00 | NOT MET |" in page
    assert any("hot SKU" in line and "3,400" in line for line in table_lines(results, judge(results)))
    assert "<polyline" in plots(results)["throughput.svg"]
