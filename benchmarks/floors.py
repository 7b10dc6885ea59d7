"""The floors: what a signature, the database alone and our HTTP alone cost on this machine."""

import re
import subprocess
from pathlib import Path
from statistics import median

from tests.postgresql import make_postgresql_database, postgresql_server

from benchmarks.results import Row
from benchmarks.signing import cost_us, cost_with_every_core_busy_us, ed25519_signer, rsa_opener, rsa_signer
from benchmarks.stage import Floors, Shop, Stage, measured, serving

SECTION = "floors"
PGBENCH_CLIENTS = (16, 64)
NAIVE_SCHEMA = """
CREATE TABLE naive_stocks (id bigint PRIMARY KEY, available bigint NOT NULL CHECK (available >= 0));
CREATE TABLE naive_orders (id bigserial PRIMARY KEY, request_hash text NOT NULL UNIQUE, customer text, company text);
CREATE TABLE naive_tickets (barcode bigint PRIMARY KEY, order_id bigint NOT NULL, ticket_type_id bigint NOT NULL,
                            price_minor bigint NOT NULL);
INSERT INTO naive_stocks VALUES (1, 2000000000);
"""


def measure_floors(stage: Stage) -> None:
    """Measure every floor."""
    stage.results.facts["cores"] = stage.cores
    _measure_signatures(stage)
    if "postgresql" in stage.databases:
        _measure_pgbench(stage)
    _measure_noop(stage)


def _measure_signatures(stage: Stage) -> None:
    kinds = (
        ("rsa", "RSA-2048 signatures, one core", rsa_signer()),
        ("rsa_opened", "RSA-2048 signatures opened, one core", rsa_opener()),
        ("ed25519", "Ed25519 signatures, one core", ed25519_signer()),
    )
    for name, title, work in kinds:
        _add_signatures(stage, name, title, median(cost_us(work, stage.seconds / 6) for _ in range(3)))
    busy_us = median(cost_with_every_core_busy_us(stage.seconds / 6) for _ in range(3))
    _add_signatures(stage, "rsa_busy", "RSA-2048 signatures, one core of all at work", busy_us)


def _add_signatures(stage: Stage, name: str, title: str, signature_us: float) -> None:
    stage.results.facts[f"{name}_signature_us"] = signature_us
    row = Row(f"floor/{name}", title, SECTION, per_second=1e6 / signature_us, server_us=signature_us)
    stage.results.add(row)
    stage.say(f"{title}: {row.per_second:,.0f}/s, {signature_us:.0f} µs each")


def beside(stage: Stage, database: str) -> Floors:
    """Make the measurement of the floors that an order is held against, again, beside it."""
    url = _naive_database() if database == "postgresql" else None
    sign = rsa_signer()

    def measure() -> dict[str, float]:
        found = {"rsa_signature_us": cost_us(sign, stage.seconds / 5)}
        if url is not None:
            found["naive_per_second"] = _pgbench(_program(), url, max(PGBENCH_CLIENTS), stage.seconds)[0]
        return found

    return measure


def _program() -> Path:
    return Path(postgresql_server().bin_path) / "pgbench"


def _naive_database() -> str:
    url = make_postgresql_database()
    postgresql_server().psql(f"\\c {url.partition('?')[0].rpartition('/')[2]}\n{NAIVE_SCHEMA}")
    return url


def _measure_pgbench(stage: Stage) -> None:
    server = postgresql_server()
    url = _naive_database()
    for setting in ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers"):
        stage.results.machine[f"postgresql {setting}"] = _shown(server.psql(f"SHOW {setting}"))
    for clients in PGBENCH_CLIENTS:
        # Once: the one that bars are held against is measured again, beside their rows.
        per_second, latency_ms = _pgbench(_program(), url, clients, stage.seconds)
        row = Row(
            f"floor/pgbench/{clients}",
            "pgbench, one transaction an order, one hot row",
            SECTION,
            "postgresql",
            connections=clients,
            per_second=per_second,
            p50_ms=latency_ms,
        )
        stage.results.add(row)
        stage.say(f"{row.title}, {clients} clients: {row.per_second:,.0f}/s")


def _pgbench(program: Path, url: str, clients: int, seconds: float) -> tuple[float, float]:
    """Run it once; returns transactions a second and their mean latency in ms."""
    script = Path(__file__).with_name("naive.sql")
    command = [str(program), "--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=2"]
    command += [f"--time={max(1, round(seconds))}", f"--file={script}", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    per_second = re.search(r"tps = ([\d.]+)", done.stdout)
    latency_ms = re.search(r"latency average = ([\d.]+)", done.stdout)
    if per_second is None or latency_ms is None:
        raise RuntimeError(f"pgbench told nothing: {done.stdout} {done.stderr}")
    return float(per_second[1]), float(latency_ms[1])


def _shown(output: str) -> str:
    """Find the one value in psql's table."""
    return output.splitlines()[2].strip()


def _measure_noop(stage: Stage) -> None:
    folder = stage.fresh_folder()
    url = stage.fresh_database("sqlite")
    with serving(url, folder, module="benchmarks.noop", minted_codes="0") as server:
        shop = Shop.open(server, "sqlite", folder, bits=1024)
        titles = {
            "nothing": "No-op route: the order's body unread",
            "constant": "No-op route: authenticated, the order parsed",
        }
        with shop.tenant.client:
            for kind, title in titles.items():
                row = Row(f"floor/noop/{kind}", title, SECTION, connections=64)
                measured(stage, shop, row, shop.load(kind, ["815-46527"]), rounds=1)
