"""How it grows: the same loads with few and with many tickets sold before, bytes, memory, and the start.

The keys have 1,024 bits here and the orders are for Ed25519 codes: the less a signature costs, the more a slower
database would show. The gates need tickets of their own to scan: with few sold before, those come on top.
"""

import contextlib
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from statistics import median

from tests.servers import environment_for

from benchmarks.constant_rate import Paced, offer, order_bodies, requests_for, scan_bodies
from benchmarks.filling import OnSale, fill
from benchmarks.latency import steady_row
from benchmarks.load import run
from benchmarks.results import Round, Row, row_of
from benchmarks.stage import (
    USUAL_WORKERS,
    WARM_UP_SECONDS,
    Shop,
    Stage,
    create_account,
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
"""Where a second could hold more, the round ends sooner: the few tickets are to stay few."""
LISTED_TYPES = 20
STARTS = 3
LOADS = ("list", "validate/steady", "validate", "order/steady", "order")
"""Lists come first: they only read, and a disk that was just filled calms down meanwhile. Validation comes before
orders, whose tickets would count as sold before."""
ROUND_SECONDS = 2.0
NOTED_AFTER = {"validate": "warm", "order": "end"}
"""A worker's memory is to stay where it is once the scans, all over the tables, have filled what it keeps of them."""


def measure_growth(stage: Stage) -> None:
    """Sell tickets, few on one database and many on another of its kind, and load both servers in turns.

    All are filled beside each other, for selling a million takes a minute.
    """
    sizes = (("few", FEW_TICKETS), ("many", stage.growth_tickets))
    grown = {name: [_Growth(stage, name, size, tickets) for size, tickets in sizes] for name in stage.databases}
    everyone = [each for pair in grown.values() for each in pair]
    with ProcessPoolExecutor(len(everyone), mp_context=multiprocessing.get_context("spawn")) as sellers:
        for each in everyone:
            each.sell_before(sellers)
        for each in everyone:
            each.await_sold()
    for pair in grown.values():
        with contextlib.ExitStack() as open_ones:
            for each in pair:
                open_ones.enter_context(each.serving())
            for load in LOADS:
                _measure_in_turns(stage, pair, load)
                for each in pair:
                    each.note_memory()


def _measure_in_turns(stage: Stage, pair: "Sequence[_Growth]", load: str) -> None:
    for each in pair:
        each.begin(load)
    for _ in range(1 if load == "list" else stage.barred_rounds):  # no bar is held against a list
        for each in pair:
            each.take_round()
    for each in pair:
        stage.say(spoken(stage.results.add(each.row())))


class _Growth:
    """One database with so many tickets sold before."""

    def __init__(self, stage: Stage, database: str, size: str, tickets: int) -> None:
        self._stage = stage
        self._database = database
        self._size = size
        self._tickets = tickets
        self._folder, self._url = stage.fresh_folder(), stage.fresh_database(database)
        self._seconds = min(stage.seconds, ROUND_SECONDS)
        self._scans = SCANS_A_ROUND * stage.barred_rounds
        self._steady = round(OFFERED_PER_SECOND * self._seconds * stage.barred_rounds) + 10

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

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Serve what was sold until the block ends."""
        if self._size == "many":
            for table, count in bytes_a_row(self._url).items():
                self._stage.results.facts[f"{self._database}_{table}_bytes_a_row"] = count
        settle(self._url)
        workers = USUAL_WORKERS[self._database]
        with serving(self._url, self._folder, workers=workers, minted_codes="0") as server:
            self._shop = Shop.of(server, self._database, self._folder, self._user_id, self._key)
            with self._shop.tenant.client:
                yield

    def begin(self, load: str) -> None:
        """Begin with a load. Lists come after a warm-up, which is then everyone's."""
        self._load = load
        self._rounds: list[Round] = []
        self._offered: list[Paced] = []
        operation, _, how = load.partition("/")
        user_id, key = self._shop.tenant.user_id, self._shop.tenant.key
        if how and operation == "validate":
            bodies = scan_bodies(iter(self._codes[: self._steady]))
            self._make = requests_for(user_id, key, "/v1/ticket/validate", bodies)
        elif how:
            self._make = requests_for(user_id, key, "/v1/order/new", order_bodies(self._small))
        elif operation == "validate":
            codes = self._codes[self._steady :]
            self._loads = [
                self._shop.load("distinct", codes[start : start + SCANS_A_ROUND])
                for start in range(0, len(codes), SCANS_A_ROUND)
            ]
        else:
            lines = [self._small] if operation == "order" else None
            self._loads = [self._shop.load(operation, lines)] * self._stage.barred_rounds
        if operation == "list":
            run(self._loads[0], LISTING_CONNECTIONS, WARM_UP_SECONDS)

    def take_round(self) -> None:
        """Load the server once more."""
        connections = _connections(self._load)
        if connections is None:
            self._offered.append(offer(self._shop.server.url, self._make, OFFERED_PER_SECOND, self._seconds))
        else:
            load = self._loads[len(self._rounds)]
            self._rounds.append(self._shop.measure(load, connections, self._seconds))

    def note_memory(self) -> None:
        """Note a worker's memory where it is looked at, with many tickets sold before."""
        when = NOTED_AFTER.get(self._load)
        if when and self._size == "many":
            megabytes = max(self._shop.meter.worker_bytes()) / 1e6
            self._stage.results.facts[f"{self._database}_worker_{when}_mb"] = megabytes
            self._stage.say(f"memory of a worker, {when} [{self._database}]: {megabytes:.1f} MB")

    def row(self) -> Row:
        """Give what came of the load."""
        operation, _, how = self._load.partition("/")
        offered = f" at {OFFERED_PER_SECOND}/s" if how else ""
        name = f"growth/{self._database}/{operation}/{self._size}{'/steady' if how else ''}"
        title = f"{operation}{offered}, {self._tickets:,} tickets sold before"
        row = Row(name, title, SECTION, self._database, _connections(self._load))
        return steady_row(row, self._offered) if how else row_of(row, self._rounds, self._stage.cores)


def _connections(load: str) -> int | None:
    """Say how many connections a load has; None where it is offered at a constant rate."""
    if load.endswith("/steady"):
        return None
    return LISTING_CONNECTIONS if load == "list" else CONNECTIONS


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
