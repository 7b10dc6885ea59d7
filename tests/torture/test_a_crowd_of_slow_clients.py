"""Slow and half-open clients keep nobody from buying, and are cut in time. What they cost: `make slow-clients`."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from tests.servers import RunningServer, Tenant
from torture.slow import KINDS
from torture.slow_clients import slow_clients

CLIENTS = 180
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
    with slow_clients(port, carol.credentials, CLIENTS) as seen:
        began = time.monotonic()
        sold = 0
        while sold < ORDERS or time.monotonic() - began < 3 * REQUEST_SECONDS:
            assert len(carol.codes((sku, 1))) == 1
            sold += 1
            time.sleep(0.1)
            assert sold < 100
    assert carol.stock(sku) == 100 - sold
    assert set(seen) == {kind.__name__ for kind in KINDS}
    for kind, each in seen.items():
        assert each["came"] >= CLIENTS // len(KINDS)
        if kind in CUT_BY_TIME:
            assert each["cut"] > 0, (kind, each)
            assert REQUEST_SECONDS - 1 < each["longest_seconds"] < LONGEST_SECONDS, (kind, each)
