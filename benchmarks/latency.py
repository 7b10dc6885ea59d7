"""Latency of order/new: at half the maximum rate, and while the pools fill."""

from collections.abc import Callable
from statistics import median

from benchmarks.constant_rate import Paced, offer, order_bodies, requests_for
from benchmarks.load import run
from benchmarks.minted import minted_codes
from benchmarks.orders import SECTION
from benchmarks.results import Row
from benchmarks.stage import WARM_UP_SECONDS, Shop, Stage, shop_on, spoken

WHILE_FILLING_PER_SECOND = 200
MOST_CODES = 400_000
CONNECTIONS = 64


def steady_row(row: Row, taken: list[Paced]) -> Row:
    """Fill a row with the medians of several loads at a constant rate."""
    for each in taken:
        for word, count in each.answers.items():
            row.answers[word] = row.answers.get(word, 0) + count
    row.broken = sum(each.unanswered for each in taken)
    row.per_second = median(each.offered_per_second for each in taken)
    row.p50_ms = median(each.p50_ms for each in taken)
    row.rounds_p99_ms = [each.p99_ms for each in taken]
    row.p99_ms = median(row.rounds_p99_ms)
    return row


def offer_orders(stage: Stage, shop: Shop, row: Row, sku: str, per_second: float) -> Row:
    """Offer orders at a constant rate, several times; adds the row."""
    make = _orders_for(shop, sku)
    offer(shop.server.url, make, per_second, WARM_UP_SECONDS)
    taken = [offer(shop.server.url, make, per_second, stage.seconds) for _ in range(stage.rounds)]
    stage.results.add(steady_row(row, taken))
    stage.say(spoken(row))
    return row


def _orders_for(shop: Shop, sku: str) -> Callable[[], bytes]:
    return requests_for(shop.tenant.user_id, shop.tenant.key, "/v1/order/new", order_bodies(sku))


def measure_half_rate(stage: Stage) -> None:
    """Offer half of what the server takes at most, signed on the spot; what that is, is asked before each round."""
    for database in stage.databases:
        with shop_on(stage, database) as shop:
            (sku,) = shop.types()
            load, make = shop.load("order", [sku]), _orders_for(shop, sku)
            run(load, CONNECTIONS, WARM_UP_SECONDS)
            taken = []
            for _ in range(stage.barred_rounds):
                most_per_second = run(load, CONNECTIONS, stage.seconds).per_second
                taken.append(offer(shop.server.url, make, most_per_second / 2, stage.seconds))
            title = "hot SKU, RSA-2048, signed on the spot, half the maximum rate offered"
            row = steady_row(Row(f"half/{database}", title, SECTION, database), taken)
            stage.say(spoken(stage.results.add(row)))


def measure_while_filling(stage: Stage) -> None:
    """Offer a few orders a second, with minting off and while it fills the pools."""
    for database in stage.databases:
        for how, most_codes in (("without minting", 0), ("while the pools fill", MOST_CODES)):
            with shop_on(stage, database, minted_codes=most_codes) as shop:
                (sku,) = shop.types()
                name = f"filling/{database}/{'on' if most_codes else 'off'}"
                before = minted_codes(shop)
                row = Row(name, f"hot SKU, RSA-2048, {WHILE_FILLING_PER_SECOND}/s, {how}", SECTION, database)
                offer_orders(stage, shop, row, sku, WHILE_FILLING_PER_SECOND)
                if most_codes:
                    stage.results.facts[f"{database}_minted_meanwhile"] = minted_codes(shop) - before
