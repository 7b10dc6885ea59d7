"""Slow and half-open clients keep nobody from buying, and are cut in time. What they cost: `make slow-clients`."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from benchmarks.constant_rate import Paced
from tests.servers import RunningServer, Tenant
from torture.slow import KINDS
from torture.slow_clients import Half, Pace, judge, slow_clients

CHECKOUT = Path(__file__).parents[2]
CLIENTS = 180
COMING_SECONDS = 0.2
ORDERS = 60
REQUEST_SECONDS = 2
LONGEST_SECONDS = 20
CUT_BY_TIME = ("says_nothing", "half_a_head", "a_byte_a_second", "an_endless_body", "reads_nothing")


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that waits two seconds for a request. No database has a part in that: one will do."""
    folder = tmp_path_factory.mktemp("hasty")
    settings = {"request_seconds": str(REQUEST_SECONDS)}
    with RunningServer.start(f"sqlite:///{folder / 'hasty.db'}", folder, **settings) as running:
        yield running


@pytest.fixture
def carol(hasty: RunningServer) -> Iterator[Tenant]:
    with hasty.new_tenant("carol") as tenant:
        yield tenant


def test_they_do_not_stop_a_sale_and_are_cut_in_time(hasty: RunningServer, carol: Tenant) -> None:
    _, (sku,) = carol.event()
    port = urlsplit(hasty.url).port
    assert port is not None
    with slow_clients(port, carol.credentials, CLIENTS, COMING_SECONDS) as (_, seen):
        began = time.monotonic()
        sold = 0
        while sold < ORDERS or time.monotonic() - began < 3 * REQUEST_SECONDS:
            assert len(carol.codes((sku, 1))) == 1
            sold += 1
            time.sleep(0.1)
            assert sold < 100
    assert carol.stock(sku) == 100 - sold
    assert set(seen) == {kind.name for kind in KINDS}
    for kind, each in seen.items():
        assert each["came"] >= CLIENTS // len(KINDS)
        if kind in CUT_BY_TIME:
            assert each["cut"] > 0, (kind, each)
            assert REQUEST_SECONDS - 1 < each["longest_seconds"] < LONGEST_SECONDS, (kind, each)


def test_a_short_round_of_make_slow_clients_ends_in_one_line_of_verdict() -> None:
    short = ["--rounds", "1", "--round-seconds", "1", "--coming-seconds", "0.5", "--rate", "50"]
    command = [sys.executable, "-m", "torture", "--slow-clients", "60", "--database", "sqlite", *short]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False)
    (verdict,) = done.stdout.splitlines()
    assert "times, the bar is 2.00; 0 orders not sold" in verdict, done.stderr
    assert verdict.endswith(": met") is (done.returncode == 0)


def _halves(*p99s_ms: float, word: str = "200 success") -> list[Half]:
    return [Half(Paced(300, {word: 1}, 0, 1.0, p99_ms, p99_ms), 0.4, 0.05, 0.0) for p99_ms in p99s_ms]


def test_medians_are_held_against_the_bar_and_every_order_counts() -> None:
    pace = Pace(3, 7, 300, 5, 5)
    assert judge("sqlite", 1000, pace, _halves(4, 5, 30), _halves(6, 10, 90))
    assert not judge("sqlite", 1000, pace, _halves(4, 5, 30), _halves(6, 10.1, 90))
    assert not judge("sqlite", 1000, pace, _halves(5), _halves(5, word="503 temporarily unavailable"))
