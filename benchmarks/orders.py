"""order/new: one hot SKU signed on the spot, a thousand SKUs, and sold out."""

from statistics import median

from benchmarks.floors import beside
from benchmarks.load import run
from benchmarks.results import Round, Row, row_of
from benchmarks.stage import WARM_UP_SECONDS, Stage, measured, shop_on, spoken
from benchmarks.storage import count_orders, written_bytes

SECTION = "order/new"
CONNECTIONS = (1, 64, 256)
CODES = ("rsa", "ed25519")
SHOWN_CODES = {"rsa": "RSA-2048", "ed25519": "Ed25519"}
REFERENCE_SIGNATURES = 3_400
SKUS = 1000
SOLD_OUT_ROUNDS = 7
"""What a refusal adds to the empty route is a few µs: five rounds leave its bar to chance."""


def row_name(database: str, code: str, how: str, connections: int) -> str:
    return f"order/{database}/{code}/{how}/{connections}"


def hot_row(database: str, code: str, how: str, connections: int) -> Row:
    """Make the row of one hot SKU, `how` "cold" or "minted"."""
    title = f"hot SKU, {SHOWN_CODES[code]}, {'signed on the spot' if how == 'cold' else 'minted ahead'}"
    return Row(row_name(database, code, how, connections), title, SECTION, database, connections)


def measure_cold(stage: Stage) -> None:
    """Sell one hot SKU with nothing signed ahead; watch the memory of the workers on the way."""
    for database in stage.databases:
        with shop_on(stage, database) as shop:
            start_bytes = max(shop.meter.worker_bytes())
            barred = beside(stage, database) if database == "postgresql" else None
            for code in CODES:
                load = shop.load("order", shop.types(code=code))
                for connections in CONNECTIONS:
                    row = hot_row(database, code, "cold", connections)
                    floors = barred if code == "rsa" and connections > 1 else None
                    rounds = stage.barred_rounds if floors else stage.rounds if code == "rsa" else 1
                    measured(stage, shop, row, load, rounds=rounds, beside=floors)
            stage.results.facts[f"{database}_worker_start_mb"] = start_bytes / 1e6


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
            url = shop.server.environment["TICKETSONIC_DATABASE"]
            refused = Row(f"soldout/{database}", "sold out, one process", SECTION, database, 64)
            floor = Row(f"soldout/{database}/noop", "No-op route that parses the same, in turns", SECTION, database, 64)
            loads = {refused.name: shop.load("order", shop.types(stock=0)), floor.name: shop.load("constant", ["-"])}
            rounds: dict[str, list[Round]] = {name: [] for name in loads}
            written: list[float] = []
            for load in loads.values():
                run(load, 64, WARM_UP_SECONDS)
            for _ in range(stage.barred_rounds_of(SOLD_OUT_ROUNDS)):
                rounds[floor.name].append(shop.measure(loads[floor.name], 64, stage.seconds))
                before = written_bytes(url)
                taken = shop.measure(loads[refused.name], 64, stage.seconds)
                rounds[refused.name].append(taken)
                written.append((written_bytes(url) - before) / max(1, taken.answered.count))
            for row in (refused, floor):
                stage.say(spoken(stage.results.add(row_of(row, rounds[row.name], stage.cores))))
            # A median: the database cleans up after itself now and then, whatever it is asked.
            stage.results.facts[f"{database}_soldout_written_bytes_each"] = median(written)
            stage.results.facts[f"{database}_soldout_orders"] = count_orders(url)
