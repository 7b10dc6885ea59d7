"""`make bench`: one command, one table. `make bench ARGS=--help` lists what it can be told."""

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from benchmarks import catalogue, floors, gates, growth, latency, minted, orders, printing
from benchmarks.bars import judge
from benchmarks.document import document
from benchmarks.load import WrkMissing, wrk_path
from benchmarks.machine import describe
from benchmarks.plots import plots
from benchmarks.results import Results
from benchmarks.stage import DATABASES, Stage
from benchmarks.table import table_lines

PARTS: dict[str, Callable[[Stage], None]] = {
    "floors": floors.measure_floors,
    "order": orders.measure_cold,
    "minted": minted.measure_minted,
    "skus": orders.measure_skus,
    "soldout": orders.measure_sold_out,
    "validate": gates.measure_gates,
    "printing": printing.measure_printing,
    "list": catalogue.measure_lists,
    "event": catalogue.measure_events,
    "latency": latency.measure_half_rate,
    "filling": latency.measure_while_filling,
    "start": growth.measure_starts,
    "growth": growth.measure_growth,
}
PAGE = Path("docs/performance.md")
PAGE_FOLDER = Path("docs/performance")
SHORTEST_SECONDS = 1.0


def _names(known: tuple[str, ...], text: str) -> tuple[str, ...]:
    chosen = tuple(text.split(",")) if text else known
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: there is only {', '.join(known)}")
    return tuple(name for name in known if name in chosen)


@click.command()
@click.option("--only", default="", help="Parts to run, with commas between: " + ", ".join(PARTS) + ".")
@click.option("--databases", default="", help="sqlite, postgresql, or both, which is the default.")
@click.option("--seconds", default=1.0, show_default=True, type=click.FloatRange(SHORTEST_SECONDS), help="A round's.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 99), help="Rounds; medians are shown.")
@click.option("--tickets", default=1_000_000, show_default=True, type=click.IntRange(1), help="Sold before, in growth.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the results here as well.")
@click.option("--write/--no-write", default=None, help=f"Write {PAGE} and its plots. [default: if all parts were run]")
def bench(
    *,
    only: str,
    databases: str,
    seconds: float,
    rounds: int,
    tickets: int,
    json_path: Path | None,
    write: bool | None,
) -> None:
    """Measure the floors of this machine, what TicketSonic reaches on it, and how it grows."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # end servers and databases, too
    try:
        wrk_path()
    except WrkMissing as missing:
        raise click.ClickException(str(missing)) from None
    parts, kinds = _names(tuple(PARTS), only), _names(DATABASES, databases)
    began = time.perf_counter()
    folder = Path(tempfile.mkdtemp(prefix="ticketsonic-bench-"))
    options = {"seconds": f"{seconds:g}", "rounds": str(rounds), "few": f"{growth.FEW_TICKETS:,}"}
    options |= {"many": f"{tickets:,}", "parts": ", ".join(parts), "databases": ", ".join(kinds)}
    try:
        results = Results(describe(folder), options)
        stage = Stage(folder, results, seconds, rounds, kinds, tickets, _progress(began))
        for name in parts:
            part_began = time.perf_counter()
            PARTS[name](stage)
            stage.say(f"-- {name} took {time.perf_counter() - part_began:.0f} s")
        results.seconds = time.perf_counter() - began
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    bars = judge(results)
    print("\n".join(table_lines(results, bars)))
    encoded = msgspec.json.format(msgspec.json.encode(results)) + b"\n"
    if json_path is not None:
        json_path.write_bytes(encoded)
    is_whole = parts == tuple(PARTS) and kinds == DATABASES
    if write or (write is None and is_whole):
        PAGE_FOLDER.mkdir(parents=True, exist_ok=True)
        (PAGE_FOLDER / "results.json").write_bytes(encoded)
        for name, drawing in plots(results).items():
            (PAGE_FOLDER / name).write_text(drawing)
        PAGE.write_text(document(results, bars))
        print(f"written: {PAGE}, {PAGE_FOLDER}/")


def _progress(began: float) -> Callable[[str], None]:
    def say(text: str) -> None:
        print(f"[{time.perf_counter() - began:4.0f} s] {text}", file=sys.stderr, flush=True)

    return say


if __name__ == "__main__":
    bench(prog_name="make bench")
