"""ticket/validate: distinct tickets, one ticket at every gate, and a steady 500 a second."""

import random
from concurrent.futures import ThreadPoolExecutor

from benchmarks.constant_rate import offer, requests_for, scan_bodies
from benchmarks.latency import steady_row
from benchmarks.load import Load, run
from benchmarks.results import Row, row_of
from benchmarks.stage import WARM_UP_SECONDS, Shop, Stage, measured, shop_on, spoken
from benchmarks.storage import settle

SECTION = "ticket/validate"
UNITS_AN_ORDER = 1000
BUYERS = 2
"""At once: an order is signed on one core."""
SHARE = 0.7
"""Of the warm-up's rate, which refuses nearly all it scans. A round ends early where no ticket is left."""
CONNECTIONS = 64
OFFERED_PER_SECOND = 500


def measure_gates(stage: Stage) -> None:
    """Admit tickets that were sold through the API just before, in one process."""
    for database in stage.databases:
        with shop_on(stage, database, workers=1) as shop:
            _measure_gates(stage, shop, database)


def _measure_gates(stage: Stage, shop: Shop, database: str) -> None:
    warm_up = sell(shop, UNITS_AN_ORDER)
    most_a_round = scans_a_round(stage, shop, warm_up)
    # The steady load comes last and must not run out either.
    steady = (int(OFFERED_PER_SECOND * stage.seconds) + 1) * stage.barred_rounds
    codes = sell(shop, most_a_round * stage.rounds + steady)
    row = Row(f"validate/{database}/distinct", "distinct tickets, 1 process", SECTION, database)
    row.connections = CONNECTIONS
    loads = [_distinct(shop, codes[number * most_a_round :][:most_a_round]) for number in range(stage.rounds)]
    taken = [shop.measure(load, CONNECTIONS, stage.seconds) for load in loads]
    stage.say(spoken(stage.results.add(row_of(row, taken, stage.cores))))
    same = Row(f"validate/{database}/same", "one ticket at every gate, 1 process", SECTION, database)
    same.connections = CONNECTIONS
    measured(stage, shop, same, shop.load("same", warm_up[:1]), rounds=1)
    settle(shop.server.environment["TICKETSONIC_DATABASE"])
    _measure_steady(stage, shop, database, codes[most_a_round * stage.rounds :])


def scans_a_round(stage: Stage, shop: Shop, warm_up: list[str]) -> int:
    """Scan these tickets again and again for a while; says how many others a round could admit at most."""
    return round(run(shop.load("same", warm_up), CONNECTIONS, WARM_UP_SECONDS).per_second * stage.seconds * SHARE)


def _distinct(shop: Shop, codes: list[str]) -> Load:
    return shop.load("distinct", codes)


def _measure_steady(stage: Stage, shop: Shop, database: str, codes: list[str]) -> None:
    bodies = scan_bodies(iter(codes))
    make = requests_for(shop.tenant.user_id, shop.tenant.key, "/v1/ticket/validate", bodies)
    taken = [offer(shop.server.url, make, OFFERED_PER_SECOND, stage.seconds) for _ in range(stage.barred_rounds)]
    title = f"distinct tickets, {OFFERED_PER_SECOND}/s offered, 1 process"
    stage.say(
        spoken(stage.results.add(steady_row(Row(f"validate/{database}/steady", title, SECTION, database), taken)))
    )


def sell(shop: Shop, units: int) -> list[str]:
    """Sell so many tickets through the API; returns their codes."""
    (sku,) = shop.types()
    return sell_of(shop, sku, units)


def sell_of(shop: Shop, sku: str, units: int) -> list[str]:
    """Sell so many tickets of one type, in large orders, a few at once; returns their codes in no order.

    At a door nobody comes in the order of the sale: then each batch would lie on one page of the database.
    """
    sizes = [min(UNITS_AN_ORDER, units - start) for start in range(0, units, UNITS_AN_ORDER)]
    with ThreadPoolExecutor(BUYERS) as buyers:
        sold = [code for codes in buyers.map(lambda size: shop.tenant.codes((sku, size)), sizes) for code in codes]
    random.shuffle(sold)
    return sold
