"""ticket/list of few and of many types, and event/new."""

from benchmarks.results import Row
from benchmarks.stage import Stage, measured, shop_on

SECTION = "ticket/list and event/new"
TYPES = (20, 1000)


def measure_lists(stage: Stage) -> None:
    """List ticket types, as a shop's sync does."""
    for database in stage.databases:
        for count in TYPES:
            with shop_on(stage, database, bits=1024) as shop:
                shop.types(count)
                row = Row(f"list/{database}/{count}", f"ticket/list of {count:,} types", SECTION, database, 16)
                measured(stage, shop, row, shop.load("list"), rounds=1)


def measure_events(stage: Stage) -> None:
    """Make events of two types each."""
    for database in stage.databases:
        with shop_on(stage, database, bits=1024) as shop:
            row = Row(f"event/{database}", "event/new with two types", SECTION, database, 16)
            measured(stage, shop, row, shop.load("event"), rounds=1)
