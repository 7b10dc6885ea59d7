"""ticket/validate with print on: what the job's row costs, and apart from that, what drawing and sending costs."""

import tempfile
import time
from pathlib import Path

from tests.printing.ippeveprinter import IS_THERE, real_printer
from tests.printing.test_real_printer import add_printer

from benchmarks.gates import UNITS_AN_ORDER, scans_a_round, sell_of
from benchmarks.results import Round, Row, row_of
from benchmarks.stage import Shop, Stage, shop_on, spoken

SECTION = "ticket/validate with print"
CONNECTIONS = 64
SENT_BADGES = 20
SENT_SECONDS = 60.0
QUICK_BITS = 1024
"""Tens of thousands of tickets are sold for two figures that are held against each other: the less else they hold, the
more a print job's row shows."""


def printing_row(database: str, how: str) -> str:
    return f"printing/{database}/{how}"


def measure_printing(stage: Stage) -> None:
    """Admit with print off and on, in turn, at an event without a printer; then send to a real one."""
    for database in stage.databases:
        with shop_on(stage, database, workers=1, bits=QUICK_BITS) as shop:
            _measure_rows(stage, shop, database)
            if IS_THERE:
                _measure_sending(stage, shop, database)


def _measure_rows(stage: Stage, shop: Shop, database: str) -> None:
    taken: dict[str, list[Round]] = {"off": [], "on": []}
    most_a_round = max(scans_a_round(stage, shop, _sell(shop, UNITS_AN_ORDER, how)) for how in taken)
    codes = {how: _sell(shop, most_a_round * stage.rounds, how) for how in taken}
    for number in range(stage.rounds):
        # In turn, and each first as often as the other: a machine that grows busier is unfair to neither.
        for how in ("off", "on") if number % 2 == 0 else ("on", "off"):
            part = codes[how][number * most_a_round :][:most_a_round]
            taken[how].append(shop.measure(shop.load("distinct", part), CONNECTIONS, stage.seconds))
    for how, rounds in taken.items():
        row = Row(printing_row(database, how), f"distinct tickets, print {how}, 1 process", SECTION, database)
        row.connections = CONNECTIONS
        stage.say(spoken(stage.results.add(row_of(row, rounds, stage.cores))))


def _sell(shop: Shop, units: int, how: str) -> list[str]:
    _, (sku,) = shop.tenant.event({"stock": units}, print_badges=how == "on")
    return sell_of(shop, sku, units)


def _measure_sending(stage: Stage, shop: Shop, database: str) -> None:
    """Say what a badge costs from its job to the printer's word that it is printed, drawing included."""
    with tempfile.TemporaryDirectory(dir=stage.folder) as folder, real_printer(Path(folder) / "printer") as printer:
        event_id, (sku,) = shop.tenant.event(print_badges=True)
        add_printer(shop.tenant, event_id, printer.url)
        details = {"primary_text_pl": "Martin Vassilev", "secondary_text_pl": "Martin Vassilev Company"}
        codes = shop.tenant.codes((sku, SENT_BADGES), order_details=details)
        shop.tenant.validate(codes[0])
        _await_pages(printer.pages_folder, 1)  # the process that draws has begun
        before, began = shop.meter.read(), time.perf_counter()
        for code in codes[1:]:
            shop.tenant.validate(code)
        _await_pages(printer.pages_folder, SENT_BADGES)
        used, seconds = shop.meter.read().since(before), time.perf_counter() - began
    sent = SENT_BADGES - 1
    stage.results.facts[f"{database}_printing_cpu_ms_a_badge_sent"] = (used.server + used.database) / sent * 1e3
    stage.results.facts[f"{database}_printing_badges_a_second"] = sent / seconds
    stage.say(f"a badge drawn and sent [{database}]: {(used.server + used.database) / sent * 1e3:.0f} ms of CPU")


def _await_pages(folder: Path, count: int) -> None:
    end = time.perf_counter() + SENT_SECONDS
    while len(list(folder.iterdir())) < count:
        if time.perf_counter() > end:
            raise RuntimeError(f"{len(list(folder.iterdir()))} of {count} badges came out")
        time.sleep(0.02)
