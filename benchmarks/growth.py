"""How it grows: the same loads with few and with many tickets sold before, bytes, memory, and the start.

The keys have 1,024 bits here and the orders are for Ed25519 codes: the less a signature costs, the more a slower
database would show. The gates need tickets of their own to scan: with few sold before, those come on top.
"""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from statistics import median

from tests.servers import environment_for

from benchmarks.constant_rate import offer, requests_for, scan_bodies
from benchmarks.filling import OnSale, fill
from benchmarks.latency import offer_orders, steady_row
from benchmarks.load import run
from benchmarks.results import Row, row_of
from benchmarks.stage import (
    USUAL_WORKERS,
    WARM_UP_SECONDS,
    Shop,
    Stage,
    create_account,
    measured,
    serving,
    spoken,
)
from benchmarks.storage import bytes_a_row, settle

SECTION = "growth"
FEW_TICKETS = 1000
CONNECTIONS = 64
LISTING_CONNECTIONS = 16
OFFERED_PER_SECOND = 500
SCANS_A_ROUND = 4000
LISTED_TYPES = 20
STARTS = 3
ROUND_SECONDS = 2.0


def measure_growth(stage: Stage) -> None:
    """Sell tickets, a few and then many, and load the server after each: on each database.

    The databases are filled beside each other, for selling a million takes a minute; each is measured alone.
    """
    for size, tickets in (("few", FEW_TICKETS), ("many", stage.growth_tickets)):
        grown = [_Growth(stage, database, size, tickets) for database in stage.databases]
        with ProcessPoolExecutor(len(grown), mp_context=multiprocessing.get_context("spawn")) as sellers:
            for each in grown:
                each.sell_before(sellers)
            for each in grown:
                each.await_sold()
        for each in grown:
            each.measure()


class _Growth:
    """One database with so many tickets sold before."""

    def __init__(self, stage: Stage, database: str, size: str, tickets: int) -> None:
        self._stage = stage
        self._database = database
        self._size = size
        self._tickets = tickets
        self._folder, self._url = stage.fresh_folder(), stage.fresh_database(database)
        self._seconds = min(stage.seconds, ROUND_SECONDS)
        self._scans = SCANS_A_ROUND * stage.rounds
        self._steady = round(OFFERED_PER_SECOND * (self._seconds * stage.rounds + WARM_UP_SECONDS)) + 10

    def sell_before(self, sellers: Executor) -> None:
        """Begin to sell the tickets, and those that the gates will scan where they are not among them."""
        with serving(self._url, self._folder, minted_codes="0") as server:
            self._user_id, self._key = create_account(server.environment, 1024)
            shop = Shop.of(server, self._database, self._folder, self._user_id, self._key)
            with shop.tenant.client:
                (hot,) = shop.types()
                (self._small,) = shop.types(code="ed25519")
                shop.types(LISTED_TYPES - 2)
        codes = self._scans + self._steady
        count = self._tickets if self._tickets >= 2 * codes else self._tickets + codes
        environment = environment_for(self._url, self._folder)
        self._sale = sellers.submit(fill, environment, OnSale(self._user_id, self._key, hot), count, codes)

    def await_sold(self) -> None:
        """Wait until they are."""
        began = time.perf_counter()
        self._codes = self._sale.result()
        seconds = time.perf_counter() - began
        self._stage.say(f"{self._tickets:,} tickets sold before [{self._database}], waited for {seconds:.0f} s")

    def measure(self) -> None:
        """Load the server on what was sold."""
        if self._size == "many":
            for table, count in bytes_a_row(self._url).items():
                self._stage.results.facts[f"{self._database}_{table}_bytes_a_row"] = count
        settle(self._url)
        workers = USUAL_WORKERS[self._database]
        with serving(self._url, self._folder, workers=workers, minted_codes="0") as server:
            shop = Shop.of(server, self._database, self._folder, self._user_id, self._key)
            with shop.tenant.client:
                self._measure_loads(shop, self._small, self._codes)

    def _row(self, operation: str, connections: int | None, how: str = "") -> Row:
        name = f"growth/{self._database}/{operation}/{self._size}{'/steady' if how else ''}"
        title = f"{operation}{how}, {self._tickets:,} tickets sold before"
        return Row(name, title, SECTION, self._database, connections)

    def _measure_loads(self, shop: Shop, sku: str, codes: list[str]) -> None:
        # Validation comes first: the orders of a run are tickets sold before, too.
        self._offer_scans(shop, iter(codes[: self._steady]))
        self._measure_scans(shop, codes[self._steady :])
        how = f" at {OFFERED_PER_SECOND}/s"
        offer_orders(self._stage, shop, self._row("order", None, how), sku, OFFERED_PER_SECOND)
        load = shop.load("order", [sku])
        measured(self._stage, shop, self._row("order", CONNECTIONS), load, seconds=self._seconds)
        listing = self._row("list", LISTING_CONNECTIONS)
        measured(self._stage, shop, listing, shop.load("list"), seconds=self._seconds, rounds=1)

    def _offer_scans(self, shop: Shop, codes: Iterator[str]) -> None:
        make = requests_for(shop.tenant.user_id, shop.tenant.key, "/v1/ticket/validate", scan_bodies(codes))
        offer(shop.server.url, make, OFFERED_PER_SECOND, WARM_UP_SECONDS)
        rounds = range(self._stage.rounds)
        taken = [offer(shop.server.url, make, OFFERED_PER_SECOND, self._seconds) for _ in rounds]
        row = steady_row(self._row("validate", None, f" at {OFFERED_PER_SECOND}/s"), taken)
        self._stage.say(spoken(self._stage.results.add(row)))

    def _measure_scans(self, shop: Shop, codes: list[str]) -> None:
        run(shop.load("same", codes[:1]), CONNECTIONS, WARM_UP_SECONDS)
        taken = []
        for start in range(0, len(codes), SCANS_A_ROUND):
            load = shop.load("distinct", codes[start : start + SCANS_A_ROUND])
            taken.append(shop.measure(load, CONNECTIONS, self._seconds))
        row = row_of(self._row("validate", CONNECTIONS), taken, self._stage.cores)
        self._stage.say(spoken(self._stage.results.add(row)))


def measure_memory(stage: Stage) -> None:
    """Watch a worker's memory over a run without pools: after the warm-up it must stay where it is."""
    for database in stage.databases:
        folder, url = stage.fresh_folder(), stage.fresh_database(database)
        with serving(url, folder, workers=USUAL_WORKERS[database], minted_codes="0") as server:
            shop = Shop.open(server, database, folder, bits=1024)
            with shop.tenant.client:
                load = shop.load("order", shop.types(code="ed25519"))
                samples = [max(shop.meter.worker_bytes()) / 1e6]
                for _ in range(4):
                    run(load, CONNECTIONS, stage.seconds)
                    samples.append(max(shop.meter.worker_bytes()) / 1e6)
        for name, value in zip(("start", "warm", "", "", "end"), samples, strict=True):
            if name:
                stage.results.facts[f"{database}_worker_{name}_mb"] = value
        stage.say(f"memory of a worker [{database}]: " + ", ".join(f"{each:.1f}" for each in samples) + " MB")


def measure_starts(stage: Stage) -> None:
    """Time from exec to the first answer, on a database that is there, and the very first start as well."""
    for database in stage.databases:
        folder, url = stage.fresh_folder(), stage.fresh_database(database)
        times = []
        for _ in range(STARTS + 1):
            with serving(url, folder, workers=USUAL_WORKERS[database]) as server:
                times.append(server.started_seconds)
        stage.results.facts[f"{database}_first_start_seconds"] = times[0]
        stage.results.facts[f"{database}_start_seconds"] = median(times[1:])
        stage.say(f"start [{database}]: first {times[0]:.2f} s, then {median(times[1:]):.2f} s")
