"""docs/performance.md, as a run writes it: what was measured, on what, and which bars it met."""

from collections.abc import Sequence

from benchmarks.bars import Bar
from benchmarks.results import Results
from benchmarks.table import COLUMNS, bar_cells, cells_of, warnings_of

INTRODUCTION = """\
# Performance

Written by `make bench` on {date}, in {minutes:.1f} minutes. Do not edit it: run it on your own machine.
The load generator and the database ran on the same cores as the server. Machines differ, so the ratios count:
each bar is held against a floor of the same run: signatures and naive orders measured in turns with the rounds
they are held against, the empty route in turns with the refusals, few tickets in turns with many.

- **per second, p50, p99**: medians of one to seven rounds of {seconds} s, where the options ask for no more. The load
  at full speed is wrk's, and each of its connections asks again as soon as it is answered. Rows that are *offered* so
  many a second come from a generator that keeps to the clock: their latencies count from when a request was due.
- **server µs, database µs**: CPU an operation by the operating system's account, of all processes of each. SQLite
  works inside the server. Signing is in the server's.
- **answers**: every answer was read and counted, by HTTP status and the status in its JSON, warm-up apart.
- pgbench's p50 is its mean latency. Where minted ahead, the pools were filled before the load began; what that cost is
  among the single figures below.
"""
AFTERWORD = """\
## Reading it

`growth` compares the same loads on a database with few and with many tickets sold before, which were sold by the
engine's own `Seller.place`. With few, the tickets that the gates scan come on top, and every order that is measured is
one more. The keys have 1,024 bits there, and the orders are for Ed25519 codes, so that signatures hide nothing.

`make bench ARGS="--only order,floors --seconds 3"` runs a part; `make bench ARGS=--help` lists all. It writes here only
when all was run, or with `--write`; the figures as JSON are in `docs/performance/results.json`.
"""


def document(results: Results, bars: Sequence[Bar]) -> str:
    """Write the page."""
    parts = [
        INTRODUCTION.format(
            date=results.machine.get("date", "?"),
            minutes=results.seconds / 60,
            seconds=results.options.get("seconds", "?"),
        )
    ]
    parts += warnings_of(results)
    parts.append("## The bars\n\n" + _table(["figure", "measured", "bar", ""], [list(bar_cells(bar)) for bar in bars]))
    parts.append("![Throughput against connections](performance/throughput.svg)\n")
    parts.append("![Growth](performance/growth.svg)\n")
    parts.append("## The figures")
    for section in dict.fromkeys(row.section for row in results.rows.values()):
        rows = [cells_of(row) for row in results.rows.values() if row.section == section]
        parts.append(f"### {section}\n\n" + _table(list(COLUMNS), rows))
    facts = [[name.replace("_", " "), f"{value:,.2f}"] for name, value in results.facts.items()]
    parts.append("### Single figures\n\n" + _table(["figure", ""], facts))
    parts.append("## The machine\n\n" + _table(["", ""], [[name, value] for name, value in results.machine.items()]))
    return "\n".join([*parts, AFTERWORD])


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [_line(head), _line(["---"] * len(head)), *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
