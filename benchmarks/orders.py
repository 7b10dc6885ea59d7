"""order/new: one hot SKU cold and minted ahead, a thousand SKUs, and sold out."""

import re
import time

import httpx

from benchmarks.floors import beside
from benchmarks.load import run
from benchmarks.results import Round, Row, row_of
from benchmarks.stage import USUAL_WORKERS, WARM_UP_SECONDS, Shop, Stage, measured, shop_on, spoken
from benchmarks.storage import count_orders, written_bytes

SECTION = "order/new"
CONNECTIONS = (1, 64, 256)
CODES = ("rsa", "ed25519")
SHOWN_CODES = {"rsa": "RSA-2048", "ed25519": "Ed25519"}
MOST_ORDERS_PER_SECOND = 7_000
"""A process at its best: pools for a short run are made to last for that, those of the long run for what came out."""
SPARE = 1.25
REFERENCE_SIGNATURES = 3_400
MINTED_SECONDS = 10.0
SKUS = 1000
LOOK_SECONDS = 0.2
STALLED_SECONDS = 15.0


def row_name(database: str, code: str, how: str, connections: int) -> str:
    return f"order/{database}/{code}/{how}/{connections}"


def _row(database: str, code: str, how: str, connections: int) -> Row:
    title = f"hot SKU, {SHOWN_CODES[code]}, {'signed on the spot' if how == 'cold' else 'minted ahead'}"
    return Row(row_name(database, code, how, connections), title, SECTION, database, connections)


def measure_cold(stage: Stage) -> None:
    """Sell one hot SKU with nothing signed ahead; watch the memory of the workers on the way."""
    for database in stage.databases:
        with shop_on(stage, database) as shop:
            start_bytes = max(shop.meter.worker_bytes())
            barred = beside(stage, database)
            for code in CODES:
                load = shop.load("order", shop.types(code=code))
                for connections in CONNECTIONS:
                    rounds = stage.rounds if code == "rsa" else 1
                    row = _row(database, code, "cold", connections)
                    floors = barred if code == "rsa" and connections > 1 else None
                    measured(stage, shop, row, load, rounds=rounds, beside=floors)
            stage.results.facts[f"{database}_worker_start_mb"] = start_bytes / 1e6


def measure_minted(stage: Stage) -> None:
    """Sell one hot SKU from pools that were filled before each run; what minting cost is told apart."""
    for database in stage.databases:
        for code in CODES:
            _measure_minted(stage, database, code)


def _measure_minted(stage: Stage, database: str, code: str) -> None:
    workers = USUAL_WORKERS[database]
    short = round((stage.seconds + WARM_UP_SECONDS) * MOST_ORDERS_PER_SECOND * workers)
    longest = max(_minted_seconds(stage, code, connections) for connections in CONNECTIONS)
    most_each = round((longest + WARM_UP_SECONDS) * MOST_ORDERS_PER_SECOND)
    with shop_on(stage, database, workers=workers, minted_codes=most_each) as shop:
        load = shop.load("order", shop.types(code=code))
        before, before_bytes = shop.meter.read(), sum(shop.meter.worker_bytes())
        ready = await_minted(shop, short)
        used_seconds = shop.meter.read().since(before).server
        used_bytes = sum(shop.meter.worker_bytes()) - before_bytes
        name = f"{database}_{code}_minting"
        stage.results.facts[f"{name}_cpu_us_a_code"] = used_seconds / ready * 1e6
        stage.results.facts[f"{name}_bytes_a_code"] = used_bytes / ready
        floors = beside(stage, database) if code == "rsa" else None
        fastest = 0.0
        # The longest run comes last, when it is known how much it will sell.
        for connections in sorted(CONNECTIONS, key=lambda count: (_minted_seconds(stage, code, count), count)):
            seconds = _minted_seconds(stage, code, connections)
            needed = round((seconds + WARM_UP_SECONDS) * fastest * SPARE)
            await_minted(shop, min(max(needed, short), most_each * workers))
            row = _row(database, code, "minted", connections)
            measured(stage, shop, row, load, seconds=seconds, rounds=1, beside=floors)
            fastest = max(fastest, row.per_second or 0.0)


def _minted_seconds(stage: Stage, code: str, connections: int) -> float:
    """Give the barred run its ten seconds, where the bench was not told to hurry."""
    if code == "rsa" and connections == 64 and stage.seconds >= 1:
        return MINTED_SECONDS
    return stage.seconds


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


def measure_skus(stage: Stage) -> None:
    """Sell a thousand SKUs evenly."""
    for database in stage.databases:
        with shop_on(stage, database) as shop:
            row = Row(f"skus/{database}", f"{SKUS:,} SKUs, RSA-2048, signed on the spot", SECTION, database, 64)
            measured(stage, shop, row, shop.load("order", shop.types(SKUS)), rounds=1)


def measure_sold_out(stage: Stage) -> None:
    """Refuse orders of a SKU that is gone, in turns with the route that parses the same; nothing may be written."""
    for database in stage.databases:
        with shop_on(stage, database, workers=1, module="benchmarks.noop") as shop:
            refused = Row(f"soldout/{database}", "sold out, one process", SECTION, database, 64)
            floor = Row(f"soldout/{database}/noop", "No-op route that parses the same, in turns", SECTION, database, 64)
            loads = {refused.name: shop.load("order", shop.types(stock=0)), floor.name: shop.load("constant", ["-"])}
            rounds: dict[str, list[Round]] = {name: [] for name in loads}
            for load in loads.values():
                run(load, 64, WARM_UP_SECONDS)
            before = written_bytes(shop.server.environment["TICKETSONIC_DATABASE"])
            for _ in range(2 * stage.rounds):
                for name, load in loads.items():
                    rounds[name].append(shop.measure(load, 64, stage.seconds / 2))
            after = written_bytes(shop.server.environment["TICKETSONIC_DATABASE"])
            for row in (refused, floor):
                stage.say(spoken(stage.results.add(row_of(row, rounds[row.name], stage.cores))))
            refusals = max(1, sum(refused.answers.values()))
            stage.results.facts[f"{database}_soldout_written_bytes_each"] = (after - before) / refusals
            orders = count_orders(shop.server.environment["TICKETSONIC_DATABASE"])
            stage.results.facts[f"{database}_soldout_orders"] = orders
