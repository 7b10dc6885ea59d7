"""order/new of one hot SKU whose codes were signed ahead: pools filled before each run, and what filling them cost.

The databases' pools are filled beside each other, for one process mints on one core. Each is as large as its run needs
and then rests; a shop is closed before the next is measured, so that nothing is minted beside a run but its own codes.
"""

import contextlib
import re
import time
from collections.abc import Iterator, Mapping, Sequence

import httpx
import msgspec

from benchmarks.floors import beside
from benchmarks.load import Load, run
from benchmarks.orders import CODES, CONNECTIONS, hot_row, row_name
from benchmarks.results import row_of
from benchmarks.signing import cost_us, ed25519_signer
from benchmarks.stage import USUAL_WORKERS, WARM_UP_SECONDS, Shop, Stage, shop_on, spoken

MOST_OF_SIGNATURES = 0.35
"""Orders of a process at its best for each Ed25519 signature that a core makes: pools of these are made to last for
that, since they cost little."""
SPARE = {"sqlite": 1.2, "postgresql": 1.6}
"""RSA's pools last for so many times what the same load sold of Ed25519's: more where each worker has a pool of its
own, since their connections are shared out by chance. What is left is told."""
LONG_SECONDS = {"postgresql": 10.0, "sqlite": 2.0}
"""Ten are the bar's own on PostgreSQL. SQLite's is a rate alone, and each second more takes several of minting."""
LONG_CONNECTIONS = 64
LOOK_SECONDS = 0.2
STALLED_SECONDS = 15.0


class _Run(msgspec.Struct, frozen=True):
    """How long a round is, and how many codes are to be ready before it."""

    seconds: float
    codes: int

    @classmethod
    def at_most(cls, seconds: float, per_second: float) -> "_Run":
        return cls(seconds, round(seconds * per_second))


def measure_minted(stage: Stage) -> None:
    """Sell from full pools: for a short while at all numbers of connections, and for long at the barred one.

    Ed25519 comes first: its codes cost a twentieth, and say how many the same loads take of RSA's.
    """
    most = MOST_OF_SIGNATURES * 1e6 / cost_us(ed25519_signer(), stage.seconds / 6)
    ample = {name: _Run.at_most(stage.seconds, most * USUAL_WORKERS[name]) for name in stage.databases}
    for code in CODES:
        if code != "rsa":
            _measure(stage, code, ample, CONNECTIONS)
    others = [count for count in CONNECTIONS if count != LONG_CONNECTIONS]
    short = {name: _Run.at_most(stage.seconds, _sold(stage, name, CONNECTIONS) * SPARE[name]) for name in ample}
    _measure(stage, "rsa", short, others)
    long = {
        name: _Run.at_most(LONG_SECONDS[name], _sold(stage, name, [LONG_CONNECTIONS]) * SPARE[name]) for name in ample
    }
    _measure(stage, "rsa", long, [LONG_CONNECTIONS])


def _sold(stage: Stage, database: str, connections: Sequence[int]) -> float:
    """Say how many orders a second came of Ed25519's codes at the most."""
    rows = (stage.results.rows[row_name(database, "ed25519", "minted", count)] for count in connections)
    return max(row.per_second or 0.0 for row in rows)


def _measure(stage: Stage, code: str, runs: Mapping[str, _Run], connections: Sequence[int]) -> None:
    """Measure one round a row, each from a full pool."""
    for database, shop, load in _filled(stage, code, runs):
        floors = beside(stage, database) if code == "rsa" else None
        for count in connections:
            row = hot_row(database, code, "minted", count)
            run(load, count, WARM_UP_SECONDS)
            await_minted(shop, runs[database].codes)  # nothing is minted beside the floors, nor beside the round
            row.beside = floors() if floors and count > 1 else {}
            taken = shop.measure(load, count, runs[database].seconds)
            stage.say(spoken(stage.results.add(row_of(row, [taken], stage.cores))))
        stage.results.facts[f"{database}_{code}_minted_left"] = minted_codes(shop)


def _filled(stage: Stage, code: str, runs: Mapping[str, _Run]) -> Iterator[tuple[str, Shop, Load]]:
    """Open a shop on each database and fill all their pools; then give one after the other, each until the next."""
    with contextlib.ExitStack() as everyone:
        opened = []
        for database, planned in runs.items():
            own = everyone.enter_context(contextlib.ExitStack())
            each = -(-planned.codes // USUAL_WORKERS[database])
            shop = own.enter_context(shop_on(stage, database, minted_codes=each))
            began = shop.meter.read().server, sum(shop.meter.worker_bytes())
            opened.append((database, own, shop, shop.load("order", shop.types(code=code)), began))
        for database, _, shop, _, (used_seconds, used_bytes) in opened:
            ready = await_minted(shop, runs[database].codes)
            name = f"{database}_{code}_minting"
            stage.results.facts[f"{name}_cpu_us_a_code"] = (shop.meter.read().server - used_seconds) / ready * 1e6
            stage.results.facts[f"{name}_bytes_a_code"] = (sum(shop.meter.worker_bytes()) - used_bytes) / ready
        for database, own, shop, load, _ in opened:
            yield database, shop, load
            own.close()


def minted_codes(shop: Shop) -> int:
    """Read how many codes were signed ahead, by all workers."""
    shown = httpx.get(f"{shop.server.url}/metrics", timeout=10).text
    found = re.search(r"^ticketsonic_minted_codes (\S+)$", shown, re.MULTILINE)
    return round(float(found[1])) if found else 0


def await_minted(shop: Shop, codes: int) -> int:
    """Wait until so many codes are ready; gives how many are. Raises RuntimeError where minting does not go on."""
    most, moved = 0, time.perf_counter()
    while (ready := minted_codes(shop)) < codes:
        if ready > most:
            most, moved = ready, time.perf_counter()
        if time.perf_counter() - moved > STALLED_SECONDS:
            raise RuntimeError(f"minting stopped at {ready:,} of {codes:,} codes")
        time.sleep(LOOK_SECONDS)
    return ready
