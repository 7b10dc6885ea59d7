"""Where a scenario plays: a fresh database, a real server on it, and a shop with a key."""

import contextlib
import http.client
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from tests.postgresql import make_postgresql_database, postgresql_server
from tests.servers import RunningServer, Tenant, environment_for, run_command, ticket_type

from benchmarks.accounting import Meter, postmaster_of
from benchmarks.load import Load, run, write_lines
from benchmarks.machine import usable_cores
from benchmarks.results import Results, Round, Row, row_of

BOTTOMLESS = 2_000_000_000
DATABASES = ("sqlite", "postgresql")
USUAL_WORKERS = {"sqlite": 1, "postgresql": 2}
FIRST_ANSWER_SECONDS = 20
WARM_UP_SECONDS = 1
LEAST_BARRED_ROUNDS = 5


@dataclass
class Stage:
    """What the scenarios share: where to write, how long to measure, what came out so far."""

    folder: Path
    results: Results
    seconds: float
    rounds: int
    databases: tuple[str, ...]
    growth_tickets: int
    say: Callable[[str], None]
    cores: int = field(default_factory=usable_cores)

    @property
    def barred_rounds(self) -> int:
        """Say of how many rounds a figure is the median that has a bar, and that one pause of the machine moves."""
        return self.barred_rounds_of(LEAST_BARRED_ROUNDS)

    def barred_rounds_of(self, least: int) -> int:
        """Say the same of a figure that takes more of them."""
        return max(least, self.rounds) if self.rounds > 1 else 1

    def fresh_database(self, kind: str) -> str:
        """Make an empty database; returns its URL."""
        if kind == "postgresql":
            return make_postgresql_database()
        return f"sqlite:///{Path(tempfile.mkdtemp(dir=self.folder)) / 'bench.db'}"

    def fresh_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))


@dataclass
class Shop:
    """One account of a running server, and the files that its loads read."""

    server: RunningServer
    tenant: Tenant
    meter: Meter
    folder: Path

    @classmethod
    def open(cls, server: RunningServer, database: str, folder: Path, bits: int = 2048) -> "Shop":
        """Make an account, as its owner would: with `ticketsonic account create`."""
        user_id, key = create_account(server.environment, bits)
        return cls.of(server, database, folder, user_id, key)

    @classmethod
    def of(cls, server: RunningServer, database: str, folder: Path, user_id: str, key: str) -> "Shop":
        postmaster = postmaster_of(Path(postgresql_server().pgdata)) if database == "postgresql" else None
        return cls(server, Tenant(server.url, user_id, key), Meter(server.process.pid, postmaster), folder)

    def types(self, count: int = 1, *, stock: int = BOTTOMLESS, code: str = "rsa") -> list[str]:
        """Make an event; returns the SKUs of its types."""
        types = [ticket_type(stock=stock, primary_text_pl=f"Pass {number}") for number in range(count)]
        _, skus = self.tenant.event(*types, ticket_code=code)
        return skus

    def load(self, kind: str, lines: list[str] | None = None) -> Load:
        path = None
        if lines is not None:
            path = write_lines(self.folder / f"{kind}-{secrets.token_hex(4)}.txt", lines)
        return Load(kind, self.server.url, self.tenant.user_id, self.tenant.key, path)

    def measure(self, load: Load, connections: int, seconds: float) -> Round:
        """Run one round of a load, and say what it used."""
        began, before = time.perf_counter(), self.meter.read()
        answered = run(load, connections, seconds)
        return Round(answered, self.meter.read().since(before), time.perf_counter() - began)


@contextlib.contextmanager
def serving(
    database_url: str, data_dir: Path, *, workers: int = 1, module: str = "ticketsonic", **settings: str
) -> Iterator[RunningServer]:
    """Serve until the block ends. `started_seconds` is from exec to the first answer."""
    more = {f"TICKETSONIC_{name.upper()}": value for name, value in settings.items()}
    environment = environment_for(database_url, data_dir, **more)
    command = [sys.executable, "-m", module, "serve", "--port", "0", "--workers", str(workers)]
    with (data_dir / "server.log").open("a") as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
    running = RunningServer("", process, environment, 0.0)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"https?://\S+", line)
        if found is None:
            raise RuntimeError(f"the server did not start: {(data_dir / 'server.log').read_text()[-2000:]}")
        running.url = found[0]
        _await_answer(running.url)
        running.started_seconds = time.perf_counter() - began
        yield running
    finally:
        running.stop()


def _await_answer(url: str) -> None:
    end = time.perf_counter() + FIRST_ANSWER_SECONDS
    while True:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=FIRST_ANSWER_SECONDS)
        try:
            connection.request("GET", "/v1/health")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            if time.perf_counter() > end:
                raise
        finally:
            connection.close()
        if time.perf_counter() > end:
            raise RuntimeError("the server does not answer with success")
        time.sleep(0.005)


def create_account(environment: dict[str, str], bits: int) -> tuple[str, str]:
    """Make an account beside the server; returns its user id and API key."""
    email = f"bench.{secrets.token_hex(4)}@example.com"
    made = json.loads(run_command(environment, "account", "create", email, "--bits", str(bits), "--json"))
    return made["api_userid"], made["api_key"]


@contextlib.contextmanager
def shop_on(
    stage: Stage,
    database: str,
    *,
    workers: int | None = None,
    bits: int = 2048,
    minted_codes: int = 0,
    module: str = "ticketsonic",
) -> Iterator[Shop]:
    """Open a shop on a fresh server and a fresh database."""
    folder = stage.fresh_folder()
    with serving(
        stage.fresh_database(database),
        folder,
        workers=workers or USUAL_WORKERS[database],
        module=module,
        minted_codes=str(minted_codes),
    ) as server:
        shop = Shop.open(server, database, folder, bits)
        with shop.tenant.client:
            yield shop


Floors = Callable[[], dict[str, float]]


def measured(
    stage: Stage, shop: Shop, row: Row, load: Load, *, seconds: float = 0, rounds: int = 0, beside: Floors | None = None
) -> Row:
    """Measure a load in several rounds after a short warm-up; adds its row to the results.

    `beside` measures the floors that the row is held against, in turns with its rounds.
    """
    connections = row.connections or 64
    run(load, connections, WARM_UP_SECONDS)
    floors = [beside()] if beside else []
    taken = []
    for _ in range(rounds or stage.rounds):
        taken.append(shop.measure(load, connections, seconds or stage.seconds))
        floors += [beside()] if beside else []
    row.beside = {name: median(each[name] for each in floors) for name in (floors[0] if floors else ())}
    stage.results.add(row_of(row, taken, os.cpu_count() or 1))
    stage.say(spoken(row))
    return row


def spoken(row: Row) -> str:
    """Say one row in a line."""
    where = f" [{row.database}]" if row.database else ""
    at = f", {row.connections} connections" if row.connections else ""
    if row.per_second is None:
        return f"{row.title}{where}{at}: nothing was answered"
    used = "" if row.total_us is None else f", {row.total_us:.0f} µs of CPU each"
    return f"{row.title}{where}{at}: {row.per_second:,.0f}/s, p99 {row.p99_ms or 0:.1f} ms{used}"
